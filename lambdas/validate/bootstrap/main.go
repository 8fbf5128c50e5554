// Command bootstrap is the Lambda function of the step Validate.
package main

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/rds"
	"github.com/aws/aws-sdk-go-v2/service/route53"
	"github.com/aws/aws-sdk-go-v2/service/sfn"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/registry"
	"github.com/drover-dr/drover/lambdas/internal/entry"
	"github.com/drover-dr/drover/lambdas/internal/live"
	"github.com/drover-dr/drover/lambdas/validate"
)

func main() {
	entry.Start("validate", func(env entry.Environment) entry.Step[failover.ValidateRequest, failover.ValidateAnswer] {
		store := &registry.Store{Client: dynamodb.NewFromConfig(env.Config), Table: env.Table}
		return validate.Handler{
			Plan: env.Plan, Region: env.Region, Table: env.Table,
			DNS: route53.NewFromConfig(env.Config), Kept: &validate.Kept{},
			Databases:  func(r failover.Region) *rds.Client { return rds.NewFromConfig(env.In(r)) },
			Metrics:    func(r failover.Region) *cloudwatch.Client { return cloudwatch.NewFromConfig(env.In(r)) },
			Executions: func(r failover.Region) validate.Executions { return sfn.NewFromConfig(env.In(r)) },
			Concurrency: func(ctx context.Context, r failover.Region, now time.Time) (live.Concurrency, error) {
				return live.AccountConcurrency(ctx, env.In(r), now)
			},
			Applications: store, Lock: store, Readiness: env.Metrics,
		}.Handle
	})
}
