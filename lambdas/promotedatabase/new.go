package promotedatabase

import (
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/rds"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/registry"
	"github.com/drover-dr/drover/lambdas/internal/entry"
)

// Function is the Lambda function.
var Function = entry.Of("promotedatabase", func(env entry.Environment) entry.Step[failover.PromoteRequest, failover.PromoteAnswer] {
	return New(env).Handle
})

// New returns the handler of a deployed function.
func New(env entry.Environment) Handler {
	return Handler{
		Plan: env.Plan, Registry: registry.In(dynamodb.NewFromConfig(env.Config), env.Table, env.Plan),
		OtherReplica: func(r failover.Region) *registry.Store {
			return registry.In(dynamodb.NewFromConfig(env.In(r)), env.Table, env.Plan)
		},
		RDS:        func(r failover.Region) *rds.Client { return rds.NewFromConfig(env.In(r)) },
		CloudWatch: func(r failover.Region) *cloudwatch.Client { return cloudwatch.NewFromConfig(env.In(r)) },
	}
}
