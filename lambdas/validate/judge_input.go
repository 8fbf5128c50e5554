package validate

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/drover-dr/drover/internal/failover"
)

// ask reads a request, and judges what needs no AWS service.
func ask(s setting, req failover.ValidateRequest) *judgement {
	j := &judgement{facts: &facts{question: &question{setting: s, req: req}}, starts: map[string]startOf{}}
	var err error
	j.asked, err = failover.ReadInput(req.Input)
	if j.malformed = err != nil; !j.malformed {
		j.input = j.asked
	}
	for _, problem := range unjoin(err) {
		j.block(failover.CodeInput, "execution input", strings.TrimPrefix(problem.Error(), "input: "), "correct the input, or begin with a check").Command = j.checkAgain()
	}
	if req.Phase != failover.Outbound {
		j.turn()
		return j
	}
	j.describeRun()
	switch since := j.run.Since; {
	case since.After(req.Now.Add(clockSkew)):
		j.block(failover.CodeInput, "execution input", fmt.Sprintf("since: %s is in the future; expected a time up to now", since.Format(timeLayout)),
			"correct it, or leave it out").Command = j.start(j.Region, func(input *failover.Input) { input.Since = time.Time{} })
	case since.IsZero() || since.After(j.run.StartedAt):
		j.run.Since = j.run.StartedAt
	}
	j.checkRegion()
	j.checkName()
	j.checkLoosened()
	return j
}

// describeRun makes the run of the outbound phase.
func (j *judgement) describeRun() {
	req := j.req
	j.run = failover.Run{
		ID: req.Execution.Name, ARN: req.Execution.ID, Action: j.input.Action, Phase: req.Phase,
		From: j.Plan.Other(j.Region), To: j.Region,
		AllowDataLoss: j.Plan.Consent(j.input), OverrideSafetyRules: j.input.OverrideSafetyRules,
		Applications: j.input.Applications, Order: j.input.Order, Percents: j.input.Percents,
		StartedAt: req.Execution.StartTime, PhaseStartedAt: req.Execution.StartTime,
		Since: j.input.Since, Reason: j.input.Reason, StartedBy: j.asked.StartedBy(),
		Approval: j.Plan.Approval, ApprovalSeconds: j.Plan.ApprovalSeconds,
	}
	if j.run.StartedBy == "" && !j.asked.ByRule() {
		j.run.RequestedBy = j.input.RequestedBy
	}
	if j.malformed && slices.Contains(failover.Actions, j.asked.Action) {
		j.run.Action = j.asked.Action
	}
	if j.finishes() {
		j.run.Action, j.run.OnlyWeights = failover.Failover, true
	}
	j.followTrigger()
	switch {
	case j.finishes():
		j.run.Approval = failover.NoApproval // no user moves, and no writer
	case j.input.Approval != "":
		j.run.Approval = j.input.Approval
	}
	if j.input.Action == failover.Drill {
		j.run.SoakSeconds = j.Plan.SoakSeconds
	}
}

// clockSkew is how far in the future the reported start of an outage may be. The clock of an alarm may differ from that of the
// state machine by seconds, which must not refuse a failover. The recovery time then counts from the start of the run.
const clockSkew = 2 * time.Minute

// checkApplications notes the names that are not registered.
func (j *judgement) checkApplications() {
	for _, name := range j.unknown {
		j.block(failover.CodeApplication, "application "+name, "is not registered", "use its name as drover status shows it").Command = j.Plan.Drover("status", j.Region)
	}
	if j.empty {
		j.block(failover.CodeNothing, "registry", "no application is registered", "write the applications file, and register it").Command = j.register()
	}
}

// followTrigger takes the start of the outage and the reason from the alarm's event.
func (j *judgement) followTrigger() {
	t := j.input.Trigger
	if t == nil {
		return
	}
	if j.run.Since.IsZero() {
		j.run.Since = t.Time
	}
	if j.run.Reason == "" {
		j.run.Reason = fmt.Sprintf("%s went to ALARM", t)
	}
}

// turn makes the run of a later phase from the run of the phase before: it exchanges the Regions.
func (j *judgement) turn() {
	req := j.req
	if !req.Phase.Returns() || req.Run == nil || req.Ended == nil {
		j.block(failover.CodeInput, "state machine", fmt.Sprintf("phase %q of run %v; expected %q, or %q, %q or %q with the run before it",
			req.Phase, req.Run != nil, failover.Outbound, failover.Return, failover.Rollback, failover.ReturnRollback), "deploy the definition that belongs to these functions").Command = failover.Describe(req.Execution.ID)
		return
	}
	before, end := *req.Run, *req.Ended
	j.run = before
	j.run.Phases = append(slices.Clip(before.Phases), failover.PhaseRecord{
		Phase: before.Phase, From: before.From, To: before.To, StartedAt: before.PhaseStartedAt, PhaseEnd: end.Bounded(),
	})
	j.run.Phase, j.run.From, j.run.To, j.run.PhaseStartedAt = req.Phase, before.To, before.From, req.Now
}

func (j *judgement) checkRegion() {
	plan := j.Plan
	if !plan.Has(j.Region) {
		j.block(failover.CodeWrongRegion, string(j.Region),
			fmt.Sprintf("the plan %s has the Regions %s and %s", plan.Name, plan.Primary, plan.Standby), "start it in the Region to move to").Command = j.start(plan.Standby, nil)
	} else if j.input.Action == failover.Failback && j.Region != plan.Primary {
		j.block(failover.CodeWrongRegion, string(j.Region),
			fmt.Sprintf("a failback moves to %s, the primary of the plan %s", plan.Primary, plan.Name), "start it in "+string(plan.Primary)).Command = j.start(plan.Primary, nil)
	}
}

// checkLoosened refuses an input that is looser than the plan, even from an alarm or a schedule: Validate cannot distinguish
// them from a person who writes the same input.
func (j *judgement) checkLoosened() {
	if j.input.Action == failover.Close {
		return
	}
	for _, l := range j.Plan.Loosened(j.input) {
		j.block(failover.CodeLoosened, "execution input", l.Found(), l.Next()).Command = j.start(j.Region, func(input *failover.Input) {
			*input = j.Plan.Tighten(*input)
		})
	}
}

// checkName refuses a run whose name cannot be written into the fences. A run that only checks writes none.
func (j *judgement) checkName() {
	if err := failover.CheckRunName(j.run.ID); err != nil && !j.readOnly() {
		j.block(failover.CodeInput, "execution", err.Error(), "start it again under another name, or let Step Functions name it").Command = j.start(j.Region, nil)
	}
}
