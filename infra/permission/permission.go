// Package permission says what the role of each step may do. It is plain data, so that it can be read as a list and
// tested without the CDK. Every action is written out: a wildcard would also grant what AWS adds next year.
package permission

import (
	"slices"

	"github.com/drover-dr/drover/infra/names"
	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/registry/rules"
)

// Grant is one statement that allows something.
type Grant struct {
	// Sid names the statement by what it is for.
	Sid     string
	Actions []string
	// Resources are ARNs for Fn::Sub.
	Resources []string
	// Conditions narrow the grant: operator, then key, then values.
	Conditions map[string]map[string][]string
	// Deny makes it the opposite: what matches is denied, whatever else allows it.
	Deny bool
}

// Scope is what the steps of one Region may be about.
type Scope struct {
	Names names.Region
	// HostedZones and GlobalClusters are ids.
	HostedZones, GlobalClusters []string
}

// Metrics is the one namespace into which Drover writes metrics.
const Metrics = failover.MetricNamespace

// ForStep returns the grants of a step in the order in which they are written into its policy. Tracing is not among
// them: the CDK grants it where it is switched on.
func (s Scope) ForStep(step string) []Grant {
	grants := []Grant{s.writeLogs(step)}
	switch step {
	case "validate":
		grants = append(grants, s.readRecords("route53:GetHostedZone"), s.items("Registry", []string{"Query"}, applications, runs, versions), s.lockAndRelease(), s.items("Starter", []string{"GetItem"}, starters), s.askRuns(), s.readHistory(), readMetrics(), readAlarms(), readConcurrency())
		grants = append(grants, s.readDatabases()...)
		grants = append(grants, s.ifSwitched(s.items("ReadSwitches", []string{"GetItem", "Query"}, switches, switchChecks), s.items("PublishChecks", []string{"UpdateItem"}, switchChecks), readHealthChecks())...)
	case "shifttraffic":
		grants = append(grants, s.ifSwitched(s.otherLock(), s.items("Switches", []string{"GetItem", "UpdateItem"}, switches))...)
		grants = append(grants, s.levers()...)
		grants = append(grants, s.readRecords(), s.shift(), s.neverShift(), s.readWaves(), s.ownRun(), s.lock())
	case "updateregistry":
		grants = append(grants, s.ifSwitched(s.items("Switches", []string{"GetItem", "UpdateItem"}, switches))...)
		grants = append(grants, s.levers()...)
		grants = append(grants, s.writeWaves(), s.items("Runs", []string{"PutItem"}, runs), s.ownRun(), s.lock())
	case "promotedatabase":
		grants = append(grants, s.writeWaves(), s.lock(), s.ownRun(), readMetrics())
		grants = append(grants, s.otherLock())
		grants = append(grants, s.readDatabases()...)
		grants = append(grants, s.promote()...)
	case "verifyhealth":
		grants = append(grants, s.readRecords(), readChanges(), s.readWaves(), s.renewLock(), readMetrics())
		grants = append(grants, s.ifSwitched(s.items("Switches", []string{"GetItem"}, switches), readHealthCheckers())...)
		grants = append(grants, s.readDatabases()...)
	case "notify":
		grants = append(grants, s.readRecords(), s.items("Registry", []string{"Query"}, applications, drills), s.readOutcome(), s.remember(), s.renewLock(), s.publish(), s.writeReports(), s.findReports(), writeMetrics())
		grants = append(grants, s.ifSwitched(s.items("Switches", []string{"GetItem"}, switches))...)
		grants = append(grants, s.readTopology()...)
	case "lever":
		grants = append(grants, s.items("Switches", []string{"GetItem"}, switches))
	case "api":
		grants = append(grants, s.items("Registry", []string{"Query"}, runs, approvals), s.items("Lock", []string{"GetItem"}, lock), s.items("Starter", []string{"PutItem"}, starters), s.startRuns("states:StartExecution", "states:ListExecutions"), s.readRuns(), answerRuns())
	}
	return grants
}

// ForAPI returns the grants of the role with which API Gateway calls the function.
func (s Scope) ForAPI() []Grant {
	return []Grant{{Sid: "InvokeAPI", Actions: []string{"lambda:InvokeFunction"}, Resources: []string{s.Names.FunctionARN("api")}}}
}

// ForRule returns the grants of the role with which EventBridge starts a failover. What it cannot deliver it sends to
// the dead-letter queue by leave of the queue, not of this role.
func (s Scope) ForRule() []Grant { return []Grant{s.startRuns("states:StartExecution")} }

// ForStoppedRule returns the grants of the role with which EventBridge closes runs whose execution has ended.
func (s Scope) ForStoppedRule() []Grant { return s.ForRule() }

// ForSchedules returns the grants of the role with which EventBridge Scheduler starts checks and drills.
func (s Scope) ForSchedules() []Grant {
	return []Grant{
		s.startRuns("states:StartExecution"),
		{Sid: "DeadLetters", Actions: []string{"sqs:SendMessage"}, Resources: []string{s.Names.DeadLettersARN()}},
	}
}

// ForStateMachine returns the grants of the state machine's role, its logging and tracing aside: the CDK adds those. It
// may call every version of each step: the definition names one, so that a deployment does not change a run in progress.
// A run that release 0.1.0 has started calls the code that is deployed last, and must not end with this deployment.
func (s Scope) ForStateMachine(steps []string) []Grant {
	var functions []string
	for _, step := range steps {
		functions = append(functions, s.Names.VersionsARN(step), s.Names.FunctionARN(step))
	}
	return []Grant{{Sid: "InvokeSteps", Actions: []string{"lambda:InvokeFunction"}, Resources: functions}}
}

func (s Scope) startRuns(actions ...string) Grant {
	return Grant{Sid: "Runs", Actions: actions, Resources: []string{s.Names.StateMachineARN()}}
}

// readRuns covers all runs of the state machine: their names are not known in advance.
func (s Scope) readRuns() Grant {
	return Grant{
		Sid: "ReadRuns", Actions: []string{"states:DescribeExecution", "states:GetExecutionHistory"},
		Resources: []string{s.Names.ExecutionsARN()},
	}
}

// answerRuns cannot be narrowed: IAM has no resource for the answer to a task. The task tokens limit what can be answered:
// they are in the registry, and cannot be guessed.
func answerRuns() Grant {
	return Grant{Sid: "AnswerRuns", Actions: []string{"states:SendTaskSuccess"}, Resources: []string{"*"}}
}

func (s Scope) writeLogs(step string) Grant {
	return Grant{
		Sid:       "WriteLogs",
		Actions:   []string{"logs:CreateLogStream", "logs:PutLogEvents"},
		Resources: []string{s.Names.LogsARN(s.Names.FunctionLogs(step))},
	}
}

// askRuns is whether the run that holds the lock has ended, in either Region: a planned action and a check ask both, a
// failover asks its own.
func (s Scope) askRuns() Grant {
	other := names.Region{Plan: s.Names.Plan, Code: s.Names.Plan.Other(s.Names.Code)}
	return Grant{
		Sid: "AskRuns", Actions: []string{"states:DescribeExecution"},
		Resources: []string{s.Names.ExecutionsARN(), other.ExecutionsARN()},
	}
}

// readHistory is how far a run came whose execution has ended without closing it.
func (s Scope) readHistory() Grant {
	return Grant{Sid: "ReadHistory", Actions: []string{"states:GetExecutionHistory"}, Resources: []string{s.Names.ExecutionsARN()}}
}

// readRecords lists record sets, and does what else is said with the zones.
func (s Scope) readRecords(also ...string) Grant {
	return Grant{Sid: "ReadRecords", Actions: append(also, "route53:ListResourceRecordSets"), Resources: s.zones()}
}

// readHealthCheckers is what proves a switch at the end of a drill.
func readHealthCheckers() Grant {
	return Grant{Sid: "ReadHealthCheckers", Actions: []string{"route53:GetHealthCheckStatus"}, Resources: []string{names.HealthChecksARN}}
}

// readChanges cannot be narrowed to a zone: the id of a change says nothing of its zone.
func readChanges() Grant {
	return Grant{Sid: "ReadChanges", Actions: []string{"route53:GetChange"}, Resources: []string{names.ChangesARN}}
}

// readHealthChecks reads the settings of the switches' health checks. Those on this Region's record sets are made by the other
// Region's stack, and those that users have calculated of them by users, so their ids are not known in the template.
func readHealthChecks() Grant {
	return Grant{Sid: "ReadHealthChecks", Actions: []string{"route53:GetHealthCheck"}, Resources: []string{names.HealthChecksARN}}
}

// shift allows what a batch consists of: records of the types that a run moves, and the fence's TXT record, deleted and made
// again. Without UPSERT it cannot create what it does not name as it was, and with recordNames in the plan it reaches no other
// name. NS, CAA and the like are out of reach even in the zones that are listed.
func (s Scope) shift() Grant {
	conditions := map[string][]string{
		"route53:ChangeResourceRecordSetsRecordTypes": slices.Sorted(slices.Values(rules.RecordTypes)),
		"route53:ChangeResourceRecordSetsActions":     {"CREATE", "DELETE"},
	}
	g := Grant{
		Sid:        "ShiftTraffic",
		Actions:    []string{"route53:ChangeResourceRecordSets"},
		Resources:  s.zones(),
		Conditions: map[string]map[string][]string{"ForAllValues:StringEquals": conditions},
	}
	if plan := s.Names.Plan; len(plan.RecordNames) > 0 {
		g.Conditions["ForAllValues:StringLike"] = map[string][]string{recordNames: append(slices.Clone(plan.RecordNames), failover.FenceName(plan.Name, "*"), failover.OldFenceName("*"))}
		g.Conditions["Null"] = map[string][]string{recordNames: {"false"}}
	}
	return g
}

// recordNames has the names of a batch, in lower case, without the trailing dot, and with an asterisk as \052: see "Using IAM
// policy conditions for fine-grained access control" in the Amazon Route 53 Developer Guide.
const recordNames = "route53:ChangeResourceRecordSetsNormalizedRecordNames"

// neverShift denies the names whose records prove to a certificate authority who owns a zone, whatever the registry says.
func (s Scope) neverShift() Grant {
	return Grant{
		Sid: "NeverShift", Deny: true, Actions: []string{"route53:ChangeResourceRecordSets"}, Resources: s.zones(),
		Conditions: map[string]map[string][]string{"ForAnyValue:StringLike": {recordNames: {rules.ChallengeLabel + ".*"}}},
	}
}

func (s Scope) zones() []string {
	var zones []string
	for _, id := range s.HostedZones {
		zones = append(zones, names.ZoneARN(id))
	}
	return zones
}

func (s Scope) globalClusters() []string {
	var clusters []string
	for _, id := range s.GlobalClusters {
		clusters = append(clusters, names.GlobalClusterARN(id))
	}
	return clusters
}

// readTopology grants nothing to a plan without global clusters.
func (s Scope) readTopology() []Grant {
	if len(s.GlobalClusters) == 0 {
		return nil
	}
	clusters := s.globalClusters()
	if len(clusters) > failover.FewClusters {
		// They are then read without an identifier, which RDS authorizes against all global clusters of the account.
		clusters = []string{names.GlobalClusterARN("*")}
	}
	return []Grant{{Sid: "ReadGlobalClusters", Actions: []string{"rds:DescribeGlobalClusters"}, Resources: clusters}}
}

// readDatabases is the topology and the state of each cluster in it. Which member clusters a global cluster has is in
// the registry and not in the template, so they can be described in the Region as a whole; and in the other one, to which
// a drill and a rollback go back.
func (s Scope) readDatabases() []Grant {
	if len(s.GlobalClusters) == 0 {
		return nil
	}
	other := names.Region{Plan: s.Names.Plan, Code: s.Names.Plan.Other(s.Names.Code)}
	return append(s.readTopology(),
		Grant{Sid: "ReadClusters", Actions: []string{"rds:DescribeDBClusters"}, Resources: []string{s.Names.ClustersARN(), other.ClustersARN()}})
}

// promote cannot be undone without a second promotion. IAM asks for the global cluster and for the member that is to be promoted, so the
// global clusters that are listed bound what can be promoted. Members in both Regions: a switchover is called in the
// Region of the current primary, which is the other one.
func (s Scope) promote() []Grant {
	if len(s.GlobalClusters) == 0 {
		return nil
	}
	other := names.Region{Plan: s.Names.Plan, Code: s.Names.Plan.Other(s.Names.Code)}
	return []Grant{{
		Sid:       "Promote",
		Actions:   []string{"rds:FailoverGlobalCluster", "rds:SwitchoverGlobalCluster"},
		Resources: append(s.globalClusters(), s.Names.ClustersARN(), other.ClustersARN()),
	}}
}

// readMetrics has no narrower resource: CloudWatch knows none for reading metrics.
func readMetrics() Grant {
	return Grant{Sid: "ReadMetrics", Actions: []string{"cloudwatch:GetMetricData"}, Resources: []string{"*"}}
}

// readAlarms has no narrower resource: CloudWatch returns composite alarms only to a permission that covers everything,
// and denies the call with a narrower one (CloudWatch API Reference, DescribeAlarms).
func readAlarms() Grant {
	return Grant{Sid: "ReadAlarms", Actions: []string{"cloudwatch:DescribeAlarms"}, Resources: []string{"*"}}
}

// readConcurrency is the account's limit; IAM knows no resource for it.
func readConcurrency() Grant {
	return Grant{Sid: "ReadConcurrency", Actions: []string{"lambda:GetAccountSettings"}, Resources: []string{"*"}}
}

// writeMetrics has no narrower resource, but a condition that narrows it to one namespace.
func writeMetrics() Grant {
	return Grant{
		Sid: "WriteMetrics", Actions: []string{"cloudwatch:PutMetricData"}, Resources: []string{"*"},
		Conditions: map[string]map[string][]string{"StringEquals": {"cloudwatch:namespace": {Metrics}}},
	}
}

func (s Scope) publish() Grant {
	return Grant{Sid: "Notify", Actions: []string{"sns:Publish"}, Resources: []string{s.Names.TopicARN()}}
}

func (s Scope) writeReports() Grant {
	return Grant{
		Sid: "Reports", Actions: []string{"s3:GetObject", "s3:PutObject"},
		Resources: []string{
			s.Names.BucketARN() + "/" + failover.AnnouncementKey("*"), s.Names.BucketARN() + "/" + failover.RefusalKey("*"),
			s.Names.BucketARN() + "/" + failover.ReportKey("*"), s.Names.BucketARN() + "/" + failover.InventoryKey("*"),
		},
	}
}

// findReports makes S3 answer 404 and not 403 for a report that is not there yet.
func (s Scope) findReports() Grant {
	return Grant{Sid: "FindReports", Actions: []string{"s3:ListBucket"}, Resources: []string{s.Names.BucketARN()}}
}
