package drills

import (
	"bytes"
	"strings"
	"testing"

	"github.com/drover-dr/drover/statemachine/assembly"
	"github.com/drover-dr/drover/statemachine/drill"
	"github.com/drover-dr/drover/statemachine/drill/drilltest"
)

// guard is something that keeps a run from doing harm. To take it out is a small change of the functions or of the
// definition; some scenario has to notice.
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
			Old:  "case !found.Exists || theirs.Epoch < mine.Epoch:", New: "case !found.Exists || theirs.Epoch < mine.Epoch || theirs.Run != mine.Run:",
		}},
		scenario: "two-operators", says: "have both moved something",
	},
	{
		name: "the lock",
		functions: []drilltest.Mutation{
			{File: "internal/registry/lock.go", Old: "(attribute_not_exists(#owner) OR (#owner <> :owner AND expires <= :now))", New: "(attribute_not_exists(#owner) OR expires > :now OR expires <= :now)"},
			{File: "lambdas/validate/look.go", Old: "case in.lock.Held(in.req.Now):", New: "case false:"},
		},
		scenario: "stopped", says: "expected the outcome Refused, got",
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
			{File: "internal/failover/stage.go", Old: "for _, wave := range slices.Backward(waves) {\n\t\ts := plan.stage(wave, from, to)\n\t\ts.Percent = new(100)\n", New: "for _, wave := range promoted {\n\t\ts := plan.stage(wave, from, to)\n\t\ts.Promote = true\n\t\tadd(s)\n\t}\n\tfor _, wave := range slices.Backward(waves) {\n\t\ts := plan.stage(wave, from, to)\n\t\ts.Percent = new(100)\n"},
			{File: "internal/failover/stage.go", Old: "for _, wave := range promoted {\n\t\ts := plan.stage(wave, from, to)\n\t\ts.Promote = true\n\t\tadd(s)\n\t}\n\treturn stages", New: "return stages"},
		},
		scenario: "database-first", says: "expected at most 4.00 % of all requests to fail",
	},
	{
		name:       "the approval",
		definition: []replacement{{`$stage.approve = true and $approved = false`, `false`}},
		scenario:   "approval-rejected", says: "expected the outcome RolledBack, got Completed",
	},
	{
		name:       "that only a yes is a yes",
		definition: []replacement{{`$approval.approved = true`, `true`}},
		scenario:   "approval-rejected", says: "expected the outcome RolledBack, got Completed",
	},
	{
		name: "the limit of the replication lag",
		functions: []drilltest.Mutation{
			{File: "lambdas/validate/databases.go", Old: "time.Duration(lag.Millis)*time.Millisecond > limit", New: "time.Duration(lag.Millis)*time.Millisecond > 100*limit"},
		},
		scenario: "not-ready", says: "45000 ms behind",
	},
	{
		name:       "the number of looks, and their time",
		definition: []replacement{{` or $attempt >= $stage.attempts or $toMillis($states.context.State.EnteredTime) > $verifyUntil`, ``}},
		scenario:   "rollback-blocked", says: "expected the outcome Held, got",
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
			lambdas := drilltest.Lambdas(t)
			if len(g.functions) > 0 {
				lambdas = drilltest.Mutated(t, g.functions...)
			}
			result, transcript := playWith(t, g.scenario, lambdas, g.definition)
			if result.OK() {
				t.Fatalf("%s passes without %s", g.scenario, g.name)
			}
			if !strings.Contains(strings.Join(strings.Fields(transcript), " "), g.says) {
				t.Errorf("the transcript of %s without %s does not say %q:\n%s", g.scenario, g.name, g.says, transcript)
			}
		})
	}
}

// playWith plays a scenario with other functions, and with another definition.
func playWith(t *testing.T, name, lambdas string, definition []replacement) (*drill.Result, string) {
	t.Helper()
	s, err := Load(name)
	if err != nil {
		t.Fatal(err)
	}
	deployed, err := assembly.Default()
	if err != nil {
		t.Fatal(err)
	}
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
	result, err := drill.Play(t.Context(), s, drill.Options{Assembly: deployed, Lambdas: lambdas, Out: &drill.Printer{W: &out}})
	if err != nil {
		t.Fatal(err)
	}
	return result, out.String()
}
