package shifttraffic

import (
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/route53recoverycluster"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/registry"
	"github.com/drover-dr/drover/lambdas/internal/entry"
	"github.com/drover-dr/drover/lambdas/internal/levers"
	"github.com/drover-dr/drover/statemachine/fakeaws"
)

const panel = "arn:aws:route53-recovery-control::111122223333:controlpanel/0a"

var clusterRegions = []string{string(east), string(west), "eu-west-1", "ap-northeast-1", "ap-southeast-2"}

// newLevered is newSwitched with a switch of another lever: a metric, or a pair of routing controls of which a safety rule wants
// at least so many on.
func newLevered(t *testing.T, lever failover.Lever, atLeast int, apps ...failover.Application) (Handler, *fakeaws.World, *registry.Store) {
	t.Helper()
	h, world, store := newSwitched(t, apps...)
	s := failover.Switch{Name: "default", Lever: lever}
	if lever == failover.RoutingControlLever {
		s.RoutingControl = &failover.RoutingControl{Controls: map[failover.Region]string{}}
		c := fakeaws.RoutingCluster{Regions: clusterRegions}
		for _, region := range clusterRegions {
			s.RoutingControl.Endpoints = append(s.RoutingControl.Endpoints, failover.ClusterEndpoint{Region: failover.Region(region), URL: "https://" + region + ".example.com/v1"})
		}
		for _, region := range []failover.Region{east, west} {
			arn := fmt.Sprintf("%s/routingcontrol/%s", panel, region)
			s.RoutingControl.Controls[region] = arn
			c.Controls = append(c.Controls, fakeaws.RoutingControl{ARN: arn, Name: string(region), PanelARN: panel, PanelName: "drover", On: true})
		}
		c.Rules = []fakeaws.SafetyRule{{ARN: panel + "/safetyrule/0b", Name: "some-on", Controls: []string{c.Controls[0].ARN, c.Controls[1].ARN}, AtLeast: atLeast}}
		must(t, world.AddRoutingCluster(c))
	}
	h.Plan.Switches = []failover.Switch{s}
	server := httptest.NewServer(world)
	t.Cleanup(server.Close)
	config := func(region failover.Region) aws.Config {
		return aws.Config{
			Region: string(region), BaseEndpoint: aws.String(server.URL), Credentials: credentials.NewStaticCredentialsProvider(fakeaws.Administrator, "secret", ""),
			Retryer: func() aws.Retryer { return aws.NopRetryer{} },
		}
	}
	h.Levers = levers.Clients{
		Metrics: func(region failover.Region) levers.Metrics { return cloudwatch.NewFromConfig(config(region)) },
		Cluster: route53recoverycluster.NewFromConfig(config(west)),
	}
	return h, world, store
}

// operations are the calls of a kind since a point.
func operations(world *fakeaws.World, before int, of string) (n int) {
	for _, c := range world.Calls()[before:] {
		if c.Operation == of {
			n++
		}
	}
	return n
}

// leverCall is the operation that writes each lever.
var leverCall = map[failover.Lever]string{failover.MetricLever: "PutMetricData", failover.RoutingControlLever: "UpdateRoutingControlStates"}

// TestEveryLeverMovesUsersWithoutTheControlPlane: it is written once, after the registry and before any zone, and the weights are
// pending.
func TestEveryLeverMovesUsersWithoutTheControlPlane(t *testing.T) {
	for lever, call := range leverCall {
		apps := manyApplications("Z1", 2)
		h, world, store := newLevered(t, lever, 1, apps...)
		world.Inject(controlPlaneGone)
		before := len(world.Calls())
		got := handle(t, h, bySwitch(7, "run-7", "default"))
		if !got.SetAside.Pending("Z1") || len(got.SetAside.Failed()) > 0 || len(got.Switched) != 1 || got.Remaining > 0 {
			t.Errorf("%s: got %+v; want the weights pending and nothing else", lever, got)
		}
		var first []string
		for _, c := range world.Calls()[before:] {
			if c.Mutating || c.Operation == call {
				first = append(first, c.Operation)
			}
		}
		if len(first) < 3 || first[0] != "UpdateItem" || first[1] != call || first[2] != "UpdateItem" {
			t.Errorf("%s: writes %v; want the registry, the lever, and its confirmation first", lever, first)
		}
		if state := state(t, store); state.Evacuated != east || state.Pulled != east {
			t.Errorf("%s: %+v", lever, state)
		}
	}
}

// TestALeverThatFailsLeavesItsApplicationsToWeights in the same call, which says so; the run has no failed part.
func TestALeverThatFailsLeavesItsApplicationsToWeights(t *testing.T) {
	for lever, call := range leverCall {
		apps := manyApplications("Z1", 2)
		h, world, _ := newLevered(t, lever, 1, apps...)
		world.Inject(fakeaws.Fault{Operation: call, Error: &fakeaws.APIError{Code: "InternalServerException", Status: 500}})
		got := handle(t, h, bySwitch(7, "run-7", "default"))
		checkMoved(t, world, apps)
		want := "switch default could not be used, and its applications of wave 1 moved by weights: Unreachable: could not "
		if len(got.SetAside) != 1 || !strings.HasPrefix(got.SetAside[0].String(), want) || len(got.SetAside.Failed()) > 0 || len(got.Switched) > 0 {
			t.Errorf("%s: got %+v; want %q", lever, got, want)
		}
		req := bySwitch(7, "run-7", "default")
		req.SetAside, req.Changes, req.Round = got.SetAside, got.Changes, 2
		if again := handle(t, h, req); len(again.SetAside) > 0 {
			t.Errorf("%s: said twice: %+v", lever, again.SetAside)
		}
	}
}

// TestTheNextCallTriesALeverAgain while weights remain: then its applications move by it after all.
func TestTheNextCallTriesALeverAgain(t *testing.T) {
	for lever, call := range leverCall {
		apps := manyApplications("Z1", 2)
		h, world, _ := newLevered(t, lever, 1, apps...)
		world.Inject(controlPlaneGone)
		remove := world.Inject(fakeaws.Fault{Operation: call, Error: &fakeaws.APIError{Code: "InternalServerException", Status: 500}})
		got := handle(t, h, bySwitch(7, "run-7", "default"))
		if got.Remaining == 0 || len(got.SetAside) > 0 || len(got.Deferred) != 2 || !got.Deferred.Switch("default", 1) {
			t.Errorf("%s: got %+v; want the zone and the switch deferred", lever, got)
		}
		remove()
		world.AdvanceTo(world.Now().Add(3 * time.Second))
		req := bySwitch(7, "run-7", "default")
		req.Round, req.Now = 2, world.Now()
		got = handle(t, h, req)
		if !got.SetAside.Pending("Z1") || got.Remaining > 0 || len(got.SetAside.Failed())+len(got.Deferred) > 0 || len(got.Switched) != 1 {
			t.Errorf("%s: got %+v; want the weights pending", lever, got)
		}
	}
}

// TestASafetyRuleHoldsItsApplicationsAlone: neither the switch nor weights move them, and all others move.
func TestASafetyRuleHoldsItsApplicationsAlone(t *testing.T) {
	apps := manyApplications("Z1", 2)
	apps[1].Switch = failover.NoSwitch
	h, world, store := newLevered(t, failover.RoutingControlLever, 2, apps...)
	got := handle(t, h, bySwitch(7, "run-7", "default"))
	checkMoved(t, world, apps[1:])
	if weights := world.Weights(apps[0].Records[0].Name, "A"); weights[string(east)] != 100 {
		t.Errorf("a rule refused it, and its weights are %v", weights)
	}
	if failed := got.SetAside.Failed(); len(failed) != 1 || !got.SetAside.Application(apps[0].Name) || failed[0].Error != failover.Rejected || !strings.Contains(failed[0].Cause, "some-on") {
		t.Errorf("got %+v; want the application set aside, with the rule's name", got.SetAside)
	}
	if state := state(t, store); state.Evacuated != "" {
		t.Errorf("the switch: %+v; want it as before", state)
	}
	req := bySwitch(7, "run-7", "default")
	req.SetAside, req.Changes, req.Round = got.SetAside, got.Changes, 2
	before := len(world.Calls())
	handle(t, h, req)
	if n := operations(world, before, "UpdateRoutingControlStates"); n > 0 {
		t.Errorf("what a rule refused is asked for %d times more", n)
	}
	req = bySwitch(8, "run-8", "default")
	req.Run.OverrideSafetyRules = []string{panel + "/safetyrule/0b"}
	if got := handle(t, h, req); len(got.SetAside) > 0 || len(got.Switched) != 1 {
		t.Errorf("with the override: %+v", got)
	}
	checkMoved(t, world, apps)
}

// TestARefusalOfMoreThanTheListHolds fails the call: no application of the wave then counts as moved.
func TestARefusalOfMoreThanTheListHolds(t *testing.T) {
	var apps []failover.Application
	for i := range failover.MaxSetAside + 1 {
		app := manyApplications("Z1", 1)[0]
		app.Name, app.Records[0].Name = fmt.Sprintf("app-%02d", i), fmt.Sprintf("app-%02d.z1.example", i)
		apps = append(apps, app)
	}
	h, world, _ := newLevered(t, failover.RoutingControlLever, 2, apps...)
	_, err := h.Handle(t.Context(), bySwitch(7, "run-7", "default"))
	if entry.ConditionOf(err) != failover.Rejected || len(world.Batches()) > 0 {
		t.Errorf("got %v and %d batches; want Rejected and none", err, len(world.Batches()))
	}
}

// TestARunThatWritesPendingWeightsLeavesLeversAlone where users have moved already, also a lever that was never confirmed: it is
// reset at the end of the run.
func TestARunThatWritesPendingWeightsLeavesLeversAlone(t *testing.T) {
	for active, want := range map[failover.Region]int{west: 0, east: 1} {
		for lever, call := range leverCall {
			apps := manyApplications("Z1", 1)
			apps[0].Live = failover.Live{Active: active, Weights: map[failover.Region]int{east: 100, west: 0}, Epoch: 6}
			h, world, store := newLevered(t, lever, 1, apps...)
			_, err := store.WriteSwitch(t.Context(), "default", registry.SwitchState{Evacuated: east, Epoch: 6, Run: "before", At: start})
			must(t, err)
			req := bySwitch(7, "weights", "default")
			req.Run.OnlyWeights = true
			before := len(world.Calls())
			handle(t, h, req)
			checkMoved(t, world, apps)
			if n := operations(world, before, call); n != want || state(t, store).Epoch != 7 {
				t.Errorf("%s, users in %s: the lever was written %d times; want %d, and the switch claimed: %+v", lever, active, n, want, state(t, store))
			}
		}
	}
}

// TestAPlannedRunResetsEveryLever, also the one whose metric is in the Region that users come from.
func TestAPlannedRunResetsEveryLever(t *testing.T) {
	for lever, call := range leverCall {
		apps := manyApplications("Z1", 1)
		h, world, store := newLevered(t, lever, 1, apps...)
		remove := world.Inject(controlPlaneGone)
		handle(t, h, bySwitch(7, "failover", "default"))
		remove()
		world.AdvanceTo(world.Now().Add(10 * time.Minute))
		req := request(8, "failback", 100)
		req.Run.Switches = []string{"default"}
		req.Run.Action, req.Run.From, req.Run.To, req.Stage.From, req.Stage.To, req.Now = failover.Failback, west, east, west, east, world.Now()
		before := len(world.Calls())
		handle(t, h, req)
		if got := state(t, store); got.Evacuated != "" || got.Pulled != "" || operations(world, before, call) != 1 {
			t.Errorf("%s: got %+v and %d writes of the lever", lever, got, operations(world, before, call))
		}
	}
}
