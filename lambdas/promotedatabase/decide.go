package promotedatabase

import (
	"fmt"
	"strings"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/lambdas/internal/live"
)

// task is what this call has to do for one database.
type task int

const (
	// start means that no promotion was requested yet.
	start task = iota
	// inFlight means that the promotion was requested and is in progress.
	inFlight
	// alreadyDone means that the target Region has the writer already.
	alreadyDone
)

// cancelling is the status of an operation that Aurora is cancelling.
const cancelling = "cancelling"

// decide returns the task for a database in the state g, or an error if none is possible. It never overrides a promotion that
// is in progress: two promotions with two targets can give a database two writers.
func decide(req failover.PromoteRequest, db failover.Database, g live.GlobalCluster) (task, error) {
	target, source := db.Clusters[req.Stage.To], db.Clusters[req.Stage.From]
	if _, ok := g.Member(target); !ok {
		return 0, reject("it has no member %s; it has %s", orNone(target), members(g))
	}
	if g.Operation != nil {
		return decideInFlight(req, target, *g.Operation)
	}
	switch writer := g.Writer(); {
	case writer == target:
		return alreadyDone, nil
	case writer != source && (writer != "" || req.Run.Action.Planned()):
		return 0, reject("the writer is %s; expected %s, in the Region that this run leaves", orNone(writer), source)
	case !req.Run.Action.Planned() && !req.Run.AllowDataLoss:
		return 0, reject(`promoting it can lose data, and neither the plan nor the input allows that; start the run with "allowDataLoss": true`)
	}
	return start, nil
}

// decideInFlight judges an operation that is in progress. A failover may find a switchover to another Region, which started
// before the outage. Aurora cancels it when that Region does not respond, so waiting helps. A failover to another target is an
// operator's decision and is not overridden.
func decideInFlight(req failover.PromoteRequest, target string, op live.Operation) (task, error) {
	switch {
	case op.To == target && op.Status == cancelling:
		return 0, failover.Fail(failover.Busy, fmt.Errorf("its promotion is being cancelled"))
	case op.To == target:
		return inFlight, nil
	case !op.DataLoss && !req.Run.Action.Planned():
		return 0, failover.Fail(failover.Busy, fmt.Errorf("a switchover to %s is %s", op.To, op.Status))
	}
	return 0, reject("another operation is promoting %s (%s); decide which of the two is right, then start again", op.To, op.Status)
}

func reject(format string, args ...any) error {
	return failover.Fail(failover.Rejected, fmt.Errorf(format, args...))
}

func members(g live.GlobalCluster) string {
	var arns []string
	for _, m := range g.Members {
		arns = append(arns, m.ClusterARN)
	}
	return orNone(strings.Join(arns, ", "))
}

func orNone(s string) string {
	if s == "" {
		return "none"
	}
	return s
}
