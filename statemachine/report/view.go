package report

import (
	"cmp"
	"fmt"
	"html/template"
	"slices"
	"time"

	"github.com/drover-dr/drover/statemachine/drill"
	"github.com/drover-dr/drover/statemachine/fakeaws"
	"github.com/drover-dr/drover/statemachine/guarantee"
	"github.com/drover-dr/drover/statemachine/scenario"
)

// view is what the page shows.
type view struct {
	*drill.Result
	Style      template.CSS
	Chart      chart
	Summary    string
	Figures    []figure
	Calls      []callCount
	Paths      []path
	Phases     []phaseRow
	Notices    []notice
	Transcript string
}

// callCount sums up equal calls of a run to AWS.
type callCount struct {
	State, Region, Service, Operation, Code string
	Mutating                                bool
	Count                                   int
}

// path is the states of a run; equal neighbours are one step with a count.
type path struct {
	Run   string
	Steps []step
}

type step struct {
	State string
	Count int
}

func newView(r *drill.Result, transcript []byte) view {
	v := view{
		Result: r, Style: template.CSS(style), Chart: newChart(r), Transcript: string(transcript), // style is our own file
		Summary: r.Impact.Summary(), Figures: figuresOf(r), Phases: phasesOf(r), Notices: noticesOf(r),
	}
	for _, run := range r.Evidence.Runs {
		v.Paths = append(v.Paths, path{Run: run.Name, Steps: collapse(run.Path)})
	}
	v.Calls = countCalls(r.Evidence.Runs)
	return v
}

// collapse counts repetitions: a loop of states, such as that of the checks, is written once.
func collapse(states []string) []step {
	var steps []step
	for i := 0; i < len(states); i++ {
		if n := len(steps); n > 0 && steps[n-1].State == states[i] {
			steps[n-1].Count++
			continue
		}
		if n := len(steps); n >= 3 && states[i] == steps[n-3].State && i+2 < len(states) &&
			states[i+1] == steps[n-2].State && states[i+2] == steps[n-1].State {
			for k := n - 3; k < n; k++ {
				steps[k].Count++
			}
			i += 2
			continue
		}
		steps = append(steps, step{State: states[i], Count: 1})
	}
	return steps
}

func countCalls(runs []guarantee.RunEvidence) []callCount {
	counts := map[callCount]int{}
	for _, run := range runs {
		for _, inv := range run.Invocations {
			for _, c := range inv.Calls {
				counts[callCount{State: inv.State, Region: c.Region, Service: c.Service, Operation: c.Operation, Code: c.Code, Mutating: c.Mutating}]++
			}
		}
	}
	var all []callCount
	for c, n := range counts {
		c.Count = n
		all = append(all, c)
	}
	slices.SortFunc(all, func(a, b callCount) int {
		return cmp.Or(cmp.Compare(a.State, b.State), cmp.Compare(a.Service, b.Service), cmp.Compare(a.Operation, b.Operation),
			cmp.Compare(a.Region, b.Region), cmp.Compare(a.Code, b.Code))
	})
	return all
}

// answerTone is the colour of a response of AWS. Most errors belong to the work, such as reading what does not exist yet; a
// denied request or an unknown operation is a mistake of Drover.
func answerTone(code string) string {
	switch code {
	case "":
		return ""
	case "AccessDenied", "AccessDeniedException", fakeaws.CodeNotImplemented:
		return "bad"
	}
	return "note"
}

// verdict is how the status of a guarantee is shown.
type verdict struct{ Class, Mark, Word string }

func verdictOf(s guarantee.Status) verdict {
	switch s {
	case guarantee.Kept:
		return verdict{"good", "✓", string(s)}
	case guarantee.Violated:
		return verdict{"bad", "✗", string(s)}
	}
	return verdict{"dim", "–", string(s)}
}

// clock writes a point of virtual time as the transcript does.
func clock(t time.Time) string { return span(t.Sub(scenario.Start)) }

func span(d time.Duration) string {
	s := int(d.Round(time.Second).Seconds())
	return fmt.Sprintf("%d:%02d", s/60, s%60)
}

func percent(part, whole float64) string {
	if whole == 0 {
		return "–"
	}
	return fmt.Sprintf("%.2f %%", 100*part/whole)
}

func seconds(s float64) string {
	if s < 0 {
		return "not measured"
	}
	return fmt.Sprintf("%.1f s", s)
}
