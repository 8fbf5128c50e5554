package fakeaws

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"github.com/drover-dr/drover/statemachine/fakeaws/schedule"
)

// Schedule is a schedule of EventBridge Scheduler.
type Schedule struct {
	Name, ARN, Region string
	// Disabled schedules start nothing.
	Disabled bool
	// Expression is rate(…), cron(…) or at(…), in the time zone Timezone; empty is UTC.
	Expression, Timezone string
	Target               Target
}

// AddSchedule adds a schedule, which runs from now on; the first time of a rate is one period later (SCH-1). An
// expression that Scheduler would not take is an error.
func (w *World) AddSchedule(s Schedule) error {
	w.k.Lock()
	defer w.k.Unlock()
	if err := w.k.CheckRegion(s.Region); err != nil {
		return fmt.Errorf("add schedule %s: %w", s.Name, err)
	}
	if err := s.Target.check(); err != nil {
		return fmt.Errorf("add schedule %s: %w", s.Name, err)
	}
	if s.Target.Transformer != nil {
		return fmt.Errorf("add schedule %s: an input transformer; a schedule has an input alone", s.Name)
	}
	due, err := schedule.Parse(s.Expression, s.Timezone)
	if err != nil {
		return fmt.Errorf("add schedule %s: %w", s.Name, err)
	}
	if !s.Disabled {
		w.awaitSchedule(&s, due, w.k.Now())
	}
	return nil
}

// awaitSchedule lets a schedule start its target at the next time after t, and so on. What falls due in a dark Region
// is missed (SCH-2).
func (w *World) awaitSchedule(s *Schedule, due *schedule.Schedule, t time.Time) {
	next, ok := due.Next(t)
	if !ok {
		return
	}
	w.k.At(next, func() {
		w.awaitSchedule(s, due, next)
		if !w.k.Dark(s.Region) {
			w.runSchedule(s, next)
		}
	})
}

func (w *World) runSchedule(s *Schedule, scheduled time.Time) {
	w.k.Record("scheduler", s.Name, "falls due")
	name := w.k.NewRequestID()
	input := strings.NewReplacer(
		"<aws.scheduler.schedule-arn>", s.ARN, "<aws.scheduler.scheduled-time>", scheduled.UTC().Format(time.RFC3339),
		"<aws.scheduler.execution-id>", name, "<aws.scheduler.attempt-number>", "1",
	).Replace(cmp.Or(s.Target.Input, "{}"))
	w.deliver(&parcel{
		target: s.Target, region: s.Region, name: name, input: input, original: input, from: s.Name, asRole: true,
		by:         deputyFor("scheduler", s.group()),
		attributes: map[string]string{"SCHEDULE_ARN": s.ARN, "SCHEDULED_TIME": scheduled.UTC().Format(time.RFC3339), "EXECUTION_ID": name},
	})
}

// group is the ARN of the schedule's group, in whose name Scheduler assumes the role of a target.
func (s *Schedule) group() string {
	before, name, _ := strings.Cut(s.ARN, ":schedule/")
	group, _, _ := strings.Cut(name, "/")
	return before + ":schedule-group/" + group
}
