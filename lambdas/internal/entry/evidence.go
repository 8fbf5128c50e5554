package entry

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/smithy-go/middleware"

	"github.com/drover-dr/drover/internal/prose"
)

// maxCalls limits the calls that one line of evidence lists; the others are counted. A run of 10,000 applications makes
// hundreds of calls, and a log event has a maximum size.
const maxCalls = 100

// Evidence collects the AWS calls of one invocation. Collecting never fails, and never changes the behavior of a step.
type Evidence struct {
	// Clock measures how long calls take. It is only for the log; no handler reads it.
	Clock func() time.Time

	mu     sync.Mutex
	calls  []call
	more   int
	failed int
}

// call is one AWS call, with all its attempts.
type call struct {
	Service   string `json:"service"`
	Operation string `json:"operation"`
	Region    string `json:"region"`
	RequestID string `json:"requestId,omitempty"`
	Millis    int64  `json:"millis"`
	Error     string `json:"error,omitempty"`
}

func (e *Evidence) add(c call) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if c.Error != "" {
		e.failed++
	}
	if len(e.calls) >= maxCalls {
		e.more++
		return
	}
	e.calls = append(e.calls, c)
}

// attributes are the evidence in the log line.
func (e *Evidence) attributes() []slog.Attr {
	e.mu.Lock()
	defer e.mu.Unlock()
	attrs := []slog.Attr{slog.Any("calls", e.calls)}
	if e.more > 0 {
		attrs = append(attrs, slog.Int("moreCalls", e.more))
	}
	if e.failed > 0 {
		attrs = append(attrs, slog.Int("failedCalls", e.failed))
	}
	return attrs
}

type evidenceKey struct{}

// WithEvidence returns a context in which calls are recorded in e.
func WithEvidence(ctx context.Context, e *Evidence) context.Context {
	return context.WithValue(ctx, evidenceKey{}, e)
}

// Record makes the clients of cfg record their calls in the context's [Evidence], if there is one.
func Record(cfg *aws.Config) {
	cfg.APIOptions = append(cfg.APIOptions, func(stack *middleware.Stack) error {
		return stack.Initialize.Add(middleware.InitializeMiddlewareFunc("Evidence", recordCall), middleware.After)
	})
}

func recordCall(ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler) (middleware.InitializeOutput, middleware.Metadata, error) {
	e, ok := ctx.Value(evidenceKey{}).(*Evidence)
	if !ok {
		return next.HandleInitialize(ctx, in)
	}
	start := e.Clock()
	out, metadata, err := next.HandleInitialize(ctx, in)
	c := call{
		Service: awsmiddleware.GetServiceID(ctx), Operation: awsmiddleware.GetOperationName(ctx),
		Region: awsmiddleware.GetRegion(ctx), Millis: e.Clock().Sub(start).Milliseconds(),
	}
	c.RequestID, _ = awsmiddleware.GetRequestIDMetadata(metadata)
	if err != nil {
		c.Error = prose.Cut(innermost(err), 300)
	}
	e.add(c)
	return out, metadata, err
}
