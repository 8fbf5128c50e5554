package verifyhealth

import (
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/rds"
	"github.com/aws/aws-sdk-go-v2/service/route53"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/registry"
	"github.com/drover-dr/drover/lambdas/internal/entry"
	"github.com/drover-dr/drover/lambdas/internal/nameservers"
)

// Function is the Lambda function.
var Function = entry.Of("verifyhealth", func(env entry.Environment) entry.Step[failover.VerifyRequest, failover.VerifyAnswer] {
	return New(env).Handle
})

// New returns the handler of a deployed function.
func New(env entry.Environment) Handler {
	return Handler{
		Registry: registry.In(dynamodb.NewFromConfig(env.Config), env.Table, env.Plan), Route53: route53.NewFromConfig(env.Config),
		RDS:         func(r failover.Region) *rds.Client { return rds.NewFromConfig(env.In(r)) },
		CloudWatch:  func(r failover.Region) *cloudwatch.Client { return cloudwatch.NewFromConfig(env.In(r)) },
		NameServers: nameservers.Client{Servers: env.NameServers, Dial: env.Dial},
	}
}
