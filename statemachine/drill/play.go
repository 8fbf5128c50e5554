package drill

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/prose"
	"github.com/drover-dr/drover/statemachine/assembly"
	"github.com/drover-dr/drover/statemachine/fakeaws"
	"github.com/drover-dr/drover/statemachine/guarantee"
	"github.com/drover-dr/drover/statemachine/scenario"
	"github.com/drover-dr/drover/statemachine/transcript"
)

// Options are what a drill is played with.
type Options struct {
	// Assembly is what is deployed.
	Assembly *assembly.Assembly
	// Lambdas is the folder with one folder for each step, which holds its bootstrap.
	Lambdas string
	// Previous is the release before, for scenarios in which it is deployed; nil when there is none.
	Previous *Previous
	// Hosting runs the functions; nil for the real binaries, as processes of this machine. Play closes it.
	Hosting Hosting
	// Out is where the transcript goes, while the drill is played.
	Out *transcript.Printer
}

// overtime is how much longer than its scenario a drill goes on for a run that does not end, unless its own bound is later.
const overtime = 6 * time.Hour

// Play plays a scenario to its end. The error says what prevents it from being played; what went wrong in it is in the
// result.
func Play(ctx context.Context, s *scenario.Scenario, o Options) (*Result, error) {
	s, deployed, err := prepare(s, o.Assembly)
	if err != nil {
		return nil, err
	}
	hosting := o.Hosting
	if hosting == nil {
		hosting = &processes{}
	}
	r, err := deploy(ctx, deployed, o.Lambdas, hosting)
	if err != nil {
		return nil, err
	}
	r.previous = o.Previous
	defer func() { _ = r.close() }() // the functions are killed in any case
	if err := r.settle(ctx, s, s.Applications()); err != nil {
		return nil, err
	}
	p := &performance{rehearsal: r, scenario: s, narrator: &transcript.Narrator{Out: o.Out}, delivered: map[string]int{}}
	o.Out.Each(p.header)
	if err := p.play(ctx); err != nil {
		return nil, err
	}
	if p.end, err = p.snapshot(ctx, p.plan.Primary); err != nil {
		return nil, err
	}
	result := p.result()
	if err := p.again(ctx, &result.Evidence); err != nil {
		return nil, err
	}
	result.Guarantees, result.Delivered = guarantee.Judge(result.Evidence), p.delivered
	result.Repeated = p.repeated
	result.Logs = p.world.Logs
	result.Messages = transcript.MessagesText(result.Evidence, o.Out.Named)
	result.Unexpected = append(result.Unexpected, p.notImplemented()...)
	result.Unexpected = append(result.Unexpected, p.denied()...)
	if !s.Expect.Any {
		result.Unexpected = slices.Concat(result.Unexpected, p.unexpected, p.missing(), p.silent(), result.Evidence.ClosedOtherwise(p.scenario.Expect.Closed))
	}
	o.Out.Each(result.show)
	return result, o.Out.Failed()
}

// performance is one play of a scenario.
type performance struct {
	*rehearsal
	scenario *scenario.Scenario
	narrator *transcript.Narrator

	runs []*started
	// closings are the executions that the rule on the status of executions has started.
	closings []*started
	// idle are the executions of the schedule that writes pending weights, as long as they have found none.
	idle    []*started
	outages []time.Time
	// milestones are those that are not runs.
	milestones []Milestone
	byHand     []guarantee.ManualChange
	items      []guarantee.ItemChange
	// cutOffs are when the Regions were disconnected, reconnected when they were connected again.
	cutOffs, reconnected []time.Time
	// last is the snapshot that was taken last, read where and when.
	last     guarantee.Snapshot
	read     placeRead
	lockRead lockRead
	// end is the simulated AWS at the end of the scenario.
	end guarantee.Snapshot
	// undo ends the faults that are still active.
	undo []func()
	// circumstances are what the scenario has changed.
	circumstances circumstances
	// unexpected are what differs from what the scenario expects, found while it is played.
	unexpected []string
	// failures are events that could not be applied.
	failures []error
	// repeated are the invocations that the timeline has delivered once more, each with what came of it.
	repeated []fakeaws.Invocation
	late     []guarantee.LateInvocation
	// clocks is how far the clocks of Regions are ahead.
	clocks map[string]time.Duration
	// darkSince is since when a Region is dark.
	darkSince map[string]time.Time
	// dark are all times in which one was.
	dark []guarantee.Outage
	// delivered counts what has been done to the simulated AWS, by kind.
	delivered map[string]int
}

// started is a run with the snapshots before and after it.
type started struct {
	arn string
	// name is its name in the transcript.
	name          string
	want          scenario.StartRun
	before, after guarantee.Snapshot
	over          bool
	// paused is how long the scenario paused it.
	paused time.Duration
	// stoppedBy is what ends it, if the timeline stops it; see StopRun.
	stoppedBy string
	// triggered says that it was not the timeline that started it.
	triggered bool
}

// header prints the scenario and the plan.
func (p *performance) header(out *transcript.Printer) {
	records, databases := 0, 0
	for _, app := range p.apps {
		records, databases = records+len(app.Records), databases+len(app.Databases)
	}
	plan := fmt.Sprintf("Plan %s: primary %s, standby %s, RTO %s, RPO %d s. %s, %s, %s in %s.",
		p.plan.Name, p.plan.Primary, p.plan.Standby, scenario.Span(time.Duration(p.plan.TargetRTOSeconds)*time.Second), p.plan.TargetRPOSeconds,
		prose.Count(len(p.apps), "application"), prose.Count(records, "record"), prose.Count(databases, "database"), prose.Count(len(p.zones), "hosted zone"))
	for _, more := range []string{p.scenario.Settings, p.scenario.Unchecked} {
		if more != "" {
			plan += " " + more
		}
	}
	out.Begin(p.scenario.Name+": "+p.scenario.Title, p.scenario.Description, plan)
}

// play applies the timeline and returns when it has ended and so has every run.
func (p *performance) play(ctx context.Context) error {
	p.world.StartTraffic()
	p.begin(ctx)
	until := p.began.Add(time.Duration(p.scenario.Until))
	limit := until.Add(overtime)
	for ctx.Err() == nil {
		end := limit
		if !p.running() { // what is due at the very end still belongs to the scenario
			end = until
		}
		happened := p.world.Step(end)
		if err := errors.Join(p.adopt(ctx), p.takeNote(ctx)); err != nil {
			return err
		}
		if len(p.failures) > 0 && ctx.Err() == nil {
			return &scenario.MistakeError{Err: errors.Join(p.failures...)}
		}
		if happened || p.running() && p.world.Now().Before(limit) {
			continue
		}
		bound := p.bound()
		if !bound.After(limit) {
			break
		}
		limit = bound
	}
	return ctx.Err()
}

// bound is until when the last of the runs that have not ended may take, as Validate has printed it; zero when all have ended.
func (p *performance) bound() time.Time {
	var last time.Time
	for _, run := range slices.Concat(p.runs, p.closings, p.idle) {
		if x, ok := p.world.Execution(run.arn); ok && !run.over {
			ends := x.StartedAt.Add((guarantee.RunEvidence{Execution: x}).Bound() + run.paused + time.Second)
			last = slices.MaxFunc([]time.Time{last, ends}, time.Time.Compare)
		}
	}
	return last
}

// begin connects the narrator and schedules the timeline's events in the simulator.
func (p *performance) begin(ctx context.Context) {
	p.world.Observe = p.narrator.Observe
	p.world.Watcher = p.narrator
	for i, e := range p.scenario.Events() {
		p.world.At(p.began.Add(time.Duration(e.At)), func() {
			if err := p.apply(ctx, e); err != nil && !(p.scenario.Expect.Any && e.AboutRun()) { // the run may be over, or not started
				p.failures = append(p.failures, p.scenario.Mistake(p.scenario.EventPath(i), "%v", err))
			}
		})
	}
}

func (p *performance) running() bool {
	goesOn := func(run *started) bool { return !run.over }
	return slices.ContainsFunc(p.runs, goesOn) || slices.ContainsFunc(p.closings, goesOn) || slices.ContainsFunc(p.idle, goesOn)
}

// takeNote takes a snapshot after every run that has just ended.
func (p *performance) takeNote(ctx context.Context) error {
	if p.narrator.Ended == 0 {
		return nil
	}
	p.narrator.Ended = 0
	for _, run := range slices.Concat(p.runs, p.closings, p.idle) {
		x, ok := p.world.Execution(run.arn)
		if run.over || !ok || x.StoppedAt.IsZero() {
			continue
		}
		run.over = true
		var err error
		if run.after, err = p.snapshot(ctx, failover.Region(run.want.Region)); err != nil {
			return err
		}
	}
	return nil
}

// start starts an execution, as an operator would.
func (p *performance) start(ctx context.Context, want scenario.StartRun) error {
	input, err := scenario.JSON(want.Input)
	if err != nil {
		return err
	}
	before, err := p.snapshot(ctx, failover.Region(want.Region))
	if err != nil {
		return err
	}
	machine, err := p.stateMachine(want.Region)
	if err != nil {
		return err
	}
	name := fmt.Sprintf("%s-%d", p.scenario.Name, len(p.runs)+1)
	called := name
	if want.Name != "" { // one name may well be given to a run in each Region
		name, called = want.Name, want.Name+" of "+want.Region
		p.narrator.Call(strings.Replace(machine, ":stateMachine:", ":execution:", 1)+":"+name, called)
	}
	if !p.narrator.Announce {
		p.narrator.Out.Event(p.world.Now(), "run", transcript.Title, fmt.Sprintf("%s starts in %s: %s", name, want.Region, spaced(input)))
	}
	p.narrator.Forget()
	arn, err := p.world.StartExecution(machine, name, input)
	if err != nil {
		return err
	}
	p.circumstances.started(arn)
	p.runs = append(p.runs, &started{arn: arn, name: called, want: want, before: before})
	return nil
}

func (p *performance) stateMachine(region string) (arn string, err error) {
	for _, m := range p.assembly.StateMachines {
		if m.Region == region {
			return m.ARN, nil
		}
	}
	return "", fmt.Errorf("the assembly has no state machine in %s; the plan's Regions are %s and %s", region, p.plan.Primary, p.plan.Standby)
}

// notImplemented lists the requests for operations and parameters that the AWS simulator does not have.
func (p *performance) notImplemented() []string {
	var missing []string
	for _, call := range p.world.Calls() {
		if call.Code == fakeaws.CodeNotImplemented && call.Operation != redriveOperation {
			missing = append(missing, fmt.Sprintf("%s %s, requested at %s: %s",
				call.Service, call.Operation, scenario.Clock(call.At.Sub(scenario.Start)), call.Message))
		}
	}
	return missing
}
