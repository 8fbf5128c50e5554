package notify

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/registry"
	"github.com/drover-dr/drover/internal/untrusted/altered"
	"github.com/drover-dr/drover/statemachine/fakeaws"
)

// bothOrders are some elements as they are, and the other way round: what is the first, the last or the largest of them must not
// depend on where it is.
func bothOrders[T any](all ...T) [][]T {
	reversed := slices.Clone(all)
	slices.Reverse(reversed)
	return [][]T{all, reversed}
}

// TestTheNewestMarkIsTheWinners, in whichever zone it is; marks of older runs and the run's own name no winner.
func TestTheNewestMarkIsTheWinners(t *testing.T) {
	for _, epochs := range bothOrders[int64](8, 9) {
		h, world := newHandler(t, "checkout")
		app := application("search")
		app.Records[0].Zone, app.Records[0].ZoneName, app.Records[0].Name = "Z2", "example.org", "search.example.org"
		_, registered := h.Registry.Register(t.Context(), failover.DefaultPlan(), []failover.Application{app}, outage)
		err := errors.Join(registered, world.AddZone("Z2", "example.org"))
		for i, of := range []struct{ zone, name string }{{zone, "example.com"}, {"Z2", "example.org"}} {
			run := map[int64]string{8: "run-8", 9: "run-9"}[epochs[i]]
			fence := failover.Fence{Run: run, Region: east, Epoch: epochs[i], Phase: failover.Outbound}
			err = errors.Join(err, world.PutRecordSet(of.zone, fakeaws.RecordSet{Name: failover.FenceName("drover", of.name), Type: "TXT", TTL: 60, Values: []string{fence.String()}}))
		}
		if err != nil {
			t.Fatal(err)
		}
		if got := h.findWinner(t.Context(), sampleRun()); got == nil || got.Run != "run-9" || got.Epoch != 9 {
			t.Errorf("marks of the epochs %v: %+v; want run-9", epochs, got)
		}
	}
}

// TestTheLargestOfSeveralIsTaken, wherever it is: the share that was reached, the TTL, the recovery time and the lag of a drill's phases.
func TestTheLargestOfSeveralIsTaken(t *testing.T) {
	for i, apps := range bothOrders(failover.NotMoved{Application: "a", Percent: 50}, failover.NotMoved{Application: "b", Percent: 10}) {
		r := sampleReport(failover.Held)
		r.Run.Percents, r.NotMoved = []int{10, 50, 100}, apps
		if got := resume(failover.DefaultPlan(), r).Percents; !slices.Equal(got, []int{50, 100}) {
			t.Errorf("order %d: it goes on with %v; want 50 and 100", i, got)
		}
	}
	for i, apps := range bothOrders(
		failover.Application{Records: []failover.Record{{TTL: 30}, {TTL: 300}}}, failover.Application{Records: []failover.Record{{TTL: 60}, {}}},
	) {
		if got := longestTTL(apps); got != 300 {
			t.Errorf("order %d: TTL %d; want 300", i, got)
		}
	}
	for i, results := range bothOrders(failover.PhaseResult{RTOSeconds: 200, LagSeconds: new(0.2)}, failover.PhaseResult{RTOSeconds: 100, LagSeconds: new(0.9)}) {
		req := drillRequest(failover.Completed, failover.Return, wentWell(1))
		r := failover.Report{Run: req.Run, Outcome: failover.Completed, Phases: results}
		if recovery(&r, req); r.RTOSeconds != 200 || r.LagSeconds == nil || *r.LagSeconds != 0.9 {
			t.Errorf("order %d: RTO %v, lag %v; want 200 s and 0.9 s", i, r.RTOSeconds, r.LagSeconds)
		}
	}
}

// TestWhatIsTheSameRun by these fields: a name is used again after 90 days, and a run that is redriven ends twice.
func TestWhatIsTheSameRun(t *testing.T) {
	req := request(failover.Held)
	r := failover.Report{Run: req.Run, Outcome: failover.Held}
	if got := altered.Deciding(r, func(r failover.Report) bool { return sameEnd(r, req) }); !slices.Equal(got, []string{"Outcome", "Run.ARN", "Run.StartedAt"}) {
		t.Errorf("the same end depends on %v", got)
	}
	if got := altered.Deciding(r, func(r failover.Report) bool { return sameRun(r, req) }); !slices.Equal(got, []string{"Run.ARN", "Run.StartedAt"}) {
		t.Errorf("the same run depends on %v", got)
	}
}

// TestWhichQuestionsAreOld: of the same time those of an earlier attempt, of a run that has ended, and one that is out already.
func TestWhichQuestionsAreOld(t *testing.T) {
	req := failover.ApprovalRequest{Token: "t", Try: 1, Now: outage}
	for _, c := range []struct {
		name string
		last registry.Approval
		want []string
	}{
		{"out already", registry.Approval{Token: "t", Try: 1, Asked: outage, Notified: true}, []string{"Notified", "Token"}},
		{"not out yet", registry.Approval{Token: "t", Try: 1, Asked: outage}, []string{"Asked", "Notified", "Over", "Try"}},
		{"of an earlier attempt", registry.Approval{Token: "s", Try: 0, Asked: outage, Notified: true}, []string{"Asked", "Over"}},
		{"of an earlier question", registry.Approval{Token: "s", Try: 3, Asked: outage.Add(-time.Second), Notified: true, Over: true}, []string{"Asked"}},
	} {
		got := altered.Deciding(c.last, func(a registry.Approval) bool { return isOld(req, a) })
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("a question after one that is %s: whether it is old depends on (-want +got):\n%s", c.name, diff)
		}
	}
}
