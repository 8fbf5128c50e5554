package fakeaws

import (
	"encoding/json"
	"fmt"
)

// Rule is an EventBridge rule on the default bus of its Region.
type Rule struct {
	Name, ARN, Region string
	// Disabled rules match nothing.
	Disabled bool
	// Pattern is what an event must match.
	Pattern json.RawMessage
	Targets []Target
}

// events is Amazon EventBridge: the default bus of every Region.
type events struct {
	w     *World
	rules map[string][]*Rule // by Region, in the order of adding
}

func newEvents(w *World) *events { return &events{w: w, rules: map[string][]*Rule{}} }

// AddRule adds a rule. A pattern or a target that the embedded AWS cannot follow exactly is an error that names it.
func (w *World) AddRule(r Rule) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.regions[r.Region] == nil {
		return fmt.Errorf("add rule %s: no Region %q in this World; there are %v", r.Name, r.Region, w.regionNames())
	}
	for _, t := range r.Targets {
		if err := t.check(); err != nil {
			return fmt.Errorf("add rule %s: %w", r.Name, err)
		}
	}
	w.events.rules[r.Region] = append(w.events.rules[r.Region], &r)
	return nil
}
