package failover

import (
	"fmt"

	"github.com/drover-dr/drover/internal/prose"
)

// Severity says what a finding means for the run.
type Severity string

// The severities of a finding.
const (
	// Blocker refuses the run.
	Blocker Severity = "blocker"
	// Warning is reported, and the run goes on.
	Warning Severity = "warning"
)

// Finding is one thing that validation found, said so that a person knows what to do next.
type Finding struct {
	Severity Severity `json:"severity"`
	// Code names the kind of finding, such as dns-drift; it never changes, so that alarms and scripts can rely on it.
	Code string `json:"code"`
	// Object is what the finding is about: an application, a record, a cluster, with its Region where it has one.
	Object string `json:"object"`
	// Found is what was seen, and what was expected.
	Found string `json:"found"`
	// Next is what to do next, in words.
	Next string `json:"next,omitempty"`
	// Command is what to type next, whole and quoted for a shell. Every blocker has one.
	Command string `json:"command,omitempty"`
}

// beforeCommand is between the prose of a finding and its command.
const beforeCommand = "; type: "

// String is the finding in one line.
func (f Finding) String() string {
	if f.Command == "" {
		return f.prose()
	}
	return f.prose() + beforeCommand + f.Command
}

func (f Finding) prose() string {
	line := fmt.Sprintf("%s: %s", f.Object, f.Found)
	if f.Next != "" {
		line += "; " + f.Next
	}
	return line
}

// minProse is how much of its prose a finding keeps at least beside its command.
const minProse = 120

// Line is the finding in one line of at most limit bytes. Half a command would do something else, or leave a shell
// waiting for its closing quote: prose is cut for it, and if that is not enough it is left out.
func (f Finding) Line(limit int) string {
	line := f.String()
	if len(line) <= limit {
		return line
	}
	if room := limit - len(f.Command) - len(beforeCommand); f.Command != "" && room >= min(minProse, len(f.prose())) {
		return prose.Cut(f.prose(), room) + beforeCommand + f.Command
	}
	return prose.Cut(f.prose(), limit)
}

// The codes of findings.
const (
	CodeInput         = "input"
	CodeLoosened      = "looser-than-plan"
	CodeApplication   = "unknown-application"
	CodeNothing       = "no-applications"
	CodeBroken        = "broken-item"
	CodeChanged       = "changed-item"
	CodeConfiguration = "configuration"
	CodeDataLoss      = "data-loss-not-allowed"
	CodeLocked        = "locked"
	CodeTakeover      = "takeover"
	CodeRunOver       = "run-is-over"
	CodeDrift         = "dns-drift"
	CodeUnrecorded    = "left-by-another-run"
	CodeTTL           = "long-ttl"
	CodeTopology      = "database-topology"
	CodeShared        = "shared-database"
	CodeLag           = "replication-lag"
	CodeNoData        = "no-metric-data"
	CodeUnhealthy     = "unhealthy"
	CodeHealthRegion  = "health-region"
	CodeAlarm         = "alarm"
	CodeControlPlane  = "route53-control-plane"
	CodeSwitch        = "switch"
	CodeSwitchCheck   = "switch-check-settings"
	CodeBound         = "bound-exceeds-rto"
	CodeEvents        = "too-many-events"
	CodeRelease       = "release"
	CodeConcurrency   = "lambda-concurrency"
	CodeUnreachable   = "unreachable"
	CodeWrongRegion   = "wrong-region"
	CodeGradual       = "gradual-failover"
	CodeAlreadyActive = "already-active"
)

// FindingCodes are all of them.
var FindingCodes = []string{
	CodeInput, CodeLoosened, CodeApplication, CodeNothing, CodeBroken, CodeChanged, CodeConfiguration, CodeDataLoss,
	CodeLocked, CodeTakeover, CodeRunOver, CodeDrift, CodeUnrecorded, CodeTTL, CodeTopology, CodeShared, CodeLag, CodeNoData,
	CodeUnhealthy, CodeHealthRegion, CodeAlarm, CodeControlPlane, CodeSwitch, CodeSwitchCheck, CodeBound, CodeEvents, CodeRelease,
	CodeConcurrency, CodeUnreachable, CodeWrongRegion, CodeGradual, CodeAlreadyActive,
}
