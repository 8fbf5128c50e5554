package guarantee

import (
	"fmt"
	"slices"

	"github.com/drover-dr/drover/internal/prose"
)

// Status is the verdict on a guarantee.
type Status string

// The statuses of a guarantee. One that the drill gave no occasion to check is never counted as kept.
const (
	Kept       Status = "kept"
	Violated   Status = "violated"
	NotChecked Status = "not checked"
)

// Verdict is the verdict on one guarantee.
type Verdict struct {
	Number    int    `json:"number"`
	Guarantee string `json:"guarantee"`
	Status    Status `json:"status"`
	// Basis is what was checked, or why nothing was.
	Basis string `json:"basis"`
	// Runs counts the runs that gave occasion to check it.
	Runs int `json:"-"`
	// Violations say what was found, and what was expected.
	Violations []string `json:"violations,omitempty"`
}

// finding is what the check of a guarantee returns: basis says what was checked, and runs are the ARNs of the runs that gave
// occasion to check it.
type finding struct {
	runs       []string
	basis      string
	violations []string
}

// check notes that a run gives occasion to check the guarantee.
func (f *finding) check(run RunEvidence) {
	if !slices.Contains(f.runs, run.ARN) {
		f.runs = append(f.runs, run.ARN)
	}
}

// checked says whether there was any occasion.
func (f *finding) checked() bool { return len(f.runs) > 0 }

func (f *finding) violate(format string, args ...any) {
	f.violations = append(f.violations, fmt.Sprintf(format, args...))
}

// guarantees are those of Drover's design, by their numbers there.
var guarantees = []struct {
	number int
	text   string
	check  func(Evidence) finding
}{
	{1, "Weights are never inconsistent", weightsConsistent},
	{2, "One writer", oneWriter},
	{3, "Completed is verified", completedVerified},
	{4, "RolledBack is restored", rolledBackRestored},
	{5, "Held is accurate", heldAccurate},
	{6, "Refused changed nothing", refusedChangedNothing},
	{7, "Static stability", staticStability},
	{8, "Bounded", bounded},
	{9, "Idempotent", idempotent},
	{10, "Mutual exclusion", mutualExclusion},
	{11, "Always notified", alwaysNotified},
	{12, "Isolation", isolation},
}

// maxViolations bounds how many violations of a guarantee are listed: with a thousand applications there may be as many.
const maxViolations = 8

// Judge holds the evidence against every guarantee.
func Judge(e Evidence) []Verdict {
	var verdicts []Verdict
	for _, p := range guarantees {
		f := p.check(e)
		v := Verdict{Number: p.number, Guarantee: p.text, Status: Kept, Basis: f.basis, Runs: len(f.runs), Violations: f.violations}
		switch {
		case len(f.violations) > 0:
			v.Status = Violated
		case !f.checked():
			v.Status = NotChecked
		}
		if more := len(v.Violations) - maxViolations; more > 0 {
			v.Violations = append(v.Violations[:maxViolations:maxViolations], prose.More(more))
		}
		verdicts = append(verdicts, v)
	}
	return verdicts
}
