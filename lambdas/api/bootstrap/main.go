// Command bootstrap is the Lambda function behind the HTTP API.
package main

import (
	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/sfn"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/registry"
	"github.com/drover-dr/drover/lambdas/api"
	"github.com/drover-dr/drover/lambdas/internal/entry"
)

func main() {
	entry.Start("api", func(env entry.Environment) entry.Step[events.APIGatewayV2HTTPRequest, events.APIGatewayV2HTTPResponse] {
		machine := sfn.NewFromConfig(env.Config)
		return api.Handler{
			Plan: env.Plan, Region: env.Region, Machine: env.MachineARN,
			Starter: machine, Observer: machine,
			Registry: &registry.Store{Client: dynamodb.NewFromConfig(env.Config), Table: env.Table, Plan: env.Plan},
			Waiting:  func(r failover.Region) *sfn.Client { return sfn.NewFromConfig(env.In(r)) },
		}.Handle
	})
}
