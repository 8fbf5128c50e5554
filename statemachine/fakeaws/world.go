package fakeaws

import (
	"time"

	"github.com/drover-dr/drover/statemachine/fakeaws/kernel"
)

// World is the AWS simulator: the kernel, the services, and their control surfaces.
//
// All methods may be called from several goroutines.
type World struct {
	// Account is the id of the one AWS account.
	Account string
	// Observe, when set, is called with every entry of the journal as it is written, with the mutex held.
	Observe func(Entry)
	// Watcher, when set, is called when executions make progress, with the mutex held.
	Watcher Watcher

	kernel.Control
	k *kernel.Kernel

	// logLines are those that functions and APIs have written.
	logLines []LogLine

	// functions are found by ARN, and their versions by the ARN with the number; published says which there are.
	functions    map[string]*Function
	concurrent   map[string]*concurrency // by Region
	published    map[string]*versions
	invokeFaults []*InvokeFault

	services map[string]endpoint
	iam      *iam
	route53  *route53
	rds      *rds
	dynamodb *dynamodb
	metrics  *metrics
	sns      *sns
	s3       *s3
	traffic  *traffic

	sqs    *sqs
	events *events
	apis   *apis

	stepfunctions *stepfunctions
}

// New returns an AWS simulator with the given Regions, all of them healthy, whose clock shows start.
func New(account string, start time.Time, regions ...string) *World {
	k := kernel.New(account, start, regions...)
	w := &World{Account: account, Control: k.Control(), k: k, functions: map[string]*Function{}, concurrent: map[string]*concurrency{}, published: map[string]*versions{}}
	k.Observe = func(e kernel.Entry) {
		if w.Observe != nil {
			w.Observe(e)
		}
	}
	w.iam = newIAM(w)
	w.route53 = newRoute53(w)
	w.rds = newRDS(w)
	w.dynamodb = newDynamoDB(w)
	w.metrics = newMetrics(w)
	w.sns = newSNS(w)
	w.s3 = newS3(w)
	w.traffic = newTraffic(w)
	w.sqs = newSQS(w)
	w.events = newEvents(w)
	w.apis = newAPIs(w)
	w.stepfunctions = newStepFunctions(w)
	w.services = w.endpoints()
	return w
}
