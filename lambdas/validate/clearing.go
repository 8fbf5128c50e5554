package validate

import (
	"slices"
	"strings"

	"github.com/drover-dr/drover/internal/failover"
)

// maxClearing bounds the one command after a refusal, in bytes.
const maxClearing = 6 << 10

// startOf is what a command of [judgement.start] starts.
type startOf struct {
	region failover.Region
	input  failover.Input
}

// clearing is the one command that clears all blockers and starts the run again. If a flag of the start clears a blocker, it is
// a flag; other commands come before the start, joined with &&. If a start does not clear a blocker, the blocker's own command
// stands alone.
func (j *judgement) clearing() string {
	plan := j.Plan
	if j.malformed {
		return j.afterMalformed()
	}
	region, want := j.Region, j.again(nil)
	want.Applications = slices.DeleteFunc(slices.Clone(want.Applications), func(name string) bool { return slices.Contains(j.unknown, name) })
	if len(j.unknown) > 0 && len(want.Applications) == 0 { // without names it would move all applications
		return plan.Drover("status", j.Region)
	}
	var words []string
	first := func(command string) {
		if command != "" && !slices.Contains(words, command) {
			words = append(words, command)
		}
	}
	for _, f := range j.findings {
		if f.Severity != failover.Blocker || f.Code == failover.CodeApplication {
			continue
		}
		f = j.shown(f)
		s, starts := j.starts[f.Command]
		switch {
		case !starts:
			first(f.Command)
		case s.input.Action == j.input.Action:
			region = s.region
			merge(&want, j.input, s.input)
		default: // another run clears it: this one waits for its end
			first(plan.Start(s.region, s.input, "--watch"))
		}
	}
	start := plan.Start(region, want)
	if joined := strings.Join(append(words, start), " && "); len(joined) <= maxClearing {
		return joined
	}
	check := failover.Input{Action: failover.Check, Applications: want.Applications}
	return plan.Start(region, check, "--watch") + " && " + start
}

// merge applies to the refused input what one blocker's command changes.
func merge(want *failover.Input, was, with failover.Input) {
	if with.Consents() != was.Consents() || (with.AllowDataLoss == nil) != (was.AllowDataLoss == nil) {
		want.AllowDataLoss = with.AllowDataLoss
	}
	if with.Takeover != was.Takeover {
		want.Takeover = with.Takeover
	}
	if !slices.Equal(with.OverrideSafetyRules, was.OverrideSafetyRules) {
		want.OverrideSafetyRules = with.OverrideSafetyRules
	}
	if with.Approval != was.Approval {
		want.Approval = with.Approval
	}
	if with.Order != was.Order {
		want.Order = with.Order
	}
	if !was.Since.IsZero() && with.Since.IsZero() {
		want.Since = with.Since
	}
	if !slices.Equal(was.Percents, with.Percents) {
		want.Percents = slices.DeleteFunc(slices.Clone(want.Percents), func(p int) bool { return !slices.Contains(with.Percents, p) })
	}
	for _, name := range with.Applications {
		if !slices.Contains(was.Applications, name) && !slices.Contains(want.Applications, name) {
			want.Applications = append(want.Applications, name)
		}
	}
}

// afterMalformed is the command after an input that could not be read. The unread part may limit the run, so the command is
// only a dry run of the rest.
func (j *judgement) afterMalformed() string {
	asked := j.asked
	if !slices.Contains(failover.Actions, asked.Action) {
		return j.Plan.Start(j.Region, failover.Input{Action: failover.Check}, "--watch")
	}
	return j.Plan.Start(j.Region, j.Plan.Tighten(failover.Input{
		Action: asked.Action, AllowDataLoss: asked.AllowDataLoss, Takeover: asked.Takeover, DryRun: true,
	}), "--watch")
}

// notifies says whether a refusal needs a notification. No operator waits for the answer of a run that an alarm or a schedule
// started, and everyone on call must know of a refused failover. An operator who starts a check or a dry run reads the answer
// anyway.
func (j *judgement) notifies() bool {
	return j.run.Phase == failover.Outbound && (j.asked.StartedBy() != "" || j.asked.Action == failover.Failover && !j.asked.DryRun)
}
