// Command bootstrap is the Lambda function that Route 53's health checkers ask.
package main

import (
	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/drover-dr/drover/internal/registry"
	"github.com/drover-dr/drover/lambdas/internal/entry"
	"github.com/drover-dr/drover/lambdas/lever"
)

func main() {
	entry.Start("lever", func(env entry.Environment) entry.Step[events.APIGatewayV2HTTPRequest, events.APIGatewayV2HTTPResponse] {
		return lever.Handler{
			Plan: env.Plan, Region: env.Region,
			Registry: &registry.Store{Client: dynamodb.NewFromConfig(env.Config), Table: env.Table, Plan: env.Plan},
		}.Handle
	})
}
