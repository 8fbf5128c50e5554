package shifttraffic

import (
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/route53"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/registry"
	"github.com/drover-dr/drover/lambdas/internal/entry"
	"github.com/drover-dr/drover/lambdas/internal/levers"
)

// Function is the Lambda function.
var Function = entry.Of("shifttraffic", func(env entry.Environment) entry.Step[failover.ShiftRequest, failover.ShiftAnswer] {
	return New(env).Handle
})

// New returns the handler of a deployed function.
func New(env entry.Environment) Handler {
	return Handler{
		Plan: env.Plan, Route53: route53.NewFromConfig(env.Config), Levers: levers.ClientsOf(env),
		Registry: registry.In(dynamodb.NewFromConfig(env.Config), env.Table, env.Plan),
		OtherReplica: func(r failover.Region) Lock {
			return registry.In(dynamodb.NewFromConfig(env.Once(r)), env.Table, env.Plan)
		},
	}
}
