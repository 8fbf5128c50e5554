// Command bootstrap is the Lambda function of the step ShiftTraffic.
package main

import (
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/route53"
	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/registry"
	"github.com/drover-dr/drover/lambdas/internal/entry"
	"github.com/drover-dr/drover/lambdas/internal/levers"
	"github.com/drover-dr/drover/lambdas/shifttraffic"
)

func main() {
	entry.Start("shifttraffic", func(env entry.Environment) entry.Step[failover.ShiftRequest, failover.ShiftAnswer] {
		return shifttraffic.Handler{
			Plan: env.Plan, Route53: route53.NewFromConfig(env.Config), Levers: levers.ClientsOf(env),
			Registry: registry.In(dynamodb.NewFromConfig(env.Config), env.Table, env.Plan),
			OtherReplica: func(r failover.Region) shifttraffic.Lock {
				return registry.In(dynamodb.NewFromConfig(env.Once(r)), env.Table, env.Plan)
			},
		}.Handle
	})
}
