package notify

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/lambdas/internal/live"
)

// TestTheLagIsTheLargestInAnyOrder of the run's own and of those that the registry has noted.
func TestTheLagIsTheLargestInAnyOrder(t *testing.T) {
	for _, c := range []struct {
		name string
		run  int64
		of   []*int64
		want *float64
	}{
		{"the first", -1, []*int64{new(int64(900)), new(int64(200))}, new(0.9)},
		{"the last", -1, []*int64{new(int64(200)), new(int64(900))}, new(0.9)},
		{"between others", 100, []*int64{new(int64(200)), nil, new(int64(900)), new(int64(300))}, new(0.9)},
		{"the run's", 1500, []*int64{new(int64(200)), new(int64(900))}, new(1.5)},
		{"none", -1, []*int64{nil, nil}, nil},
		{"none lags", 0, []*int64{nil, new(int64(0))}, new(0.0)},
	} {
		r := failover.Report{Run: sampleRun()}
		for _, lag := range c.of {
			r.Databases = append(r.Databases, failover.DatabaseResult{Did: failover.DatabasePromoted, LagMillis: lag})
		}
		rpo, lag := lost(r, c.run)
		if diff := cmp.Diff(c.want, lag); diff != "" || cmp.Diff(c.want, rpo) != "" {
			t.Errorf("%s: RPO %v, lag (-want +got):\n%s", c.name, rpo, diff)
		}
	}
}

// TestTheNoteOfAnotherRunIsNotThisRuns: neither its promotion nor its lag.
func TestTheNoteOfAnotherRunIsNotThisRuns(t *testing.T) {
	run := sampleRun()
	for _, c := range []struct {
		name   string
		epoch  int64
		did    failover.DatabaseDid
		lagged bool
	}{
		{"an older run", run.Epoch - 1, failover.DatabaseInTarget, false},
		{"this run", run.Epoch, failover.DatabasePromoted, true},
		{"a newer run", run.Epoch + 1, failover.DatabaseNotKnown, false},
	} {
		app := application("checkout")
		app.Live = failover.Live{Epoch: c.epoch, Promoted: []string{"checkout"}, Lags: map[string]int64{"checkout": 700}}
		got := databases(run, live.Snapshot{}, []failover.Application{app}, nil, west)
		if len(got) != 1 || got[0].Did != c.did || (got[0].LagMillis != nil) != c.lagged {
			t.Errorf("%s: got %+v; want %s, with a lag: %v", c.name, got, c.did, c.lagged)
		}
	}
}

// TestARunThatIsClosedByAnotherIsNotifiedOnce: it has published its end itself, and was stopped before it could say so.
func TestARunThatIsClosedByAnotherIsNotifiedOnce(t *testing.T) {
	for _, c := range []struct {
		name     string
		closedBy string
		outcome  failover.Outcome
		want     int
	}{
		{"by another run", "run-2", failover.Held, 1},
		{"by itself, with another outcome", "", failover.Held, 2},
		{"by itself, the same again", "", failover.Completed, 1},
	} {
		h, world := newHandler(t, "checkout")
		handle(t, h, request(failover.Completed))
		req := request(c.outcome)
		req.ClosedBy = c.closedBy
		handle(t, h, req)
		if got := len(world.Messages()); got != c.want {
			t.Errorf("%s: %d notifications; want %d", c.name, got, c.want)
		}
	}
}
