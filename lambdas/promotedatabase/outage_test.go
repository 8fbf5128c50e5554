package promotedatabase

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/lambdas/internal/entry"
	"github.com/drover-dr/drover/statemachine/fakeaws"
)

// TestAFailoverSetsAsideWhatItCannotPromote at once when that is final, and defers what waiting may cure.
func TestAFailoverSetsAsideWhatItCannotPromote(t *testing.T) {
	h, world := newHandler(t, "checkout", "search")
	register(t, h, failover.Application{Name: "archive", Wave: 1, Databases: []failover.Database{database("archive")}})
	throttled := &fakeaws.APIError{Code: "Throttling", Status: 400, Message: "Rate exceeded"}
	world.Inject(fakeaws.Fault{Operation: "FailoverGlobalCluster", Times: 1, Error: throttled})
	got := handle(t, h, stageRequest(failover.Failover))
	want := failover.Aside{{
		Kind: failover.DatabaseKind, Object: "archive", Application: "archive", Error: failover.Rejected,
		Cause: "could not promote global cluster archive of archive: it does not exist as seen from us-west-2",
	}}
	if diff := cmp.Diff(want, got.SetAside); diff != "" || got.Started != 1 || got.Remaining != 1 {
		t.Errorf("got %+v; want one started and one that remains; set aside (-want +got)\n%s", got, diff)
	}
	req := stageRequest(failover.Failover)
	req.SetAside = got.SetAside
	world.Inject(fakeaws.Fault{Operation: "FailoverGlobalCluster", Times: 1, Error: throttled})
	got = handle(t, h, req)
	if got.InFlight != 1 || got.Remaining != 1 || len(got.SetAside) != 0 || len(got.Deferred) != 1 ||
		got.Deferred[0].Object != "checkout" || got.Deferred[0].Error != failover.Throttled {
		t.Errorf("the next call: got %+v; want the throttled one deferred, and archive not set aside once more", got)
	}
}

func TestTheListOfDatabasesThatAreSetAsideIsBounded(t *testing.T) {
	h, _ := newHandler(t, "checkout")
	for i := range failover.MaxSetAside + 3 {
		id := fmt.Sprintf("gone-%02d", i)
		register(t, h, failover.Application{Name: id, Wave: 1, Databases: []failover.Database{database(id)}})
	}
	got := handle(t, h, stageRequest(failover.Failover))
	if n := len(got.SetAside); n != failover.MaxSetAside+1 || got.SetAside[n-1].Kind != failover.DatabasesKind || got.Started != 1 {
		t.Errorf("%d set aside, %d started; want %d and the wave, and one started", n, got.Started, failover.MaxSetAside)
	}
}

// TestADatabaseThatCannotBePromotedKeepsNoOtherFromIt, whatever is wrong with it, and wherever it stands.
func TestADatabaseThatCannotBePromotedKeepsNoOtherFromIt(t *testing.T) {
	for name, spoil := range map[string]func(*failover.Application){
		"no such global cluster": func(app *failover.Application) { app.Databases[0].GlobalCluster = "gone" },
		"detached":               func(app *failover.Application) { app.Databases[0].Clusters[west] += "-detached" },
	} {
		for _, app := range []string{"a", "m", "z"} {
			h, world := newHandler(t, "checkout", "search")
			sick := failover.Application{Name: app, Wave: 1, Databases: []failover.Database{database("sick")}}
			if name != "no such global cluster" {
				if err := world.AddGlobalCluster(globalCluster("sick")); err != nil {
					t.Fatal(err)
				}
			}
			spoil(&sick)
			register(t, h, sick)
			got := handle(t, h, stageRequest(failover.Failover))
			if got.Started != 2 || got.Remaining != 0 || len(got.SetAside) != 1 || got.SetAside[0].Application != app {
				t.Errorf("%s: got %+v; want two started and one set aside", name, got)
			}
		}
	}
}

// TestAFailoverNeedsNoAnswerOfDescribeGlobalClusters, but consent.
func TestAFailoverNeedsNoAnswerOfDescribeGlobalClusters(t *testing.T) {
	for name, fault := range map[string]fakeaws.Fault{
		"no answer": {LoseAnswer: true},
		"an error":  {Error: &fakeaws.APIError{Code: "InternalFailure", Status: 500, Message: "no"}},
		"denied":    {Error: &fakeaws.APIError{Code: "AccessDenied", Status: 403, Message: "no"}},
	} {
		h, world := newHandler(t, "checkout", "search")
		fault.Operation = "DescribeGlobalClusters"
		mended := world.Inject(fault)
		req := stageRequest(failover.Failover)
		if got := handle(t, h, req); got.Started != 2 || got.Remaining+len(got.SetAside) > 0 || len(promotions(world)) != 2 {
			t.Errorf("%s: got %+v; want two started", name, got)
		}
		if got := handle(t, h, req); got.Remaining != 2 || len(promotions(world)) != 2 {
			t.Errorf("%s: again: got %+v; want RDS to refuse both, and both to remain", name, got)
		}
		mended()
		if got := handle(t, h, req); got.InFlight != 2 {
			t.Errorf("%s: once it answers: got %+v; want two in flight", name, got)
		}
	}
	h, world := newHandler(t, "checkout")
	world.Inject(fakeaws.Fault{Operation: "DescribeGlobalClusters", LoseAnswer: true})
	req := stageRequest(failover.Failover)
	req.Run.AllowDataLoss = false
	if got := handle(t, h, req); got.Remaining != 1 || len(rdsCalls(world)) != 0 {
		t.Errorf("without consent: got %+v; want nothing started", got)
	}
	if _, err := h.Handle(t.Context(), stageRequest(failover.Switchover)); entry.ConditionOf(err) != failover.Unreachable || len(rdsCalls(world)) != 0 {
		t.Errorf("planned: got %v; want Unreachable, and nothing started", err)
	}
}

// TestWhateverOneCallAnswersAllAreStarted disturbs each call that three databases take, one after the other, and goes on
// as the state machine does.
func TestWhateverOneCallAnswersAllAreStarted(t *testing.T) {
	for name, fault := range map[string]fakeaws.Fault{
		"throttled":     {Error: &fakeaws.APIError{Code: "Throttling", Status: 400, Message: "Rate exceeded"}},
		"busy":          {Error: &fakeaws.APIError{Code: "InvalidGlobalClusterStateFault", Status: 400, Message: "no"}},
		"unreachable":   {Error: &fakeaws.APIError{Code: "InternalFailure", Status: 500, Message: "no"}},
		"a lost answer": {LoseAnswer: true},
	} {
		for _, action := range []failover.Action{failover.Failover, failover.Switchover} {
			for _, operation := range []string{"DescribeGlobalClusters", "DescribeDBClusters", "FailoverGlobalCluster", "SwitchoverGlobalCluster"} {
				for k := range 3 {
					h, world := newHandler(t, "checkout", "search", "warehouse")
					h.Plan.MaxLagSeconds = 5
					mended := world.Inject(fakeaws.Fault{Operation: operation, Times: k + 1, LoseAnswer: fault.LoseAnswer, Error: fault.Error})
					done := false
					for range 6 {
						answer, err := h.Handle(t.Context(), stageRequest(action))
						if len(answer.SetAside) > 0 {
							t.Fatalf("%s %s: set aside: %v", name, operation, answer.SetAside)
						}
						if done = err == nil && answer.Remaining == 0; done {
							break
						}
					}
					mended()
					if got := promotions(world); !done || len(got) != 3 {
						t.Fatalf("%s, %s %d times %s: done %v, promoted %v; want all three, once each", action, operation, k+1, name, done, got)
					}
				}
			}
		}
	}
}
