package registry

import (
	"strings"
	"testing"
	"time"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/google/go-cmp/cmp"
)

func record(id string, started time.Time) RunRecord {
	r := run(id)
	r.StartedAt, r.Since = started, started
	return RunRecord{
		Run: r, Outcome: failover.Held, Reasons: []string{"record www.example.com in us-west-2: not in sync"},
		Failure:  &failover.StepFailure{State: "ShiftTraffic", Error: "Denied", Cause: "no"},
		ClosedAt: started.Add(time.Minute),
	}
}

func put(t *testing.T, s *Store, records ...RunRecord) {
	t.Helper()
	for _, r := range records {
		if err := s.PutRun(ctx, r); err != nil {
			t.Fatal(err)
		}
	}
}

func runs(t *testing.T, s *Store, limit int) []RunRecord {
	t.Helper()
	got, err := s.Runs(ctx, limit)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func TestRunsAreTheLatestOnesFirst(t *testing.T) {
	s := newStore(t)
	// Whole seconds and fractions must sort together, and so must time zones.
	a := record("a", noon)
	b := record("b", noon.Add(time.Millisecond))
	c := record("c", noon.Add(time.Second).In(time.FixedZone("", -7*3600)))
	d := record("d", noon.Add(time.Hour))
	put(t, s, c, a, d, b)
	pages := &paging{Client: s.Client}
	s.Client = pages
	for limit, want := range map[int][]RunRecord{0: nil, 1: {d}, 3: {d, c, b}, 10: {d, c, b, a}} {
		if diff := cmp.Diff(want, runs(t, s, limit)); diff != "" {
			t.Errorf("limit %d (-want +got):\n%s", limit, diff)
		}
	}
}

func TestRunIsWrittenOnce(t *testing.T) {
	s := newStore(t)
	first := record("a", noon)
	again := first
	again.Outcome, again.ClosedAt = failover.Completed, noon.Add(time.Hour)
	put(t, s, first, again)
	if diff := cmp.Diff([]RunRecord{first}, runs(t, s, 10)); diff != "" {
		t.Errorf("runs (-want +got):\n%s", diff)
	}
}

// TestARunIsWrittenAsBothRegionsReadIt: until both run this version, the other one may be release 0.1.0.
func TestARunIsWrittenAsBothRegionsReadIt(t *testing.T) {
	for writes, want := range map[int]string{failover.OldestFormat: `"leg":"out"`, failover.Format: `"phase":"outbound"`} {
		s := newStore(t)
		r := record("a", noon)
		r.Run.Writes, r.Run.Phase = writes, failover.Outbound
		put(t, s, r)
		items, err := s.query(ctx, runsPartition, "", 0)
		if err != nil || len(items) != 1 {
			t.Fatalf("%d items, %v; want one", len(items), err)
		}
		if got := (&reader{item: items[0]}).text("record"); !strings.Contains(got, want) {
			t.Errorf("format %d: got %s; want %s in it", writes, got, want)
		}
		if diff := cmp.Diff([]RunRecord{r}, runs(t, s, 10)); diff != "" {
			t.Errorf("format %d, read again (-want +got):\n%s", writes, diff)
		}
	}
}

func TestKindsOfItemsDoNotMeet(t *testing.T) {
	s := newStore(t)
	register(t, s, application("a", 1))
	put(t, s, record("r", noon))
	takeLock(t, s, run("r"), noon)
	if got := names(applications(t, s)); len(got) != 1 {
		t.Errorf("applications: %v", got)
	}
	if got := runs(t, s, 10); len(got) != 1 {
		t.Errorf("runs: %v", got)
	}
}
