// Command bootstrap is the Lambda function PromoteDatabase.
package main

import (
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/rds"
	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/registry"
	"github.com/drover-dr/drover/lambdas/internal/entry"
	"github.com/drover-dr/drover/lambdas/promotedatabase"
)

func main() {
	entry.Start("promotedatabase", func(env entry.Environment) entry.Step[failover.PromoteRequest, failover.PromoteAnswer] {
		return promotedatabase.Handler{
			Plan: env.Plan, Registry: &registry.Store{Client: dynamodb.NewFromConfig(env.Config), Table: env.Table, Plan: env.Plan},
			OtherReplica: func(r failover.Region) *registry.Store {
				return &registry.Store{Client: dynamodb.NewFromConfig(env.In(r)), Table: env.Table, Plan: env.Plan}
			},
			RDS:        func(r failover.Region) *rds.Client { return rds.NewFromConfig(env.In(r)) },
			CloudWatch: func(r failover.Region) *cloudwatch.Client { return cloudwatch.NewFromConfig(env.In(r)) },
		}.Handle
	})
}
