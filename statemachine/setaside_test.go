package statemachine

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/drover-dr/drover/internal/failover"
)

// TestWhatIsSetAsideGoesWithTheRun to every step that must know, and to the message.
func TestWhatIsSetAsideGoesWithTheRun(t *testing.T) {
	ofWave2 := inWave(1, 2, 0)
	r := play(t, machine(t), script{
		"Validate":     {plan(inWave(0, 1, 1), ofWave2)},
		"ShiftTraffic": {settingAside(failover.RecordKind, "www.example.com A"), fails(failover.UnknownFormat)},
		"PromoteDatabase": {
			ok(failover.PromoteAnswer{LagMillis: -1, SetAside: failover.Aside{{Kind: failover.DatabaseKind, Object: "orders", Error: failover.Rejected}}}),
			fails(failover.Rejected),
		},
	})
	got := r.calls["Notify"][0].(*failover.NotifyRequest)
	var kinds []string
	for _, s := range got.SetAside {
		kinds = append(kinds, string(s.Kind)+" "+s.Object)
	}
	want := []string{"record www.example.com A", "database orders", "traffic ", "databases "}
	if diff := cmp.Diff(want, kinds); diff != "" {
		t.Errorf("set aside (-want +got):\n%s", diff)
	}
	for state, counts := range map[string][]int{"ShiftTraffic": {0, 2}, "UpdateRegistry": {1}, "PromoteDatabase": {1, 3}, "VerifyHealth": {2, 4}, "CloseRun": {4}} {
		for call, n := range counts {
			if got := asideIn(r.calls[state][call]); got != n {
				t.Errorf("call %d of %s knows %d parts that are set aside; want %d", call+1, state, got, n)
			}
		}
	}
	if got.Outcome != failover.Held || got.SetAside[2].Wave != 2 || got.SetAside[2].String() != "traffic of wave 2 was set aside: UnknownFormat: in the test" {
		t.Errorf("got %s, %s", got.Outcome, got.SetAside[2])
	}
}

func asideIn(request any) int {
	switch req := request.(type) {
	case *failover.ShiftRequest:
		return len(req.SetAside)
	case *failover.StageRequest:
		return len(req.SetAside)
	case *failover.PromoteRequest:
		return len(req.SetAside)
	case *failover.VerifyRequest:
		return len(req.SetAside)
	case *failover.CloseRequest:
		return len(req.SetAside)
	}
	return -1
}

// TestWhatRemainsIsSetAsideWhenItsTimeIsOver and not before, and nothing is asked for after that.
func TestWhatRemainsIsSetAsideWhenItsTimeIsOver(t *testing.T) {
	deferred := func(kind failover.Kind, object string) failover.Aside {
		return failover.Aside{{Kind: kind, Object: object, Zone: "Z1", Error: failover.Throttled, Cause: "Rate exceeded"}}
	}
	round := ok(failover.ShiftAnswer{Changes: []failover.Change{}, Remaining: 1, Deferred: deferred(failover.ZoneKind, "example.com")})
	asking := ok(failover.PromoteAnswer{LagMillis: -1, Remaining: 1, Deferred: deferred(failover.DatabaseKind, "orders")})
	r := play(t, machine(t), script{"Validate": {plan(stage(0))}, "ShiftTraffic": {round}, "PromoteDatabase": {asking}})
	for state, limit := range map[string]time.Duration{"ShiftTraffic": 60 * time.Second, "PromoteDatabase": failover.PromoteSeconds * time.Second} {
		calls := r.calls[state]
		first, last := nowOf(calls[0]), nowOf(calls[len(calls)-1])
		if took := last.Sub(first); took > limit || took < limit-15*time.Second {
			t.Errorf("%s is asked for %v; want about %v", state, took, limit)
		}
	}
	got := r.calls["Notify"][0].(*failover.NotifyRequest)
	var objects []string
	for _, s := range got.SetAside {
		objects = append(objects, s.Object)
	}
	if diff := cmp.Diff([]string{"example.com", "orders"}, objects); diff != "" || got.Outcome != failover.Held {
		t.Errorf("outcome %s; set aside (-want +got):\n%s", got.Outcome, diff)
	}
}

func nowOf(request any) time.Time {
	switch req := request.(type) {
	case *failover.ShiftRequest:
		return req.Now
	case *failover.PromoteRequest:
		return req.Now
	}
	return time.Time{}
}
