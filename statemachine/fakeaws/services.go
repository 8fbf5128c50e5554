package fakeaws

import (
	"github.com/drover-dr/drover/statemachine/fakeaws/apigateway"
	"github.com/drover-dr/drover/statemachine/fakeaws/clients"
	"github.com/drover-dr/drover/statemachine/fakeaws/cloudwatch"
	"github.com/drover-dr/drover/statemachine/fakeaws/delivery"
	"github.com/drover-dr/drover/statemachine/fakeaws/dynamodb"
	"github.com/drover-dr/drover/statemachine/fakeaws/eventbridge"
	"github.com/drover-dr/drover/statemachine/fakeaws/functionurl"
	"github.com/drover-dr/drover/statemachine/fakeaws/iam"
	"github.com/drover-dr/drover/statemachine/fakeaws/kernel"
	"github.com/drover-dr/drover/statemachine/fakeaws/lambda"
	"github.com/drover-dr/drover/statemachine/fakeaws/rds"
	"github.com/drover-dr/drover/statemachine/fakeaws/route53"
	"github.com/drover-dr/drover/statemachine/fakeaws/routingcontrol"
	"github.com/drover-dr/drover/statemachine/fakeaws/s3"
	"github.com/drover-dr/drover/statemachine/fakeaws/scheduler"
	"github.com/drover-dr/drover/statemachine/fakeaws/sns"
	"github.com/drover-dr/drover/statemachine/fakeaws/sqs"
	"github.com/drover-dr/drover/statemachine/fakeaws/stepfunctions"
)

// apiService is the name of API Gateway in the credential scope of requests to an API.
const apiService = "execute-api"

// urlService is the name of function URLs among the endpoints. Their requests have no signature.
const urlService = "lambda-url"

// arcService is the signing name of the data plane of routing controls.
const arcService = "route53-recovery-cluster"

// addServices makes the services in the order in which they need each other. A new service is one line here and one in
// the table of endpoints; with a control surface it has a line in controls too.
func (w *World) addServices() {
	k := w.k
	identity := iam.New(k)
	deliveries := delivery.New(k, identity, door{w})
	bus := eventbridge.New(k, deliveries)
	topics := sns.New(k)
	metrics := cloudwatch.New(k, topics, bus)
	recovery := routingcontrol.New(k)
	zones := route53.New(k, identity, alarms{metrics}, recovery, checkers{w})
	recovery.Changed = zones.Refresh
	zones.ControlPlaneStays = func() bool { return w.ControlPlaneStays }
	databases := rds.New(k, identity, metrics)
	tables := dynamodb.New(k, metrics)
	queues := sqs.New(k, metrics)
	buckets := s3.New(k, identity)
	functions := lambda.New(k, identity, metrics, metrics)
	urls := functionurl.New(k, functions)
	machines := stepfunctions.New(k, identity, functions, metrics, bus, func() Watcher { return w.Watcher })
	apis := apigateway.New(k, identity, functions, metrics)
	schedules := scheduler.New(k, deliveries)
	users := clients.New(k, zones, databases, metrics)

	w.iam, w.route53, w.apigateway, w.functionurl = identity, zones, apis, urls
	w.sqs, w.cloudwatch, w.stepfunctions = queues, metrics, machines
	w.endpoints = map[string]endpoint{
		"route53":    {Service: zones, reachable: zones.Reachable},
		arcService:   {Service: recovery},
		"rds":        {Service: databases},
		"dynamodb":   {Service: tables, maxBody: 16 << 20}, // "Quotas in Amazon DynamoDB": 16 MB, for BatchWriteItem
		"monitoring": {Service: metrics},
		"sns":        {Service: topics},
		"s3":         {Service: buckets, maxBody: 64 << 20, opaque: true}, // 5 GB in "PutObject"; the largest report is far below
		"states":     {Service: machines},
		"lambda":     {Service: functions, maxBody: 16 << 20}, // Lambda itself rejects a payload over 6 MB, in its own words
		"events":     {Service: bus},
		"sqs":        {Service: queues},
		"sts":        {Service: identity.STS()},
		urlService:   {Service: urls, maxBody: 6 << 20},  // "Lambda quotas": synchronous invocation payload
		apiService:   {Service: apis, maxBody: 10 << 20}, // "Quotas for HTTP APIs": payload size
	}
	w.controls = controls{
		k.Control(), identity.Control(), zones.Control(), databases.Control(), tables.Control(), metrics.Control(), topics.Control(),
		queues.Control(), buckets.Control(), functions.Control(), machines.Control(), bus.Control(), schedules.Control(),
		apis.Control(), urls.Control(), recovery.Control(), users.Control(),
	}
}

// controls are the control surfaces: what drills and tests do to the simulator and see of it. Each is embedded under a
// name of its own.
type controls struct {
	kernelControl
	iamControl
	route53Control
	rdsControl
	dynamodbControl
	cloudwatchControl
	snsControl
	sqsControl
	s3Control
	lambdaControl
	stepfunctionsControl
	eventbridgeControl
	schedulerControl
	apigatewayControl
	functionurlControl
	routingcontrolControl
	clientsControl
}

type (
	kernelControl         = kernel.Control
	iamControl            = iam.Control
	route53Control        = route53.Control
	rdsControl            = rds.Control
	dynamodbControl       = dynamodb.Control
	cloudwatchControl     = cloudwatch.Control
	snsControl            = sns.Control
	sqsControl            = sqs.Control
	s3Control             = s3.Control
	lambdaControl         = lambda.Control
	stepfunctionsControl  = stepfunctions.Control
	eventbridgeControl    = eventbridge.Control
	schedulerControl      = scheduler.Control
	apigatewayControl     = apigateway.Control
	functionurlControl    = functionurl.Control
	routingcontrolControl = routingcontrol.Surface
	clientsControl        = clients.Control
)
