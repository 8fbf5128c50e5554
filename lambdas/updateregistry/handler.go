// Package updateregistry is the step that writes the registry: after each stage the weights and the active Region of its
// applications, and at the end the run.
package updateregistry

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/registry"
	"github.com/drover-dr/drover/lambdas/internal/entry"
	"github.com/drover-dr/drover/lambdas/internal/levers"
	"github.com/drover-dr/drover/lambdas/internal/wording"
)

// Handler serves the states UpdateRegistry, which plays a stage, CloseRun, CloseStopped and NotNotified.
type Handler struct {
	// Plan is the name of the plan.
	Plan string
	// Registry is the replica of the Region that the run moves to.
	Registry *registry.Store
	// Metrics takes metrics that must not depend on any service.
	Metrics entry.MetricLog
	// Levers are the clients for the levers of switches, which Close resets.
	Levers levers.Clients
}

// Handle plays the operation of the event: "close" closes the run, "not-notified" counts a run whose notification could not be
// sent, none plays a stage. The answers are [failover.RegistryAnswer], [CloseAnswer] and [failover.NotifyAnswer].
//
// A second identical call changes nothing: see [Handler.Stage], [Handler.Close] and [Handler.NotNotified].
//
// Errors: Rejected for any other event; otherwise those of the operations.
func (h Handler) Handle(ctx context.Context, event json.RawMessage) (any, error) {
	var asked struct {
		Op string `json:"op"`
	}
	if err := json.Unmarshal(event, &asked); err != nil {
		return nil, unreadable(err)
	}
	switch asked.Op {
	case "":
		var req failover.StageRequest
		if err := json.Unmarshal(event, &req); err != nil {
			return nil, unreadable(err)
		}
		return h.Stage(ctx, req)
	case "close":
		var req failover.CloseRequest
		if err := json.Unmarshal(event, &req); err != nil {
			return nil, unreadable(err)
		}
		return h.Close(ctx, req)
	case "not-notified":
		var req failover.NotNotifiedRequest
		if err := json.Unmarshal(event, &req); err != nil {
			return nil, unreadable(err)
		}
		return h.NotNotified(ctx, req)
	}
	return nil, failover.Fail(failover.Rejected, fmt.Errorf(`op %q is not known; expected none, "close" or "not-notified"`, asked.Op))
}

func unreadable(err error) error {
	return failover.Fail(failover.Rejected, failover.Doing("read", "the event of UpdateRegistry", err))
}

// CloseAnswer says that the run is closed.
type CloseAnswer struct {
	// Outcome is the run's.
	Outcome failover.Outcome `json:"outcome"`
	// Recorded says whether the registry keeps the run; it does not keep a refused one.
	Recorded bool `json:"recorded"`
	// Reset are the switches of the run that are reset, because its weights count now.
	Reset []string `json:"reset,omitempty"`
}

// Close writes the run and then releases its lock. The lock is released even if the run cannot be written, because the next
// failover matters more than the history of this run; the error is returned all the same. A refused run has moved nothing and is
// not written, but its lock is released: Validate may have taken it just before its answer was lost. A run that has taken the lock
// from one whose execution had ended writes that one too.
//
// The switches of a failover that has ended Completed are reset first, once all weights are written: then both say the same.
// One that cannot be reset stays, and the next run that writes pending weights resets it. So does one of a run that found nothing to
// move: it has not verified that the name servers have the weights of the run before.
//
// Those that a drill has proved are reset however it has ended.
//
// It closes another run in the same way when the request says by which run it is closed.
//
// A second identical call changes nothing: the run that was written first stays, and a lock that is free, or that
// another run holds by now, is left as it is.
//
// Errors: those of the DynamoDB calls as the entry package names them: Throttled, Unreachable, Busy, Denied, Rejected.
//
// It relies on conditional writes to one item; see "DynamoDB condition expressions" in the DynamoDB Developer Guide.
func (h Handler) Close(ctx context.Context, req failover.CloseRequest) (CloseAnswer, error) {
	reset := h.resetSwitches(ctx, req)
	writing := h.recordTaken(ctx, req)
	record := req.Outcome != failover.Refused || req.ClosedBy != ""
	if record {
		writing = errors.Join(writing, h.Registry.PutRun(ctx, registry.RunRecord{
			Run: req.Run, Outcome: req.Outcome, Reasons: reasons(req), Failure: failover.FailedStep(req.Failed()), ClosedAt: req.Now, ClosedBy: req.ClosedBy,
		}))
	}
	// The lock's error comes first: it decides whether the step is retried.
	if err := errors.Join(h.release(ctx, req), writing); err != nil {
		return CloseAnswer{}, err
	}
	return CloseAnswer{Outcome: req.Outcome, Recorded: record, Reset: reset}, nil
}

// resetTime bounds what is done about switches: the lock is released after it.
const resetTime = 6 * time.Second

// resetProofs resets the switches that a drill has proved, if it has not come to that itself: its execution was stopped, or its
// lever has failed. The epoch of the run fences that too. An error is not reported: the next run that writes weights resets them.
func (h Handler) resetProofs(ctx context.Context, req failover.CloseRequest) {
	ctx, cancel := context.WithTimeout(ctx, resetTime)
	defer cancel()
	all := levers.Switches{Clients: h.Levers, Plan: h.Registry.Plan, Registry: h.Registry}
	for _, name := range req.Run.Proves {
		state, err := h.Registry.Switch(ctx, name)
		if err == nil && state.Evacuated != "" {
			_ = all.Reset(ctx, levers.Writer{Run: req.Run, Now: req.Now}, name)
		}
	}
}

func (h Handler) resetSwitches(ctx context.Context, req failover.CloseRequest) []string {
	h.resetProofs(ctx, req)
	if req.Outcome != failover.Completed || req.Run.Action.Planned() || req.ClosedBy != "" || len(req.SetAside.PendingWeights()) > 0 || req.StagesDone == 0 {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, resetTime)
	defer cancel()
	all := levers.Switches{Clients: h.Levers, Plan: h.Registry.Plan, Registry: h.Registry}
	var reset []string
	for _, name := range req.Run.Switches {
		if err := all.Reset(ctx, levers.Writer{Run: req.Run, Now: req.Now, Ends: true}, name); err == nil {
			reset = append(reset, name)
		}
	}
	return reset
}

// reasons say why the run ended as it did, and what it has set aside.
func reasons(req failover.CloseRequest) []string {
	return slices.Concat(wording.Reasons(req.Run, req.Failed(), req.MoreFailures, req.Decisions), req.SetAside.WithoutPending().Lines())
}

// release releases the run's lock. A run that closes another one releases the lock only if that one still holds it.
func (h Handler) release(ctx context.Context, req failover.CloseRequest) error {
	if req.ClosedBy != "" {
		lock, err := h.Registry.Lock(ctx)
		if err != nil || lock.Owner != req.Run.ARN {
			return err
		}
	}
	return h.Registry.ReleaseLock(ctx, req.Run.ARN)
}

// recordTaken writes the run from which this one has taken the lock because its execution had ended: no other run does. What that
// run has moved is in this run's report.
func (h Handler) recordTaken(ctx context.Context, req failover.CloseRequest) error {
	if req.Run.TakenOverWhy != failover.TakenFromEnded {
		return nil
	}
	lock, err := h.Registry.Lock(ctx)
	if err != nil || lock.Owner != req.Run.ARN || lock.Taken == nil || lock.Taken.Holder == nil {
		return err
	}
	return h.Registry.PutRun(ctx, registry.RunRecord{
		Run: *lock.Taken.Holder, Outcome: failover.Held, ClosedAt: req.Now, ClosedBy: req.Run.ID,
		Reasons: []string{"its execution ended without closing it, and run " + req.Run.ID + " took its lock"},
	})
}

// NotNotified counts in a metric, which an alarm watches, a run that has ended without its notification: Notify could not be
// invoked, or could not publish. The metric is a line in the log of this function, so that it needs neither Notify nor any
// other service. The answer's summary becomes the cause of the execution.
//
// A second identical call counts the run once more; the alarm is on already.
//
// Errors: Unexpected when the line cannot be written.
func (h Handler) NotNotified(_ context.Context, req failover.NotNotifiedRequest) (failover.NotifyAnswer, error) {
	err := h.Metrics.Write(req.Now, h.Plan, req.Run.ID, entry.Metric{Name: failover.MissingMetric, Unit: "Count", Value: 1})
	if err != nil {
		return failover.NotifyAnswer{}, err
	}
	summary := cmp.Or(strings.TrimSuffix(req.Summary, "."), string(req.Outcome)) + "; the notification could not be sent"
	if req.Failure != nil {
		summary += ": " + wording.Failure(*req.Failure)
	}
	return failover.NotifyAnswer{Outcome: req.Outcome, Summary: summary}, nil
}
