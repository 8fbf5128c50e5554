package assembly

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestAPIsAreReadWithTheFunctionBehindEachRoute(t *testing.T) {
	a, err := Read(onlyStack(`{"Resources": {
		"A": {"Type": "AWS::ApiGatewayV2::Api", "Properties": {"Name": "runs", "ProtocolType": "HTTP"}},
		"I": {"Type": "AWS::ApiGatewayV2::Integration", "Properties": {"ApiId": {"Ref": "A"}, "IntegrationType": "AWS_PROXY",
			"IntegrationUri": "function", "CredentialsArn": "role", "PayloadFormatVersion": "2.0"}},
		"R": {"Type": "AWS::ApiGatewayV2::Route", "Properties": {"ApiId": {"Ref": "A"}, "RouteKey": "GET /runs", "AuthorizationType": "AWS_IAM",
			"Target": {"Fn::Join": ["/", ["integrations", {"Ref": "I"}]]}}},
		"O": {"Type": "AWS::ApiGatewayV2::Route", "Properties": {"ApiId": {"Ref": "A"}, "RouteKey": "GET /open",
			"Target": {"Fn::Sub": "integrations/${I}"}}},
		"S": {"Type": "AWS::ApiGatewayV2::Stage", "Properties": {"ApiId": {"Ref": "A"}, "StageName": "$default",
			"DefaultRouteSettings": {"ThrottlingRateLimit": 5, "ThrottlingBurstLimit": 10}}}
	}, "Outputs": {"Url": {"Value": {"Fn::GetAtt": ["A", "ApiEndpoint"]}}}}`), Placeholder)
	if err != nil {
		t.Fatal(err)
	}
	id := a.APIs[0].ID
	want := []API{{
		ID: id, Name: "runs", Region: "eu-west-1", Endpoint: "https://" + id + ".execute-api.eu-west-1.amazonaws.com",
		RatePerSecond: 5, Burst: 10,
		Routes: []Route{
			{Key: "GET /runs", Authorization: "AWS_IAM", FunctionARN: "function", RoleARN: "role", PayloadVersion: "2.0"},
			{Key: "GET /open", Authorization: "NONE", FunctionARN: "function", RoleARN: "role", PayloadVersion: "2.0"},
		},
	}}
	if diff := cmp.Diff(want, a.APIs); diff != "" {
		t.Errorf("APIs (-want +got)\n%s", diff)
	}
	if url, _ := a.Stacks[0].Output("Url"); url != want[0].Endpoint || len(id) != 10 {
		t.Errorf("endpoint in the outputs %q, id %q; want the API's and ten characters", url, id)
	}
}

func TestRulesAndSchedulesAreReadWithTheirTargets(t *testing.T) {
	a, err := Read(onlyStack(`{"Resources": {
		"R": {"Type": "AWS::Events::Rule", "Properties": {"Name": "alarm", "EventPattern": {"source": ["aws.cloudwatch"]}, "Targets": [
			{"Id": "run", "Arn": "machine", "RoleArn": "role", "DeadLetterConfig": {"Arn": {"Fn::GetAtt": ["Q", "Arn"]}},
			 "RetryPolicy": {"MaximumRetryAttempts": 3, "MaximumEventAgeInSeconds": 120},
			 "InputTransformer": {"InputPathsMap": {"at": "$.time"}, "InputTemplate": "{\"since\":\"<at>\"}"}},
			{"Id": "all", "Arn": "other"}]}},
		"S": {"Type": "AWS::Scheduler::Schedule", "Properties": {"Name": "check", "ScheduleExpression": "rate(1 hour)", "State": "DISABLED",
			"Target": {"Arn": "machine", "RoleArn": "role", "Input": "{}"}}},
		"Q": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": "dead"}},
		"P": {"Type": "AWS::SQS::QueuePolicy", "Properties": {"Queues": [{"Ref": "Q"}], "PolicyDocument": {"Statement": "s"}}}
	}}`), Placeholder)
	if err != nil {
		t.Fatal(err)
	}
	const queue = "arn:aws:sqs:eu-west-1:111122223333:dead"
	want := &Assembly{
		Rules: []Rule{{
			Name: "alarm", ARN: "arn:aws:events:eu-west-1:111122223333:rule/alarm", Region: "eu-west-1", Enabled: true,
			Pattern: json.RawMessage(`{"source":["aws.cloudwatch"]}`),
			Targets: []Target{
				{ARN: "machine", RoleARN: "role", Attempts: 3, MaxAge: 2 * time.Minute, DeadLetterARN: queue,
					Transformer: &Transformer{Paths: map[string]string{"at": "$.time"}, Template: `{"since":"<at>"}`}},
				{ARN: "other", Attempts: 185, MaxAge: 24 * time.Hour},
			},
		}},
		Schedules: []Schedule{{
			Name: "check", ARN: "arn:aws:scheduler:eu-west-1:111122223333:schedule/default/check", Region: "eu-west-1",
			Expression: "rate(1 hour)", Timezone: "UTC",
			Target: Target{ARN: "machine", RoleARN: "role", Input: "{}", Attempts: 185, MaxAge: 24 * time.Hour},
		}},
		Queues: []Queue{{
			Name: "dead", ARN: queue, URL: "https://sqs.eu-west-1.amazonaws.com/111122223333/dead", Region: "eu-west-1",
			Policies: []json.RawMessage{json.RawMessage(`{"Statement":"s"}`)},
		}},
	}
	got := &Assembly{Rules: a.Rules, Schedules: a.Schedules, Queues: a.Queues}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("views (-want +got)\n%s", diff)
	}
}

func TestHalfDeclaredTriggersAreNamed(t *testing.T) {
	for _, tc := range []struct{ name, resource, want string }{
		{"another protocol", `{"Type": "AWS::ApiGatewayV2::Api", "Properties": {"ProtocolType": "WEBSOCKET"}}`, "the API is not an HTTP API"},
		{"rule on another bus", `{"Type": "AWS::Events::Rule", "Properties": {"EventPattern": {}, "EventBusName": "mine"}}`, "another bus than the Region's default"},
		{"rule without a pattern", `{"Type": "AWS::Events::Rule", "Properties": {"ScheduleExpression": "rate(1 day)"}}`, "the rule has no pattern"},
		{"schedule of nothing", `{"Type": "AWS::Scheduler::Schedule", "Properties": {"ScheduleExpression": "rate(1 day)"}}`, "no expression or no target"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, err := Read(onlyStack(`{"Resources": {"X": `+tc.resource+`}}`), Placeholder)
			if err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("error %v, want %q", err, tc.want)
			}
		})
	}
	for _, tc := range []struct{ name, integration, want string }{
		{"nowhere", `{"Type": "AWS::CDK::Metadata"}`, "the route GET /x leads to no integration of the stack"},
		{"another integration", `{"Type": "AWS::ApiGatewayV2::Integration", "Properties": {"IntegrationType": "HTTP_PROXY"}}`, "the integration type HTTP_PROXY is not known here"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, err := Read(onlyStack(`{"Resources": {
				"A": {"Type": "AWS::ApiGatewayV2::Api", "Properties": {"ProtocolType": "HTTP"}},
				"R": {"Type": "AWS::ApiGatewayV2::Route", "Properties": {"ApiId": {"Ref": "A"}, "RouteKey": "GET /x", "Target": {"Fn::Sub": "integrations/${I}"}}},
				"I": `+tc.integration+`}}`), Placeholder)
			if err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("error %v, want %q", err, tc.want)
			}
		})
	}
}

func TestAPipelineTakesNoPartInADrill(t *testing.T) {
	a, err := Read(onlyStack(`{"Resources": {
		"P": {"Type": "AWS::CodePipeline::Pipeline", "Properties": {}},
		"B": {"Type": "AWS::S3::Bucket", "Properties": {}},
		"R": {"Type": "AWS::IAM::Role", "Properties": {"ManagedPolicyArns": ["arn:aws:iam::aws:policy/ReadOnlyAccess"]}}
	}}`), Placeholder)
	if err != nil {
		t.Fatal(err)
	}
	if len(a.Buckets)+len(a.Roles) > 0 || len(a.Stacks) != 1 {
		t.Errorf("buckets %v, roles %v; want the stack and none of them", a.Buckets, a.Roles)
	}
}

func TestATableSaysHowConsistentItIs(t *testing.T) {
	a, err := Read(onlyStack(`{"Resources": {"T": {"Type": "AWS::DynamoDB::GlobalTable", "Properties": {"TableName": "t",
		"KeySchema": [{"KeyType": "HASH", "AttributeName": "pk"}], "MultiRegionConsistency": "STRONG",
		"GlobalTableWitnesses": [{"Region": "eu-west-3"}], "Replicas": [{"Region": "eu-west-1"}, {"Region": "eu-west-2"}]}}}}`), Placeholder)
	if err != nil {
		t.Fatal(err)
	}
	want := []Table{{Name: "t", Regions: []string{"eu-west-1", "eu-west-2"}, PartitionKey: "pk", Strong: true, Witness: "eu-west-3"}}
	if diff := cmp.Diff(want, a.Tables); diff != "" {
		t.Errorf("tables (-want +got)\n%s", diff)
	}
}
