package fakeaws

import (
	"net/http"
	"time"

	"github.com/drover-dr/drover/statemachine/fakeaws/apigateway"
	"github.com/drover-dr/drover/statemachine/fakeaws/cloudwatch"
	"github.com/drover-dr/drover/statemachine/fakeaws/functionurl"
	"github.com/drover-dr/drover/statemachine/fakeaws/iam"
	"github.com/drover-dr/drover/statemachine/fakeaws/kernel"
	"github.com/drover-dr/drover/statemachine/fakeaws/route53"
	"github.com/drover-dr/drover/statemachine/fakeaws/sqs"
	"github.com/drover-dr/drover/statemachine/fakeaws/stepfunctions"
)

// World is the AWS simulator: the kernel, the services and the clients. Drills and tests use the control surfaces that it
// embeds; everything else uses [World.ServeHTTP].
//
// All methods may be called from several goroutines.
type World struct {
	// Account is the id of the one AWS account.
	Account string
	// Observe, when set, is called with every entry of the journal as it is written, with the mutex held.
	Observe func(Entry)
	// Watcher, when set, is called when executions make progress, with the mutex held.
	Watcher Watcher

	// ControlPlaneStays says that Route 53's control plane answers although its Region is dark. It is true unless it is
	// set to false before the simulator is used (R53-1).
	ControlPlaneStays bool

	controls
	// unanswered is the attempt of the SDK that was not answered last.
	unanswered string
	// probes are the requests of health checkers.
	probes map[route53.Probe]*http.Request
	// endpoints are the services by their names in the credential scope of a signature.
	endpoints map[string]endpoint

	// The parts that the World itself uses: see endpoint.go, door.go and logs.go.
	k             *kernel.Kernel
	iam           *iam.Service
	route53       *route53.Service
	apigateway    *apigateway.Service
	functionurl   *functionurl.Service
	sqs           *sqs.Service
	cloudwatch    *cloudwatch.Service
	stepfunctions *stepfunctions.Service
}

// New returns an AWS simulator with the given Regions, all of them healthy, whose clock shows start.
func New(account string, start time.Time, regions ...string) *World {
	w := &World{Account: account, ControlPlaneStays: true, probes: map[route53.Probe]*http.Request{}, k: kernel.New(account, start, regions...)}
	w.k.Observe = func(e Entry) {
		if w.Observe != nil {
			w.Observe(e)
		}
	}
	w.addServices()
	return w
}
