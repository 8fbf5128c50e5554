package shifttraffic

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/route53"
	"github.com/google/go-cmp/cmp"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/registry"
	"github.com/drover-dr/drover/lambdas/internal/entry"
	"github.com/drover-dr/drover/statemachine/fakeaws"
)

// TestAStageThatRestoresGivesEachApplicationWhatItHad also where the way out stopped in the middle: one application is in
// the registry with what it had before, one has not been written there, and the fence is a later batch's.
func TestAStageThatRestoresGivesEachApplicationWhatItHad(t *testing.T) {
	apps := manyApplications("Z1", 3)
	now := map[failover.Region]int{east: 0, west: 100}
	apps[0].Live = failover.Live{Active: west, Weights: now, Epoch: 7, Before: &failover.Place{Active: east, Weights: map[failover.Region]int{east: 70, west: 30}}}
	apps[1].Live = failover.Live{Active: east, Weights: map[failover.Region]int{east: 100, west: 0}, Epoch: 6}
	apps[2].Live = failover.Live{Active: west, Weights: now, Epoch: 7, Before: &failover.Place{Active: west, Weights: now}}
	h, world := newHandler(t, apps...)
	handle(t, h, request(7, "run-7", 100))

	back := request(7, "run-7", 100)
	back.Run.Phase, back.Run.From, back.Run.To = failover.Rollback, west, east
	back.Stage = failover.Stage{Index: 1, Wave: 1, From: west, To: east, Percent: new(100), Restore: true}
	handle(t, h, back)
	for i, want := range []map[string]int{{"us-east-1": 70, "us-west-2": 30}, {"us-east-1": 100, "us-west-2": 0}, {"us-east-1": 0, "us-west-2": 100}} {
		if diff := cmp.Diff(want, world.Weights(apps[i].Records[0].Name, "A")); diff != "" {
			t.Errorf("application %d (-want +got):\n%s", i, diff)
		}
	}
	batches := len(world.Batches())
	if again := handle(t, h, back); again.Records != 0 || again.AlreadyDone != 6 || len(world.Batches()) != batches+1 {
		t.Errorf("the same again: %+v with %d batches; want the mark alone", again, len(world.Batches())-batches)
	}
	if _, err := h.Handle(t.Context(), request(7, "run-7", 100)); entry.ConditionOf(err) != failover.FenceLost {
		t.Errorf("a late call of the way out: %v; want FenceLost", err)
	}
}

func TestADrillsReturnLeavesApplicationsThatWereInTheStandbyBefore(t *testing.T) {
	apps := manyApplications("Z1", 2)
	for i, active := range []failover.Region{east, west} {
		apps[i].Live = failover.Live{Active: west, Epoch: 7, Before: &failover.Place{Active: active, Weights: map[failover.Region]int{east: 100, west: 0}}}
	}
	h, world := newHandler(t, apps...)
	handle(t, h, request(7, "run-7", 100))
	back := request(7, "run-7", 50)
	back.Run.Phase, back.Run.From, back.Run.To = failover.Return, west, east
	back.Stage = failover.Stage{Index: 1, Wave: 1, From: west, To: east, Percent: new(50)}
	if answer := handle(t, h, back); answer.Records != 2 {
		t.Errorf("wrote %d record sets; want those of one application", answer.Records)
	}
	if got := world.Weights(apps[1].Records[0].Name, "A")["us-west-2"]; got != 100 {
		t.Errorf("what was there before has weight %d there; want 100", got)
	}
}

// TestAFenceThatIsLostTellsWhetherAnythingWasDone: the state machine calls a run refused that has done nothing.
func TestAFenceThatIsLostTellsWhetherAnythingWasDone(t *testing.T) {
	apps := append(manyApplications("Z1", 1), manyApplications("Z2", 1)...)
	apps[1].Name = "other"
	winner := failover.Fence{Epoch: 8, Run: "run-8", Region: west, Phase: failover.Outbound}
	t.Run("in the last zone, before the first is written", func(t *testing.T) {
		h, world := newHandler(t, apps...)
		putFence(t, world, "Z2", winner)
		_, err := h.Handle(t.Context(), request(7, "run-7", 100))
		if entry.ConditionOf(err) != failover.FenceLost || len(world.Batches()) != 0 {
			t.Errorf("got %v after %d batches; want FenceLost after none", err, len(world.Batches()))
		}
	})
	t.Run("after an earlier try", func(t *testing.T) {
		h, world := newHandler(t, apps...)
		putFence(t, world, "Z1", failover.Fence{Epoch: 7, Run: "run-7", Region: west, Phase: failover.Outbound})
		putFence(t, world, "Z2", winner)
		_, err := h.Handle(t.Context(), request(7, "run-7", 100))
		if entry.ConditionOf(err) != failover.Overtaken || !strings.Contains(err.Error(), "run-8") {
			t.Errorf("got %v; want Overtaken, naming run-8", err)
		}
	})
	t.Run("by the lock, which a run about other zones has taken over", func(t *testing.T) {
		h, world := newHandler(t, apps...)
		h.Registry = registered{apps: apps, lock: fmt.Errorf("epoch 8 has been given to run run-8 since: %w", registry.ErrOvertaken)}
		_, err := h.Handle(t.Context(), request(7, "run-7", 100))
		if entry.ConditionOf(err) != failover.FenceLost || !strings.Contains(err.Error(), "run-8") || len(world.Batches()) != 0 {
			t.Errorf("got %v after %d batches; want FenceLost, naming run-8, after none", err, len(world.Batches()))
		}
		putFence(t, world, "Z1", failover.Fence{Epoch: 7, Run: "run-7", Region: west, Phase: failover.Outbound})
		if _, err = h.Handle(t.Context(), request(7, "run-7", 100)); entry.ConditionOf(err) != failover.Overtaken {
			t.Errorf("after an earlier try: got %v; want Overtaken", err)
		}
	})
	t.Run("by the lock, which this run has released", func(t *testing.T) {
		h, world := newHandler(t, apps...)
		h.Registry = registered{apps: apps, lock: fmt.Errorf("run run-7: %w", registry.ErrRunOver)}
		if _, err := h.Handle(t.Context(), request(7, "run-7", 100)); entry.ConditionOf(err) != failover.FenceLost || len(world.Batches()) != 0 {
			t.Errorf("got %v after %d batches; want FenceLost after none", err, len(world.Batches()))
		}
	})
	t.Run("while it is writing", func(t *testing.T) {
		h, world := newHandler(t, apps...)
		h.Route53 = &meddler{dns: h.Route53, when: "Z1", do: func() { putFence(t, world, "Z2", winner) }}
		_, err := h.Handle(t.Context(), request(7, "run-7", 100))
		if entry.ConditionOf(err) != failover.Overtaken || len(world.Batches()) != 1 {
			t.Errorf("got %v after %d batches; want Overtaken after one", err, len(world.Batches()))
		}
	})
}

func putFence(t *testing.T, world *fakeaws.World, zone string, f failover.Fence) {
	t.Helper()
	must(t, world.PutRecordSet(zone, fakeaws.RecordSet{Name: failover.FenceName("drover", zone+".example"), Type: "TXT", TTL: 60, Values: []string{f.String()}}))
}

// meddler does something right after a zone has been written.
type meddler struct {
	dns
	when string
	do   func()
}

func (m *meddler) ChangeResourceRecordSets(ctx context.Context, in *route53.ChangeResourceRecordSetsInput, opts ...func(*route53.Options)) (*route53.ChangeResourceRecordSetsOutput, error) {
	out, err := m.dns.ChangeResourceRecordSets(ctx, in, opts...)
	if aws.ToString(in.HostedZoneId) == m.when {
		m.do()
	}
	return out, err
}

// TestWhatAStoppedRunHasLeftIsRestored also when the run that goes back has not written the registry either.
func TestWhatAStoppedRunHasLeftIsRestored(t *testing.T) {
	apps := manyApplications("Z1", 1)
	h, world := newHandler(t, apps...)
	back := request(7, "run-7", 100)
	back.Run.Phase, back.Run.From, back.Run.To = failover.Rollback, west, east
	back.Run.Unrecorded = []failover.Unrecorded{{Wave: 1, Place: failover.Place{Active: east, Weights: map[failover.Region]int{east: 90, west: 10}}}}
	back.Stage = failover.Stage{Index: 1, Wave: 1, From: west, To: east, Percent: new(100), Restore: true}
	handle(t, h, back)
	if diff := cmp.Diff(map[string]int{"us-east-1": 90, "us-west-2": 10}, world.Weights(apps[0].Records[0].Name, "A")); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
