package scenario

import (
	"fmt"
	"time"

	"github.com/drover-dr/drover/internal/failover"
)

// EventPath is the path of the event of this number in the scenario.
func (s *Scenario) EventPath(i int) string {
	if i < len(s.Timeline) {
		return indexed("timeline", i)
	}
	return indexed("refusals", i-len(s.Timeline))
}

// Events is the timeline with the refusals as starts of their own, one every five seconds.
func (s *Scenario) Events() []Event {
	events := s.Timeline
	for i, r := range s.Refusals {
		start := StartRun{Region: r.Region, Input: r.Input, Outcome: failover.Refused, Says: []string{r.Says}}
		events = append(events, Event{At: Duration(time.Duration(2+i) * 5 * time.Second), Start: &start})
	}
	return events
}

// Healthy is the scenario without its timeline.
func (s *Scenario) Healthy() *Scenario {
	quiet := *s
	quiet.Timeline, quiet.Refusals = nil, nil
	return &quiet
}

// MovedTo is the scenario with the times in its inputs, which count from [Start], counted from another start.
func (s *Scenario) MovedTo(start time.Time) *Scenario {
	moved := *s
	moved.Timeline = append([]Event(nil), s.Timeline...)
	for i, e := range moved.Timeline {
		if e.Start == nil {
			continue
		}
		run := *e.Start
		run.Input = sinceFrom(run.Input, start)
		moved.Timeline[i].Start = &run
	}
	return &moved
}

func sinceFrom(input any, start time.Time) any {
	object, ok := input.(map[string]any)
	if !ok {
		return input
	}
	since, err := time.Parse(time.RFC3339, fmt.Sprint(object["since"]))
	if err != nil {
		return input
	}
	moved := map[string]any{}
	for key, value := range object {
		moved[key] = value
	}
	moved["since"] = since.Add(start.Sub(Start)).Format(time.RFC3339)
	return moved
}
