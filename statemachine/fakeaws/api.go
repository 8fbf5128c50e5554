package fakeaws

import (
	"fmt"
	"slices"

	"github.com/drover-dr/drover/statemachine/fakeaws/kernel"
)

// API is an HTTP API of API Gateway with its stage $default.
type API struct {
	// ID is what an address says to reach it: https://ID.execute-api.REGION.amazonaws.com, or /ID/… at the World's own.
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

// apis is API Gateway as its callers see it.
type apis struct {
	w    *World
	apis map[string]*API // by id
}

func newAPIs(w *World) *apis { return &apis{w: w, apis: map[string]*API{}} }

// AddAPI adds an HTTP API. Its functions are handed events of the payload format 2.0.
func (w *World) AddAPI(a API) error {
	w.k.Lock()
	defer w.k.Unlock()
	switch {
	case !w.k.HasRegion(a.Region):
		return fmt.Errorf("add API %s: %w", a.Name, w.k.CheckRegion(a.Region))
	case w.apis.apis[a.ID] != nil:
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
	w.apis.apis[a.ID] = &a
	return nil
}
