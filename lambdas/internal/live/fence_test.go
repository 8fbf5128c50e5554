package live

import (
	"fmt"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/route53"
	"github.com/google/go-cmp/cmp"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/lambdas/internal/entry"
	"github.com/drover-dr/drover/statemachine/fakeaws"
)

// theFence is that of a run in a zone that shares its name with none.
var theFence = failover.Fence{Epoch: 7, Run: "run-7", Region: "us-west-2", Phase: failover.Outbound, Stage: 2, Batch: 1, Action: failover.Failover, Try: 1}

func text(value string) FenceText { return FenceText{Value: value, TTL: 123} }

func TestTheFenceIsReadToTheLetter(t *testing.T) {
	own, old, other := theFence, theFence, theFence
	own.Epoch, other.Epoch, other.Run = 6, 40, "run-40"
	old.Action, old.Try = "", 0 // which format 1 does not have
	const mine, shared, payments = "_drover-drover.shop.example", "_drover.shop.example", "_drover-payments.shop.example"
	for _, c := range []struct {
		name string
		sets map[string]string
		want FenceRecord
	}{
		{"a zone that no run has touched", nil, FenceRecord{}},
		{"its own record", map[string]string{mine: theFence.String()}, FenceRecord{Exists: true, Fence: theFence, Own: text(theFence.String())}},
		{"the record of release 0.1.0", map[string]string{shared: theFence.OldString()},
			FenceRecord{Exists: true, Fence: old, Old: text(theFence.OldString())}},
		{"both, written in one batch", map[string]string{mine: theFence.String(), shared: theFence.OldString()},
			FenceRecord{Exists: true, Fence: theFence, Own: text(theFence.String()), Old: text(theFence.OldString())}},
		{"release 0.1.0 has written after this one", map[string]string{mine: own.String(), shared: theFence.OldString()},
			FenceRecord{Exists: true, Fence: old, Own: text(own.String()), Old: text(theFence.OldString())}},
		{"an older run of release 0.1.0, which did not see this one", map[string]string{mine: theFence.String(), shared: own.OldString()},
			FenceRecord{Exists: true, Fence: theFence, Own: text(theFence.String()), Old: text(own.OldString())}},
		{"the record of format 1 is another plan's", map[string]string{mine: theFence.String(), shared: other.OldString(), payments: other.String()},
			FenceRecord{Exists: true, Fence: theFence, Own: text(theFence.String()), Others: text(other.OldString())}},
		{"another plan's alone", map[string]string{shared: other.OldString(), payments: other.String()}, FenceRecord{Others: text(other.OldString())}},
	} {
		for _, beside := range []int{0, 30} { // more than one call lists, before and between the names of the fence
			t.Run(fmt.Sprintf("%s beside %d plans", c.name, beside), func(t *testing.T) {
				world, cfg := newWorld(t)
				must(t, world.AddZone("Z1", "shop.example"))
				for i := range beside {
					if c.want.Others.Value == "" {
						putText(t, world, fmt.Sprintf("_drover-a%02d.shop.example", i), "hello")
						putText(t, world, fmt.Sprintf("_drover-z%02d.shop.example", i), "hello")
					}
				}
				for name, value := range c.sets {
					putText(t, world, name, value)
				}
				got, err := ReadFence(t.Context(), route53.NewFromConfig(cfg), "Z1", FenceNamesOf("drover", "shop.example."))
				must(t, err)
				if diff := cmp.Diff(c.want, got); diff != "" {
					t.Errorf("(-want +got):\n%s", diff)
				}
			})
		}
	}
}

func putText(t *testing.T, world *fakeaws.World, name string, values ...string) {
	t.Helper()
	for i, v := range values {
		if v == "hello" {
			values[i] = `"hello"`
		}
	}
	must(t, world.PutRecordSet("Z1", fakeaws.RecordSet{Name: name, Type: "TXT", TTL: 123, Values: values}))
}

func TestAForeignOrNewerFenceIsAnError(t *testing.T) {
	for _, name := range []string{"_drover-drover.shop.example", "_drover.shop.example"} {
		for _, c := range []struct {
			values []string
			want   failover.Condition
		}{
			{[]string{`"hello"`}, failover.Rejected},
			{[]string{theFence.String(), `"hello"`}, failover.Rejected},
			{[]string{`"format=3 epoch=7 whatever=comes"`}, failover.UnknownFormat},
		} {
			world, cfg := newWorld(t)
			must(t, world.AddZone("Z1", "shop.example"))
			putText(t, world, name, c.values...)
			if _, err := ReadFence(t.Context(), route53.NewFromConfig(cfg), "Z1", FenceNamesOf("drover", "shop.example")); entry.ConditionOf(err) != c.want {
				t.Errorf("%s %v: got %v; want %s", name, c.values, err, c.want)
			}
		}
	}
}
