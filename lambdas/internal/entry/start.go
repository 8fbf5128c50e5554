package entry

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"os"
	"runtime/debug"
	"sync"
	"time"

	"github.com/aws/aws-lambda-go/lambda"

	"github.com/drover-dr/drover/internal/failover"
)

// Step plays one step of the state machine. It must be safe to call twice with the same request.
type Step[Q, A any] func(ctx context.Context, request Q) (A, error)

// Function is a Lambda function, by its name and by how its step is made of an environment.
type Function struct {
	// Name is that of its step, in lower case.
	Name    string
	handler func(load func() (Environment, error), log io.Writer) lambda.Handler
}

// Of is the function of a step. It calls wire once in each process, at the first invocation.
func Of[Q, A any](name string, wire func(Environment) Step[Q, A]) Function {
	return Function{name, func(load func() (Environment, error), log io.Writer) lambda.Handler {
		return NewHandler(name, load, wire, log)
	}}
}

// Start serves the step until the process ends.
func (f Function) Start() {
	load := func() (Environment, error) { return LoadEnvironment(os.Getenv) }
	lambda.Start(f.handler(load, os.Stderr))
}

// Handler is the step as the Lambda runtime calls it, with an environment other than that of the process.
func (f Function) Handler(load func() (Environment, error), log io.Writer) lambda.Handler {
	return f.handler(load, log)
}

// NewHandler is the step as the Lambda runtime calls it: JSON in, JSON or a named error out, one line into log. If the environment
// cannot be loaded, every invocation returns that error; the process does not exit.
func NewHandler[Q, A any](name string, load func() (Environment, error), wire func(Environment) Step[Q, A], log io.Writer) lambda.Handler {
	return &handler[Q, A]{
		name: name,
		log:  newLogger(log),
		step: sync.OnceValues(func() (Step[Q, A], error) {
			env, err := load()
			if err != nil {
				return nil, err
			}
			return wire(env), nil
		}),
	}
}

// newLogger writes JSON lines without a time: CloudWatch Logs adds its own, and drills compare lines.
func newLogger(w io.Writer) *slog.Logger {
	return slog.New(slog.NewJSONHandler(w, &slog.HandlerOptions{
		ReplaceAttr: func(groups []string, a slog.Attr) slog.Attr {
			if len(groups) == 0 && a.Key == slog.TimeKey {
				return slog.Attr{}
			}
			return a
		},
	}))
}

type handler[Q, A any] struct {
	name string
	log  *slog.Logger
	step func() (Step[Q, A], error)
}

// answerMargin is subtracted from the invocation's deadline, so that a step that runs out of time returns an error with a name
// before Lambda ends it.
const answerMargin = 500 * time.Millisecond

// AnswerTime is how long a step has, as its context says.
const AnswerTime = failover.FunctionTimeout - answerMargin

// Invoke plays the step once.
func (h *handler[Q, A]) Invoke(ctx context.Context, payload []byte) ([]byte, error) {
	evidence := &Evidence{Clock: time.Now} // durations are only for the log
	ctx = WithEvidence(ctx, evidence)
	if deadline, ok := ctx.Deadline(); ok {
		var cancel context.CancelFunc
		ctx, cancel = context.WithDeadline(ctx, deadline.Add(-answerMargin))
		defer cancel()
	}
	about := aboutOf(payload)
	answer, err := h.play(ctx, payload, about)
	attrs := append(about.describe(h.name), about.describeWeb(answer)...)
	attrs = append(attrs, evidence.attributes()...)
	if err != nil {
		named := Named(err)
		attrs = append(attrs, slog.String("condition", named.Type), slog.String("error", named.Message))
		h.log.LogAttrs(ctx, slog.LevelError, "failed", attrs...)
		return nil, named
	}
	h.log.LogAttrs(ctx, slog.LevelInfo, "done", attrs...)
	return answer, nil
}

// play calls the step with the decoded payload. A panic becomes an error whose name the state machine knows; otherwise its name
// would be that of the Go value.
func (h *handler[Q, A]) play(ctx context.Context, payload []byte, of about) (answer []byte, err error) {
	defer func() {
		if thrown := recover(); thrown != nil {
			h.log.LogAttrs(ctx, slog.LevelError, "panic", slog.String("stack", string(debug.Stack())))
			err = fmt.Errorf("%s: defect: %v", h.name, thrown)
		}
	}()
	step, err := h.step()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", h.name, err)
	}
	format, err := of.format(h.name)
	if err != nil {
		return nil, err
	}
	var request Q
	decode := json.Unmarshal
	if format < failover.Format {
		decode = failover.Decode
	}
	if err := decode(payload, &request); err != nil {
		return nil, fmt.Errorf("%s: read the payload: %w", h.name, err)
	}
	result, err := step(ctx, request)
	if err != nil {
		return nil, err
	}
	if answer, err = json.Marshal(result); err != nil {
		return nil, err
	}
	return failover.Encoded(answer, format), nil
}
