package apigateway

import (
	"fmt"
	"slices"

	"github.com/drover-dr/drover/statemachine/fakeaws/iam"
	"github.com/drover-dr/drover/statemachine/fakeaws/kernel"
)

// API is an HTTP API of API Gateway with its stage $default.
type API struct {
	// ID is its name in addresses: https://ID.execute-api.REGION.amazonaws.com, or /ID/… at the simulator's address.
	ID, Name, Region string
	Routes           []Route
	// RatePerSecond and Burst are the stage's throttle for each route; without a rate nothing is throttled.
	RatePerSecond, Burst int
	// LogGroup is the log group of its access log, LogFormat a line of it, with variables such as $context.status; without
	// a group nothing is logged.
	LogGroup, LogFormat string
}

// Route is one method and path of an API, and the function behind it.
type Route struct {
	// Key is the method and the path as API Gateway writes them: "GET /runs/{id}".
	Key string
	// Authorization is NONE or AWS_IAM.
	Authorization string
	FunctionARN   string
	// RoleARN is the role with which API Gateway calls the function.
	RoleARN string
	bucket  *kernel.Bucket
}

// Functions are the Lambda functions behind routes.
type Functions interface {
	// Has says whether a function exists.
	Has(arn string) bool
	// InvokeNow runs a function and returns when it has answered. It is called without the mutex.
	InvokeNow(arn string, payload []byte) kernel.InvokeResult
}

// Logs takes the lines of access logs.
type Logs interface {
	Log(group, region, text string)
}

// Service holds the APIs.
type Service struct {
	k         *kernel.Kernel
	iam       *iam.Service
	functions Functions
	logs      Logs
	apis      map[string]*API // by id
}

// New returns an API Gateway without APIs.
func New(k *kernel.Kernel, iam *iam.Service, functions Functions, logs Logs) *Service {
	return &Service{k: k, iam: iam, functions: functions, logs: logs, apis: map[string]*API{}}
}

// Control is what drills and tests do to API Gateway and see of it. Its methods take the kernel's mutex.
type Control struct{ s *Service }

// Control returns the control surface.
func (a *Service) Control() Control { return Control{a} }

// AddAPI adds an HTTP API. Its functions get events of the payload format 2.0.
func (ctl Control) AddAPI(a API) error {
	ctl.s.k.Lock()
	defer ctl.s.k.Unlock()
	switch {
	case !ctl.s.k.HasRegion(a.Region):
		return fmt.Errorf("add API %s: %w", a.Name, ctl.s.k.CheckRegion(a.Region))
	case ctl.s.apis[a.ID] != nil:
		return fmt.Errorf("add API %s: the id %s is taken", a.Name, a.ID)
	}
	a.Routes = slices.Clone(a.Routes)
	for i, r := range a.Routes {
		if !slices.Contains([]string{"NONE", authorizationIAM}, r.Authorization) {
			return fmt.Errorf("add API %s: route %q: authorization %q; expected NONE or AWS_IAM", a.Name, r.Key, r.Authorization)
		}
		if a.RatePerSecond > 0 {
			a.Routes[i].bucket = kernel.NewBucket(max(a.Burst, 1), a.RatePerSecond)
		}
	}
	ctl.s.apis[a.ID] = &a
	return nil
}
