package verifyhealth

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/lambdas/internal/live"
)

// bothOrders are some elements as they are, and the other way round: what is the first, the last or the largest of them must not
// depend on where it is.
func bothOrders[T any](all ...T) [][]T {
	reversed := slices.Clone(all)
	slices.Reverse(reversed)
	return [][]T{all, reversed}
}

// TestADatapointCountsWhereverItIs: one that was counted before makes a healthy check wait, and one that is new makes an unhealthy
// check count, whichever application has it.
func TestADatapointCountsWhereverItIs(t *testing.T) {
	counted := &failover.Streak{Since: begin, Seen: []failover.Datapoint{{PeriodSeconds: 60, At: begin}}}
	reading := func(app string, period int, at time.Time) live.Reading {
		return live.Reading{Application: app, Rule: failover.HealthRule{PeriodSeconds: period}, Known: true, At: at}
	}
	before, after := reading("a", 60, begin), reading("b", 60, begin.Add(time.Minute))
	for i, readings := range bothOrders(before, after) {
		good, bad := newAttempt(counted), newAttempt(counted)
		for _, r := range readings {
			good.sawHealthy(r)
			bad.sawBad(r)
		}
		if !good.stale || !bad.newBad || len(bad.bad) != 2 {
			t.Errorf("order %d: stale %v, newly unhealthy %v; want both", i, good.stale, bad.newBad)
		}
		newest := []failover.Datapoint{{PeriodSeconds: 60, At: after.At}}
		if !cmp.Equal(newest, good.good) || !cmp.Equal(newest, bad.worse) {
			t.Errorf("order %d: newest %v and %v; want %v", i, good.good, bad.worse, newest)
		}
	}
	for i, readings := range bothOrders(after, reading("c", 10, begin.Add(time.Minute))) {
		l := newAttempt(counted)
		for _, r := range readings {
			l.sawHealthy(r)
		}
		want := []failover.Datapoint{{PeriodSeconds: 10, At: begin.Add(time.Minute)}, {PeriodSeconds: 60, At: after.At}}
		if l.stale || !cmp.Equal(want, l.good) {
			t.Errorf("order %d, of two periods: stale %v, newest %v; want the shortest period first", i, l.stale, l.good)
		}
	}
}

// TestTheLongestTTLAndPeriodAreTolerated, of whichever application and rule.
func TestTheLongestTTLAndPeriodAreTolerated(t *testing.T) {
	hundred := 100
	app := func(ttl int64, periods ...int) failover.Application {
		a := failover.Application{Records: []failover.Record{{TTL: ttl}}}
		for _, p := range periods {
			a.Health = append(a.Health, failover.HealthRule{PeriodSeconds: p})
		}
		return a
	}
	for i, apps := range bothOrders(app(300, 10, 20), app(30, 60, 5)) {
		if got := tolerance(failover.Stage{Percent: &hundred}, apps); got != 6*time.Minute {
			t.Errorf("order %d: %s; want the TTL of 300 s and the period of 60 s", i, got)
		}
	}
}

// TestTheLastChangeOfEachZoneIsAskedAbout, and the places of the zones are those of their first changes.
func TestTheLastChangeOfEachZoneIsAskedAbout(t *testing.T) {
	a1, a2, b := failover.Change{Zone: "A", ID: "1"}, failover.Change{Zone: "A", ID: "2", Batch: 1}, failover.Change{Zone: "B", ID: "3"}
	for _, c := range []struct{ changes, want []failover.Change }{
		{[]failover.Change{a1, b, a2}, []failover.Change{a2, b}}, {[]failover.Change{b, a1, a2}, []failover.Change{b, a2}}, {[]failover.Change{a1, a2, b}, []failover.Change{a2, b}},
	} {
		if got := lastOfEachZone(c.changes); !slices.Equal(got, c.want) {
			t.Errorf("%v: %v; want %v", c.changes, got, c.want)
		}
	}
}

// TestAnApplicationIsSettledWithAllOfItsParts, whichever of them is pending.
func TestAnApplicationIsSettledWithAllOfItsParts(t *testing.T) {
	for _, records := range bothOrders(failover.Record{Zone: "A"}, failover.Record{Zone: "B"}) {
		for _, databases := range bothOrders(failover.Database{GlobalCluster: "a"}, failover.Database{GlobalCluster: "b"}) {
			app := failover.Application{Records: records, Databases: databases}
			for _, pending := range []func(*attempt){func(l *attempt) { l.zones["A"] = true }, func(l *attempt) { l.clusters["b"] = true }} {
				l := newAttempt(nil)
				if !l.settled(app) {
					t.Error("with nothing pending it is not settled")
				}
				if pending(l); l.settled(app) {
					t.Errorf("%v, %v: it is settled while a part is pending", records, databases)
				}
			}
		}
	}
}

// TestThePendingZonesFitIntoTheListOfTheRun: more zones than the list of the run has room for are one part, with the cause of the first.
func TestThePendingZonesFitIntoTheListOfTheRun(t *testing.T) {
	var before failover.Aside
	for range failover.MaxSetAside - 1 {
		before = append(before, failover.SetAside{Kind: failover.RecordKind})
	}
	two := failover.Aside{{Kind: failover.PendingKind, Object: "a.example", Zone: "A", Cause: "the first"}, {Kind: failover.PendingKind, Object: "b.example", Zone: "B", Cause: "the second"}}
	l := newAttempt(nil)
	l.newlyPending = two[:1]
	if got := l.pendingParts(before); !cmp.Equal(two[:1], got) {
		t.Errorf("one zone, and room for one: %v", got)
	}
	l.newlyPending = two
	want := failover.Aside{{Kind: failover.PendingKind, Object: "2 zones", Zone: failover.AllZones, Cause: "the first"}}
	if got := l.pendingParts(before); !cmp.Equal(want, got) {
		t.Errorf("two zones, and room for one: %v; want %v", got, want)
	}
}
