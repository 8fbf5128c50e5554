package validate

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/registry"
)

// stoppedRun is one that has shifted 10 % of the shop and the blog and was stopped before it could write that down.
func stoppedRun(s *scene) {
	s.t.Helper()
	s.putWeights(shop().Records[0], 90, 10)
	s.putWeights(blog().Records[0], 90, 10)
	s.fence(failover.Fence{Epoch: 1, Run: "run-0", Region: west, Phase: failover.Outbound})
}

func tenPercent() failover.Place {
	return failover.Place{Active: east, Weights: map[failover.Region]int{east: 90, west: 10}}
}

func TestWhatAStoppedRunHasLeftIsNoDrift(t *testing.T) {
	for _, input := range []string{
		`{"action": "switchover", "takeover": true, "percents": [10, 50, 100]}`, `{"action": "failback", "takeover": true}`,
		`{"action": "switchover", "takeover": true, "order": "database-first"}`,
		`{"action": "failover", "allowDataLoss": true, "takeover": true}`, `{"action": "check", "takeover": true}`,
	} {
		s := newScene(t, blog())
		if strings.Contains(input, "failback") {
			s.h.Region = east
		}
		stoppedRun(s)
		answer := s.validate(input)
		if answer.Verdict == failover.Refuse {
			t.Errorf("%s: %s", input, answer.Summary)
			continue
		}
		want := []failover.Unrecorded{{Wave: 2, Place: tenPercent()}}
		if diff := cmp.Diff(want, answer.Run.Unrecorded); diff != "" {
			t.Errorf("%s: unrecorded (-want +got):\n%s", input, diff)
		}
		if warned := codes(answer, failover.Warning); !slices.Contains(warned, failover.CodeUnrecorded) || slices.Contains(warned, failover.CodeDrift) {
			t.Errorf("%s: warned of %v", input, warned)
		}
	}
}

// TestADrillBeginsWithAllUsersInOneRegion, because it has to end with them there.
func TestADrillBeginsWithAllUsersInOneRegion(t *testing.T) {
	left := newScene(t, blog())
	stoppedRun(left)
	registered := newScene(t, blog())
	registered.putWeights(blog().Records[0], 90, 10)
	_, err := registered.store.SetLive(t.Context(), mustApplications(registered)[0], failover.Live{Active: east, Weights: tenPercent().Weights, Epoch: 1})
	must(t, err)
	for name, s := range map[string]*scene{"left by a run that was stopped": left, "registered": registered} {
		answer := s.validate(`{"action": "drill", "takeover": true}`)
		if !slices.Contains(codes(answer, failover.Blocker), failover.CodeUnrecorded) {
			t.Errorf("%s: %s: %v", name, answer.Verdict, answer.Findings)
		}
	}
}

// TestSharesAreCountedFromWhatUsersHave, not from what the registry says they have.
func TestSharesAreCountedFromWhatUsersHave(t *testing.T) {
	s := newScene(t, blog())
	stoppedRun(s)
	answer := s.validate(`{"action": "switchover", "takeover": true, "percents": [5, 100]}`)
	if answer.Verdict != failover.Refuse {
		t.Fatalf("got %s; a first share of 5 %% takes some of the 10 %% back", answer.Verdict)
	}
	s.contains(answer.Summary, "has 10 % of its traffic in us-west-2")
}

func TestWeightsWithoutAFenceAreDrift(t *testing.T) {
	s := newScene(t, blog())
	s.putWeights(blog().Records[0], 90, 10)
	answer := s.validate(`{"action": "switchover"}`)
	if !slices.Contains(codes(answer, failover.Blocker), failover.CodeDrift) || len(answer.Run.Unrecorded) > 0 {
		t.Errorf("unrecorded %v: %s", answer.Run.Unrecorded, answer.Summary)
	}
}

func TestWhatNoRunExplainsStaysDrift(t *testing.T) {
	record := func(outcome failover.Outcome) func(*scene) {
		return func(s *scene) {
			must(s.t, s.store.PutRun(s.t.Context(), registry.RunRecord{Run: failover.Run{ID: "run-0", To: west, StartedAt: start}, Outcome: outcome, ClosedAt: start}))
		}
	}
	for _, c := range []struct {
		name   string
		change func(*scene)
		drift  bool
	}{
		{"a run that was stopped", func(*scene) {}, false},
		{"a run that ended Held, since the registry could not be written", record(failover.Held), false},
		{"a run that ended Completed, after it had taken over from one that was stopped", func(s *scene) {
			run := failover.Run{ID: "run-0", To: west, StartedAt: start, TakenOverFrom: "run-00"}
			must(s.t, s.store.PutRun(s.t.Context(), registry.RunRecord{Run: run, Outcome: failover.Completed, ClosedAt: start}))
		}, false},
		{"a run that ended Completed", record(failover.Completed), true},
		{"a run that ended RolledBack", record(failover.RolledBack), true},
		{"a run that has written the registry since", func(s *scene) {
			for _, app := range mustApplications(s) {
				_, err := s.store.SetLive(s.t.Context(), app, failover.Live{Active: east, Weights: app.Live.Weights, Epoch: 1})
				must(s.t, err)
			}
		}, true},
		{"weights that no stage writes", func(s *scene) { s.putWeights(blog().Records[0], 90, 20) }, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newScene(t, blog())
			stoppedRun(s)
			c.change(s)
			answer := s.validate(`{"action": "switchover", "takeover": true}`)
			if drift := slices.Contains(codes(answer, failover.Blocker), failover.CodeDrift); drift != c.drift || drift == (len(answer.Run.Unrecorded) > 0) {
				t.Errorf("drift %v, unrecorded %v: %s", drift, answer.Run.Unrecorded, answer.Summary)
			}
			if c.drift {
				s.contains(answer.Summary, "register the application again: that takes over the weights in Route 53")
			}
		})
	}
}

// TestAPartOfAWaveIsNamed: a wave that was left as a whole is not, however large it is.
func TestAPartOfAWaveIsNamed(t *testing.T) {
	other := blog()
	other.Name, other.Records[0].Name = "wiki", "wiki.shop.example"
	s := newScene(t, shop(), blog(), other)
	stoppedRun(s)
	s.putWeights(shop().Records[0], 100, 0)
	answer := s.validate(`{"action": "switchover", "takeover": true}`)
	want := []failover.Unrecorded{{Wave: 2, Applications: []string{"blog"}, Place: tenPercent()}}
	if diff := cmp.Diff(want, answer.Run.Unrecorded); diff != "" {
		t.Errorf("unrecorded (-want +got):\n%s", diff)
	}
}

func TestARollbackOfTheNextRunBringsBackWhatWasLeft(t *testing.T) {
	s := newScene(t, blog())
	stoppedRun(s)
	run := s.validate(`{"action": "switchover", "takeover": true}`).Run
	if answer := s.turned(run, failover.Rollback); len(answer.Stages) != 0 {
		t.Errorf("nothing has moved since, and it plans %+v", answer.Stages)
	}
	s.putWeights(blog().Records[0], 0, 100) // shifted, and not written down
	answer := s.turned(run, failover.Rollback)
	if len(answer.Stages) != 1 || len(answer.Run.Unrecorded) != 1 {
		t.Fatalf("stages %+v, unrecorded %v", answer.Stages, answer.Run.Unrecorded)
	}
	app := answer.Run.AsFound(mustApplications(s)[0])
	if diff := cmp.Diff(tenPercent().Weights, answer.Stages[0].WeightsOf(app, run.Epoch)); diff != "" {
		t.Errorf("restores (-want +got):\n%s", diff)
	}
}
