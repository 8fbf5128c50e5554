package validate

import (
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/lambdas/internal/entry"
)

// An item that breaks the rules of the applications file blocks what can wait, and is one failed part of a failover.
func TestAnItemThatBreaksTheRulesIsOneFailedPart(t *testing.T) {
	bad := blog()
	bad.Health[0].Statistic = "Best"
	const says = `application blog: its item in the registry breaks the rules of the applications file: health[0].statistic: "Best"; expected Average`
	for _, input := range []string{`{"action": "check"}`, `{"action": "switchover"}`} {
		s := newScene(t, shop(), bad)
		answer := s.validate(input)
		if diff := cmp.Diff([]string{failover.CodeBroken}, codes(answer, failover.Blocker)); diff != "" {
			t.Errorf("%s: blockers (-want +got):\n%s", input, diff)
		}
		s.contains(answer.Summary, says)
		if answer := s.validate(`{"action": "switchover", "applications": ["shop"]}`); answer.Verdict != failover.Proceed {
			t.Errorf("a run of another application: %s", answer.Summary)
		}
	}
	s := newScene(t, shop(), bad)
	answer := s.validate(consenting)
	if answer.Verdict != failover.Proceed || len(answer.SetAside) != 1 || !answer.SetAside.Application("blog") || answer.Applications != 1 {
		t.Errorf("a failover: %s, %v", answer.Summary, answer.SetAside)
	}
	s.contains(fmt.Sprint(answer.Findings), says)
	s = newScene(t, bad)
	if answer := s.validate(consenting); answer.Verdict != failover.Refuse || len(s.mutations()) > 0 {
		t.Errorf("a failover of nothing else: %s", answer.Summary)
	}
}

// An epoch that no run has had would leave none for the next run, and so block every one of them.
func TestAnEpochThatNoRunHasHadIsOneFailedPart(t *testing.T) {
	s := newScene(t, shop(), blog())
	_, err := s.store.SetLive(t.Context(), mustApplications(s)[1], failover.Live{
		Active: east, Weights: map[failover.Region]int{east: 100, west: 0}, Epoch: failover.MaxEpoch - 1,
	})
	must(t, err)
	answer := s.validate(consenting)
	if answer.Verdict != failover.Proceed || !answer.SetAside.Application("blog") || answer.Run.Epoch != 1 {
		t.Fatalf("a failover: %s, epoch %d, %v", answer.Summary, answer.Run.Epoch, answer.SetAside)
	}
	s.contains(fmt.Sprint(answer.Findings), "application blog: its item in the registry breaks the rules of the applications file: epoch: 9007199254740991; expected one that a run has had: the lock has 0")
	must(t, s.store.ReleaseLock(t.Context(), answer.Run.ARN))
	if answer := s.validate(`{"action": "check"}`); !slices.Contains(codes(answer, failover.Blocker), failover.CodeBroken) {
		t.Errorf("a check: %s", answer.Summary)
	}
	_, err = s.store.Register(t.Context(), failover.DefaultPlan(), []failover.Application{blog()}, start)
	must(t, err)
	if got := mustApplications(s)[1].Live.Epoch; got != 0 {
		t.Errorf("registered again, it has epoch %d; want 0", got)
	}
}

// What Validate has seen travels with the stages that move it, and no more of it than fits.
func TestStagesCarryWhatWasSeen(t *testing.T) {
	s := newScene(t, shop(), blog())
	answer := s.validate(consenting)
	for _, stage := range answer.Stages {
		apps, err := s.store.Wave(t.Context(), stage.Wave)
		must(t, err)
		if stage.Seen == nil || stage.Strangers(apps).Err() != nil {
			t.Fatalf("stage %+v: %v", stage, stage.Strangers(apps).Err())
		}
		apps[0].Live = failover.Live{Active: west, Epoch: 9}
		if err := stage.Strangers(apps).Err(); err != nil {
			t.Errorf("where it is, is no configuration: %v", err)
		}
		apps[0].Records[0].TTL++
		if err := stage.Strangers(apps).Err(); entry.ConditionOf(err) != failover.Changed {
			t.Errorf("another TTL: %v; want Changed", err)
		}
	}
}
