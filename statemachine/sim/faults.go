package sim

import (
	"fmt"
	"time"
)

// outages are Regions and control planes that are lost, for a while or for good.
func (d *dice) outages(s *Situation) {
	at := d.between(10*time.Second, 100*time.Second)
	back := at + d.between(time.Minute, 12*time.Minute)
	switch d.IntN(10) {
	case 0, 1, 2, 3:
		s.add(at, "regionDark: %s", east)
		if d.chance(0.5) {
			s.add(back, "regionBack: %s", east)
		}
	case 4:
		s.add(at, "regionDark: %s", west)
		s.add(back, "regionBack: %s", west)
	case 5:
		s.add(at, "controlPlane: gone")
		if d.chance(0.7) {
			s.add(back, "controlPlane: returns")
		}
	case 6:
		s.add(at, "cutOff: [%s, %s]", east, west)
		if d.chance(0.7) {
			s.add(back, "seeAgain: [%s, %s]", east, west)
		}
	case 7:
		for _, name := range d.names {
			s.add(at, "errors: {region: %s, application: %s, share: 1}", east, name)
		}
	}
}

// alarms are those that start failovers: once or twice, and some of the events come again, or late.
func (d *dice) alarms(s *Situation) {
	at := d.between(time.Minute, 4*time.Minute)
	for range 1 + d.IntN(3) {
		region := one(d, west, west, west, east)
		s.add(at, "alarm: {region: %s, name: other-region-lost, state: ALARM}", region)
		if d.chance(0.5) { // the delivery of events is at least once, and in any order
			s.add(at+d.between(0, 90*time.Second), "alarm: {region: %s, name: other-region-lost, state: ALARM, from: %s}", region, region)
		}
		at += d.between(time.Second, 2*time.Minute)
		s.add(at, "alarm: {region: %s, name: other-region-lost, state: OK}", region)
		at += d.between(time.Second, 2*time.Minute)
	}
}

// operation is a call that functions make, and how its service words errors.
type operation struct{ service, name string }

var operations = []operation{
	{"route53", "ChangeResourceRecordSets"}, {"route53", "ListResourceRecordSets"}, {"route53", "GetChange"}, {"route53", "GetHostedZone"},
	{"route53", "GetHealthCheck"}, {"route53", "GetHealthCheckStatus"},
	{"rds", "DescribeGlobalClusters"}, {"rds", "DescribeDBClusters"}, {"rds", "FailoverGlobalCluster"}, {"rds", "SwitchoverGlobalCluster"},
	{"dynamodb", "UpdateItem"}, {"dynamodb", "GetItem"}, {"dynamodb", "Query"}, {"dynamodb", "PutItem"}, {"dynamodb", "DeleteItem"},
	{"dynamodb", "TransactWriteItems"}, {"dynamodb", "BatchGetItem"},
	{"monitoring", "GetMetricData"}, {"monitoring", "DescribeAlarms"}, {"monitoring", "PutMetricData"},
	{"sns", "Publish"}, {"s3", "PutObject"}, {"s3", "GetObject"}, {"states", "DescribeExecution"}, {"lambda", "GetAccountSettings"},
}

var steps = []string{"validate", "shifttraffic", "updateregistry", "promotedatabase", "verifyhealth", "notify", "lever"}

// fault is one thing that fails.
func (d *dice) fault() string {
	switch d.IntN(14) {
	case 0, 1, 2, 3, 4:
		return d.callFault(one(d, operations...), d.ending(6))
	case 12:
		return one(d, busy...) + d.ending(4) + "}"
	case 13:
		return d.deployed()
	case 5, 6, 7:
		return d.crash()
	case 8, 9:
		if len(d.databases) == 0 {
			return d.crash()
		}
		cluster := one(d, d.databases...)
		return one(d, fmt.Sprintf("databaseLag: {globalCluster: %s, lag: %s}", cluster, one(d, "0s", "30s", "10m")), "databaseHang: "+cluster, "switchoverCancelled: "+cluster)
	case 10:
		return fmt.Sprintf("errors: {region: %s, application: %s, share: %v}", one(d, east, west), one(d, d.names...), one(d, 0.05, 0.5, 1.0))
	default:
		return one(d,
			fmt.Sprintf("noMetrics: {region: %s, application: %s}", one(d, east, west), one(d, d.names...)),
			fmt.Sprintf("lambdaSurge: {region: %s, executions: 1000, for: %s}", one(d, east, west), d.between(10*time.Second, 3*time.Minute)),
			fmt.Sprintf("loseEvents: {region: %s, for: %s}", one(d, east, west), d.between(10*time.Second, 5*time.Minute)))
	}
}

// busy and rejected calls have codes of their services.
var busy = []string{
	"apiFault: {service: route53, operation: ChangeResourceRecordSets, code: PriorRequestNotComplete, status: 400, message: a prior request is not complete, ",
	"apiFault: {service: rds, operation: FailoverGlobalCluster, code: InvalidGlobalClusterStateFault, status: 400, message: the global cluster is being modified, ",
	"apiFault: {service: rds, operation: SwitchoverGlobalCluster, code: InvalidGlobalClusterStateFault, status: 400, message: the global cluster is being modified, ",
	"apiFault: {service: route53, operation: ChangeResourceRecordSets, code: InvalidInput, status: 400, message: invalid input, ",
	"apiFault: {service: route53, operation: ListResourceRecordSets, code: NoSuchHostedZone, status: 404, message: no such hosted zone, ",
	"apiFault: {service: rds, operation: FailoverGlobalCluster, code: InvalidParameterValue, status: 400, message: the cluster has another engine version, ",
}

// deployed is what changes of the applications and of their databases while runs are in progress.
func (d *dice) deployed() string {
	name := one(d, d.names...)
	if len(d.databases) > 0 && d.chance(0.5) {
		cluster := one(d, d.databases...)
		return one(d,
			fmt.Sprintf("databaseMember: {globalCluster: %s, region: %s, version: \"13.9\"}", cluster, west),
			fmt.Sprintf("databaseMember: {globalCluster: %s, region: %s, instances: 0}", cluster, west),
			fmt.Sprintf("memberDeleted: {region: %s, globalCluster: %s}", west, cluster))
	}
	return fmt.Sprintf("errors: {region: %s, application: %s, share: 1, fromPercent: %d}", west, name, one(d, 10, 50, 90))
}

// ending is how long a fault lasts.
func (d *dice) ending(most int) string {
	if d.chance(0.6) {
		return fmt.Sprintf("times: %d", 1+d.IntN(most))
	}
	return fmt.Sprintf("for: %s", d.between(5*time.Second, 4*time.Minute))
}

// kinds are how a call fails.
var kinds = []string{"throttled", "failing", "unavailable", "denied", "request lost", "answer lost"}

// callFault makes calls of an operation fail in one of these kinds.
func (d *dice) callFault(o operation, ending string) string {
	after := ""
	if d.chance(0.4) {
		after = fmt.Sprintf(", after: %d", 1+d.IntN(6))
	}
	return o.fails(one(d, kinds...), after+", "+ending)
}

// fails is the event of a fault.
func (o operation) fails(kind, rest string) string {
	how := map[string]string{
		"throttled": "code: " + o.throttling(), "failing": "code: InternalFailure, status: 500, message: internal failure",
		"unavailable": "code: ServiceUnavailable, status: 503, message: service unavailable",
		"denied":      "code: AccessDenied, status: 403, message: not authorized", "request lost": "loseRequest: true", "answer lost": "loseAnswer: true",
	}[kind]
	return fmt.Sprintf("apiFault: {service: %s, operation: %s, %s%s}", o.service, o.name, how, rest)
}

// throttling is the code of a service for too many requests, with its status.
func (o operation) throttling() string {
	switch o.service {
	case "dynamodb", "states":
		return "ThrottlingException, status: 400, message: rate exceeded"
	case "s3":
		return "SlowDown, status: 503, message: reduce your request rate"
	case "lambda":
		return "TooManyRequestsException, status: 429, message: rate exceeded"
	case "sns":
		return "Throttled, status: 429, message: rate exceeded"
	}
	return "Throttling, status: 400, message: rate exceeded"
}

// crash makes invocations of a function fail.
func (d *dice) crash() string {
	kind := one(d, "throttle", "crash-before", "crash-midway", "crash-midway", "crash-after-effect", "timeout")
	calls := ""
	if kind == "crash-midway" {
		calls = fmt.Sprintf(", calls: %d", 1+d.IntN(12))
	}
	return fmt.Sprintf("invocations: {function: %s, fail: %s%s, times: %d}", one(d, steps...), kind, calls, 1+d.IntN(3))
}

// states are those whose invocations can be delivered once more.
var states = []string{"Validate", "Announce", "ShiftTraffic", "UpdateRegistry", "PromoteDatabase", "VerifyHealth", "CloseRun", "Notify"}

// operator is what a person does during the runs.
func (d *dice) operator(runs int) string {
	run := 1 + d.IntN(runs)
	switch d.IntN(8) {
	case 0:
		return fmt.Sprintf("stop: {run: %d}", run)
	case 1:
		return fmt.Sprintf("stop: {run: %d, in: %s}", run, one(d, states...))
	case 2:
		return fmt.Sprintf("pause: {run: %d, for: %s}", run, d.between(time.Second, 6*time.Minute))
	case 3, 4:
		return fmt.Sprintf("repeatStep: {run: %d, state: %s, number: %d}", run, one(d, states...), 1+d.IntN(3))
	case 5:
		name := one(d, d.names...)
		return fmt.Sprintf("drift: {zone: %s, name: r0.%s.%s, type: A, region: %s, weight: %d}", zones[name], name, zoneNames[zones[name]], one(d, east, west), one(d, 0, 1, 50, 100))
	default:
		return fmt.Sprintf("answer: {run: %d, by: alice, approved: %t}", run, d.chance(0.7))
	}
}
