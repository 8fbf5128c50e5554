package verifyhealth

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/registry"
	"github.com/drover-dr/drover/statemachine/fakeaws"
)

// lever is the host of the route that the health checkers of the record sets of us-east-1 ask.
const lever = "lever.example"

// newProof is a stand of a drill that has left us-east-1, where the health check of a switch sees whether users are to leave it.
func newProof(t *testing.T, kind failover.Lever) (*stand, *named) {
	t.Helper()
	s, n := newSwitched(t, "checkout")
	s.Registry.Plan.Switches = []failover.Switch{{Name: "default", Lever: kind}}
	s.must(s.world.AddHealthCheck(fakeaws.HealthCheck{
		ID: "check-east", Type: "HTTPS", Host: lever, Path: "/switches/default/us-east-1", RequestInterval: 10, FailureThreshold: 1, Inverted: true, Settled: true,
		Regions: []string{"us-west-1", "eu-west-1", "ap-southeast-1"},
	}))
	s.route(404)
	s.setWeight("checkout", east, 0)
	s.setWeight("checkout", west, 100)
	app := s.apps[0]
	app.Records[0].Endpoints[east] = failover.Endpoint{Value: "192.0.2.9", HealthCheck: "check-east"}
	_, err := s.Registry.Register(t.Context(), s.Registry.Plan, []failover.Application{app}, begin)
	s.must(err)
	return s, n
}

// route lets the route answer with a status.
func (s *stand) route(status int) { s.world.SetEndpoint(lever, fakeaws.ProbeAnswer{Status: status}) }

// part asks for a check of a part of the proof, written at a time.
func (s *stand) part(part failover.Proof, written time.Time) failover.VerifyAnswer {
	s.t.Helper()
	return s.checkOnce(func(req *failover.VerifyRequest) {
		req.Run.Action, req.Run.Proves = failover.Drill, []string{"default"}
		req.Stage.Percent, req.Stage.Promote, req.Stage.Prove, req.Stage.Wave = nil, false, part, 0
		req.ShiftedAt, req.Inventory = written, &failover.Inventory{Complete: true, Waves: []int{1}}
	})
}

// TestASwitchIsProvedWhenTheHealthCheckersSeeIt, after its delay, and its reset when they see that; what was seen before it was written
// proves nothing. What was verified of the records stays.
func TestASwitchIsProvedWhenTheHealthCheckersSeeIt(t *testing.T) {
	s, _ := newProof(t, failover.EndpointLever)
	for part, status := range map[failover.Proof]int{failover.ProveEvacuation: 200, failover.ProveReset: 404} {
		s.route(status)
		s.world.AdvanceTo(s.world.Now().Add(30 * time.Second))
		written := s.world.Now()
		s.world.AdvanceTo(written.Add(time.Second))
		if got := s.part(part, written); got.Verdict != failover.Pending || !strings.Contains(strings.Join(got.Reasons, " "), "0 of 3 health checkers of check check-east") {
			t.Errorf("%s: before the checkers have asked again: got %s, %q", part, got.Verdict, got.Reasons)
		}
		s.world.AdvanceTo(written.Add(15 * time.Second))
		if got := s.part(part, written); got.Verdict != failover.Pending || !strings.Contains(strings.Join(got.Reasons, " "), "name servers answer by it from") {
			t.Errorf("%s: before its delay is over: got %s, %q", part, got.Verdict, got.Reasons)
		}
		s.world.AdvanceTo(written.Add(25 * time.Second))
		got := s.part(part, written)
		if diff := cmp.Diff(&failover.Inventory{Complete: true, Waves: []int{1}}, got.Inventory); got.Verdict != failover.Passed || diff != "" {
			t.Errorf("%s: got %s, %q; inventory (-want +got):\n%s", part, got.Verdict, got.Reasons, diff)
		}
	}
}

// TestASwitchWhoseRouteDoesNotAnswerIsNotProved, whatever the registry says.
func TestASwitchWhoseRouteDoesNotAnswerIsNotProved(t *testing.T) {
	s, _ := newProof(t, failover.EndpointLever)
	written := s.world.Now()
	s.world.AdvanceTo(written.Add(time.Minute))
	got := s.part(failover.ProveEvacuation, written)
	const want = `switch default: 0 of 3 health checkers of check check-east on the record sets of us-east-1 report "Success", others "Failure: HTTP Status Code 404, Not Found"`
	if got.Verdict != failover.Pending || len(got.Reasons) != 1 || got.Reasons[0] != want {
		t.Errorf("got %s, %q; want %q", got.Verdict, got.Reasons, want)
	}
}

// TestAProofThatMovesAUserIsNone: the names must resolve to the Region that has the weight.
func TestAProofThatMovesAUserIsNone(t *testing.T) {
	s, n := newProof(t, failover.EndpointLever)
	s.route(200)
	written := s.world.Now()
	s.world.AdvanceTo(written.Add(time.Minute))
	n.set("checkout.example.com", "192.0.2.9")
	if got := s.part(failover.ProveEvacuation, written); got.Verdict != failover.Pending || !strings.Contains(strings.Join(got.Reasons, " "), "answer 192.0.2.9; expected 192.0.2.1 of us-west-2") {
		t.Errorf("got %s, %q", got.Verdict, got.Reasons)
	}
}

// TestALeverWithoutHealthCheckersIsProvedByWhatIsWritten.
func TestALeverWithoutHealthCheckersIsProvedByWhatIsWritten(t *testing.T) {
	s, _ := newProof(t, failover.MetricLever)
	written := s.world.Now()
	s.world.AdvanceTo(written.Add(3 * time.Minute))
	if got := s.part(failover.ProveEvacuation, written); got.Verdict != failover.Pending || !strings.Contains(strings.Join(got.Reasons, " "), "switch default: its metric is not written") {
		t.Errorf("got %s, %q", got.Verdict, got.Reasons)
	}
	s.must(s.Registry.ConfirmLever(t.Context(), "default", registry.SwitchState{Epoch: 1, Run: "run-1", Pulled: east, LeverAt: written}))
	if got := s.part(failover.ProveEvacuation, written); got.Verdict != failover.Passed {
		t.Errorf("written: got %s, %q", got.Verdict, got.Reasons)
	}
}

// TestAProofOfApplicationsThatAreGoneIsNone.
func TestAProofOfApplicationsThatAreGoneIsNone(t *testing.T) {
	s, _ := newProof(t, failover.EndpointLever)
	s.Registry.Plan.Switches = []failover.Switch{{Name: "other"}, {Name: "default", Lever: failover.EndpointLever}}
	if got := s.part(failover.ProveEvacuation, s.world.Now()); got.Verdict != failover.Pending || !strings.Contains(strings.Join(got.Reasons, " "), "no application of the drill has it any more") {
		t.Errorf("got %s, %q", got.Verdict, got.Reasons)
	}
}
