package forecast

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/statemachine/scenario"
)

// Model is the fault model: what fails, how often, and how long things take.
type Model struct {
	// Causes are what starts the disaster; their shares sum up to 1.
	Causes []Cause
	// Detection is the time from the outage to the start of the run, Approval that from the start of the run to the approver's
	// answer, for a plan that has approvals.
	Detection, Approval Quantity
	// Lag and Promotion are those of Aurora, Propagation is that of DNS changes, Replication the lag of the registry's table.
	Lag, Promotion, Propagation, Replication Quantity
	// Faults are what fails beside the disaster.
	Faults []Fault
}

// Cause is a kind of disaster.
type Cause struct {
	Name  string
	Share float64
	kind  kind
}

type kind int

// The kinds of disasters.
const (
	darkWithControlPlane kind = iota
	dark
	failing
)

// Quantity is a time that is drawn for every run. Its distribution is log-normal, given by the median and the 95th percentile, and
// cut off at two bounds.
type Quantity struct {
	Name, Source          string
	P50, P95, Least, Most time.Duration
}

// text is the quantity for people.
func (q Quantity) text() string {
	return fmt.Sprintf("%s: p50 %s, p95 %s, from %s to %s. %s", q.Name, q.P50, q.P95, q.Least, q.Most, q.Source)
}

// z95 is the 95th percentile of the standard normal distribution.
const z95 = 1.6449

func (q Quantity) draw(r *rand.Rand) time.Duration {
	sigma := math.Log(float64(q.P95)/float64(q.P50)) / z95
	d := time.Duration(float64(q.P50) * math.Exp(sigma*r.NormFloat64()))
	return min(max(d, q.Least), q.Most).Truncate(100 * time.Millisecond)
}

// Fault is something that fails in a part of all runs.
type Fault struct {
	Text  string
	Share float64
	add   func(*drawing)
	// databases says that it needs one.
	databases bool
}

// DefaultModel is the fault model of a plan. detection is the median of the time from the outage to the start of the run.
func DefaultModel(plan failover.Plan, detection time.Duration) Model {
	return Model{
		Causes: []Cause{
			{fmt.Sprintf("%s is dark, and the Route 53 control plane with it", plan.Primary), 0.5, darkWithControlPlane},
			{fmt.Sprintf("%s is dark, the Route 53 control plane answers", plan.Primary), 0.2, dark},
			{fmt.Sprintf("every application fails in %s, which answers", plan.Primary), 0.3, failing},
		},
		Detection: Quantity{"detection, from the outage to the start of the run",
			"Chosen: an operator decides. A CloudWatch metric alone is one to two minutes late (CW-1). --detection sets the median",
			detection, detection * 5 / 2, min(detection, 30*time.Second), max(detection*5/2, 30*time.Minute)},
		Approval: Quantity{"the approver's answer, if the plan has approvals", "Chosen",
			time.Minute, 4 * time.Minute, 5 * time.Second, 20 * time.Minute},
		Lag: Quantity{"replication lag of Aurora",
			`"typically less than a second" (Aurora User Guide, "Using Amazon Aurora Global Database"); the tail is chosen`,
			800 * time.Millisecond, 5 * time.Second, 100 * time.Millisecond, time.Minute},
		Promotion: Quantity{"promotion of an Aurora cluster",
			`"typically within a few minutes" (Aurora User Guide, "Using switchover or failover in Aurora Global Database")`,
			90 * time.Second, 4 * time.Minute, 30 * time.Second, 10 * time.Minute},
		Propagation: Quantity{"propagation of a DNS change to all name servers",
			`"generally within 60 seconds" (Route 53 API Reference, "ChangeResourceRecordSets"; R53-2)`,
			30 * time.Second, time.Minute, 5 * time.Second, 5 * time.Minute},
		Replication: Quantity{"replication of the registry",
			`"usually within a second" (DynamoDB Developer Guide, "Global tables: how it works"; DDB-1)`,
			800 * time.Millisecond, 2 * time.Second, 200 * time.Millisecond, 10 * time.Second},
		Faults: []Fault{
			{"a service of the standby throttles 5 % to 30 % of the calls, for 10s to 3m, around the start of the run. Chosen", 0.3, (*drawing).throttled, false},
			{"5 % to 30 % of the calls to a service of the standby get no answer, for 10s to 3m, around the start of the run. Chosen", 0.2, (*drawing).unanswered, false},
			{"one invocation of a function is throttled, crashes or times out. Chosen", 0.05, (*drawing).crash, false},
			{"an application cannot serve more than half of its clients in the standby. Chosen", 0.02, (*drawing).tooSmall, false},
			{"a promotion never ends. Chosen", 0.01, (*drawing).stuck, true},
		},
	}
}

// faults are those that applications can have.
func (m Model) faults(a Applications) []Fault {
	return slices.DeleteFunc(slices.Clone(m.Faults), func(f Fault) bool { return f.databases && len(a.databases) == 0 })
}

// assumptions are the sentences of the model, for a set of applications.
func (m Model) assumptions(a Applications) []string {
	var all []string
	for _, c := range m.Causes {
		all = append(all, fmt.Sprintf("%.0f %% of the runs: %s. Chosen", 100*c.Share, c.Name))
	}
	all = append(all, "The outage begins at a random second of two minutes, and lasts until the end; all applications were healthy before")
	quantities := []Quantity{m.Detection, m.Propagation, m.Replication}
	if len(a.databases) > 0 {
		quantities = append(quantities, m.Lag, m.Promotion)
	}
	if a.approval {
		quantities = append(quantities, m.Approval)
	}
	for _, q := range quantities {
		all = append(all, q.text())
	}
	all = append(all, fmt.Sprintf("TTLs are those of the applications file; the longest is %s. Clients obey them", scenario.Span(a.longestTTL)))
	for _, f := range m.faults(a) {
		all = append(all, fmt.Sprintf("%.0f %% of the runs: %s", 100*f.Share, f.Text))
	}
	if a.replaced > 0 {
		text := fmt.Sprintf("%d of %d health rules name metrics that the simulator does not have: the percentage of served requests stands in for each, at least 99, with the period of the rule",
			a.replaced, a.rules)
		if a.standard {
			text += ". All periods are at least 60 s, and metrics can be read 60 s to 120 s late (CW-1)"
		}
		all = append(all, text)
	}
	return append(all, "The rest is as the AWS simulator has it (docs/fidelity.md)")
}
