package levers_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/lambdas/internal/entry"
	"github.com/drover-dr/drover/lambdas/internal/levers"
	"github.com/drover-dr/drover/statemachine/fakeaws"
)

// TestBothSidesChangeInOneRequest, after the registry, at a literal endpoint of the plan; reset is both On.
func TestBothSidesChangeInOneRequest(t *testing.T) {
	f := withCluster(t, 1)
	before := len(f.Calls())
	for range 2 {
		if failed := f.evacuate(t, f.by(7, "run-7"), "arc-0"); len(failed) > 0 {
			t.Fatal(failed)
		}
	}
	at := (*f.asked)[0]
	want := []string{"us-west-2 UpdateItem", at + " UpdateRoutingControlStates", "us-west-2 UpdateItem", "us-west-2 UpdateItem ConditionalCheckFailedException"}
	if diff := cmp.Diff(want, f.callsSince(before)); diff != "" {
		t.Errorf("calls (-want +got):\n%s", diff)
	}
	if got := f.on(t, 0); got != "false true" {
		t.Errorf("controls %s; want us-east-1 off and us-west-2 on", got)
	}
	must(t, f.Reset(t.Context(), f.by(7, "run-7"), "arc-0"))
	if got := f.on(t, 0); got != "true true" || f.state(t, "arc-0").Evacuated != "" {
		t.Errorf("reset: controls %s, %+v; want both on", got, f.state(t, "arc-0"))
	}
}

// TestEndpointsAreAskedInRotation: from one that depends on the run, each once, signed for its own Region, and that in the Region
// which the failover leaves last; three of five may be gone.
func TestEndpointsAreAskedInRotation(t *testing.T) {
	f := withCluster(t, 1)
	f.evacuate(t, f.by(1, "run"), "arc-0")
	first := slices.Index(clusterRegions, (*f.asked)[0])
	order := slices.Concat(clusterRegions[first:], clusterRegions[:first])
	order = append(slices.DeleteFunc(order, func(region string) bool { return region == string(east) }), string(east))
	f.Pass(10 * time.Second)
	for i, gone := range order[:3] {
		if i == 1 {
			must(t, f.SetClusterEndpoint(gone, false))
			continue
		}
		f.Inject(fakeaws.Fault{Service: "route53-recovery-cluster", Region: gone, Error: &fakeaws.APIError{Code: "InternalServerException", Status: 500}})
	}
	*f.asked = nil
	w := f.by(2, "run") // the same name: the same first endpoint
	if failed := f.evacuate(t, w, "arc-0"); len(failed) > 0 {
		t.Fatal(failed)
	}
	if diff := cmp.Diff(order[:4], *f.asked); diff != "" {
		t.Errorf("endpoints (-want +got):\n%s", diff)
	}
	*f.asked = nil
	for _, gone := range order[3:] {
		must(t, f.SetClusterEndpoint(gone, false))
	}
	f.Pass(time.Second)
	failed := f.evacuate(t, f.by(3, "run"), "arc-0")
	if entry.ConditionOf(failed["arc-0"]) != failover.Unreachable || !strings.Contains(entry.Named(failed["arc-0"]).Message, "any of the 5 endpoints") {
		t.Errorf("with all of them gone: %v", failed)
	}
	if diff := cmp.Diff(order, *f.asked); diff != "" {
		t.Errorf("endpoints (-want +got):\n%s", diff)
	}
	*f.asked = nil
	w = f.by(3, "run")
	w.Round = 2
	f.evacuate(t, w, "arc-0")
	if (*f.asked)[0] != order[1] {
		t.Errorf("the second call starts at %s; want the next one, %s", (*f.asked)[0], order[1])
	}
}

// TestRunsStartAtDifferentEndpoints, so that not all of them wait for the same one.
func TestRunsStartAtDifferentEndpoints(t *testing.T) {
	f := withCluster(t, 1)
	started := map[string]bool{}
	for n, run := range []string{"a", "b", "c", "d", "e", "f", "g", "h"} {
		*f.asked = nil
		f.evacuate(t, f.by(int64(n+1), run), "arc-0")
		started[(*f.asked)[0]] = true
		f.Pass(10 * time.Second)
	}
	if len(started) < 3 {
		t.Errorf("eight runs started at %v", started)
	}
}

// TestEachClusterIsAskedForItsOwnControls: one request changes those of one cluster, and switches of one cluster share a request.
func TestEachClusterIsAskedForItsOwnControls(t *testing.T) {
	for clusters := 1; clusters <= 2; clusters++ {
		f := withCluster(t, 3)
		f.Plan.Switches = slices.Clone(f.Plan.Switches)
		f.Plan.Switches[1] = f.Plan.Switches[2] // which no safety rule is about
		if clusters == 2 {
			of := *f.Plan.Switches[1].RoutingControl
			of.Endpoints = slices.Clone(of.Endpoints)
			slices.Reverse(of.Endpoints)
			f.Plan.Switches[1].RoutingControl = &of
		}
		f.Switches.Plan, f.store.Plan = f.Plan, f.Plan
		before := len(f.Calls())
		f.evacuate(t, f.by(7, "run-7"), "arc-0", "arc-2")
		if n := strings.Count(strings.Join(f.callsSince(before), "\n"), "UpdateRoutingControlStates"); n != clusters {
			t.Errorf("%d clusters: %d requests", clusters, n)
		}
	}
}

// TestASafetyRulesRefusalIsAnAnswer: no other endpoint is asked, the switch is as before, and an override has to name the rule.
func TestASafetyRulesRefusalIsAnAnswer(t *testing.T) {
	f := withCluster(t, 2)
	before := len(f.Calls())
	failed := f.evacuate(t, f.by(7, "run-7"), "arc-1")
	if err := failed["arc-1"]; !errors.Is(err, levers.ErrRefused) || entry.ConditionOf(err) != failover.Rejected || !strings.Contains(entry.Named(err).Message, both) {
		t.Errorf("got %v; want a refusal that names the rule", err)
	}
	if n := strings.Count(strings.Join(f.callsSince(before), "\n"), "UpdateRoutingControlStates"); n != 1 {
		t.Errorf("%d requests; want one", n)
	}
	if got := f.state(t, "arc-1"); got.Evacuated != "" || f.on(t, 1) != "true true" {
		t.Errorf("got %+v; want the switch as before", got)
	}
	w := f.by(8, "another")
	w.Run.OverrideSafetyRules = []string{rule}
	if failed := f.evacuate(t, w, "arc-1"); !errors.Is(failed["arc-1"], levers.ErrRefused) {
		t.Errorf("with an override of another rule: %v", failed)
	}
	w.Run.OverrideSafetyRules = []string{both}
	if failed := f.evacuate(t, w, "arc-1"); len(failed) > 0 || f.on(t, 1) != "false true" {
		t.Errorf("with the override: %v, controls %s", failed, f.on(t, 1))
	}
}

// TestARefusalOfWhatIsDoneAlreadyIsNone: safety rules refuse any change for some seconds after the one before.
func TestARefusalOfWhatIsDoneAlreadyIsNone(t *testing.T) {
	f := withCluster(t, 1)
	f.evacuate(t, f.by(7, "run-7"), "arc-0")
	state := f.state(t, "arc-0")
	state.Pulled = "" // as if the confirmation had been lost
	must(t, f.store.ConfirmLever(t.Context(), "arc-0", state))
	f.Pass(time.Second)
	if failed := f.evacuate(t, f.by(7, "run-7"), "arc-0"); len(failed) > 0 {
		t.Errorf("got %v; want none", failed)
	}
}

// TestARefusalAfterAnEndpointThatDidNotAnswerIsNone either: that one may have made the change, but others do not know it yet.
func TestARefusalAfterAnEndpointThatDidNotAnswerIsNone(t *testing.T) {
	f := withCluster(t, 1)
	f.Inject(fakeaws.Fault{Operation: "UpdateRoutingControlStates", LoseAnswer: true, Times: 1})
	failed := f.evacuate(t, f.by(7, "run-7"), "arc-0")
	if err := failed["arc-0"]; entry.ConditionOf(err) != failover.Busy || errors.Is(err, levers.ErrRefused) {
		t.Errorf("got %v; want Busy", err)
	}
	f.Pass(6 * time.Second)
	if failed := f.evacuate(t, f.by(7, "run-7"), "arc-0"); len(failed) > 0 || f.on(t, 0) != "false true" {
		t.Errorf("the next call: %v, controls %s", failed, f.on(t, 0))
	}
}

// TestManySwitchesChangeInRequestsOfTen, and a rule of one of them holds no other.
func TestManySwitchesChangeInRequestsOfTen(t *testing.T) {
	f := withCluster(t, 7)
	var names []string
	for _, s := range f.Plan.Switches {
		names = append(names, s.Name)
	}
	before := len(f.Calls())
	failed := f.evacuate(t, f.by(7, "run-7"), names...)
	if len(failed) != 1 || !errors.Is(failed["arc-1"], levers.ErrRefused) {
		t.Errorf("got %v; want arc-1 refused", failed)
	}
	for _, c := range f.Calls()[before:] {
		if c.Operation == "UpdateRoutingControlStates" && len(strings.Fields(c.Object))%2 != 0 {
			t.Errorf("one side only: %s", c.Object)
		}
	}
	for n := range 7 {
		if got := f.on(t, n); (got == "false true") != (n != 1) {
			t.Errorf("arc-%d: controls %s", n, got)
		}
	}
}
