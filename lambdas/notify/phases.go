package notify

import (
	"time"

	"github.com/drover-dr/drover/internal/failover"
)

// target is where the run's applications are to be: of a drill on its way back, home, however that ends; of one that has
// undone its way back, where it has stayed.
func target(run failover.Run) failover.Region {
	home, away := run.WayOut()
	if run.Leg == failover.Back {
		return home
	}
	return away
}

// legs is what each leg of the run achieved; one that was refused has played none.
func legs(req failover.NotifyRequest) []failover.LegResult {
	if req.Outcome == failover.Refused {
		return nil
	}
	records := append(req.Run.Legs[:len(req.Run.Legs):len(req.Run.Legs)], failover.LegRecord{
		Leg: req.Run.Leg, From: req.Run.From, To: req.Run.To, StartedAt: req.Run.LegStartedAt,
		LegEnd: failover.LegEnd{
			EndedAt: req.Now, StagesDone: req.StagesDone, Stages: req.Stages, LagMillis: req.LagMillis, Failure: req.Failure,
		},
	})
	results := make([]failover.LegResult, len(records))
	for i, leg := range records {
		begin := leg.StartedAt
		if leg.Leg == failover.Out {
			begin = recoveryBegan(req.Run)
		}
		results[i] = failover.LegResult{
			Leg: leg.Leg, From: leg.From, To: leg.To, Passed: leg.Passed(), StagesDone: leg.StagesDone, Stages: leg.Stages,
			RTOSeconds: leg.EndedAt.Sub(begin).Seconds(), LagSeconds: lagSeconds(leg.LagMillis),
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
	began := run.LegStartedAt
	if len(run.Legs) > 0 {
		began = run.Legs[0].StartedAt
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
		for _, leg := range r.Legs {
			r.RTOSeconds = max(r.RTOSeconds, leg.RTOSeconds)
		}
	}
	if len(r.Legs) == 1 {
		r.Legs[0].RPOSeconds, r.Legs[0].LagSeconds = r.RPOSeconds, r.LagSeconds
	}
	for _, leg := range r.Legs {
		if leg.LagSeconds != nil && (r.LagSeconds == nil || *leg.LagSeconds > *r.LagSeconds) {
			r.LagSeconds = leg.LagSeconds
		}
	}
	r.RTOMet = r.Outcome == failover.Completed && r.RTOSeconds <= float64(r.TargetRTOSeconds)
	for _, d := range r.Decisions {
		if d.Gate == failover.BeforeStart && d.Approved && req.Run.LegStartedAt.After(d.AskedAt) {
			began := req.Run.LegStartedAt
			if len(req.Run.Legs) > 0 {
				began = req.Run.Legs[0].StartedAt
			}
			r.ApprovalSeconds = began.Sub(d.AskedAt).Seconds()
		}
	}
}

func seconds(s float64) string { return (time.Duration(s) * time.Second).String() }
