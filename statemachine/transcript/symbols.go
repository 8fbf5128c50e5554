package transcript

import (
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/statemachine/scenario"
)

// A golden transcript names what a constant of the retry budget decides instead of repeating its value: with [Printer.Symbols],
// the longest time of a run is printed as <bound>, the time by which it ends as <deadline>, the end of a lock's lease as
// <lease>, and a warning that most runs have is left out, or named by the code of its finding. The values are taken from
// Validate's answer: any other number stays in the text.

// standing are the warnings that depend on the plan alone, and not on the subject of a scenario.
var standing = map[string]bool{failover.CodeControlPlane: true, failover.CodeBound: true}

// leases are the times in a finding about the lock: until when its lease holds, or held.
var leases = regexp.MustCompile(`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ`)

// lockIn is a summary if that is a finding about the lock, and otherwise empty.
func lockIn(summary string) string {
	_, finding, _ := strings.Cut(summary, "lock: ")
	finding, _, _ = strings.Cut(finding, "; ")
	return finding
}

// unvalidated is the bound of a run to which Validate has given none.
var unvalidated = regexp.MustCompile(`(bound (?:is|of)) \d+:\d\d`)

// symbol is a text and what a golden transcript has in its place.
type symbol struct{ text, name string }

// symbolize adds the symbols for what Validate has answered about the duration of a run.
func (p *Printer) symbolize(a failover.ValidateAnswer) {
	var found []symbol
	for _, f := range a.Findings {
		if standing[f.Code] {
			short := failover.Finding{Object: f.Object, Found: f.Found}
			f.Command = ""
			found = append(found, symbol{f.String(), "<warning " + f.Code + ">"}, symbol{short.String(), "<warning " + f.Code + ">"})
		}
	}
	for _, f := range append(a.Findings, failover.Finding{Code: failover.CodeLocked, Found: lockIn(a.Summary)}) {
		if f.Code == failover.CodeLocked || f.Code == failover.CodeTakeover {
			for _, until := range leases.FindAllString(f.Found, -1) {
				found = append(found, symbol{until, "<lease>"})
			}
		}
	}
	for _, stage := range a.Stages {
		found = append(found, symbol{failover.StageBound(a.Run, stage).String(), "<bound>"})
	}
	if bound := time.Duration(a.Run.BoundSeconds) * time.Second; bound > 0 {
		ends := a.Run.StartedAt.Add(bound).UTC().Format("2006-01-02 15:04:05 UTC")
		found = append(found, symbol{ends, "<deadline>"}, symbol{bound.String(), "<bound>"}, symbol{scenario.Span(bound), "<bound>"})
	}
	p.Each(func(p *Printer) {
		if p.Symbols {
			p.mu.Lock()
			defer p.mu.Unlock()
			p.symbols = append(p.symbols, found...)
			// A warning holds the bound: the longer text goes first.
			slices.SortStableFunc(p.symbols, func(a, b symbol) int { return len(b.text) - len(a.text) })
		}
	})
}

// symbolic is text with the symbols in place of the texts, where these are not part of a longer number.
func symbolic(text string, symbols []symbol) string {
	for _, s := range symbols {
		for from := 0; ; {
			at := strings.Index(text[from:], s.text)
			if at < 0 {
				break
			}
			begin, end := from+at, from+at+len(s.text)
			if begin > 0 && inNumber(text[begin-1]) || end < len(text) && inNumber(text[end]) {
				from = end
				continue
			}
			text, from = text[:begin]+s.name+text[end:], begin+len(s.name)
		}
	}
	return unvalidated.ReplaceAllString(text, "$1 <bound>")
}

// isStanding says whether an event is nothing but a standing warning.
func isStanding(text string) bool {
	return strings.HasPrefix(text, "! <warning ") && strings.HasSuffix(text, ">")
}

func inNumber(c byte) bool { return c >= '0' && c <= '9' || c == ':' }
