package failover

import "fmt"

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
	// Next is what to do, or to type, next.
	Next string `json:"next,omitempty"`
}

// String is the finding in one line.
func (f Finding) String() string {
	s := fmt.Sprintf("%s: %s", f.Object, f.Found)
	if f.Next != "" {
		s += "; " + f.Next
	}
	return s
}

// The codes of findings.
const (
	CodeInput         = "input"
	CodeApplication   = "unknown-application"
	CodeNothing       = "no-applications"
	CodeConfiguration = "configuration"
	CodeDataLoss      = "data-loss-not-allowed"
	CodeLocked        = "locked"
	CodeTakeover      = "takeover"
	CodeRunOver       = "run-is-over"
	CodeDrift         = "dns-drift"
	CodeLeftover      = "left-by-another-run"
	CodeTTL           = "long-ttl"
	CodeTopology      = "database-topology"
	CodeShared        = "shared-database"
	CodeLag           = "replication-lag"
	CodeNoData        = "no-metric-data"
	CodeUnhealthy     = "unhealthy"
	CodeAlarm         = "alarm"
	CodeControlPlane  = "route53-control-plane"
	CodeBound         = "bound-exceeds-rto"
	CodeUnreachable   = "unreachable"
	CodeWrongRegion   = "wrong-region"
	CodeGradual       = "gradual-failover"
	CodeAlreadyActive = "already-active"
)
