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
	Number  int    `json:"number"`
	Promise string `json:"promise"`
	Status  Status `json:"status"`
	// Basis is what was looked at, or why nothing was.
	Basis string `json:"basis"`
	// Broken are the violations, each with what was expected.
	Broken []string `json:"broken,omitempty"`
}

// finding is what the check of a promise returns: basis says what was looked at, and checked whether there was
// anything.
type finding struct {
	checked bool
	basis   string
	broken  []string
}

func (f *finding) violate(format string, args ...any) {
	f.broken = append(f.broken, fmt.Sprintf(format, args...))
}

// promises are those of the design that a drill can check, by their numbers there.
var promises = []struct {
	number int
	text   string
	check  func(Evidence) finding
}{
	{1, "never all zero", neverAllZero},
	{2, "never two writers", neverTwoWriters},
	{3, "Completed is true", completedIsTrue},
	{4, "RolledBack is true", rolledBackIsTrue},
	{5, "Held is honest", heldIsHonest},
	{6, "Refused touched nothing", refusedTouchedNothing},
	{7, "static stability", staticStability},
	{8, "it ends", itEnds},
	{9, "again is the same", againIsTheSame},
	{10, "one at a time", oneAtATime},
	{11, "somebody is told", somebodyIsTold},
	{12, "what can move does move", whatCanMoveMoves},
}

// maxBroken bounds how many violations of a promise are listed; a thousand applications break it a thousand times.
const maxBroken = 8

// Judge holds the evidence against every promise.
func Judge(e Evidence) []Verdict {
	var verdicts []Verdict
	for _, p := range promises {
		f := p.check(e)
		v := Verdict{Number: p.number, Promise: p.text, Status: Kept, Basis: f.basis, Broken: f.broken}
		switch {
		case len(f.broken) > 0:
			v.Status = Violated
		case !f.checked:
			v.Status = NotChecked
		}
		if more := len(v.Broken) - maxBroken; more > 0 {
			v.Broken = append(v.Broken[:maxBroken:maxBroken], prose.More(more))
		}
		verdicts = append(verdicts, v)
	}
	return verdicts
}
