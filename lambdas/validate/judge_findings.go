package validate

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/prose"
	"github.com/drover-dr/drover/lambdas/internal/entry"
	"github.com/drover-dr/drover/lambdas/internal/live"
)

// judgement makes findings from facts. It calls no AWS service and reads no clock: the same facts give the same findings.
type judgement struct {
	*facts
	findings []failover.Finding
	// starts is what the commands of the findings would start.
	starts map[string]startOf
	// takes says that the run takes the lock from its holder.
	takes bool
	// unmeasured is the measurement for which a drill waits before it returns.
	unmeasured []string
}

// judge makes the findings of all parts.
func (j *judgement) judge(parts []part) {
	for _, p := range parts {
		p.check(j)
		if err := j.unread[p.what]; err != nil {
			what := p.what
			if p.controlPlane {
				what = strings.Join(append([]string{what}, j.notAsked...), ", ")
			}
			if p.advises {
				j.warn(failover.CodeUnreachable, what+" seen from "+string(j.Region), entry.CouldNot("be read", err), "")
				continue
			}
			j.unreadable(what, err)
		}
	}
	j.checkConsent()
	j.checkShared()
}

// unreadable notes a part that could not be read.
func (j *judgement) unreadable(what string, err error) {
	if foreign := (*live.ForeignFence)(nil); errors.As(err, &foreign) {
		j.object(failover.CodeUnreachable, fmt.Sprintf("TXT record %s in zone %s", foreign.Name, foreign.Zone), "is not Drover's: "+foreign.Why.Error(),
			"delete it, and start again").Command = foreign.Command
		return
	}
	if j.run.ControlPlaneGone {
		j.warn(failover.CodeUnreachable, "Route 53", "its control plane in "+string(j.Region.Partition().GlobalRegion)+" does not answer; users move by switches, and their weights are written later", "")
		return
	}
	j.object(failover.CodeUnreachable, what+" seen from "+string(j.Region), entry.CouldNot("be read", err), "")
}

// block notes a blocker, and returns it so that its command can be set. A blocker without a command gets the command that
// checks again.
func (j *judgement) block(code, object, found, next string) *failover.Finding {
	return j.add(failover.Blocker, code, object, found, next)
}

func (j *judgement) warn(code, object, found, next string) {
	j.add(failover.Warning, code, object, found, next)
}

// object notes a blocker or, in a failover, a warning.
func (j *judgement) object(code, object, found, next string) *failover.Finding {
	if j.outage() {
		return j.add(failover.Warning, code, object, found, next)
	}
	return j.block(code, object, found, next)
}

func (j *judgement) add(severity failover.Severity, code, object, found, next string) *failover.Finding {
	j.findings = append(j.findings, failover.Finding{Severity: severity, Code: code, Object: object, Found: found, Next: next})
	return &j.findings[len(j.findings)-1]
}

func (j *judgement) blocked() bool {
	for _, f := range j.findings {
		if f.Severity == failover.Blocker {
			return true
		}
	}
	return false
}

// sorted are the findings, blockers first, otherwise in the order in which they were found.
func (j *judgement) sorted() []failover.Finding {
	findings := make([]failover.Finding, 0, len(j.findings))
	for _, f := range j.findings {
		findings = append(findings, j.shown(f))
	}
	slices.SortStableFunc(findings, func(a, b failover.Finding) int { return strings.Compare(string(a.Severity), string(b.Severity)) })
	return findings
}

// shown is a finding as operators get it: its texts are cut, its command is complete. A warning stops no run and needs no
// command. A blocker without a command gets the command that checks again.
func (j *judgement) shown(f failover.Finding) failover.Finding {
	f.Object, f.Found, f.Next = prose.Cut(f.Object, 160), prose.Cut(f.Found, 400), prose.Cut(f.Next, 600)
	switch {
	case f.Severity != failover.Blocker:
		f.Command = ""
	case f.Command == "":
		f.Command = j.checkAgain()
	}
	return f
}
