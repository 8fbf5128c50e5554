// Package api makes the HTTP API, with which programs start, watch and approve runs.
package api

import (
	"encoding/json"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigatewayv2"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/drover-dr/drover/infra/logs"
	"github.com/drover-dr/drover/infra/permission"
	"github.com/drover-dr/drover/infra/policy"
)

// Routes are all methods and paths; one function serves them.
var Routes = []struct{ ID, Key string }{
	{"StartRun", "POST /runs"},
	{"ListRuns", "GET /runs"},
	{"ShowRun", "GET /runs/{id}"},
	{"ApproveRun", "POST /runs/{id}/approval"},
}

// The limits of a route, for all callers together. A script that watches a run every second is far below them; a loop with a
// defect does not use up the concurrency of the account.
const (
	ratePerSecond = 10
	burst         = 20
)

// accessLog is a line of the access log. It has the caller of each request, which the function's own log does not have.
var accessLog = mustJSON(map[string]string{
	"time": "$context.requestTime", "requestId": "$context.requestId", "caller": "$context.identity.userArn", "ip": "$context.identity.sourceIp",
	"route": "$context.routeKey", "path": "$context.path", "status": "$context.status", "error": "$context.error.message",
	"integrationError": "$context.integrationErrorMessage", "latencyMillis": "$context.responseLatency",
})

// Props is what the API is made of.
type Props struct {
	Scope permission.Scope
	// Function is the ARN of the function behind it.
	Function *string
	LogDays  int
}

// New makes the API with its one stage, $default. Every route takes signed requests of principals with permission, and nothing
// else. No web page can sign a request, so no other origin is allowed.
func New(scope constructs.Construct, id string, props Props) awsapigatewayv2.CfnApi {
	scope = constructs.NewConstruct(scope, jsii.String(id))
	region := props.Scope.Names
	role := policy.NewRole(scope, "Role", policy.Props{
		Name:        region.Role("gateway"),
		Service:     "apigateway.amazonaws.com",
		Description: "With which the HTTP API " + region.API() + " calls its function",
		Grants:      props.Scope.ForAPI(),
	})
	api := awsapigatewayv2.NewCfnApi(scope, jsii.String("Api"), &awsapigatewayv2.CfnApiProps{
		Name:         jsii.String(region.API()),
		Description:  jsii.String("Drover: start, watch and approve runs"),
		ProtocolType: jsii.String("HTTP"),
	})
	integration := awsapigatewayv2.NewCfnIntegration(scope, jsii.String("Function"), &awsapigatewayv2.CfnIntegrationProps{
		ApiId:                api.Ref(),
		IntegrationType:      jsii.String("AWS_PROXY"),
		IntegrationUri:       props.Function,
		CredentialsArn:       role.RoleArn(),
		PayloadFormatVersion: jsii.String("2.0"),
	})
	for _, route := range Routes {
		awsapigatewayv2.NewCfnRoute(scope, jsii.String(route.ID), &awsapigatewayv2.CfnRouteProps{
			ApiId:             api.Ref(),
			RouteKey:          jsii.String(route.Key),
			AuthorizationType: jsii.String("AWS_IAM"),
			Target:            awscdk.Fn_Join(jsii.String("/"), &[]*string{jsii.String("integrations"), integration.Ref()}),
		})
	}
	newStage(scope, api, props)
	return api
}

func newStage(scope constructs.Construct, api awsapigatewayv2.CfnApi, props Props) {
	group := logs.NewGroup(scope, "Logs", props.Scope.Names.APILogs(), props.LogDays)
	awsapigatewayv2.NewCfnStage(scope, jsii.String("Stage"), &awsapigatewayv2.CfnStageProps{
		ApiId:      api.Ref(),
		StageName:  jsii.String("$default"),
		AutoDeploy: true,
		AccessLogSettings: &awsapigatewayv2.CfnStage_AccessLogSettingsProperty{
			DestinationArn: group.LogGroupArn(),
			Format:         jsii.String(accessLog),
		},
		DefaultRouteSettings: &awsapigatewayv2.CfnStage_RouteSettingsProperty{
			ThrottlingRateLimit:  jsii.Number(ratePerSecond),
			ThrottlingBurstLimit: jsii.Number(burst),
		},
	})
}

func mustJSON(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		panic(err) // A map of texts is always JSON.
	}
	return string(text)
}
