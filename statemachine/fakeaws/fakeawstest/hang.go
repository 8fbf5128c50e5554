package fakeawstest

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"github.com/drover-dr/drover/statemachine/fakeaws"
)

// Network takes requests to the simulator without a connection, so that a test can run in a bubble of testing/synctest. One
// operation hangs: the service accepts it and never answers.
type Network struct {
	// World is the simulator.
	World http.Handler
	// Hangs is the operation, such as "GetItem"; empty when none hangs. It hangs always, or only its first Times times.
	Hangs string
	Times int
	// CallTimeout is how long the caller waits for an answer.
	CallTimeout time.Duration

	mu    sync.Mutex
	asked []string
	hung  int
}

// operationHeader says which operation a request is; only the network reads it.
const operationHeader = "X-Operation"

// Config is a configuration whose clients use the network.
func (n *Network) Config(cfg aws.Config) aws.Config {
	cfg = cfg.Copy()
	cfg.HTTPClient = n
	cfg.APIOptions = append(slices.Clone(cfg.APIOptions), func(stack *middleware.Stack) error {
		return stack.Build.Add(middleware.BuildMiddlewareFunc("Operation", func(ctx context.Context, in middleware.BuildInput, next middleware.BuildHandler) (middleware.BuildOutput, middleware.Metadata, error) {
			if req, ok := in.Request.(*smithyhttp.Request); ok {
				req.Header.Set(operationHeader, awsmiddleware.GetOperationName(ctx))
			}
			return next.HandleBuild(ctx, in)
		}), middleware.After)
	})
	return cfg
}

// Do takes a request.
func (n *Network) Do(r *http.Request) (*http.Response, error) {
	operation := r.Header.Get(operationHeader)
	r.Header.Del(operationHeader)
	if n.hangs(operation) {
		select {
		case <-r.Context().Done():
			return nil, &url.Error{Op: r.Method, URL: r.URL.String(), Err: r.Context().Err()}
		case <-time.After(n.CallTimeout):
			return nil, &url.Error{Op: r.Method, URL: r.URL.String(), Err: context.DeadlineExceeded}
		}
	}
	if err := r.Context().Err(); err != nil { // a real connection would not be made any more
		return nil, &url.Error{Op: r.Method, URL: r.URL.String(), Err: err}
	}
	answer := httptest.NewRecorder()
	request := r.Clone(r.Context())
	if request.Body == nil {
		request.Body = http.NoBody
	}
	request.RequestURI = r.URL.RequestURI()
	n.World.ServeHTTP(answer, request)
	return answer.Result(), nil
}

// hangs notes an operation, and says whether it is not answered.
func (n *Network) hangs(operation string) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	if !slices.Contains(n.asked, operation) {
		n.asked = append(n.asked, operation)
	}
	if operation != n.Hangs || n.Times > 0 && n.hung >= n.Times {
		return false
	}
	n.hung++
	return true
}

// EveryOperationHangs plays a step once for each operation that it asks for, which then hangs, and once for all of them answered.
// play sets everything up and returns the step, which runs in a bubble with a fake clock, and what is to be checked after it: took
// is how long the step has needed, with the deadline of its context.
func EveryOperationHangs(t *testing.T, callTimeout, deadline time.Duration, play func(t *testing.T, n *Network) (step func(ctx context.Context), after func(hangs string, took time.Duration))) {
	t.Helper()
	run := func(hangs string) *Network {
		n := &Network{Hangs: hangs, CallTimeout: callTimeout}
		step, after := play(t, n)
		var took time.Duration
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), deadline)
			defer cancel()
			begin := time.Now()
			step(ctx)
			took = time.Since(begin)
		})
		if took > deadline {
			t.Errorf("%s hangs: the step took %s; want at most %s", hangs, took, deadline)
		}
		after(hangs, took)
		return n
	}
	for _, operation := range run("").asked {
		run(operation)
	}
}

// Impatient is a configuration of an administrator whose clients retry as those of the functions do, with short waits.
func Impatient(region string) aws.Config {
	return aws.Config{
		Region: region, Credentials: credentials.NewStaticCredentialsProvider(fakeaws.Administrator, "secret", ""),
		Retryer: func() aws.Retryer {
			return retry.NewStandard(func(o *retry.StandardOptions) { o.MaxBackoff = time.Second })
		},
	}
}
