package statemachine

import (
	"slices"
	"time"

	"github.com/drover-dr/drover/internal/failover"
)

// tester is the part of testing.TB that rapid's own T has too.
type tester interface {
	Helper()
	Errorf(format string, args ...any)
	Fatalf(format string, args ...any)
}

// answer is what a step answers to one call, after how long; a nil result is a call to which no answer comes.
type answer struct {
	result any
	err    failover.Condition
	// cause is that of a task which an approver fails; "too risky" by default.
	cause string
	after time.Duration
}

// script holds the answers of each state, call by call; the last one is also that of all later calls. PlanPhase has one list
// for each phase, such as "PlanPhase rollback". A state that is not in the script answers as in a run that succeeds.
type script map[string][]answer

func ok(result any) answer              { return answer{result: result, after: time.Second} }
func fails(c failover.Condition) answer { return answer{err: c, after: time.Second} }
func finds(v failover.Verdict) answer   { return ok(failover.VerifyAnswer{Verdict: v}) }
func times(n int, a answer) []answer    { return slices.Repeat([]answer{a}, n) }
func then(lists ...[]answer) []answer   { return slices.Concat(lists...) }

// configuration is the digest that Validate has answered.
const configuration = "c0nfigurati0"

func plan(stages ...failover.Stage) answer { return planOf(theRun(), stages...) }
func planOf(run failover.Run, stages ...failover.Stage) answer {
	return ok(failover.ValidateAnswer{
		Verdict: failover.Proceed, Run: run, Stages: stages, LagMillis: new(int64(800)), Summary: "moves 1 application to us-west-2",
		Configuration: configuration,
	})
}

// healthy is a check that is healthy, though not often enough in a row; the player knows since when.
var healthy = ok(failover.VerifyAnswer{Verdict: failover.Pending, Healthy: 1})

// begin is when the runs of these tests begin.
var begin = time.Date(2026, 11, 23, 3, 0, 0, 0, time.UTC)

// waits is a drill that cannot return yet.
func waits(run failover.Run) answer {
	return ok(failover.ValidateAnswer{Verdict: failover.Waiting, Run: run, Stages: []failover.Stage{}, Summary: "no measurement yet"})
}

// theRun is a failover, and what the adjustments make of it.
func theRun(adjust ...func(*failover.Run)) failover.Run {
	r := failover.Run{
		ID: "run-1", ARN: "arn:aws:states:us-west-2:111122223333:execution:drover:run-1", Action: failover.Failover, Phase: failover.Outbound, Epoch: 7, From: "us-east-1", To: "us-west-2",
		Approval: failover.NoApproval, ApprovalSeconds: 1800,
	}
	for _, f := range adjust {
		f(&r)
	}
	return r
}

// planned makes a switchover of the run, drill a drill that soaks for two minutes, and gate has it ask at a gate.
func planned(r *failover.Run) { r.Action = failover.Switchover }
func drill(r *failover.Run)   { r.Action, r.SoakSeconds = failover.Drill, 120 }
func gate(at failover.Approval) func(*failover.Run) {
	return func(r *failover.Run) { r.Approval = at }
}

// phase makes of the run another phase of it.
func phase(l failover.Phase) func(*failover.Run) {
	return func(r *failover.Run) { r.Phase, r.From, r.To = l, r.To, r.From }
}

// on makes of the run a phase in the direction of the outbound one.
func on(l failover.Phase) func(*failover.Run) {
	return func(r *failover.Run) { r.Phase = l }
}

// gated is a stage that asks before it promotes.
func gated(index int) failover.Stage { return asks(stage(index)) }

// asks is a stage of a run that asks before it promotes.
func asks(s failover.Stage) failover.Stage {
	s.Approve = true
	return s
}

// inWave is a stage of a failover's wave, and where the next wave starts.
func inWave(index, wave, next int) failover.Stage {
	s := stage(index)
	s.Wave, s.NextWave = wave, next
	return s
}

// closing is the stage that ends a phase of several waves.
func closing(index int) failover.Stage {
	s := inWave(index, 0, 0)
	s.Percent, s.Promote, s.Waves = nil, false, []int{1, 2}
	return s
}

// back is a stage in the other direction.
func back(index int) failover.Stage {
	s := stage(index)
	s.From, s.To, s.Restore = s.To, s.From, true
	return s
}

var silence = answer{after: time.Hour}

// stage is one with few attempts, so that routes stay short, and with time for six checks that hang; three more when it is
// healthy.
func stage(index int) failover.Stage {
	return failover.Stage{
		Index: index, Wave: 1, From: "us-east-1", To: "us-west-2", Percent: new(100), Batches: 2, ShiftSeconds: 60, Promote: true,
		SettleSeconds: 5, StretchPercent: 10, Attempts: 9, VerifySeconds: 168, ResubmitSeconds: 104,
		Passes: 2, HealthySeconds: 70, Checks: 15,
	}
}

// shifted is a round of ShiftTraffic after which so many batches remain.
func shifted(remaining int) answer {
	return ok(failover.ShiftAnswer{Changes: []failover.Change{{Zone: "Z1", ID: "C1"}}, Remaining: remaining, Records: 2})
}

// promoting is a call of PromoteDatabase after which so many databases remain.
func promoting(remaining int) answer {
	return ok(failover.PromoteAnswer{Started: 1, LagMillis: 250, LagAt: &measured, Remaining: remaining})
}

// settingAside is a call of ShiftTraffic that sets one part aside.
func settingAside(kind failover.Kind, object string) answer {
	return ok(failover.ShiftAnswer{
		Changes:  []failover.Change{{Zone: "Z1", ID: "C1"}},
		SetAside: failover.Aside{{Kind: kind, Object: object, Zone: "Z1", Application: "shop", Error: failover.Rejected, Cause: "no"}},
	})
}

// deferring is a round of ShiftTraffic that gets nothing done in a failover.
func deferring() answer {
	return ok(failover.ShiftAnswer{
		Changes: []failover.Change{}, Remaining: 1,
		Deferred: failover.Aside{{Kind: failover.ZoneKind, Object: "example.com", Zone: "Z1", Error: failover.Throttled, Cause: "Rate exceeded"}},
	})
}

// measured is when the lag was measured.
var measured = time.Date(2026, 11, 23, 2, 59, 0, 0, time.UTC)

// well is what every step answers in a run without an error.
var well = map[string]answer{
	"Validate":                  plan(stage(0)),
	"ShiftTraffic":              shifted(0),
	"UpdateRegistry":            ok(failover.RegistryAnswer{Written: 1}),
	"PromoteDatabase":           ok(failover.PromoteAnswer{Started: 1, LagMillis: 250, LagAt: &measured}),
	"VerifyHealth":              finds(failover.Passed),
	"PlanPhase return":          planOf(theRun(drill, phase(failover.Return)), back(1)),
	"PlanPhase rollback":        planOf(theRun(planned, phase(failover.Rollback)), back(1)),
	"PlanPhase return-rollback": planOf(theRun(drill, on(failover.ReturnRollback)), stage(2)),
	"Announce":                  ok(map[string]any{"notified": true}),
	"NotifyRefused":             ok(map[string]any{"notified": true}),
	"AwaitApproval":             ok(failover.ApprovalAnswer{Approved: true, By: "alice"}),
	"CloseRun":                  ok(map[string]any{}),
	"NotNotified":               ok(failover.NotifyAnswer{Summary: "the notification could not be sent"}),
	"Notify":                    ok(failover.NotifyAnswer{Summary: "what became of it", Notified: true}),
}

// requests are the types that the functions decode the payload of each state into, strictly.
var requests = map[string]func() any{
	"Validate":        func() any { return new(failover.ValidateRequest) },
	"ShiftTraffic":    func() any { return new(failover.ShiftRequest) },
	"UpdateRegistry":  func() any { return new(failover.StageRequest) },
	"PromoteDatabase": func() any { return new(failover.PromoteRequest) },
	"VerifyHealth":    func() any { return new(failover.VerifyRequest) },
	"PlanPhase":       func() any { return new(failover.ValidateRequest) },
	"Announce":        func() any { return new(failover.AnnounceRequest) },
	"NotifyRefused":   func() any { return new(failover.RefusedRequest) },
	"AwaitApproval":   func() any { return new(failover.ApprovalRequest) },
	"CloseRun":        func() any { return new(failover.CloseRequest) },
	"Notify":          func() any { return new(failover.NotifyRequest) },
	"NotNotified":     func() any { return new(failover.NotNotifiedRequest) },
}
