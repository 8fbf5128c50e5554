package fakeaws

import "fmt"

// Schedule is a schedule of EventBridge Scheduler.
type Schedule struct {
	Name, ARN, Region string
	// Disabled schedules start nothing.
	Disabled bool
	// Expression is rate(…), cron(…) or at(…), in the time zone Timezone; empty is UTC.
	Expression, Timezone string
	Target               Target
}

// scheduler is EventBridge Scheduler.
type scheduler struct {
	w         *World
	schedules []*Schedule
}

func newScheduler(w *World) *scheduler { return &scheduler{w: w} }

// AddSchedule adds a schedule, which runs from now on. An expression that Scheduler would not take is an error.
func (w *World) AddSchedule(s Schedule) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.regions[s.Region] == nil {
		return fmt.Errorf("add schedule %s: no Region %q in this World; there are %v", s.Name, s.Region, w.regionNames())
	}
	if err := s.Target.check(); err != nil {
		return fmt.Errorf("add schedule %s: %w", s.Name, err)
	}
	w.scheduler.schedules = append(w.scheduler.schedules, &s)
	return nil
}
