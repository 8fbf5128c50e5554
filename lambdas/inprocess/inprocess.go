// Package inprocess has the Lambda functions as values of this process. The simulation plays thousands of runs with them, without
// a process for each function and without a network. A deployment and a drill use the binaries.
package inprocess

import (
	"context"
	"fmt"
	"io"
	"net"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/drover-dr/drover/internal/plainbody"
	"github.com/drover-dr/drover/lambdas/api"
	"github.com/drover-dr/drover/lambdas/internal/entry"
	"github.com/drover-dr/drover/lambdas/lever"
	"github.com/drover-dr/drover/lambdas/notify"
	"github.com/drover-dr/drover/lambdas/promotedatabase"
	"github.com/drover-dr/drover/lambdas/shifttraffic"
	"github.com/drover-dr/drover/lambdas/updateregistry"
	"github.com/drover-dr/drover/lambdas/validate"
	"github.com/drover-dr/drover/lambdas/verifyhealth"
)

// Surroundings are what a function has of the process and of the network around it.
type Surroundings struct {
	// Getenv reads the environment variables.
	Getenv func(string) string
	// Client makes the requests to AWS.
	Client aws.HTTPClient
	// Dial connects to a name server.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
	// Log takes what the function writes to its standard output and error.
	Log io.Writer
}

var functions = []entry.Function{
	api.Function, lever.Function, notify.Function, promotedatabase.Function, shifttraffic.Function, updateregistry.Function,
	validate.Function, verifyhealth.Function,
}

// New returns a function by the name of its step, such as shifttraffic. It is one execution environment: what the function keeps
// between invocations is in the value.
func New(step string, s Surroundings) (lambda.Handler, error) {
	for _, f := range functions {
		if f.Name == step {
			return f.Handler(s.environment, s.Log), nil
		}
	}
	return nil, fmt.Errorf("function %q; expected the name of a folder in lambdas", step)
}

func (s Surroundings) environment() (entry.Environment, error) {
	env, err := entry.LoadEnvironment(s.Getenv)
	env.Config.HTTPClient, env.Dial, env.Metrics = s.Client, s.Dial, entry.MetricLog{Out: s.Log}
	plainbody.Unsigned(&env.Config)
	if s.Getenv("AWS_MAX_ATTEMPTS") == "1" {
		plainbody.Once(&env.Config)
	}
	return env, err
}
