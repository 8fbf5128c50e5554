package notify

import (
	"time"

	"github.com/drover-dr/drover/internal/failover"
)

// target is where the run's applications should be at its end: the source Region for a drill in its return, however that ends,
// and else the Region that the run moves to.
func target(run failover.Run) failover.Region {
	from, to := run.OutboundRegions()
	if run.Phase == failover.Return {
		return from
	}
	return to
}

// phases is what each phase of the run achieved; one that was refused has played none.
func phases(req failover.NotifyRequest) []failover.PhaseResult {
	if req.Outcome == failover.Refused {
		return nil
	}
	ended := req.Now
	if i := req.Inventory; req.Run.Phase == failover.Return && len(req.Run.Proves) > 0 && i != nil && i.Complete {
		ended = i.At // users were back then, and none waits for the proof of the switches
	}
	records := append(req.Run.Phases[:len(req.Run.Phases):len(req.Run.Phases)], failover.PhaseRecord{
		Phase: req.Run.Phase, From: req.Run.From, To: req.Run.To, StartedAt: req.Run.PhaseStartedAt,
		PhaseEnd: failover.PhaseEnd{
			EndedAt: ended, StagesDone: req.StagesDone, Stages: req.Stages, LagMillis: req.LagMillis, Failures: req.Failed(),
		},
	})
	results := make([]failover.PhaseResult, len(records))
	for i, phase := range records {
		begin := phase.StartedAt
		if phase.Phase == failover.Outbound {
			begin = recoveryBegan(req.Run)
		}
		results[i] = failover.PhaseResult{
			Phase: phase.Phase, From: phase.From, To: phase.To, Passed: phase.Passed(), StagesDone: phase.StagesDone, Stages: phase.Stages,
			RTOSeconds: phase.EndedAt.Sub(begin).Seconds(), LagSeconds: lagSeconds(phase.LagMillis),
		}
		if req.Run.Action.Planned() {
			results[i].RPOSeconds = new(0.0)
		}
	}
	return results
}

func lagSeconds(millis int64) *float64 {
	if millis < 0 {
		return nil
	}
	return new(float64(millis) / 1000)
}

// recoveryBegan is when the time to recover begins: with the outage, if the run knows when that was; otherwise with the
// run, or with the approval that it had to wait for, because until then nothing has failed or was moved.
func recoveryBegan(run failover.Run) time.Time {
	began := run.PhaseStartedAt
	if len(run.Phases) > 0 {
		began = run.Phases[0].StartedAt
	}
	if run.Since.Before(run.StartedAt) || began.IsZero() {
		return run.Since
	}
	return began
}

// recovery sets how long the run took to recover, and whether that meets the target. A drill's stay in the other Region is
// no outage, so that of its phases the longest counts; of any other run the time is all that has passed.
func recovery(r *failover.Report, req failover.NotifyRequest) {
	r.RTOSeconds = req.Now.Sub(recoveryBegan(req.Run)).Seconds()
	if r.Run.Action == failover.Drill && r.Outcome == failover.Completed {
		r.RTOSeconds = 0
		for _, phase := range r.Phases {
			r.RTOSeconds = max(r.RTOSeconds, phase.RTOSeconds)
		}
	}
	if len(r.Phases) == 1 {
		r.Phases[0].RPOSeconds, r.Phases[0].LagSeconds = r.RPOSeconds, r.LagSeconds
	}
	for _, phase := range r.Phases {
		if phase.LagSeconds != nil && (r.LagSeconds == nil || *phase.LagSeconds > *r.LagSeconds) {
			r.LagSeconds = phase.LagSeconds
		}
	}
	r.RTOMet = r.Outcome == failover.Completed && r.RTOSeconds <= float64(r.TargetRTOSeconds)
	for _, d := range r.Decisions {
		if d.Gate == failover.BeforeStart && d.Approved && req.Run.PhaseStartedAt.After(d.AskedAt) {
			began := req.Run.PhaseStartedAt
			if len(req.Run.Phases) > 0 {
				began = req.Run.Phases[0].StartedAt
			}
			r.ApprovalSeconds = began.Sub(d.AskedAt).Seconds()
		}
	}
}

func seconds(s float64) string { return (time.Duration(s) * time.Second).String() }
