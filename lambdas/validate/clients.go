package validate

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/rds"
	"github.com/aws/aws-sdk-go-v2/service/route53"
	"github.com/aws/aws-sdk-go-v2/service/sfn"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/registry"
	"github.com/drover-dr/drover/lambdas/internal/entry"
	"github.com/drover-dr/drover/lambdas/internal/live"
)

// Function is the Lambda function.
var Function = entry.Of("validate", func(env entry.Environment) entry.Step[failover.ValidateRequest, failover.ValidateAnswer] {
	return New(env).Handle
})

// New returns the handler with the clients of its environment.
func New(env entry.Environment) Handler {
	store := &registry.Store{Client: dynamodb.NewFromConfig(env.Config), Table: env.Table, Plan: env.Plan}
	return Handler{
		Plan: env.Plan, Region: env.Region, Table: env.Table, Promotable: env.GlobalClusters,
		Route53: route53.NewFromConfig(env.Config), Kept: &Kept{},
		RDS:           func(r failover.Region) *rds.Client { return rds.NewFromConfig(env.In(r)) },
		CloudWatch:    func(r failover.Region) *cloudwatch.Client { return cloudwatch.NewFromConfig(env.In(r)) },
		StepFunctions: func(r failover.Region) Executions { return sfn.NewFromConfig(env.In(r)) },
		Concurrency: func(ctx context.Context, r failover.Region) (live.Concurrency, error) {
			return live.AccountConcurrency(ctx, lambda.NewFromConfig(env.In(r)))
		},
		Registry: store, SwitchChecks: env.SwitchChecks, Readiness: env.Metrics,
	}
}
