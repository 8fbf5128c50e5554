// Command bootstrap is the Lambda function UpdateRegistry.
package main

import (
	"encoding/json"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/drover-dr/drover/internal/registry"
	"github.com/drover-dr/drover/lambdas/internal/entry"
	"github.com/drover-dr/drover/lambdas/internal/levers"
	"github.com/drover-dr/drover/lambdas/updateregistry"
)

func main() {
	entry.Start("updateregistry", func(env entry.Environment) entry.Step[json.RawMessage, any] {
		store := &registry.Store{Client: dynamodb.NewFromConfig(env.Config), Table: env.Table, Plan: env.Plan}
		return updateregistry.Handler{Plan: env.Plan.Name, Registry: store, Metrics: env.Metrics, Levers: levers.ClientsOf(env)}.Handle
	})
}
