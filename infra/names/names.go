// Package names makes every physical name and ARN of a deployment out of its plan.
//
// Names are given rather than generated because a run must find everything it needs in its own Region with no help
// from the other: no export, no parameter and no stack of the other Region is read, neither at run time nor by
// CloudFormation. An operator can also see from a name in an error what it belongs to.
//
// ARNs have ${AWS::Partition} and ${AWS::AccountId} in them, to be filled by CloudFormation's Fn::Sub.
package names

import (
	"fmt"

	"github.com/drover-dr/drover/internal/failover"
)

// Region names what belongs to a plan in one of its Regions.
type Region struct {
	Plan failover.Plan
	// Code is the Region that the names are for.
	Code failover.Region
}

// RegistryStack is the stack of the global table.
func RegistryStack(plan failover.Plan) string { return plan.Name + "-registry" }

// Table is the registry's table, of the same name in both Regions.
func Table(plan failover.Plan) string { return plan.Name + "-registry" }

// Stack is the Region's stack.
func (r Region) Stack() string { return fmt.Sprintf("%s-%s", r.Plan.Name, r.Code) }

// Function is the Lambda function of a step.
func (r Region) Function(step string) string { return r.Plan.Name + "-" + step }

// Role is the role of a step or of the state machine. IAM has no Regions, so its name carries one.
func (r Region) Role(of string) string { return fmt.Sprintf("%s-%s-%s", r.Plan.Name, of, r.Code) }

// StateMachine is the state machine, of the same name in both Regions.
func (r Region) StateMachine() string { return r.Plan.Name }

// API is the HTTP API in front of the function api.
func (r Region) API() string { return r.Plan.Name }

// APILogs is the log group of the API's access log.
func (r Region) APILogs() string { return "/aws/vendedlogs/apis/" + r.API() }

// Rule is the rule that starts a failover when an alarm goes off.
func (r Region) Rule() string { return r.Plan.Name + "-failover" }

// StoppedRule is the rule that closes a run whose execution has ended without closing it.
func (r Region) StoppedRule() string { return r.Plan.Name + "-stopped" }

// Schedule is the schedule of an action.
func (r Region) Schedule(action string) string { return r.Plan.Name + "-" + action }

// DeadLetters is the queue of what rule and schedules could not deliver.
func (r Region) DeadLetters() string { return r.Plan.Name + "-dead-letters" }

// Alarm is an alarm of the deployment.
func (r Region) Alarm(means string) string { return r.Plan.Name + "-" + means }

// Dashboard is the Region's dashboard. Dashboards have no Region in AWS, so its name carries one.
func (r Region) Dashboard() string { return r.Stack() }

// PipelineStack is the stack of the deployment pipeline, and the pipeline's own name.
func PipelineStack(plan failover.Plan) string { return plan.Name + "-pipeline" }

// Artifacts is the bucket of the pipeline.
func (r Region) Artifacts() string {
	return fmt.Sprintf("%s-pipeline-${AWS::AccountId}-%s", r.Plan.Name, r.Code)
}

// Project is a project of CodeBuild that the pipeline runs.
func (r Region) Project(name string) string { return r.Plan.Name + "-" + name }

// ProjectLogs is the log group of a project.
func (r Region) ProjectLogs(name string) string { return "/aws/codebuild/" + r.Project(name) }

// Topic is the topic for the notifications of runs and alarms.
func (r Region) Topic() string { return r.Plan.Name + "-events" }

// Bucket is the report bucket. Bucket names are global, so the name has the account and the Region.
func (r Region) Bucket() string {
	return fmt.Sprintf("%s-reports-${AWS::AccountId}-%s", r.Plan.Name, r.Code)
}

// FunctionLogs is the log group of a step's function.
func (r Region) FunctionLogs(step string) string { return "/aws/lambda/" + r.Function(step) }

// StateMachineLogs is the log group of the state machine. The prefix keeps the policy that lets Step Functions write
// to it from growing beyond its limit in accounts with many state machines.
func (r Region) StateMachineLogs() string { return "/aws/vendedlogs/states/" + r.StateMachine() }

// TableARN is the Region's own replica of the registry.
func (r Region) TableARN() string { return r.arn("dynamodb", "table/"+Table(r.Plan)) }

// FunctionARN is a step's function.
func (r Region) FunctionARN(step string) string { return r.arn("lambda", "function:"+r.Function(step)) }

// VersionsARN is every version of a step's function. The function itself is not among them: for Lambda it is another
// resource than any of its versions.
func (r Region) VersionsARN(step string) string { return r.FunctionARN(step) + ":*" }

// StateMachineARN is the state machine.
func (r Region) StateMachineARN() string { return r.arn("states", "stateMachine:"+r.StateMachine()) }

// ExecutionsARN is every execution of the state machine.
func (r Region) ExecutionsARN() string { return r.arn("states", "execution:"+r.StateMachine()+":*") }

// RuleARN is the rule that starts a failover.
func (r Region) RuleARN() string { return r.arn("events", "rule/"+r.Rule()) }

// StoppedRuleARN is the rule that closes runs.
func (r Region) StoppedRuleARN() string { return r.arn("events", "rule/"+r.StoppedRule()) }

// ScheduleGroupARN is the group of all schedules that name no other. Scheduler acts for a group and not for a schedule
// (EventBridge Scheduler User Guide, "Confused deputy prevention").
func (r Region) ScheduleGroupARN() string { return r.arn("scheduler", "schedule-group/default") }

// DeadLettersARN is the queue of what could not be delivered.
func (r Region) DeadLettersARN() string { return r.arn("sqs", r.DeadLetters()) }

// AlarmARN is an alarm of the deployment.
func (r Region) AlarmARN(means string) string { return r.arn("cloudwatch", "alarm:"+r.Alarm(means)) }

// TopicARN is the Region's topic.
func (r Region) TopicARN() string { return r.arn("sns", r.Topic()) }

// LogsARN is everything that can be written under a log group.
func (r Region) LogsARN(group string) string { return r.arn("logs", "log-group:"+group+":*") }

// BucketARN is the Region's report bucket.
func (r Region) BucketARN() string { return "arn:${AWS::Partition}:s3:::" + r.Bucket() }

// ArtifactsARN is the bucket of the pipeline.
func (r Region) ArtifactsARN() string { return "arn:${AWS::Partition}:s3:::" + r.Artifacts() }

// ProjectARN is a project of CodeBuild.
func (r Region) ProjectARN(name string) string { return r.arn("codebuild", "project/"+r.Project(name)) }

// BootstrapRoleARN is a role of the CDK's bootstrap stack in the Region: deploy or file-publishing.
func (r Region) BootstrapRoleARN(of string) string {
	return fmt.Sprintf("arn:${AWS::Partition}:iam::${AWS::AccountId}:role/cdk-hnb659fds-%s-role-${AWS::AccountId}-%s", of, r.Code)
}

// KeyARN is the key that AWS keeps for S3 in the account.
func (r Region) KeyARN() string { return r.arn("kms", "alias/aws/s3") }

// ClustersARN is every Aurora cluster of the Region.
func (r Region) ClustersARN() string { return r.arn("rds", "cluster:*") }

func (r Region) arn(service, resource string) string {
	return fmt.Sprintf("arn:${AWS::Partition}:%s:%s:${AWS::AccountId}:%s", service, r.Code, resource)
}

// GlobalClusterARN is an Aurora global cluster; it belongs to no Region.
func GlobalClusterARN(id string) string {
	return "arn:${AWS::Partition}:rds::${AWS::AccountId}:global-cluster:" + id
}

// ZoneARN is a Route 53 hosted zone.
func ZoneARN(id string) string { return "arn:${AWS::Partition}:route53:::hostedzone/" + id }

// HealthChecksARN is every health check of the account: a Region does not know the id of the one that the other Region has
// created for its record sets.
const HealthChecksARN = "arn:${AWS::Partition}:route53:::healthcheck/*"

// ChangesARN is every change of Route 53, whatever zone it is of.
const ChangesARN = "arn:${AWS::Partition}:route53:::change/*"
