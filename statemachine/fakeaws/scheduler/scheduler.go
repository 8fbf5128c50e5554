package scheduler

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"github.com/drover-dr/drover/statemachine/fakeaws/delivery"
	"github.com/drover-dr/drover/statemachine/fakeaws/iam"
	"github.com/drover-dr/drover/statemachine/fakeaws/kernel"
	"github.com/drover-dr/drover/statemachine/fakeaws/scheduler/schedule"
)

// Schedule is a schedule of EventBridge Scheduler.
type Schedule struct {
	Name, ARN, Region string
	// Disabled schedules start nothing.
	Disabled bool
	// Expression is rate(…), cron(…) or at(…), in the time zone Timezone; empty is UTC.
	Expression, Timezone string
	Target               delivery.Target
}

// Service runs schedules.
type Service struct {
	k        *kernel.Kernel
	delivery *delivery.Service
	// off are the ARNs of the schedules that a deployment has taken away.
	off map[string]bool
}

// New returns a Scheduler without schedules.
func New(k *kernel.Kernel, delivery *delivery.Service) *Service {
	return &Service{k: k, delivery: delivery, off: map[string]bool{}}
}

// Control is what drills and tests do to EventBridge Scheduler. Its methods take the kernel's mutex.
type Control struct{ s *Service }

// Control returns the control surface.
func (svc *Service) Control() Control { return Control{svc} }

// AddSchedule adds a schedule, which begins now; the first time of a rate is one period later (SCH-1). An expression
// that Scheduler rejects is an error.
func (ctl Control) AddSchedule(s Schedule) error {
	ctl.s.k.Lock()
	defer ctl.s.k.Unlock()
	if err := ctl.s.k.CheckRegion(s.Region); err != nil {
		return fmt.Errorf("add schedule %s: %w", s.Name, err)
	}
	if err := checkSchedule(s); err != nil {
		return fmt.Errorf("add schedule %s: %w", s.Name, err)
	}
	if err := ctl.s.delivery.Check(s.Target); err != nil {
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
		ctl.s.await(&s, due, ctl.s.k.Now())
	}
	return nil
}

// KeepSchedule takes a schedule away, as a deployment of a release without it does, or gives it back. It keeps its times.
func (ctl Control) KeepSchedule(arn string, keep bool) {
	ctl.s.k.Lock()
	defer ctl.s.k.Unlock()
	ctl.s.off[arn] = !keep
}

// await schedules the next start after t, and each one after it. A start that is due in a dark Region is missed
// (SCH-2).
func (svc *Service) await(s *Schedule, due *schedule.Schedule, t time.Time) {
	next, ok := due.Next(t)
	if !ok {
		return
	}
	svc.k.At(next, func() {
		svc.await(s, due, next)
		if !svc.k.Dark(s.Region) && !svc.off[s.ARN] {
			svc.run(s, next)
		}
	})
}

func (svc *Service) run(s *Schedule, scheduled time.Time) {
	svc.k.Record("scheduler", s.Name, "is due")
	name := svc.k.NewRequestID()
	input := strings.NewReplacer(
		"<aws.scheduler.schedule-arn>", s.ARN, "<aws.scheduler.scheduled-time>", scheduled.UTC().Format(time.RFC3339),
		"<aws.scheduler.execution-id>", name, "<aws.scheduler.attempt-number>", "1",
	).Replace(cmp.Or(s.Target.Input, "{}"))
	svc.delivery.Deliver(&delivery.Parcel{
		Target: s.Target, Region: s.Region, Name: name, Input: input, Original: input, From: s.Name, AsRole: true,
		By:         iam.DeputyFor("scheduler", s.group()),
		Attributes: map[string]string{"SCHEDULE_ARN": s.ARN, "SCHEDULED_TIME": scheduled.UTC().Format(time.RFC3339), "EXECUTION_ID": name},
	})
}

// group is the ARN of the schedule's group, for which Scheduler assumes the role of a target.
func (s *Schedule) group() string {
	before, name, _ := strings.Cut(s.ARN, ":schedule/")
	group, _, _ := strings.Cut(name, "/")
	return before + ":schedule-group/" + group
}
