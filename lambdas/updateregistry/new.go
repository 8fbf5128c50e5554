package updateregistry

import (
	"encoding/json"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/drover-dr/drover/internal/registry"
	"github.com/drover-dr/drover/lambdas/internal/entry"
	"github.com/drover-dr/drover/lambdas/internal/levers"
)

// Function is the Lambda function.
var Function = entry.Of("updateregistry", func(env entry.Environment) entry.Step[json.RawMessage, any] { return New(env).Handle })

// New returns the handler of a deployed function.
func New(env entry.Environment) Handler {
	store := registry.In(dynamodb.NewFromConfig(env.Config), env.Table, env.Plan)
	return Handler{Plan: env.Plan.Name, Registry: store, Metrics: env.Metrics, Levers: levers.ClientsOf(env)}
}
