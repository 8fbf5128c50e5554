package sim

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/statemachine/fakeaws"
	"github.com/drover-dr/drover/statemachine/guarantee"
)

// Tally sums up what many situations have exercised.
type Tally struct {
	// Situations and Runs count what was played.
	Situations, Runs int
	// Guarantees count the verdicts.
	Guarantees guarantee.Tallies
	// Reached counts states, transitions, retries, conditions, outcomes, faults that struck, and findings; see [Universe].
	Reached map[string]int
}

// NewTally returns an empty one.
func NewTally() *Tally {
	return &Tally{Reached: map[string]int{}}
}

// Add counts a situation.
func (t *Tally) Add(p Played) {
	t.Situations++
	t.Runs += len(p.Result.Evidence.Runs)
	t.Guarantees.Add(p.Result.Guarantees)
	for kind, n := range p.Result.Delivered {
		t.Reached["fault "+kind] += n
	}
	for _, run := range slices.Concat(p.Result.Evidence.Runs, p.Result.Evidence.Closings) {
		t.addRun(run)
	}
	for _, inv := range p.Result.Repeated {
		t.addInvocation(inv)
	}
}

func (t *Tally) addRun(run guarantee.RunEvidence) {
	t.Reached["outcome "+string(guarantee.OrRunning(run.Outcome()))]++
	for i, state := range run.Path {
		t.Reached["state "+state]++
		if i > 0 {
			t.Reached["transition "+run.Path[i-1]+" → "+state]++
		}
	}
	for i, inv := range run.Invocations {
		t.addInvocation(inv)
		if inv.Result.ErrorType != "" && i+1 < len(run.Invocations) && run.Invocations[i+1].State == inv.State {
			t.Reached["retry "+inv.State]++
		}
	}
	for _, e := range run.History { // a condition that no function has named, but who failed the task
		if e.TaskFailed != nil && e.TaskFailed.Error == string(failover.NotApproved) {
			t.Reached["condition "+e.TaskFailed.Error]++
		}
	}
}

func (t *Tally) addInvocation(inv fakeaws.Invocation) {
	if failed := inv.Result.ErrorType; failed != "" {
		t.Reached["condition "+failed]++
		return
	}
	var a failover.ValidateAnswer
	if strings.Contains(inv.Function, "validate") && failover.Decode(inv.Result.Payload, &a) == nil {
		for _, f := range a.Findings {
			t.Reached["finding "+f.Code]++
		}
	}
}

// Merge adds another tally.
func (t *Tally) Merge(other *Tally) {
	t.Situations += other.Situations
	t.Runs += other.Runs
	t.Guarantees.Merge(other.Guarantees)
	for what, n := range other.Reached {
		t.Reached[what] += n
	}
}

// Missing is what of the universe was never reached.
func (t *Tally) Missing(universe []string) []string {
	return slices.DeleteFunc(slices.Clone(universe), func(what string) bool { return t.Reached[what] > 0 })
}

// Unexercised are the guarantees that were checked in less than one of a hundred situations.
func (t *Tally) Unexercised() []string {
	var found []string
	for _, g := range t.Guarantees {
		if g.Exercised() < 0.01 {
			found = append(found, fmt.Sprintf("guarantee %d, %s, was checked in %d of %d situations; expected one in a hundred", g.Number, g.Guarantee, g.Kept+g.Violated, t.Situations))
		}
	}
	return found
}

// Print writes the verdicts, and how often everything was reached.
func (t *Tally) Print(w io.Writer, universe []string) {
	fmt.Fprintf(w, "%d situations, %d runs\n\n", t.Situations, t.Runs)
	printVerdicts(w, t.Guarantees)
	fmt.Fprintln(w, "\nReached, the rarest first")
	all := slices.SortedFunc(maps.Keys(t.Reached), func(a, b string) int { return cmp.Or(cmp.Compare(t.Reached[a], t.Reached[b]), cmp.Compare(a, b)) })
	for _, what := range all {
		fmt.Fprintf(w, "  %8d  %s\n", t.Reached[what], what)
	}
	for _, what := range t.Missing(universe) {
		fmt.Fprintf(w, "  %8d  %s\n", 0, what)
	}
}

// printVerdicts writes how often each guarantee was kept, violated and not checked.
func printVerdicts(w io.Writer, all guarantee.Tallies) {
	fmt.Fprintf(w, "%-34s %8s %9s %12s %8s\n", "Guarantees", "kept", "violated", "not checked", "runs")
	for _, g := range all {
		fmt.Fprintf(w, "  %2d %-29s %8d %9d %12d %8d\n", g.Number, g.Guarantee, g.Kept, g.Violated, g.NotChecked, g.Runs)
	}
}
