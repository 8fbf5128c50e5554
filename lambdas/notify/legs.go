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
			begin = req.Run.Since
		}
		results[i] = failover.LegResult{
			Leg: leg.Leg, From: leg.From, To: leg.To, Passed: leg.Passed(), StagesDone: leg.StagesDone, Stages: leg.Stages,
			RTOSeconds: leg.EndedAt.Sub(begin).Seconds(), RPOSeconds: lagSeconds(leg.LagMillis),
		}
	}
	return results
}

func lagSeconds(millis int64) float64 {
	if millis < 0 {
		return -1
	}
	return float64(millis) / 1000
}

// achieved returns the time that the run took to recover, and the lag before its promotions: the worst of its legs. A
// drill's stay in the other Region is nobody's outage; of any other run the time is all that has passed.
func achieved(r failover.Report, req failover.NotifyRequest) (rto, rpo float64) {
	rto, rpo = req.Now.Sub(req.Run.Since).Seconds(), lagSeconds(req.LagMillis)
	if r.Run.Action == failover.Drill && r.Outcome == failover.Completed {
		rto = 0
	}
	for _, leg := range r.Legs {
		rpo = max(rpo, leg.RPOSeconds)
		if r.Run.Action == failover.Drill && r.Outcome == failover.Completed {
			rto = max(rto, leg.RTOSeconds)
		}
	}
	return rto, rpo
}

func seconds(s float64) string { return (time.Duration(s) * time.Second).String() }
