package forecast

import (
	"encoding/json"
	"time"

	"github.com/drover-dr/drover/internal/failover"
)

// document is the forecast as JSON. All times are in seconds.
type document struct {
	Plan     string                   `json:"plan"`
	From     failover.Region          `json:"from"`
	To       failover.Region          `json:"to"`
	Seed     uint64                   `json:"seed"`
	Asked    int                      `json:"runsAsked"`
	Played   int                      `json:"runsPlayed"`
	Outcomes map[failover.Outcome]int `json:"outcomes"`
	// RTO, Clients and RPO are about the runs that have completed; Within counts them, and is to be compared with runsPlayed.
	RTO     percentiles `json:"rtoSeconds"`
	Clients percentiles `json:"rtoOfClientsSeconds"`
	RPO     percentiles `json:"rpoSeconds"`
	Parts   []partOf    `json:"parts"`
	Causes  []causeOf   `json:"causes"`
	// Assumptions are the fault model, as it is printed.
	Assumptions []string `json:"assumptions"`
	Runs        []runOf  `json:"runs"`
}

type percentiles struct {
	P50    float64 `json:"p50"`
	P95    float64 `json:"p95"`
	P99    float64 `json:"p99"`
	Target float64 `json:"target,omitempty"`
	Within int     `json:"withinTarget"`
}

type partOf struct {
	Name string  `json:"name"`
	P50  float64 `json:"p50"`
	P95  float64 `json:"p95"`
	// SlowestP50 is the median of the slowest twentieth, LongestIn how many of these it took longest in.
	SlowestP50 float64 `json:"slowestP50"`
	LongestIn  int     `json:"longestInSlowest"`
}

type causeOf struct {
	Name      string  `json:"name"`
	Runs      int     `json:"runs"`
	Completed int     `json:"completed"`
	P50       float64 `json:"rtoP50"`
	P95       float64 `json:"rtoP95"`
}

type runOf struct {
	Number  int              `json:"run"`
	Cause   string           `json:"cause"`
	Outcome failover.Outcome `json:"outcome"`
	// Why is the cause of an outcome other than Completed.
	Why string `json:"why,omitempty"`
	// The figures of a run that has not completed are left out.
	RTO     *float64           `json:"rto,omitempty"`
	Clients *float64           `json:"rtoOfClients,omitempty"`
	RPO     *float64           `json:"rpo,omitempty"`
	Parts   map[string]float64 `json:"parts,omitempty"`
	Wrong   []string           `json:"wrong,omitempty"`
}

// JSON is the forecast for programs.
func (f *Forecast) JSON() ([]byte, error) {
	done, slow := f.Recovered(), f.Slowest()
	rtoTarget, rpoTarget := f.targets()
	d := document{
		Plan: f.Plan.Name, From: f.Plan.Primary, To: f.Plan.Standby, Seed: f.Options.Seed, Asked: f.Options.Runs, Played: len(f.Runs), Outcomes: f.Outcomes(),
		RTO: percentilesOf(done, seconds(rto), rtoTarget.Seconds()), Clients: percentilesOf(done, seconds(clients), rtoTarget.Seconds()),
		RPO: percentilesOf(done, rpo, rpoTarget), Assumptions: f.Options.Model.assumptions(f.Options.Applications), Runs: []runOf{},
	}
	for i, name := range parts {
		took := seconds(part(i))
		d.Parts = append(d.Parts, partOf{name, percentile(done, took, 50), percentile(done, took, 95), percentile(slow, took, 50), dominated(slow, i)})
	}
	for _, c := range f.Options.Model.Causes {
		all, completed := by(f.Runs, c), by(done, c)
		d.Causes = append(d.Causes, causeOf{c.Name, len(all), len(completed), percentile(completed, seconds(rto), 50), percentile(completed, seconds(rto), 95)})
	}
	for _, r := range f.Runs {
		d.Runs = append(d.Runs, r.document())
	}
	return json.MarshalIndent(d, "", "  ")
}

func (r *Run) document() runOf {
	d := runOf{Number: r.Drawn.Number, Cause: r.Drawn.Cause, Outcome: r.Outcome, Why: r.Why, Wrong: r.Wrong}
	if !r.Recovered {
		return d
	}
	took, served, lost := r.RTO.Seconds(), r.Clients.Seconds(), r.RPO
	d.RTO, d.Clients, d.RPO, d.Parts = &took, &served, &lost, map[string]float64{}
	for i, name := range parts {
		d.Parts[name] = r.Parts[i].Seconds()
	}
	return d
}

func seconds(value figure[time.Duration]) figure[float64] {
	return func(r *Run) float64 { return value(r).Seconds() }
}

func percentilesOf(of []*Run, value figure[float64], target float64) percentiles {
	return percentiles{
		percentile(of, value, 50), percentile(of, value, 95), percentile(of, value, 99), target, within(of, value, target),
	}
}
