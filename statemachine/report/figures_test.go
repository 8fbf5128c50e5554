package report

import (
	"testing"
	"time"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/statemachine/fakeaws"
	"github.com/drover-dr/drover/statemachine/guarantee"
	"github.com/google/go-cmp/cmp"
)

func TestTheFiguresAreWhatAReaderTakesAway(t *testing.T) {
	r := sample()
	r.Impact.Impact = fakeaws.Impact{Requests: 200, Served: 150}
	r.Recoveries[0].Users, r.Recoveries[0].RPO, r.Recoveries[0].TargetRPO = 2*time.Minute, 0.9, time.Minute
	want := []figure{
		{"Outcome", "Completed", "as expected", "good"},
		{"RTO of the run", "0:40", "target 1:00", "good"},
		{"RTO for clients", "2:00", "target 1:00", "bad"},
		{"RPO, writes lost", "0.9 s", "target 60.0 s", "good"},
		{"Served", "75.00 %", "of 200 requests", ""},
		{"Guarantees", "1 violated", "1 kept, 1 not checked", "bad"},
	}
	if diff := cmp.Diff(want, figuresOf(r)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestSeveralRunsAreCounted(t *testing.T) {
	completed := guarantee.RunOutcome{Outcome: failover.Completed, Expected: failover.Completed}
	held := guarantee.RunOutcome{Outcome: failover.Held, Expected: failover.Completed}
	if diff := cmp.Diff(figure{"Runs", "2", "all ended as expected", "good"}, outcomes([]guarantee.RunOutcome{completed, completed})); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(figure{"Runs", "2", "1 did not end as expected", "bad"}, outcomes([]guarantee.RunOutcome{completed, held})); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestOfSeveralRecoveriesTheWorstIsShown(t *testing.T) {
	slow := guarantee.Recovery{RTO: 2 * time.Minute, TargetRTO: time.Minute}
	costly := guarantee.Recovery{RTO: time.Minute, TargetRTO: time.Minute, RPO: 3}
	want := []figure{
		{"RTO of the run", "2:00", "the longest of 2; target 1:00", "bad"},
		{"RPO, writes lost", "3.0 s", "the longest of 2; target 0.0 s", "bad"},
	}
	if diff := cmp.Diff(want, recoveries([]guarantee.Recovery{slow, costly})); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestTheWorstIsShownWhereverItIs(t *testing.T) {
	all := []guarantee.Recovery{{RTO: 2 * time.Minute, Users: time.Minute, RPO: 1}, {RTO: time.Minute, Users: 3 * time.Minute, RPO: 2}, {RTO: time.Second, Users: 2 * time.Second}}
	for range all {
		all = append(all[1:], all[0])
		got := recoveries(all)
		if len(got) != 3 || got[0].Value != "2:00" || got[1].Value != "3:00" || got[2].Value != "2.0 s" {
			t.Errorf("%v: %+v; want 2:00, 3:00 and 2.0 s", all, got)
		}
	}
}

func TestToBeHeldIsNothingToBeGladOf(t *testing.T) {
	want := figure{"Outcome", "Held", "as expected", ""}
	if diff := cmp.Diff(want, outcomes([]guarantee.RunOutcome{{Outcome: failover.Held, Expected: failover.Held}})); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestOnlyMistakesOfOursAreRed(t *testing.T) {
	for code, want := range map[string]string{"": "", "NoSuchKey": "note", "Throttling": "note", "AccessDenied": "bad", fakeaws.CodeNotImplemented: "bad"} {
		if got := answerTone(code); got != want {
			t.Errorf("%s is %q; want %q", code, got, want)
		}
	}
}
