package registry

import (
	"errors"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/google/go-cmp/cmp"

	"github.com/drover-dr/drover/internal/failover"
)

// TestASwitchIsWrittenOnlyForward: a repetition changes nothing, a run may write its own switch again, and what a newer run
// has written stays.
func TestASwitchIsWrittenOnlyForward(t *testing.T) {
	s := newStore(t)
	state := func(evacuated failover.Region, epoch int64, run string) SwitchState {
		return SwitchState{Evacuated: evacuated, Epoch: epoch, Run: run, At: noon}
	}
	over := func(s SwitchState) SwitchState {
		s.Over = true
		return s
	}
	for _, c := range []struct {
		name    string
		write   SwitchState
		changed bool
		err     error
		want    SwitchState
	}{
		{"the first write", state(east, 3, "a"), true, nil, state(east, 3, "a")},
		{"the same again", state(east, 3, "a"), false, nil, state(east, 3, "a")},
		{"an older run", state(west, 2, "old"), false, ErrOvertaken, state(east, 3, "a")},
		{"an older run with the same Region", state(east, 2, "old"), false, ErrOvertaken, state(east, 3, "a")},
		{"another run with the same epoch", state(west, 3, "b"), false, ErrOvertaken, state(east, 3, "a")},
		{"the run resets it", state("", 3, "a"), true, nil, state("", 3, "a")},
		{"and once more", state("", 3, "a"), false, nil, state("", 3, "a")},
		{"and ends with it", over(state(east, 3, "a")), true, nil, over(state(east, 3, "a"))},
		{"a late repetition", state("", 3, "a"), false, ErrRunOver, over(state(east, 3, "a"))},
		{"the end once more", over(state(east, 3, "a")), false, nil, over(state(east, 3, "a"))},
		{"a newer run", state(west, 4, "c"), true, nil, state(west, 4, "c")},
		{"a late reset of the run before", state("", 3, "a"), false, ErrOvertaken, state(west, 4, "c")},
	} {
		changed, err := s.WriteSwitch(ctx, "default", c.write)
		if changed != c.changed || !errors.Is(err, c.err) {
			t.Errorf("%s: got %t, %v; want %t, %v", c.name, changed, err, c.changed, c.err)
		}
		got, err := s.Switch(ctx, "default")
		if diff := cmp.Diff(c.want, got); diff != "" || err != nil {
			t.Errorf("%s: %v (-want +got):\n%s", c.name, err, diff)
		}
	}
	all, err := s.Switches(ctx)
	if diff := cmp.Diff(map[string]SwitchState{"default": state(west, 4, "c")}, all); diff != "" || err != nil {
		t.Errorf("all switches: %v (-want +got):\n%s", err, diff)
	}
	if got, err := s.Switch(ctx, "other"); err != nil || got != (SwitchState{}) {
		t.Errorf("a switch that no run has written: got %+v, %v; want it reset", got, err)
	}
}

// TestWhatALeverDoesIsConfirmedByItsRunAlone, and stays when the switch is written again.
func TestWhatALeverDoesIsConfirmedByItsRunAlone(t *testing.T) {
	s := newStore(t)
	mine := SwitchState{Evacuated: east, Epoch: 3, Run: "a", At: noon, Pulled: east, Stuck: west, LeverAt: noon}
	if err := s.ConfirmLever(ctx, "default", mine); !errors.Is(err, ErrOvertaken) {
		t.Errorf("before the switch is written: got %v; want ErrOvertaken", err)
	}
	if _, err := s.WriteSwitch(ctx, "default", mine); err != nil {
		t.Fatal(err)
	}
	if got, err := s.Switch(ctx, "default"); err != nil || got.Pulled != "" || !got.LeverAt.IsZero() {
		t.Errorf("written and not confirmed: got %+v, %v", got, err)
	}
	for range 2 {
		if err := s.ConfirmLever(ctx, "default", mine); err != nil {
			t.Fatal(err)
		}
	}
	newer := SwitchState{Evacuated: west, Epoch: 4, Run: "b", At: noon}
	if _, err := s.WriteSwitch(ctx, "default", newer); err != nil {
		t.Fatal(err)
	}
	late := mine
	late.Pulled = ""
	if err := s.ConfirmLever(ctx, "default", late); !errors.Is(err, ErrOvertaken) {
		t.Errorf("a late confirmation: got %v; want ErrOvertaken", err)
	}
	newer.Pulled, newer.Stuck, newer.LeverAt = mine.Pulled, mine.Stuck, mine.LeverAt
	got, err := s.Switch(ctx, "default")
	if diff := cmp.Diff(newer, got); diff != "" || err != nil {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
}

func TestADamagedSwitchIsNamed(t *testing.T) {
	for damage, evacuated := range map[string]string{"eu-west-1": "eu-west-1", "epoch": ""} {
		s := newStore(t)
		it := key(switchesPartition, "default")
		it["evacuated"], it["epoch"], it["run"], it["at"], it["itemFormat"] = text(evacuated), number(1), text("a"), text(formatTime(noon)), thisFormat()
		if damage == "epoch" {
			it["epoch"] = number(failover.MaxEpoch)
		}
		if _, err := s.Client.PutItem(ctx, &dynamodb.PutItemInput{TableName: aws.String(s.Table), Item: it}); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Switch(ctx, "default"); err == nil || !strings.Contains(err.Error(), damage) || !strings.Contains(err.Error(), "switches default") {
			t.Errorf("got %v; want an error that names the item and %s", err, damage)
		}
	}
}

func TestHealthChecksOfSwitchesArePublishedOnce(t *testing.T) {
	s := newStore(t)
	for range 2 {
		for _, c := range []SwitchCheck{{Switch: "default", Region: east, ID: "e-1"}, {Switch: "default", Region: west, ID: "w-1"}, {Switch: "batch", Region: east, ID: "e-2"}} {
			if err := s.PublishSwitchCheck(ctx, c); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := s.PublishSwitchCheck(ctx, SwitchCheck{Switch: "default", Region: east, ID: "e-3"}); err != nil {
		t.Fatal(err)
	}
	got, err := s.SwitchChecks(ctx)
	want := map[string]failover.SwitchChecks{"default": {east: "e-3", west: "w-1"}, "batch": {east: "e-2"}}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
	published, err := s.PublishedChecks(ctx)
	all := []SwitchCheck{{"batch", east, "e-2", ""}, {"default", east, "e-3", "e-1"}, {"default", west, "w-1", ""}}
	if diff := cmp.Diff(all, published); diff != "" || err != nil {
		t.Errorf("with those that they replaced: %v (-want +got):\n%s", err, diff)
	}
}

// TestUsersLeaveByASwitchAsItsLeverDoes, not as the registry intends.
func TestUsersLeaveByASwitchAsItsLeverDoes(t *testing.T) {
	for _, c := range []struct {
		name  string
		lever failover.Lever
		state SwitchState
		want  failover.Region
		known bool
	}{
		{"an endpoint reads the item", failover.EndpointLever, SwitchState{Evacuated: east}, east, true},
		{"a metric that is written", failover.MetricLever, SwitchState{Evacuated: east, Pulled: east}, east, true},
		{"a metric that may not be written", failover.MetricLever, SwitchState{Evacuated: east}, "", false},
		{"a metric that may not be reset", failover.MetricLever, SwitchState{Pulled: east}, "", false},
		{"a metric that is stuck", failover.MetricLever, SwitchState{Evacuated: east, Pulled: east, Stuck: west}, "", true},
		{"reset", failover.RoutingControlLever, SwitchState{}, "", true},
	} {
		if got, known := c.state.Leaves(c.lever); got != c.want || known != c.known {
			t.Errorf("%s: got %q, %t; want %q, %t", c.name, got, known, c.want, c.known)
		}
	}
}
