package drills

import (
	"bytes"
	"strings"
	"testing"

	"github.com/drover-dr/drover/statemachine/drill"
	"github.com/drover-dr/drover/statemachine/drill/drilltest"
	"github.com/drover-dr/drover/statemachine/transcript"
)

// guard is code that prevents harm. Taking it out is a small change of the functions or of the
// definition; a scenario must fail then.
type guard struct {
	name string
	// functions and definition are how it is taken out.
	functions  []drilltest.Mutation
	definition []replacement
	// scenario is the one that fails then, and says what its transcript has to say.
	scenario, says string
}

// replacement is a change of the definition: what it must hold at least once, and what stands in its place.
type replacement struct{ old, new string }

var guards = []guard{
	{
		name: "the fence",
		functions: []drilltest.Mutation{{
			File: "lambdas/shifttraffic/fence.go",
			Old:  "case theirs.Run != mine.Run || theirs.Region != mine.Region:", New: "case theirs.Run != mine.Run || theirs.Region != mine.Region:\n\t\treturn 0, nil\n\tcase false:",
		}},
		scenario: "two-operators", says: "have both moved something",
	},
	{
		name: "the Region in the fence",
		functions: []drilltest.Mutation{{
			File: "lambdas/shifttraffic/fence.go", Old: "theirs.Run != mine.Run || theirs.Region != mine.Region:", New: "theirs.Run != mine.Run:",
		}},
		scenario: "same-name", says: "have both moved something",
	},
	{
		name: "the lock before traffic moves",
		functions: []drilltest.Mutation{{
			File: "internal/registry/lock.go", Old: "if l.Epoch <= run.Epoch {\n\t\treturn nil", New: "if l.Epoch <= run.Epoch+1000 {\n\t\treturn nil",
		}},
		scenario: "takeover-elsewhere", says: "moved something after takeover-elsewhere-2 superseded it",
	},
	{
		name:       "that an unheard try may have touched something",
		definition: []replacement{{`$touched or $states.context.State.RetryCount > 0`, `$touched`}},
		scenario:   "unheard-then-overtaken", says: "expected no change",
	},
	{
		name:       "the wave after one that failed",
		definition: []replacement{{`$stage.nextWave > 0 and`, `false and`}},
		scenario:   "wave-stuck", says: "expected all of orders in us-west-2",
	},
	{
		name:       "a second attempt to request an approval",
		definition: []replacement{{"\"Lambda.Unknown\"],\n         \"IntervalSeconds\": 2, \"MaxAttempts\": 3,", "\"Lambda.Unknown\"],\n         \"IntervalSeconds\": 2, \"MaxAttempts\": 0,"}},
		scenario:   "ask-again", says: "expected the outcome Completed, got Held",
	},
	{
		name: "the check of health before the approval request",
		functions: []drilltest.Mutation{{
			File: "lambdas/validate/plan.go", Old: "p.stages = failover.VerifyBeforeAsking(p.stages)", New: "_ = failover.VerifyBeforeAsking(p.stages)",
		}},
		scenario: "bad-before-approval", says: "expected at most 5.00 % of all requests to fail",
	},
	{
		name:       "the metric of a notification that is not out",
		definition: []replacement{{"\"Next\": \"NotNotified\", \"Output\": \"{% $states.input %}\",\n         \"Assign\": {\n           \"failure\": {\"state\": \"Notify\",", "\"Next\": \"Outcome?\", \"Output\": \"{% $states.input %}\",\n         \"Assign\": {\n           \"failure\": {\"state\": \"Notify\","}},
		scenario:   "notify-gone", says: "no notification was published, and no alarm went to ALARM within",
	},
	{
		name: "the stage that closes a phase",
		functions: []drilltest.Mutation{{
			File: "internal/failover/stage.go", Old: "if len(waves) > 1 {\n\t\tadd(0, nil, false)", New: "if len(waves) > 1000 {\n\t\tadd(0, nil, false)",
		}},
		scenario: "health-later", says: "expected the outcome RolledBack, got Completed",
	},
	{
		name: "the lock",
		functions: []drilltest.Mutation{
			{File: "lambdas/validate/judge_lock.go", Old: "case j.req.Now.Before(lock.Expires) && j.input.Takeover:", New: "case j.req.Now.Before(lock.Expires):"},
		},
		scenario: "check-during-run", says: "expected",
	},
	{
		name: "the epoch",
		functions: []drilltest.Mutation{
			{File: "internal/registry/lock.go", Old: "max(before.Epoch, run.Epoch)+1, now", New: "max(0*before.Epoch, 1), now"},
			{File: "internal/registry/lock.go", Old: `" AND (attribute_not_exists(epoch) OR epoch < :next)")`, New: `"")`},
		},
		scenario: "failback", says: "expected the outcome Completed, got",
	},
	{
		name: "the mark that a batch leaves",
		functions: []drilltest.Mutation{
			{File: "lambdas/shifttraffic/fence.go", Old: "return theirs.Batch + 1, nil", New: "return 0, nil"},
		},
		scenario: "lost-answer", says: "expected 8 record sets to be written, got 16",
	},
	{
		name: "the promotion that is found under way",
		functions: []drilltest.Mutation{
			{File: "lambdas/promotedatabase/decide.go", Old: "case op.To == target:\n\t\treturn inFlight, nil", New: "case op.To == target:\n\t\treturn start, nil"},
		},
		scenario: "lost-answer", says: "expected the outcome Completed, got Held",
	},
	{
		name: "the order of a rollback",
		functions: []drilltest.Mutation{
			{File: "internal/failover/stage.go", Old: "for _, wave := range slices.Backward(moved) {\n\t\ts := plan.stage(wave, from, to)\n\t\ts.Percent, s.WriterFollows = new(100), slices.Contains(promoted, wave)\n", New: "for _, wave := range promoted {\n\t\ts := plan.stage(wave, from, to)\n\t\ts.Promote = true\n\t\tadd(s)\n\t}\n\tfor _, wave := range slices.Backward(moved) {\n\t\ts := plan.stage(wave, from, to)\n\t\ts.Percent, s.WriterFollows = new(100), slices.Contains(promoted, wave)\n"},
			{File: "internal/failover/stage.go", Old: "for _, wave := range promoted {\n\t\ts := plan.stage(wave, from, to)\n\t\ts.Promote = true\n\t\tadd(s)\n\t}\n\treturn stages", New: "return stages"},
		},
		scenario: "database-first", says: "expected at most 4.00 % of all requests to fail",
	},
	{
		name: "the writers that return without a traffic shift",
		functions: []drilltest.Mutation{
			{File: "internal/failover/stage.go", Old: "s.WriterFollows = true\n\t\t\tadd(s)", New: "s.Percent, s.WriterFollows = new(100), true\n\t\t\tadd(s)"},
		},
		scenario: "writers-come-home", says: "expected the outcome RolledBack, got Held",
	},
	{
		name: "what a stopped run has left",
		functions: []drilltest.Mutation{
			{File: "internal/failover/unrecorded.go", Old: "return &l.Place", New: "return nil"},
		},
		scenario: "stopped-then-rolled-back", says: "before it had us-east-1 0, us-west-2 100",
	},
	{
		name:       "that a drill does not leave clients where they are unhealthy",
		definition: []replacement{{`$run.action = 'drill' and $run.phase = 'return'`, `false`}},
		scenario:   "drill-home-bad", says: "expected all of checkout in us-west-2",
	},
	{
		name:       "that a traffic step of them does not stay there either",
		definition: []replacement{{`$run.action = 'drill' and $run.phase = 'return'`, `false`}},
		scenario:   "drill-home-bad-share", says: "expected at most 1.00 % of all requests to fail",
	},
	{
		name: "the check for what has returned",
		functions: []drilltest.Mutation{
			{File: "lambdas/validate/plan.go", Old: "plan, hasMoved = failover.PlanReturnRollback, p.hasReturned", New: "plan = failover.PlanReturnRollback"},
		},
		scenario: "drill-home-bad", says: "expected all of checkout in us-west-2",
	},
	{
		name:       "the approval",
		definition: []replacement{{`$stage.approve = true and $approved = false`, `false`}},
		scenario:   "approval-rejected", says: "expected the outcome RolledBack, got Completed",
	},
	{
		name:       "that only an approval approves",
		definition: []replacement{{`$approval.approved = true`, `true`}},
		scenario:   "approval-rejected", says: "expected the outcome RolledBack, got Completed",
	},
	{
		name: "the limit of the replication lag",
		functions: []drilltest.Mutation{
			{File: "lambdas/validate/judge_metrics.go", Old: "time.Duration(lag.Millis)*time.Millisecond > limit", New: "time.Duration(lag.Millis)*time.Millisecond > 100*limit"},
		},
		scenario: "not-ready", says: "45000 ms behind",
	},
	{
		name:       "the number of checks, and their time",
		definition: []replacement{{`'pending' and $attempt < $stage.attempts and $toMillis($states.context.State.EnteredTime) <= $verifyUntil`, `'pending'`}},
		scenario:   "rollback-blocked", says: "expected the outcome Held, got",
	},
	{
		name: "that a record which Route 53 rejects keeps no other from moving",
		functions: []drilltest.Mutation{
			{File: "lambdas/shifttraffic/isolate.go", Old: "if !z.isolates || !errors.As(err, &refused) {", New: "if !errors.As(err, &refused) || len(b.Records) > 0 {"},
		},
		scenario: "alias-without-target", says: "expected all of orders in us-west-2",
	},
	{
		name: "that a database which cannot be promoted is named and set aside",
		functions: []drilltest.Mutation{
			{File: "lambdas/promotedatabase/handler.go", Old: "setAside(req, jobs, &answer)\n\t\treturn answer, nil", New: "setAside(req, nil, &answer)\n\t\treturn answer, worst(jobs)"},
		},
		scenario: "database-without-secondary", says: "database checkout of checkout was set aside",
	},
	{
		name:       "the time of a stage that is healthy already",
		definition: []replacement{{`$healthy > 0 and $attempt < $stage.checks`, `false`}},
		scenario:   "healthy-in-time", says: "expected the outcome Completed, got RolledBack",
	},
	{
		name: "that a datapoint from before the shift proves nothing",
		functions: []drilltest.Mutation{
			{File: "lambdas/verifyhealth/health.go", Old: "r.Known && r.At.Before(req.ShiftedAt)", New: "false"},
			{File: "lambdas/verifyhealth/health.go", Old: "r.Healthy() && r.At.Before(served[r.Application])", New: "false"},
			{File: "lambdas/verifyhealth/health.go", Old: "l.stale = l.stale || l.seen(r.Rule.PeriodSeconds, r.At)", New: ""},
		},
		scenario: "old-metrics", says: "expected the outcome RolledBack, got Completed",
	},
	{
		name:       "the wait for the first lag of an old writer",
		definition: []replacement{{`$states.input.verdict = 'waiting' and $lagWaits < 8`, `false`}},
		scenario:   "lag-after-arrival", says: "expected the outcome Completed, got Held",
	},
	{
		name: "the endpoints after the first",
		functions: []drilltest.Mutation{
			{File: "lambdas/internal/levers/routingcontrol.go", Old: "for _, e := range endpoints {", New: "for _, e := range endpoints[:1] {"},
		},
		scenario: "routing-control-endpoints-down", says: "expected at most 2, because switches move all users",
	},
	{
		name: "the bound that Validate predicts",
		functions: []drilltest.Mutation{
			{File: "internal/failover/bound.go", Old: "return bound + after", New: "return (bound + after) / 1000"},
		},
		scenario: "rollback-blocked", says: "expected at most",
	},
}

// TestEveryGuardIsNeeded takes one guard out at a time and plays the scenario that is there for it: it must fail, and
// say why.
func TestEveryGuardIsNeeded(t *testing.T) {
	if testing.Short() {
		t.Skip("it builds the functions again for each guard")
	}
	for _, g := range guards {
		t.Run(g.name, func(t *testing.T) {
			result, transcript := playChanged(t, g.scenario, g.functions, g.definition)
			if result.OK() {
				t.Fatalf("%s passes without %s", g.scenario, g.name)
			}
			if !strings.Contains(strings.Join(strings.Fields(transcript), " "), g.says) {
				t.Errorf("the transcript of %s without %s does not say %q:\n%s", g.scenario, g.name, g.says, transcript)
			}
		})
	}
}

// playChanged plays a scenario with changed functions, and with a changed definition.
func playChanged(t *testing.T, scenario string, functions []drilltest.Mutation, definition []replacement) (*drill.Result, string) {
	t.Helper()
	lambdas := drilltest.Lambdas(t)
	if len(functions) > 0 {
		lambdas = drilltest.Mutated(t, functions...)
	}
	return playWith(t, scenario, lambdas, definition)
}

// playWith plays a scenario with other functions, and with another definition.
func playWith(t *testing.T, name, lambdas string, definition []replacement) (*drill.Result, string) {
	t.Helper()
	s, deployed := mustLoad(t, name), defaultAssembly(t)
	for i := range deployed.StateMachines {
		m := &deployed.StateMachines[i]
		for _, r := range definition {
			if !strings.Contains(m.Definition, r.old) {
				t.Fatalf("the definition does not hold %q: has the guard moved?", r.old)
			}
			m.Definition = strings.ReplaceAll(m.Definition, r.old, r.new)
		}
	}
	var out bytes.Buffer
	result := mustPlay(t, s, drill.Options{Assembly: deployed, Lambdas: lambdas, Out: &transcript.Printer{W: &out}})
	return result, out.String()
}
