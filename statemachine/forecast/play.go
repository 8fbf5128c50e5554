package forecast

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/statemachine/assembly"
	"github.com/drover-dr/drover/statemachine/drill"
	"github.com/drover-dr/drover/statemachine/guarantee"
	"github.com/drover-dr/drover/statemachine/memoryhost"
	"github.com/drover-dr/drover/statemachine/scenario"
	"github.com/drover-dr/drover/statemachine/transcript"
)

// Options are what a forecast is made of.
type Options struct {
	Assembly     *assembly.Assembly
	Applications Applications
	Model        Model
	// Runs is how many are played, Seed what they are drawn from.
	Runs int
	Seed uint64
	// Workers is how many are played at the same time; 0 stands for one for each processor.
	Workers int
	// Progress is called after each run with how many have been played; nil for no progress. Calls may be concurrent.
	Progress func(played int)
}

// Run is one run that was played.
type Run struct {
	Drawn   Drawn
	Outcome failover.Outcome
	// Why is the cause of an outcome other than Completed.
	Why string
	// Recovered says that the run has completed; the figures below are those of a run that has.
	Recovered bool
	// RTO is the time from the outage to the end of the run, Clients that until every request was served.
	RTO, Clients time.Duration
	// RPO are the writes lost, in seconds.
	RPO float64
	// Parts are where the time went, in the order of [parts].
	Parts [len(parts)]time.Duration
	// Wrong are the guarantees that were violated, and what else is wrong, such as a permission that is missing.
	Wrong []string
}

// The parts of a recovery time.
const (
	detection = iota
	dns
	aurora
	retries
	drover
)

// parts are the names of the parts.
var parts = [...]string{
	detection: "detection, until the run started", dns: "DNS: propagation, health checks and TTL", aurora: "Aurora, until the writers were available",
	retries: "waiting for retries", drover: "Drover itself: all other time",
}

// Play plays a forecast. When ctx is done it returns the runs that have been played by then, without an error.
func Play(ctx context.Context, o Options) (*Forecast, error) {
	plan, err := drill.PlanOf(o.Assembly)
	if err != nil {
		return nil, err
	}
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	played := make([]*Run, o.Runs)
	var next, done atomic.Int64
	var all sync.WaitGroup
	for range cmp.Or(o.Workers, runtime.GOMAXPROCS(0)) {
		all.Go(func() {
			for {
				i := int(next.Add(1)) - 1
				if i >= o.Runs || ctx.Err() != nil {
					return
				}
				run, err := playOne(ctx, o.Assembly, Draw(o.Model, plan, o.Applications, o.Seed, i+1))
				if err != nil {
					stop(&cannotPlay{err}) // after an interruption it is too late for that
					return
				}
				played[i] = run
				if n := int(done.Add(1)); o.Progress != nil {
					o.Progress(n)
				}
			}
		})
	}
	all.Wait()
	if failed, ok := context.Cause(ctx).(*cannotPlay); ok {
		return nil, failed.error
	}
	runs := slices.DeleteFunc(played, func(r *Run) bool { return r == nil })
	return &Forecast{Plan: plan, Options: o, Runs: runs}, nil
}

// cannotPlay is why a run cannot be played.
type cannotPlay struct{ error }

func playOne(ctx context.Context, a *assembly.Assembly, d Drawn) (*Run, error) {
	s, err := scenario.Parse(d.Name+".yaml", d.YAML)
	if err != nil {
		return nil, err
	}
	result, err := drill.Play(ctx, s, drill.Options{Assembly: a, Out: &transcript.Printer{W: io.Discard}, Hosting: memoryhost.New(nil)})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", d.Name, err)
	}
	run := &Run{Drawn: d, Wrong: wrongIn(result)}
	if len(result.Evidence.Runs) == 0 {
		return nil, fmt.Errorf("%s: no run was started", d.Name)
	}
	failedOver := result.Evidence.Runs[0]
	run.Outcome, run.Why = failedOver.Outcome(), failedOver.Cause
	for _, r := range result.Evidence.Recoveries([]time.Time{scenario.Start.Add(d.Outage)}) {
		if r.Run == failedOver.Name {
			run.recovered(r, failedOver)
		}
	}
	return run, nil
}

func wrongIn(result *drill.Result) []string {
	var found []string
	for _, v := range result.Guarantees {
		if v.Status == guarantee.Violated {
			found = append(found, fmt.Sprintf("guarantee %d, %s: %s", v.Number, v.Guarantee, strings.Join(v.Violations, "; ")))
		}
	}
	return append(found, result.Unexpected...)
}

// recovered notes how long the run took, and where the time went.
func (r *Run) recovered(by guarantee.Recovery, run guarantee.RunEvidence) {
	r.Recovered, r.RTO, r.Clients, r.RPO = true, by.RTO, by.Users, by.RPO
	for _, part := range by.Parts {
		if part.To.After(by.To) { // a TTL may last longer than the run
			part.To = by.To
		}
		i := dns
		switch {
		case strings.HasPrefix(part.Name, "detection"):
			i = detection
		case strings.HasPrefix(part.Name, "Aurora"):
			i = aurora
		}
		r.Parts[i] = max(r.Parts[i], part.Took())
	}
	r.Parts[drover] = by.Beside(waits(run))
	r.Parts[retries] = by.Overhead - r.Parts[drover]
}

// waits are the times from an invocation that failed to the next one of the same state.
func waits(run guarantee.RunEvidence) []guarantee.Part {
	var all []guarantee.Part
	for i, inv := range run.Invocations {
		if inv.Result.ErrorType == "" || i+1 == len(run.Invocations) || run.Invocations[i+1].State != inv.State {
			continue
		}
		all = append(all, guarantee.Part{Name: parts[retries], From: inv.At, To: run.Invocations[i+1].At})
	}
	return all
}
