package promotedatabase

import (
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/rds"
	"github.com/google/go-cmp/cmp"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/untrusted/altered"
	"github.com/drover-dr/drover/lambdas/internal/live"
)

// TestAPromotionIsDecidedByTheseFields of its request and of the global cluster: each alone, altered or missing, turns the decision.
func TestAPromotionIsDecidedByTheseFields(t *testing.T) {
	here, there := clusterARN("checkout", west), clusterARN("checkout", east)
	type about struct {
		Request failover.PromoteRequest
		Global  live.GlobalCluster
	}
	decided := func(a about) string {
		got, err := decide(a.Request, database("checkout"), a.Global)
		if err != nil {
			return err.Error()
		}
		return map[task]string{start: "start", inFlight: "in flight", alreadyDone: "done"}[got]
	}
	members := func(writer string) []live.Member {
		return []live.Member{{ClusterARN: there, Writer: writer == there}, {ClusterARN: here, Writer: writer == here}}
	}
	regions := []string{"Request.Stage.From", "Request.Stage.To"}
	for _, c := range []struct {
		name   string
		action failover.Action
		global live.GlobalCluster
		want   []string
	}{
		{"a failover that starts", failover.Failover, live.GlobalCluster{Members: members(there)},
			slices.Concat([]string{"Global.Members", "Global.Members[0].ClusterARN", "Global.Members[1].ClusterARN", "Global.Operation", "Request.Run.AllowDataLoss"}, regions)},
		{"a switchover that starts", failover.Switchover, live.GlobalCluster{Members: members(there)},
			slices.Concat([]string{"Global.Members", "Global.Members[0].ClusterARN", "Global.Members[0].Writer", "Global.Members[1].ClusterARN", "Global.Operation", "Request.Run.Action"}, regions)},
		{"one in progress", failover.Failover, live.GlobalCluster{Members: members(there), Operation: &live.Operation{Status: "failing-over", From: there, To: here, DataLoss: true}},
			[]string{"Global.Members", "Global.Members[1].ClusterARN", "Global.Operation", "Global.Operation.To", "Request.Stage.To"}},
		{"one that is done", failover.Failover, live.GlobalCluster{Members: members(here)},
			[]string{"Global.Members", "Global.Members[0].Writer", "Global.Members[1].ClusterARN", "Global.Members[1].Writer", "Global.Operation", "Request.Stage.To"}},
	} {
		got := altered.Deciding(about{stageRequest(c.action), c.global}, decided)
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s depends on (-want +got):\n%s", c.name, diff)
		}
	}
}

// TestASwitchoverThatAFailoverFindsIsNotItsOwn: it loses no data, so it is not noted as a promotion of the run, whose report would say
// that writes were lost. A failover with data loss that is in progress is noted, for the run has asked for it, or finds it lost all
// the same.
func TestASwitchoverThatAFailoverFindsIsNotItsOwn(t *testing.T) {
	for lossy, want := range map[bool][]string{false: nil, true: {"checkout"}} {
		h, world := newHandler(t, "checkout")
		if lossy {
			promoteBefore(t, h, "checkout")
		} else if _, err := h.RDS(east).SwitchoverGlobalCluster(t.Context(), &rds.SwitchoverGlobalClusterInput{
			GlobalClusterIdentifier: aws.String("checkout"), TargetDbClusterIdentifier: aws.String(clusterARN("checkout", west)),
		}); err != nil {
			t.Fatal(err)
		}
		world.AdvanceTo(world.Now().Add(time.Second))
		req := stageRequest(failover.Failover)
		req.Now = world.Now()
		if got := handle(t, h, req); got.InFlight != 1 || got.Started != 0 {
			t.Errorf("lossy %v: %+v; want it found in progress", lossy, got)
		}
		apps, err := h.Registry.Wave(t.Context(), 1)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, apps[0].Live.Promoted); diff != "" {
			t.Errorf("lossy %v: noted (-want +got):\n%s", lossy, diff)
		}
	}
}
