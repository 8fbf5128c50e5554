package fakeawstest

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/drover-dr/drover/statemachine/fakeaws"
)

// strikes are the ways in which one request can fail.
var strikes = map[string]fakeaws.Fault{
	"fails before its effect": {Error: &fakeaws.APIError{Code: "InternalFailure", Status: 500, Message: "no"}},
	"fails after its effect":  {LoseAnswer: true},
	"is throttled":            {Error: &fakeaws.APIError{Code: "ThrottlingException", Status: 400, Message: "Rate exceeded"}},
}

// Strike is one request of a step that fails.
type Strike struct {
	// Name says how it fails, N which it is, counted from 1; 0 means that none fails.
	Name string
	N    int
	// Loses says that the request has its effect.
	Loses bool

	fault  fakeaws.Fault
	world  *fakeaws.World
	before int
	made   int // by the step
}

// maxRequests bounds a step: one that goes on for so long does not end.
const maxRequests = 300

// EveryRequest plays a step once for each request that it makes and each way in which that request can fail, and compares what it
// leaves with what it leaves when no request fails. play sets everything up anew, arms the strike, repeats the step as the state
// machine does until it answers, and returns what can be seen then, the number of effects included.
func EveryRequest(t *testing.T, play func(t *testing.T, s *Strike) any) {
	t.Helper()
	want := play(t, &Strike{})
	for name, fault := range strikes {
		for n := 1; ; n++ {
			s := &Strike{Name: name, N: n, Loses: fault.LoseAnswer, fault: fault}
			got := play(t, s)
			if !s.struck() {
				break
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("request %d (%s) %s (-without a fault +got):\n%s", n, s.Request(), name, diff)
			}
			if n == maxRequests {
				t.Fatalf("the step makes more than %d requests", n)
			}
		}
	}
}

// Arm makes the request fail, counted from now on. The step has ended when it calls the function that Arm returns.
func (s *Strike) Arm(world *fakeaws.World) (ended func()) {
	s.world, s.before = world, len(world.Calls())
	remove := func() {}
	if s.N > 0 {
		s.fault.After, s.fault.Times = s.N-1, 1
		remove = world.Inject(s.fault)
	}
	return func() {
		remove()
		s.made = len(world.Calls()) - s.before
	}
}

func (s *Strike) struck() bool { return s.made >= s.N }

// Request names the request that fails, empty when it was not made.
func (s *Strike) Request() string {
	if s.N == 0 || !s.struck() {
		return ""
	}
	c := s.world.Calls()[s.before+s.N-1]
	return c.Service + " " + c.Operation
}
