package fakeaws

import (
	"cmp"
	"encoding/json"
	"fmt"
	"time"

	"github.com/drover-dr/drover/statemachine/fakeaws/eventpattern"
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

// Event is what happened, as EventBridge hands it on.
type Event struct {
	Source, DetailType string
	Resources          []string
	// Account and Region are where it comes from, when another account or Region has sent it to this bus; empty is the
	// bus's own.
	Account, Region string
	// Detail is a JSON object.
	Detail json.RawMessage
	// Time is when it happened; zero is now.
	Time time.Time
}

// events is Amazon EventBridge: the default bus of every Region.
type events struct {
	w     *World
	rules map[string][]*rule // by Region, in the order of adding
}

type rule struct {
	Rule
	pattern *eventpattern.Pattern
}

func newEvents(w *World) *events { return &events{w: w, rules: map[string][]*rule{}} }

// AddRule adds a rule. A pattern or a target that the embedded AWS cannot follow exactly is an error that names it.
func (w *World) AddRule(r Rule) error {
	w.k.Lock()
	defer w.k.Unlock()
	if err := w.k.CheckRegion(r.Region); err != nil {
		return fmt.Errorf("add rule %s: %w", r.Name, err)
	}
	pattern, err := eventpattern.Parse(r.Pattern)
	if err != nil {
		return fmt.Errorf("add rule %s: %w", r.Name, err)
	}
	for _, t := range r.Targets {
		if err := t.check(); err != nil {
			return fmt.Errorf("add rule %s: %w", r.Name, err)
		}
		if err := t.Transformer.check(); err != nil {
			return fmt.Errorf("add rule %s: target %s: %w", r.Name, t.ARN, err)
		}
	}
	w.events.rules[r.Region] = append(w.events.rules[r.Region], &rule{Rule: r, pattern: pattern})
	return nil
}

// PutEvent lets an event happen in a Region, on its default bus: also one of AWS's own, which PutEvents refuses.
func (w *World) PutEvent(region string, e Event) error {
	w.k.Lock()
	defer w.k.Unlock()
	if err := w.k.CheckRegion(region); err != nil {
		return fmt.Errorf("put event: %w", err)
	}
	w.events.publish(region, e)
	return nil
}

// wireEnvelope is an event as rules and targets see it.
type wireEnvelope struct {
	Version    string          `json:"version"`
	ID         string          `json:"id"`
	DetailType string          `json:"detail-type"`
	Source     string          `json:"source"`
	Account    string          `json:"account"`
	Time       string          `json:"time"`
	Region     string          `json:"region"`
	Resources  []string        `json:"resources"`
	Detail     json.RawMessage `json:"detail"`
}

// eventLatency is how long an event needs to its targets (EVB-1).
const eventLatency = 500 * time.Millisecond

// publish hands an event to the rules of its Region, and returns its id. In a dark Region nothing happens.
func (b *events) publish(region string, e Event) (id string) {
	id = b.w.k.NewRequestID()
	if b.w.k.Dark(region) {
		return id
	}
	if e.Time.IsZero() {
		e.Time = b.w.k.Now()
	}
	text, err := json.Marshal(wireEnvelope{
		Version: "0", ID: id, DetailType: e.DetailType, Source: e.Source, Account: cmp.Or(e.Account, b.w.k.Account),
		Region: cmp.Or(e.Region, region), Time: e.Time.UTC().Format(time.RFC3339), Resources: append([]string{}, e.Resources...), Detail: e.Detail,
	})
	if err != nil {
		b.w.k.Record("events", region, "an event of %s has no JSON in its detail: %v", e.Source, err)
		return id
	}
	var event map[string]any
	if err := json.Unmarshal(text, &event); err != nil {
		panic("decode an event: " + err.Error()) // it has just been encoded
	}
	for _, r := range b.rules[region] {
		if !r.Disabled && r.pattern.Match(event) {
			b.trigger(r, id, string(text), event)
		}
	}
	return id
}

// trigger hands a matching event to the targets of a rule.
func (b *events) trigger(r *rule, id, text string, event map[string]any) {
	b.w.k.Record("events", r.Name, "matches an event: %v of %v", event["detail-type"], event["source"])
	for i, t := range r.Targets {
		input := text
		switch {
		case t.Input != "":
			input = t.Input
		case t.Transformer != nil:
			input = t.Transformer.apply(&r.Rule, b.w.k.Now(), text, event)
		}
		name := id
		if i > 0 {
			name = fmt.Sprintf("%s_%d", id, i)
		}
		p := &parcel{
			target: t, region: r.Region, name: name, input: input, original: text, from: r.Name,
			attributes: map[string]string{"RULE_ARN": r.ARN}, by: deputyFor("events", r.ARN),
		}
		b.w.k.After(eventLatency, func() { b.w.deliver(p) })
	}
}
