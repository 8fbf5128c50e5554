package live

import (
	"context"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/registry"
	"github.com/drover-dr/drover/statemachine/fakeaws"
)

// switchItems are the items of switches in a registry; one that is missing cannot be read.
type switchItems map[string]failover.Region

func (s switchItems) Switch(_ context.Context, name string) (registry.SwitchState, error) {
	away, ok := s[name]
	if !ok {
		return registry.SwitchState{}, errors.New("timeout")
	}
	return registry.SwitchState{Evacuated: away, Epoch: 9, Run: "run-9"}, nil
}

// TestUsersAreWhereTheSwitchSendsThem, whatever the weights say, and Route 53 need not be read.
func TestUsersAreWhereTheSwitchSendsThem(t *testing.T) {
	plan := failover.DefaultPlan()
	plan.Switches = []failover.Switch{{Name: "default", Lever: failover.EndpointLever}}
	world, cfg := newWorld(t)
	apps := applications(1, "Z1")
	apps[0].Databases = nil
	build(t, world, apps, 100, 0)
	pending := failover.Live{Active: west, Weights: map[failover.Region]int{east: 100, west: 0}}
	for _, c := range []struct {
		name  string
		items switchItems
		of    string // the application's switch
		in    failover.Region
		want  Standing
	}{
		{"moved by the switch", switchItems{"default": east}, "", west, Standing{Application: "app-0000"}},
		{"seen from the Region that they leave", switchItems{"default": east}, "", east, Standing{Application: "app-0000", Why: []string{
			"registry: active in us-west-2", "switch default: its users leave us-east-1",
		}}},
		{"a switch that is reset", switchItems{"default": ""}, "", west, Standing{Application: "app-0000", Why: []string{
			"registry: us-east-1 100, us-west-2 0", "record app-0000.shop.example A: us-east-1 100, us-west-2 0",
		}}},
		{"a switch that cannot be read", switchItems{}, "", west, Standing{Application: "app-0000", Unknown: []string{"its switch: not known"}}},
		{"an application of no switch", switchItems{"default": east}, failover.NoSwitch, west, Standing{Application: "app-0000", Why: []string{
			"registry: us-east-1 100, us-west-2 0", "record app-0000.shop.example A: us-east-1 100, us-west-2 0",
		}}},
	} {
		app := apps[0]
		app.Live, app.Switch = pending, c.of
		snapshot := take(t, cfg, []failover.Application{app})
		snapshot.switches = ReadSwitches(t.Context(), c.items, plan, []failover.Application{app})
		if diff := cmp.Diff(c.want, snapshot.Standing(app, c.in)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, diff)
		}
	}
	remove := world.Inject(fakeaws.Fault{Service: "route53", Error: &fakeaws.APIError{Code: "ServiceUnavailable", Status: 503}})
	app := apps[0]
	app.Live = pending
	snapshot := take(t, cfg, []failover.Application{app})
	snapshot.switches = ReadSwitches(t.Context(), switchItems{"default": east}, plan, []failover.Application{app})
	if got := snapshot.Standing(app, west); !got.Inside() {
		t.Errorf("without the control plane: got %+v; want it inside", got)
	}
	remove()
	must(t, world.PutRecordSet("Z1", fakeaws.RecordSet{Name: "app-0000.shop.example", Type: "A", SetIdentifier: "old", Weight: 5, TTL: 60, Values: []string{"192.0.2.9"}}))
	snapshot = take(t, cfg, []failover.Application{app})
	snapshot.switches = ReadSwitches(t.Context(), switchItems{"default": east}, plan, []failover.Application{app})
	if got := snapshot.Standing(app, west); !got.Outside() || got.Command == "" {
		t.Errorf("with a record set that is not registered: got %+v; want it outside, with the command", got)
	}
}

// TestAsBeforeIsWhatTheSwitchWasToo: a planned run that has reset it has moved its users.
func TestAsBeforeIsWhatTheSwitchWasToo(t *testing.T) {
	plan := failover.DefaultPlan()
	plan.Switches = []failover.Switch{{Name: "default", Lever: failover.EndpointLever}}
	world, cfg := newWorld(t)
	apps := applications(1, "Z1")
	apps[0].Databases = nil
	build(t, world, apps, 100, 0)
	weights := map[failover.Region]int{east: 100, west: 0}
	apps[0].Live = failover.Live{Active: west, Weights: weights, Epoch: 8, Before: &failover.Place{Active: west, Weights: weights}}
	run := failover.Run{Action: failover.Failback, Epoch: 8, From: west, To: east, Switches: []string{"default"}}
	for away, want := range map[failover.Region][]string{east: nil, "": {"switch default: its users do not leave us-east-1"}} {
		snapshot := take(t, cfg, apps)
		snapshot.switches = ReadSwitches(t.Context(), switchItems{"default": away}, plan, apps)
		if diff := cmp.Diff(want, snapshot.AsBefore(run, apps[0], nil).Why); diff != "" {
			t.Errorf("users leave %q (-want +got):\n%s", away, diff)
		}
	}
}

// TestASwitchOfANewerRunIsNotAsBefore, although the run that was rolled back has not written it: its users have moved since. What was so
// before the run is as before.
func TestASwitchOfANewerRunIsNotAsBefore(t *testing.T) {
	plan := failover.DefaultPlan()
	plan.Switches = []failover.Switch{{Name: "default", Lever: failover.EndpointLever}}
	world, cfg := newWorld(t)
	apps := applications(1, "Z1")
	apps[0].Databases = nil
	build(t, world, apps, 100, 0)
	apps[0].Live = failover.Live{Active: east, Weights: map[failover.Region]int{east: 100, west: 0}}
	for _, c := range []struct {
		name  string
		items switchItems
		epoch int64
		want  []string
	}{
		{"a newer run", switchItems{"default": east}, 8, []string{"switch default: run run-9 has made its users leave us-east-1 since"}},
		{"a newer run that has reset it", switchItems{"default": ""}, 8, nil},
		{"a run before", switchItems{"default": east}, 9, nil},
	} {
		snapshot := take(t, cfg, apps)
		snapshot.switches = ReadSwitches(t.Context(), c.items, plan, apps)
		run := failover.Run{Action: failover.Switchover, Epoch: c.epoch, From: east, To: west}
		if diff := cmp.Diff(c.want, snapshot.AsBefore(run, apps[0], nil).Why); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, diff)
		}
	}
}
