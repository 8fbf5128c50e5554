package guarantee

import (
	"fmt"

	"github.com/drover-dr/drover/internal/prose"
)

// Status is what became of a promise.
type Status string

// The statuses of a promise. What there was no occasion for is never counted as kept.
const (
	Kept       Status = "kept"
	Violated   Status = "violated"
	NotChecked Status = "not checked"
)

// Verdict is what became of one promise.
type Verdict struct {
	Number    int    `json:"number"`
	Guarantee string `json:"guarantee"`
	Status    Status `json:"status"`
	// Basis is what was looked at, or why nothing was.
	Basis string `json:"basis"`
	// Broken are the violations, each with what was expected.
	Violations []string `json:"violations,omitempty"`
}

// finding is what the check of a promise returns: basis says what was looked at, and checked whether there was
// anything.
type finding struct {
	checked    bool
	basis      string
	violations []string
}

func (f *finding) violate(format string, args ...any) {
	f.violations = append(f.violations, fmt.Sprintf(format, args...))
}

// promises are those of the design that a drill can check, by their numbers there.
var guarantees = []struct {
	number int
	text   string
	check  func(Evidence) finding
}{
	{1, "never all zero", weightsConsistent},
	{2, "never two writers", oneWriter},
	{3, "Completed is true", completedVerified},
	{4, "RolledBack is true", rolledBackRestored},
	{5, "Held is honest", heldAccurate},
	{6, "Refused touched nothing", refusedChangedNothing},
	{7, "static stability", staticStability},
	{8, "it ends", bounded},
	{9, "again is the same", idempotent},
	{10, "one at a time", mutualExclusion},
	{11, "somebody is told", alwaysNotified},
	{12, "what can move does move", isolation},
}

// maxViolations bounds how many violations of a promise are listed; a thousand applications break it a thousand times.
const maxViolations = 8

// Judge holds the evidence against every promise.
func Judge(e Evidence) []Verdict {
	var verdicts []Verdict
	for _, p := range guarantees {
		f := p.check(e)
		v := Verdict{Number: p.number, Guarantee: p.text, Status: Kept, Basis: f.basis, Violations: f.violations}
		switch {
		case len(f.violations) > 0:
			v.Status = Violated
		case !f.checked:
			v.Status = NotChecked
		}
		if more := len(v.Violations) - maxViolations; more > 0 {
			v.Violations = append(v.Violations[:maxViolations:maxViolations], prose.More(more))
		}
		verdicts = append(verdicts, v)
	}
	return verdicts
}
