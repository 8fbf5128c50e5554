// Package updateregistry is the step that writes into the registry what a stage has made of its applications, and, at
// the end, the run itself.
package updateregistry

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/registry"
)

// Handler serves two states of the machine: UpdateRegistry, which plays a stage, and CloseRun.
type Handler struct {
	// Registry is the replica of the Region that the run moves to.
	Registry *registry.Store
}

// Handle plays the operation that the event asks for: "close" closes the run, none plays a stage. The answers are
// [failover.RegistryAnswer] and [CloseAnswer].
//
// A second identical call changes nothing: see [Handler.Stage] and [Handler.Close].
//
// Errors: Rejected for an event that is neither; otherwise those of the two.
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
	}
	return nil, failover.Fail(failover.Rejected, fmt.Errorf(`op %q is not known; expected none, or "close"`, asked.Op))
}

func unreadable(err error) error {
	return failover.Fail(failover.Rejected, fmt.Errorf("read the event of UpdateRegistry: %w", err))
}

// CloseAnswer says that the run is closed.
type CloseAnswer struct {
	// Outcome is the outcome that was asked to be written.
	Outcome failover.Outcome `json:"outcome"`
	// Recorded says whether the registry keeps the run: a refused one leaves no trace but the lock's release.
	Recorded bool `json:"recorded"`
}

// Close writes the run and then releases its lock. The lock is released even when the run cannot be written, because
// the next failover matters more than the history of this one; the error is reported all the same. A refused run has
// moved nothing and is not written, but Validate may have taken its lock just before its answer was lost.
//
// A second identical call changes nothing: the run that was written first stays, and a lock that is free, or that
// another run holds by now, is left as it is.
//
// Errors: those of the DynamoDB calls as the entry package names them: Throttled, Unreachable, Busy, Denied, Rejected.
//
// It relies on conditional writes to one item; see "DynamoDB condition expressions" in the DynamoDB Developer Guide.
func (h Handler) Close(ctx context.Context, req failover.CloseRequest) (CloseAnswer, error) {
	var writing error
	record := req.Outcome != failover.Refused
	if record {
		writing = h.Registry.PutRun(ctx, registry.RunRecord{
			Run: req.Run, Outcome: req.Outcome, Reasons: req.Reasons, Failure: req.Failure, ClosedAt: req.Now,
		})
	}
	// The lock's error goes first: it is the one that decides whether this is tried again.
	if err := errors.Join(h.Registry.ReleaseLock(ctx, req.Run.ARN), writing); err != nil {
		return CloseAnswer{}, err
	}
	return CloseAnswer{Outcome: req.Outcome, Recorded: record}, nil
}
