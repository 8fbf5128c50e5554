package validate

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sfn"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/registry"
	"github.com/drover-dr/drover/lambdas/internal/live"
)

// inspection is one call's work: what was asked, what was seen, and what follows from it.
type inspection struct {
	Handler
	req   failover.ValidateRequest
	input failover.Input
	run   failover.Run
	// asked is what could be read of an input that is refused because it is malformed; else it is the input.
	asked     failover.Input
	malformed bool

	// What was read. Parts that could not be read are empty.
	apps         []failover.Application
	others       []failover.Application // those that are not selected
	selected     []failover.Application // those that the run is about, whatever they are
	broken       []failover.Application // those of the run whose items break the rules; they are among neither
	sets         live.RecordSets
	closed       map[string]bool             // hosted zones that the plan cannot read, each of them a finding already
	fences       map[string]live.FenceRecord // by zone
	clusters     map[string]live.GlobalCluster
	withheld     map[string]bool // global clusters that the plan may not use, each of them a finding already
	members      map[string]live.Cluster
	sources      map[string]live.Cluster // members in the Region that is left; of a failover none is read
	clustersRead bool
	lags         []live.ReplicationLag
	unmeasured   []string // what is to be waited for, of a drill's databases
	lock         registry.Lock
	takes        bool // the lock is to be taken from its holder; see checkLock
	// holderEnded is the execution that holds the lock, if it has ended; closing the run that is to be closed.
	holderEnded *sfn.DescribeExecutionOutput
	closing     *failover.Closing
	runs        []registry.RunRecord // the latest, read when somebody asks for them; see latestRuns
	// floor is the newest epoch that any run has left anywhere that was read; this run's must be newer.
	floor int64

	findings []failover.Finding
	setAside failover.Aside
	// unknown are the applications of the input that are not registered; starts is what the commands so far would start.
	unknown []string
	starts  map[string]startOf
	// stages are those of the phase. On the way out, the others are those that may follow it.
	stages, back, rollback, returnRollback []failover.Stage
}

// inspect reads the request: all that can be judged without asking anybody.
func (h Handler) inspect(req failover.ValidateRequest) *inspection {
	in := &inspection{Handler: h, req: req, starts: map[string]startOf{}}
	var err error
	in.asked, err = failover.ReadInput(req.Input)
	if in.malformed = err != nil; !in.malformed {
		in.input = in.asked
	}
	for _, problem := range unjoin(err) {
		in.block(failover.CodeInput, "execution input", strings.TrimPrefix(problem.Error(), "input: "), "correct the input, or begin with a look").Command = in.lookAgain()
	}
	if req.Phase != failover.Outbound {
		in.turn()
		return in
	}
	in.run = failover.Run{
		ID: req.Execution.Name, ARN: req.Execution.ID, Action: in.input.Action, Phase: req.Phase,
		From: h.Plan.Other(h.Region), To: h.Region,
		AllowDataLoss: h.Plan.Consent(in.input),
		Applications:  in.input.Applications, Order: in.input.Order, Percents: in.input.Percents,
		StartedAt: req.Execution.StartTime, PhaseStartedAt: req.Execution.StartTime,
		Since: in.input.Since, Reason: in.input.Reason, StartedBy: in.asked.StartedBy(),
		Approval: h.Plan.Approval, ApprovalSeconds: h.Plan.ApprovalSeconds,
	}
	if in.run.StartedBy == "" && !in.asked.ByRule() {
		in.run.RequestedBy = in.input.RequestedBy
	}
	if in.malformed && slices.Contains(failover.Actions, in.asked.Action) {
		in.run.Action = in.asked.Action
	}
	in.followTrigger()
	if in.input.Approval != "" {
		in.run.Approval = in.input.Approval
	}
	if in.input.Action == failover.Drill {
		in.run.SoakSeconds = h.Plan.SoakSeconds
	}
	switch since := in.run.Since; {
	case since.After(req.Now.Add(clockSkew)):
		in.block(failover.CodeInput, "execution input", fmt.Sprintf("since: %s is in the future; expected a time up to now", since.Format(timeLayout)),
			"correct it, or leave it out").Command = in.start(in.Region, func(input *failover.Input) { input.Since = time.Time{} })
	case since.IsZero() || since.After(in.run.StartedAt):
		in.run.Since = in.run.StartedAt
	}
	in.checkRegion()
	in.checkName()
	in.checkLoosened()
	return in
}

// followTrigger takes from the alarm's event when the outage began, and why.
func (in *inspection) followTrigger() {
	t := in.input.Trigger
	if t == nil {
		return
	}
	if in.run.Since.IsZero() {
		in.run.Since = t.Time
	}
	if in.run.Reason == "" {
		in.run.Reason = fmt.Sprintf("%s went to ALARM", t)
	}
}

// clockSkew is how far in the future an outage may begin by the clock of whoever tells of it. An alarm's is not the state
// machine's, and no failover is to be refused for a few seconds between them; it counts from its own start then.
const clockSkew = 2 * time.Minute

// turn makes of the run that the phase before has left the one that goes back.
func (in *inspection) turn() {
	req := in.req
	if !req.Phase.Returns() || req.Run == nil || req.Ended == nil {
		in.block(failover.CodeInput, "state machine", fmt.Sprintf("phase %q of run %v; expected %q, or %q, %q or %q with the run before it",
			req.Phase, req.Run != nil, failover.Outbound, failover.Return, failover.Rollback, failover.ReturnRollback), "deploy the definition that belongs to these functions").Command = failover.Describe(req.Execution.ID)
		return
	}
	before, end := *req.Run, *req.Ended
	end.Reasons = end.Reasons[:min(len(end.Reasons), failover.MaxReasons)]
	in.run = before
	in.run.Phases = append(slices.Clip(before.Phases), failover.PhaseRecord{
		Phase: before.Phase, From: before.From, To: before.To, StartedAt: before.PhaseStartedAt, PhaseEnd: end,
	})
	in.run.Phase, in.run.From, in.run.To, in.run.PhaseStartedAt = req.Phase, before.To, before.From, req.Now
}

const timeLayout = "2006-01-02T15:04:05Z07:00"

func (in *inspection) checkRegion() {
	plan := in.Handler.Plan
	if !plan.Has(in.Region) {
		in.block(failover.CodeWrongRegion, string(in.Region),
			fmt.Sprintf("the plan %s has the Regions %s and %s", plan.Name, plan.Primary, plan.Standby), "start it in the Region to move to").Command = in.start(plan.Standby, nil)
	} else if in.input.Action == failover.Failback && in.Region != plan.Primary {
		in.block(failover.CodeWrongRegion, string(in.Region),
			fmt.Sprintf("a failback moves to %s, the primary of the plan %s", plan.Primary, plan.Name), "start it in "+string(plan.Primary)).Command = in.start(plan.Primary, nil)
	}
}

// checkLoosened refuses an input that is looser than the plan, whoever has started the run: Validate cannot tell an alarm's
// rule or a schedule from a person who writes the same input.
func (in *inspection) checkLoosened() {
	if in.input.Action == failover.Close {
		return
	}
	for _, l := range in.Plan.Loosened(in.input) {
		in.block(failover.CodeLoosened, "execution input", l.Found(), l.Next()).Command = in.start(in.Region, func(input *failover.Input) {
			*input = in.Plan.Tighten(*input)
		})
	}
}

// checkName refuses a run whose name cannot be written into the fences. A run that only looks writes none.
func (in *inspection) checkName() {
	if err := failover.CheckRunName(in.run.ID); err != nil && !in.onlyLooks() {
		in.block(failover.CodeInput, "execution", err.Error(), "start it again under another name, or let Step Functions name it").Command = in.start(in.Region, nil)
	}
}

// unjoin returns the errors that were joined into err, however deep, or err alone.
func unjoin(err error) []error {
	if err == nil {
		return nil
	}
	joined, ok := err.(interface{ Unwrap() []error })
	if !ok {
		return []error{err}
	}
	var all []error
	for _, e := range joined.Unwrap() {
		all = append(all, unjoin(e)...)
	}
	return all
}

// onlyLooks says whether the run is to touch nothing whatever is found.
func (in *inspection) onlyLooks() bool { return in.input.Action == failover.Check || in.input.DryRun }

// outage says whether the run is a failover. Then whatever is not well is no reason to leave users in a Region that is
// gone: it is a warning. A planned action waits until all is well, and a check says what one would meet.
func (in *inspection) outage() bool { return in.input.Action == failover.Failover }

// block notes what stands in the way, and returns it for the command that goes with it. Without one of its own, the
// command is to look again.
func (in *inspection) block(code, object, found, next string) *failover.Finding {
	return in.add(failover.Blocker, code, object, found, next)
}

func (in *inspection) warn(code, object, found, next string) {
	in.add(failover.Warning, code, object, found, next)
}

// object is a blocker, unless there is an outage.
func (in *inspection) object(code, object, found, next string) *failover.Finding {
	if in.outage() {
		return in.add(failover.Warning, code, object, found, next)
	}
	return in.block(code, object, found, next)
}

func (in *inspection) add(severity failover.Severity, code, object, found, next string) *failover.Finding {
	in.findings = append(in.findings, failover.Finding{Severity: severity, Code: code, Object: object, Found: found, Next: next})
	return &in.findings[len(in.findings)-1]
}

func (in *inspection) blocked() bool {
	for _, f := range in.findings {
		if f.Severity == failover.Blocker {
			return true
		}
	}
	return false
}
