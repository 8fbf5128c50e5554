package validate

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/registry"
	"github.com/drover-dr/drover/lambdas/internal/live"
)

// conclude makes the answer. On the way out it takes the lock, if nothing is in the way.
func (in *inspection) conclude(ctx context.Context) (failover.ValidateAnswer, error) {
	if len(in.apps) > 0 && !in.run.Phase.Undoes() {
		in.warn(failover.CodeControlPlane, "Route 53", fmt.Sprintf("weights are changed through its control plane in %s; while that is down, nothing can be shifted",
			in.Region.Partition().GlobalRegion), "")
	}
	if answer, ended, err := in.endsEarly(ctx); ended || err != nil {
		return answer, errors.Join(err, in.giveLockBack(ctx))
	}
	if in.blocked() {
		return in.giveUp(ctx)
	}
	if len(in.unmeasured) > 0 {
		return in.waiting(), nil
	}
	if in.onlyLooks() {
		answer := in.answer(failover.Checked)
		answer.Summary = in.lookedSummary()
		if in.input.DryRun {
			answer.Calls, answer.MoreCalls = limit(in.calls(), maxCalls)
		}
		return fit(answer), nil
	}
	if !in.run.Phase.Returns() {
		epoch, err := in.takeLock(ctx)
		if in.lockedOut(err) {
			if answer, ended := in.skipForRunInProgress(); ended {
				return answer, nil
			}
			return in.giveUp(ctx)
		}
		if err != nil {
			return failover.ValidateAnswer{}, err
		}
		in.run.Epoch = epoch
	} else {
		in.Lock.RenewLock(ctx, in.run, in.req.Now, failover.LeaseUntil(in.req.Now, 0))
	}
	answer := in.answer(failover.Proceed)
	answer.Summary = in.movesText("")
	return fit(answer), nil
}

// waiting leaves the run as it is, for the state machine to ask again. The summary is that of a run that waits no longer.
func (in *inspection) waiting() failover.ValidateAnswer {
	said, more := limit(in.unmeasured, maxSaid)
	summary := fmt.Sprintf("There is no way back from %s yet: %s", in.run.From, strings.Join(said, " | "))
	if more > 0 {
		summary += fmt.Sprintf(" | and %d more", more)
	}
	in.run, in.stages = *in.req.Run, nil
	answer := in.answer(failover.Waiting)
	answer.Summary = summary
	return fit(answer)
}

// comesAtABadTime says whether a schedule asks for a check while a run is under way: what it would find is that run's
// doing. That is no failure, and people who watch that run have no use for an alarm about it.
func (in *inspection) comesAtABadTime() bool {
	return in.input.Action == failover.Check && in.input.Scheduled() && in.lock.Held(in.req.Now) && !in.takes
}

// postpone leaves the check to the next time that the schedule asks.
func (in *inspection) postpone() failover.ValidateAnswer {
	in.findings = nil
	in.warn(failover.CodeLocked, "lock", fmt.Sprintf("run %s holds it, until %s unless renewed", in.lock.Run, in.lock.Expires.Format(timeLayout)), "")
	answer := in.answer(failover.Checked)
	answer.Summary = "Nothing was checked: " + in.findings[0].String()
	return answer
}

// takeLock takes the lock, with an epoch that is newer than all that were seen. The run has it for a lease, which its steps
// renew.
func (in *inspection) takeLock(ctx context.Context) (epoch int64, err error) {
	run, now := in.run, in.req.Now
	run.Epoch = in.floor
	until := failover.LeaseUntil(now, 0)
	if in.takes {
		return in.Lock.TakeOver(ctx, run, in.lock, run.TakenOverWhy, now, until)
	}
	return in.Lock.TakeLock(ctx, run, now, until)
}

// lockedOut notes who was faster, if that is what err says.
func (in *inspection) lockedOut(err error) bool {
	var locked *registry.LockedError
	switch {
	case errors.As(err, &locked):
		in.locked("lock", locked.Error(), locked.Owner, locked.Run)
	case errors.Is(err, registry.ErrRunOver):
		in.block(failover.CodeRunOver, "run "+in.run.ID, "is over; this is a late repetition of its first step", "start another run, if it is still wanted").Command = in.start(in.Region, nil)
	default:
		return false
	}
	return true
}

// giveUp refuses the phase. A run that cannot go back is closed.
func (in *inspection) giveUp(ctx context.Context) (failover.ValidateAnswer, error) {
	return in.refuse(), in.giveLockBack(ctx)
}

// giveLockBack releases the lock that an earlier call for the way out has taken: a run that is refused or skipped now is
// never closed.
func (in *inspection) giveLockBack(ctx context.Context) error {
	if in.run.Phase.Returns() || in.lock.Owner == "" || in.lock.Owner != in.run.ARN {
		return nil
	}
	return in.Lock.ReleaseLock(ctx, in.run.ARN)
}

func (in *inspection) refuse() failover.ValidateAnswer {
	in.stages = nil
	answer := in.answer(failover.Refuse)
	answer.Summary = in.refusedSummary()
	if in.run.Phase == failover.Outbound {
		answer.Next, answer.Notify = in.clearing(), in.notifies()
	}
	return fit(answer)
}

func (in *inspection) answer(verdict failover.Verdict) failover.ValidateAnswer {
	answer := failover.ValidateAnswer{
		Verdict: verdict, Run: in.run, Stages: in.stages,
		Applications: len(in.apps), Databases: len(in.databases()),
	}
	if answer.Stages == nil {
		answer.Stages = []failover.Stage{}
	}
	for _, app := range in.apps {
		answer.Records += len(app.Records)
	}
	if lag := live.MaxLag(in.lags); lag.Known {
		answer.LagMillis = &lag.Millis
	}
	if verdict == failover.Proceed {
		answer.SetAside = in.setAside
		if in.run.Phase == failover.Outbound && in.run.Approval != failover.NoApproval {
			answer.Configuration = failover.ConfigurationOf(in.selected)
		}
	}
	answer.Findings, answer.MoreFindings = limit(in.sorted(), failover.MaxListed)
	return answer
}

// sorted are the findings, blockers first, otherwise as they were found.
func (in *inspection) sorted() []failover.Finding {
	findings := make([]failover.Finding, 0, len(in.findings))
	for _, f := range in.findings {
		findings = append(findings, in.shown(f))
	}
	slices.SortStableFunc(findings, func(a, b failover.Finding) int { return strings.Compare(string(a.Severity), string(b.Severity)) })
	return findings
}

// shown is a finding as people get it: its texts are bounded, its command is whole. A warning stops nobody, and needs no
// command; a blocker without one of its own is to be looked at again once it is dealt with.
func (in *inspection) shown(f failover.Finding) failover.Finding {
	f.Object, f.Found, f.Next = truncate(f.Object, 160), truncate(f.Found, 400), truncate(f.Next, 600)
	switch {
	case f.Severity != failover.Blocker:
		f.Command = ""
	case f.Command == "":
		f.Command = in.lookAgain()
	}
	return f
}

// maxCalls bounds the list of a dry run in number; in bytes maxAnswer does. It is the one list that is asked for in full.
const maxCalls = 300

func limit[T any](list []T, most int) (shown []T, more int) {
	if len(list) > most {
		return list[:most], len(list) - most
	}
	return list, 0
}

// maxAnswer bounds the answer in bytes. The lists are bounded by number, and their texts too; should all of them be
// long at once, the end of the lists is counted instead of shown.
const maxAnswer = 32 << 10

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

// dropCommand leaves out the last command, if there is more than one: all of a run with many names have all of them.
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

// maxSaid is how many blockers the summary of a refusal spells out, maxSaidLine how long each is at most, in bytes.
const (
	maxSaid     = 5
	maxSaidLine = 800
)

// said is a blocker in the summary. That of a phase which returns becomes a reason in a message, whose lines are short and
// which has a command of its own.
func (in *inspection) said(f failover.Finding) string {
	if f = in.shown(f); in.run.Phase.Returns() {
		f.Command = ""
	}
	return f.Line(maxSaidLine)
}

func (in *inspection) refusedSummary() string {
	var said []string
	blockers := 0
	for _, f := range in.findings {
		if f.Severity != failover.Blocker {
			continue
		}
		if blockers++; blockers <= maxSaid {
			said = append(said, in.said(f))
		}
	}
	text := "Refused, nothing was touched: " + strings.Join(said, " | ")
	if in.run.Phase == failover.Return {
		text = fmt.Sprintf("There is no way back from %s yet: %s", in.run.From, strings.Join(said, " | "))
	}
	if blockers > maxSaid {
		text += fmt.Sprintf(" | and %d more", blockers-maxSaid)
	}
	return text
}

func (in *inspection) lookedSummary() string {
	switch {
	case len(in.stages) == 0:
		return fmt.Sprintf("Nothing to move: %s in %s already.", count(len(in.apps), "application"), in.run.To)
	case in.input.DryRun:
		return in.movesText("Dry run, nothing was touched: ")
	}
	return in.movesText("Ready: ")
}

// movesText is such as "failover of 12 applications (24 records, 3 databases) from us-east-1 to us-west-2 in 2 stages;
// 1 warning".
func (in *inspection) movesText(prefix string) string {
	if len(in.stages) == 0 {
		return fmt.Sprintf("%s%s: nothing to move, %s in %s already.", prefix, in.input.Action, count(len(in.apps), "application"), in.run.To)
	}
	a := in.answer("")
	action := string(in.input.Action)
	if in.run.Phase.Returns() {
		action = fmt.Sprintf("%s, phase %s,", action, in.run.Phase)
	}
	text := fmt.Sprintf("%s%s of %s (%s, %s) from %s to %s in %s", prefix, action, count(a.Applications, "application"),
		count(a.Records, "record"), count(a.Databases, "database"), in.run.From, in.run.To, count(len(in.stages), "stage"))
	return text + "; " + count(len(in.findings), "warning")
}
