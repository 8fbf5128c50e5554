package verifyhealth

import (
	"testing"
	"time"

	"github.com/drover-dr/drover/internal/failover"
)

// TestWhatIsSetAsideIsNotAwaitedAndTheRestIs, be it weights, a promotion, or the health of their application.
func TestWhatIsSetAsideIsNotAwaitedAndTheRestIs(t *testing.T) {
	record := failover.SetAside{Kind: failover.RecordKind, Object: "search.example.com A", Zone: zone, Application: "search"}
	database := failover.SetAside{Kind: failover.DatabaseKind, Object: "search"}
	aside := func(parts ...failover.SetAside) func(*failover.VerifyRequest) {
		return func(req *failover.VerifyRequest) { req.SetAside = parts }
	}
	s := newStand(t, "checkout", "search")
	s.setWeight("search", west, 0)
	s.setWeight("search", east, 100)
	s.serve("search", 0)
	if got := s.attempt(); got.Verdict == failover.Passed {
		t.Fatalf("with nothing set aside: got %+v; want something to wait for", got)
	}
	check(t, "with the record set aside", passed(1), s.attempt(aside(record)))
	check(t, "with its zone set aside, and the zone of all others", passed(1), s.attempt(aside(failover.SetAside{Kind: failover.ZoneKind, Zone: zone})))
	s.setWeight("checkout", west, 0)
	if got := s.attempt(aside(record)); got.Verdict == failover.Passed {
		t.Errorf("the rest is not verified: got %+v", got)
	}

	s = newStandWriting(t, east, "checkout", "search")
	s.promote(s.apps[0])
	s.world.AdvanceTo(begin.Add(2 * time.Minute))
	s.serve("checkout", 100)
	s.serve("search", 0)
	if got := s.attempt(promoting); got.Verdict == failover.Passed {
		t.Fatalf("with no database set aside: got %+v; want the promotion of search to be awaited", got)
	}
	check(t, "with the database set aside", passed(1), s.attempt(promoting, aside(database)))
	check(t, "with all of the wave", passed(1), s.attempt(promoting, aside(failover.SetAside{Kind: failover.DatabasesKind, Wave: 1})))
}

// TestAPhaseIsClosedWithoutWhatWasSetAside: the registry was not written for an application one of whose records is set aside.
func TestAPhaseIsClosedWithoutWhatWasSetAside(t *testing.T) {
	s := newStand(t, "checkout", "orders")
	s.settle(s.apps[1], inWest)
	aside := func(req *failover.VerifyRequest) {
		closing(req)
		req.SetAside = failover.Aside{failover.RecordAside("checkout", s.apps[0].Records[0], failover.Rejected, "no")}
	}
	check(t, "one record is set aside", passed(1), s.attempt(aside))
	if got := s.attempt(closing); got.Verdict != failover.Pending {
		t.Errorf("none is set aside: %s; want it to wait for the registry", got.Verdict)
	}
}
