package eventbridge

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/drover-dr/drover/statemachine/fakeaws/delivery"
	"github.com/drover-dr/drover/statemachine/fakeaws/eventbridge/eventpattern"
	"github.com/drover-dr/drover/statemachine/fakeaws/iam"
	"github.com/drover-dr/drover/statemachine/fakeaws/kernel"
	"github.com/drover-dr/drover/statemachine/fakeaws/wire"
)

// Rule is an EventBridge rule on the default bus of its Region.
type Rule struct {
	Name, ARN, Region string
	// Disabled rules match nothing.
	Disabled bool
	// Pattern is what an event must match.
	Pattern json.RawMessage
	Targets []delivery.Target
}

// Event is an event on a bus.
type Event struct {
	Source, DetailType string
	Resources          []string
	// Account and Region are its origin, when another account or Region has sent it to this bus; empty is the bus's
	// own.
	Account, Region string
	// Detail is a JSON object.
	Detail json.RawMessage
	// Time is when it happened; zero is now.
	Time time.Time
}

// Service is Amazon EventBridge: the default bus of every Region.
type Service struct {
	k        *kernel.Kernel
	delivery *delivery.Service
	rules    map[string][]*rule // by Region, in the order of adding
}

type rule struct {
	Rule
	pattern *eventpattern.Pattern
}

// New returns an EventBridge without rules.
func New(k *kernel.Kernel, delivery *delivery.Service) *Service {
	return &Service{k: k, delivery: delivery, rules: map[string][]*rule{}}
}

// Control is what drills and tests do to EventBridge and see of it. Its methods take the kernel's mutex.
type Control struct{ s *Service }

// Control returns the control surface.
func (b *Service) Control() Control { return Control{b} }

// AddRule adds a rule. A pattern or a target that the simulator does not support exactly is an error that names it.
func (ctl Control) AddRule(r Rule) error {
	ctl.s.k.Lock()
	defer ctl.s.k.Unlock()
	if err := ctl.s.k.CheckRegion(r.Region); err != nil {
		return fmt.Errorf("add rule %s: %w", r.Name, err)
	}
	pattern, err := eventpattern.Parse(r.Pattern)
	if err != nil {
		return fmt.Errorf("add rule %s: %w", r.Name, err)
	}
	for _, t := range r.Targets {
		if err := ctl.s.delivery.Check(t); err != nil {
			return fmt.Errorf("add rule %s: %w", r.Name, err)
		}
		if err := t.Transformer.Check(); err != nil {
			return fmt.Errorf("add rule %s: target %s: %w", r.Name, t.ARN, err)
		}
	}
	if err := checkRule(r); err != nil {
		return fmt.Errorf("add rule %s: %w", r.Name, err)
	}
	ctl.s.rules[r.Region] = append(ctl.s.rules[r.Region], &rule{Rule: r, pattern: pattern})
	return nil
}

// PutEvent publishes an event on a Region's default bus. Unlike PutEvents, it also publishes events of AWS's own
// sources.
func (ctl Control) PutEvent(region string, e Event) error {
	ctl.s.k.Lock()
	defer ctl.s.k.Unlock()
	if err := ctl.s.k.CheckRegion(region); err != nil {
		return fmt.Errorf("put event: %w", err)
	}
	ctl.s.publish(region, e)
	return nil
}

// wireEnvelope is an event as rules and targets get it.
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

// eventLatency is how long an event takes to reach its targets (EVB-1).
const eventLatency = 500 * time.Millisecond

// ServiceEvent publishes an event of an AWS service about one resource.
func (b *Service) ServiceEvent(region, source, detailType, resource string, detail json.RawMessage) {
	b.publish(region, Event{Source: source, DetailType: detailType, Resources: []string{resource}, Detail: detail})
}

// publish matches an event against the rules of its Region, and returns its id. A dark Region has no events.
func (b *Service) publish(region string, e Event) (id string) {
	id = b.k.NewRequestID()
	if b.k.Dark(region) {
		return id
	}
	if json.Valid(e.Detail) && !b.concerns(region, e) {
		return id
	}
	if e.Time.IsZero() {
		e.Time = b.k.Now()
	}
	text, err := json.Marshal(wireEnvelope{
		Version: "0", ID: id, DetailType: e.DetailType, Source: e.Source, Account: cmp.Or(e.Account, b.k.Account),
		Region: cmp.Or(e.Region, region), Time: e.Time.UTC().Format(time.RFC3339), Resources: append([]string{}, e.Resources...), Detail: e.Detail,
	})
	if err != nil {
		b.k.Record("events", region, "an event of %s has a detail that is not JSON: %v", e.Source, err)
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

// concerns says whether a rule may match an event, by what it is about. Most events that services publish concern none: they are not
// even written.
func (b *Service) concerns(region string, e Event) bool {
	known := map[string]any{"source": e.Source, "detail-type": e.DetailType}
	return slices.ContainsFunc(b.rules[region], func(r *rule) bool { return !r.Disabled && r.pattern.MayMatch(known) })
}

// trigger delivers a matching event to the targets of a rule.
func (b *Service) trigger(r *rule, id, text string, event map[string]any) {
	b.k.Record("events", r.Name, "matches an event: %v of %v", event["detail-type"], event["source"])
	for i, t := range r.Targets {
		input := text
		switch {
		case t.Input != "":
			input = t.Input
		case t.Transformer != nil:
			input = t.Transformer.Apply(map[string]any{
				"aws.events.rule-arn": r.ARN, "aws.events.rule-name": r.Name,
				"aws.events.event.ingestion-time": b.k.Now().UTC().Format(wire.TimeFormat),
				"aws.events.event":                json.RawMessage(text), "aws.events.event.json": json.RawMessage(text),
			}, event)
		}
		name := id
		if i > 0 {
			name = fmt.Sprintf("%s_%d", id, i)
		}
		p := &delivery.Parcel{
			Target: t, Region: r.Region, Name: name, Input: input, Original: text, From: r.Name,
			Attributes: map[string]string{"RULE_ARN": r.ARN}, By: iam.DeputyFor("events", r.ARN),
		}
		b.k.After(eventLatency, func() { b.delivery.Deliver(p) })
	}
}
