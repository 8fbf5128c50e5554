package api

import (
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/sfn"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/registry"
	"github.com/drover-dr/drover/lambdas/internal/entry"
)

// Function is the Lambda function.
var Function = entry.Of("api", func(env entry.Environment) entry.Step[request, response] { return New(env).Handle })

// New returns the handler of a deployed function.
func New(env entry.Environment) Handler {
	machine := sfn.NewFromConfig(env.Config)
	return Handler{
		Plan: env.Plan, Region: env.Region, Machine: env.MachineARN,
		Starter: machine, Observer: machine,
		Registry: registry.In(dynamodb.NewFromConfig(env.Config), env.Table, env.Plan),
		Waiting:  func(r failover.Region) *sfn.Client { return sfn.NewFromConfig(env.In(r)) },
	}
}
