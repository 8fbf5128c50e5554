package fakeaws

import (
	"github.com/drover-dr/drover/statemachine/fakeaws/apigateway"
	"github.com/drover-dr/drover/statemachine/fakeaws/clients"
	"github.com/drover-dr/drover/statemachine/fakeaws/cloudwatch"
	"github.com/drover-dr/drover/statemachine/fakeaws/delivery"
	"github.com/drover-dr/drover/statemachine/fakeaws/eventbridge"
	"github.com/drover-dr/drover/statemachine/fakeaws/functionurl"
	"github.com/drover-dr/drover/statemachine/fakeaws/iam"
	"github.com/drover-dr/drover/statemachine/fakeaws/kernel"
	"github.com/drover-dr/drover/statemachine/fakeaws/lambda"
	"github.com/drover-dr/drover/statemachine/fakeaws/rds"
	"github.com/drover-dr/drover/statemachine/fakeaws/route53"
	"github.com/drover-dr/drover/statemachine/fakeaws/routingcontrol"
	"github.com/drover-dr/drover/statemachine/fakeaws/scheduler"
	"github.com/drover-dr/drover/statemachine/fakeaws/sns"
	"github.com/drover-dr/drover/statemachine/fakeaws/sqs"
	"github.com/drover-dr/drover/statemachine/fakeaws/stepfunctions"
	"github.com/drover-dr/drover/statemachine/fakeaws/wire"
)

// The names by which drills and tests know the types of the packages below, so that they import this package alone.
type (
	Entry        = kernel.Entry
	Call         = kernel.Call
	Invocation   = kernel.Invocation
	InvokeResult = kernel.InvokeResult
	Fault        = kernel.Fault
	Pace         = kernel.Pace
	APIError     = wire.Error

	RecordSet       = route53.RecordSet
	AliasTarget     = route53.AliasTarget
	Change          = route53.Change
	Batch           = route53.Batch
	Route53Settings = route53.Settings
	HealthCheck     = route53.HealthCheck
	ZoneKind        = route53.ZoneKind
	ProbeAnswer     = route53.ProbeAnswer

	GlobalCluster = rds.GlobalCluster
	Member        = rds.Member
	Promotion     = rds.Promotion
	Loss          = rds.Loss

	Alarm       = cloudwatch.Alarm
	AlarmRule   = cloudwatch.AlarmRule
	Composite   = cloudwatch.Composite
	MetricDelay = cloudwatch.MetricDelay
	LogLine     = cloudwatch.LogLine

	Message      = sns.Message
	QueueMessage = sqs.Message

	Function    = lambda.Function
	InvokeFault = lambda.InvokeFault

	StateMachine = stepfunctions.StateMachine
	Execution    = stepfunctions.Execution
	Watcher      = stepfunctions.Watcher

	Rule        = eventbridge.Rule
	Event       = eventbridge.Event
	Schedule    = scheduler.Schedule
	Target      = delivery.Target
	Transformer = delivery.Transformer

	FunctionURL = functionurl.URL

	RoutingCluster = routingcontrol.Cluster
	RoutingControl = routingcontrol.Control
	SafetyRule     = routingcontrol.Rule

	API   = apigateway.API
	Route = apigateway.Route

	Clients      = clients.Clients
	Metric       = clients.Metric
	Sample       = clients.Sample
	RegionSample = clients.RegionSample
	Impact       = clients.Impact
)

const (
	// Administrator is the access key of a caller with all permissions.
	Administrator = iam.Administrator
	// CodeNotImplemented marks an operation that the AWS simulator does not have. A drill in which it was answered fails.
	CodeNotImplemented = wire.CodeNotImplemented
)

// The states of an alarm, and what suppresses the actions of a composite alarm.
const (
	AlarmOK               = cloudwatch.AlarmOK
	AlarmInAlarm          = cloudwatch.AlarmInAlarm
	AlarmInsufficientData = cloudwatch.AlarmInsufficientData
	SuppressedByAlarm     = cloudwatch.SuppressedByAlarm
	SuppressedByWait      = cloudwatch.SuppressedByWait
	SuppressedByExtension = cloudwatch.SuppressedByExtension
)

// What a metric is a function of; see [clients.Metric].
const (
	OfRequests      = clients.OfRequests
	OfServed        = clients.OfServed
	OfFailed        = clients.OfFailed
	OfErrors        = clients.OfErrors
	OfFailedPercent = clients.OfFailedPercent
	OfLatency       = clients.OfLatency
	OfCanary        = clients.OfCanary
)

// MetricOfs are what a metric of clients' requests can be a function of.
var MetricOfs = clients.MetricOfs

// How an invocation fails; see [lambda.InvokeFault].
const (
	InvokeThrottled = lambda.InvokeThrottled
	InvokeCrashes   = lambda.InvokeCrashes

	InvokeCrashesBefore = lambda.InvokeCrashesBefore
	InvokeCrashesMidway = lambda.InvokeCrashesMidway
	InvokeTimesOut      = lambda.InvokeTimesOut
	InvokeDeleted       = lambda.InvokeDeleted
	InvokeDenied        = lambda.InvokeDenied
)

// The types of health checks, and the status while the data of an alarm are missing; see [route53.HealthCheck].
const (
	CheckHTTP            = route53.TypeHTTP
	CheckHTTPS           = route53.TypeHTTPS
	CheckMetric          = route53.TypeMetric
	CheckCalculated      = route53.TypeCalculated
	CheckRecoveryControl = route53.TypeRecoveryControl
	MissingHealthy       = route53.MissingHealthy
	MissingUnhealthy     = route53.MissingUnhealthy
	MissingLastKnown     = route53.MissingLastKnown
)

// ImpactOf is the client impact of samples.
func ImpactOf(samples []Sample) Impact { return clients.ImpactOf(samples) }

// DefaultMetricDelay is how late CloudWatch delivers metrics unless a scenario says otherwise.
func DefaultMetricDelay() MetricDelay { return cloudwatch.DefaultMetricDelay() }
