package lever

import (
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/drover-dr/drover/internal/registry"
	"github.com/drover-dr/drover/lambdas/internal/entry"
)

// Function is the Lambda function.
var Function = entry.Of("lever", func(env entry.Environment) entry.Step[request, response] { return New(env).Handle })

// New returns the handler of a deployed function.
func New(env entry.Environment) Handler {
	return Handler{Plan: env.Plan, Region: env.Region, Registry: registry.In(dynamodb.NewFromConfig(env.Config), env.Table, env.Plan), Known: &Known{}}
}
