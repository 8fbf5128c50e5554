package validate

import (
	"encoding/json"
	"fmt"
	"slices"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/prose"
	"github.com/drover-dr/drover/lambdas/internal/live"
)

// maxCalls limits the number of calls that a dry run lists; maxAnswer limits their bytes. Users want this list in full.
const maxCalls = 300

// maxAnswer limits the answer in bytes. Each list and each text has a limit of its own; if all of them are long at once, the
// end of the lists is counted instead of shown.
const maxAnswer = 32 << 10

// maxSaid is how many blockers the summary of a refusal lists, maxSaidLine the limit of each in bytes.
const (
	maxSaid     = 5
	maxSaidLine = 800
)

// waiting leaves the run as it is: the state machine calls again. The summary is for the case that it waits no longer.
func (p *planning) waiting() failover.ValidateAnswer {
	summary := fmt.Sprintf("The return from %s cannot start yet: %s", p.run.From, prose.Some(p.unmeasured, maxSaid, " | "))
	p.run, p.stages = *p.req.Run, nil
	answer := p.answer(failover.Waiting)
	answer.Summary = summary
	return fit(answer)
}

// postpone leaves the check to the next time of the schedule.
func (p *planning) postpone() failover.ValidateAnswer {
	p.findings = nil
	p.warn(failover.CodeLocked, "lock", fmt.Sprintf("run %s holds it, until %s unless renewed", p.lock.Run, p.lock.Expires.Format(timeLayout)), "")
	answer := p.answer(failover.Checked)
	answer.Summary = "Nothing was checked: " + p.findings[0].String()
	return answer
}

func (p *planning) refuse() failover.ValidateAnswer {
	p.stages = nil
	answer := p.answer(failover.Refuse)
	answer.Summary = p.refusedSummary()
	if p.run.Phase == failover.Outbound {
		answer.Next, answer.Notify = p.clearing(), p.notifies()
	}
	return fit(answer)
}

func (p *planning) answer(verdict failover.Verdict) failover.ValidateAnswer {
	answer := failover.ValidateAnswer{
		Verdict: verdict, Run: p.run, Stages: p.stages,
		Applications: len(p.apps), Databases: len(p.databases()),
	}
	if answer.Stages == nil {
		answer.Stages = []failover.Stage{}
	}
	for _, app := range p.apps {
		answer.Records += len(app.Records)
	}
	if lag := live.MaxLag(p.lags); lag.Known {
		answer.LagMillis = &lag.Millis
	}
	if verdict == failover.Proceed {
		answer.SetAside = p.setAside
		if p.run.Phase == failover.Outbound && p.run.Approval != failover.NoApproval {
			answer.Configuration = failover.ConfigurationOf(p.selected)
		}
	}
	answer.Findings, answer.MoreFindings = prose.Limit(p.sorted(), failover.MaxListed)
	return answer
}

// said is a blocker as the summary has it. In a return it becomes a reason in a message, whose lines are short and which has a
// command of its own.
func (p *planning) said(f failover.Finding) string {
	if f = p.shown(f); p.run.Phase.Returns() {
		f.Command = ""
	}
	return f.Line(maxSaidLine)
}

func (p *planning) refusedSummary() string {
	var said []string
	for _, f := range p.findings {
		if f.Severity == failover.Blocker {
			said = append(said, p.said(f))
		}
	}
	blockers := prose.Some(said, maxSaid, " | ")
	if p.run.Phase == failover.Return {
		return fmt.Sprintf("The return from %s cannot start yet: %s", p.run.From, blockers)
	}
	return "Refused, nothing was touched: " + blockers
}

func (p *planning) checkedSummary() string {
	switch {
	case len(p.stages) == 0:
		return fmt.Sprintf("Nothing to move: %s in %s already.", prose.Count(len(p.apps), "application"), p.run.To)
	case p.input.DryRun:
		return p.movesText("Dry run, nothing was touched: ")
	}
	return p.movesText("Ready: ")
}

// movesText is such as "failover of 12 applications (24 records, 3 databases) from us-east-1 to us-west-2 in 2 stages;
// 1 warning".
func (p *planning) movesText(prefix string) string {
	if len(p.stages) == 0 {
		return fmt.Sprintf("%s%s: nothing to move, %s in %s already.", prefix, p.input.Action, prose.Count(len(p.apps), "application"), p.run.To)
	}
	a := p.answer("")
	action := string(p.input.Action)
	if p.run.Phase.Returns() {
		action = fmt.Sprintf("%s, phase %s,", action, p.run.Phase)
	}
	text := fmt.Sprintf("%s%s of %s (%s, %s) from %s to %s in %s", prefix, action, prose.Count(a.Applications, "application"),
		prose.Count(a.Records, "record"), prose.Count(a.Databases, "database"), p.run.From, p.run.To, prose.Count(len(p.stages), "stage"))
	return text + "; " + prose.Count(len(p.findings), "warning")
}

// nothing is the answer of a run that has nothing to move. It does not count as a drill or a failover. Its blockers become
// warnings.
func (p *planning) nothing() failover.ValidateAnswer {
	for i := range p.findings {
		p.findings[i].Severity = failover.Warning
	}
	answer := p.answer(failover.NothingToMove)
	answer.Summary = fmt.Sprintf("Nothing to move: %s in %s already; no lock was taken, and nothing was changed.", prose.Count(len(p.apps), "application"), p.run.To)
	answer.Notify = p.input.Trigger != nil
	return fit(answer)
}

// nothingToMove says whether every application of the run is certainly in the target Region: a part that could not be read
// counts as outside. A run that takes over the lock always has something to do. While another run moves applications, an
// operator gets that blocker instead; a schedule or an alarm gets this answer.
func (p *planning) nothingToMove() bool {
	if len(p.apps)+len(p.broken) == 0 || len(p.stages) > 0 || p.run.TakenOverFrom != "" {
		return false
	}
	return !slices.ContainsFunc(p.findings, func(f failover.Finding) bool {
		ignored := f.Code == failover.CodeLocked && p.run.StartedBy != ""
		return f.Severity == failover.Blocker && slices.Contains(stillBlocks, f.Code) && !ignored
	})
}

// skip is the answer of a run that must not start now.
func (p *planning) skip(why string) failover.ValidateAnswer {
	locked := slices.ContainsFunc(p.findings, func(f failover.Finding) bool { return f.Code == failover.CodeLocked })
	p.findings, p.stages = nil, nil
	answer := p.answer(failover.Skip)
	answer.Summary = fmt.Sprintf("Skipped: %s to %s by %s; %s", p.run.Asked(), p.run.To, p.run.StartedBy, why)
	answer.Notify = !p.finishes() // the schedule asks again in a few minutes
	answer.Next = p.Plan.Start(p.Region, p.again(func(input *failover.Input) { input.Takeover = locked && p.outage() }))
	return answer
}

// skipForRunInProgress skips an automatic start while another run is in progress: only an operator may take over from that run.
func (p *planning) skipForRunInProgress() (failover.ValidateAnswer, bool) {
	if p.run.StartedBy == "" {
		return failover.ValidateAnswer{}, false
	}
	for _, f := range p.findings {
		if f.Severity == failover.Blocker && f.Code == failover.CodeLocked {
			return p.skip(fmt.Sprintf("another run is in progress: %s: %s", f.Object, f.Found)), true
		}
	}
	return failover.ValidateAnswer{}, false
}

func fit(answer failover.ValidateAnswer) failover.ValidateAnswer {
	for size(answer) > maxAnswer {
		switch {
		case len(answer.Calls) > 0:
			answer.Calls = answer.Calls[:len(answer.Calls)-1]
			answer.MoreCalls++
		case dropCommand(answer.Findings):
		case len(answer.Findings) > 1:
			answer.Findings = answer.Findings[:len(answer.Findings)-1]
			answer.MoreFindings++
		default:
			return answer
		}
	}
	return answer
}

// dropCommand leaves out the last command, if there is more than one: each command of a run with many names lists all of them.
func dropCommand(findings []failover.Finding) bool {
	for i := len(findings) - 1; i > 0; i-- {
		if findings[i].Command != "" {
			findings[i].Command = ""
			return true
		}
	}
	return false
}

func size(answer failover.ValidateAnswer) int {
	text, err := json.Marshal(answer)
	if err != nil {
		return 0 // the entry package reports it
	}
	return len(text)
}
