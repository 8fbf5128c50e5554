package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	cwtypes "github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	dbtypes "github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/rds"
	"github.com/aws/aws-sdk-go-v2/service/route53"
	r53types "github.com/aws/aws-sdk-go-v2/service/route53/types"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sns"
	"github.com/aws/smithy-go"

	"github.com/drover-dr/drover/internal/plainbody"
)

// principal is an actor with an access key, in us-west-2 of a served simulator.
type principal struct {
	cfg aws.Config
	// api is the id of the HTTP API; account is the World's.
	api string
}

func newPrincipal(url, api, accessKey string) principal {
	return principal{api: api, cfg: aws.Config{
		Region: west, BaseEndpoint: &url, HTTPClient: plainbody.New(),
		Credentials: credentials.NewStaticCredentialsProvider(accessKey, "secret", ""),
		Retryer:     func() aws.Retryer { return aws.NopRetryer{} },
	}}
}

const (
	west    = "us-west-2"
	machine = "arn:aws:states:us-west-2:111122223333:stateMachine:drover"
	aRun    = "arn:aws:states:us-west-2:111122223333:execution:drover:none"
	table   = "drover-registry"
	zone    = "Z0000000001EXAMPLE"
)

// attempt is one thing that an attacker would like to do. It fails for any reason, or not; what counts is whether it is
// denied.
type attempt struct {
	name string
	try  func(ctx context.Context, who principal) error
}

// attempts are all that is tried with the credentials of every actor, in the order of SECURITY.md.
var attempts = []attempt{
	{"start a run", func(ctx context.Context, who principal) error {
		_, err := sfn.NewFromConfig(who.cfg).StartExecution(ctx, &sfn.StartExecutionInput{StateMachineArn: aws.String(machine), Input: aws.String(`{"action":"check"}`)})
		return err
	}},
	{"stop a run", func(ctx context.Context, who principal) error {
		_, err := sfn.NewFromConfig(who.cfg).StopExecution(ctx, &sfn.StopExecutionInput{ExecutionArn: aws.String(aRun)})
		return err
	}},
	{"read a run's history", func(ctx context.Context, who principal) error {
		_, err := sfn.NewFromConfig(who.cfg).GetExecutionHistory(ctx, &sfn.GetExecutionHistoryInput{ExecutionArn: aws.String(aRun)})
		return err
	}},
	{"answer with a run's token", func(ctx context.Context, who principal) error {
		_, err := sfn.NewFromConfig(who.cfg).SendTaskSuccess(ctx, &sfn.SendTaskSuccessInput{TaskToken: aws.String("token"), Output: aws.String("{}")})
		return err
	}},
	{"read runs through the API", signed(http.MethodGet, "/runs", "")},
	{"start a run through the API", signed(http.MethodPost, "/runs", `{"action":"check"}`)},
	{"answer through the API", signed(http.MethodPost, "/runs/none/approval", `{"approved":true}`)},
	{"call the API's function", invoking("drover-api")},
	{"call a step's function", invoking("drover-shifttraffic:1")},
	{"read a question with its token", func(ctx context.Context, who principal) error {
		_, err := dynamodb.NewFromConfig(who.cfg).GetItem(ctx, &dynamodb.GetItemInput{TableName: aws.String(table), Key: key("approvals", "none")})
		return err
	}},
	{"read where the applications are", func(ctx context.Context, who principal) error {
		_, err := dynamodb.NewFromConfig(who.cfg).Query(ctx, &dynamodb.QueryInput{
			TableName: aws.String(table), KeyConditionExpression: aws.String("pk = :pk"),
			ExpressionAttributeValues: map[string]dbtypes.AttributeValue{":pk": text("applications")},
		})
		return err
	}},
	{"register an application", writing("applications", "1#intruder")},
	{"write the lock", func(ctx context.Context, who principal) error {
		_, err := dynamodb.NewFromConfig(who.cfg).UpdateItem(ctx, &dynamodb.UpdateItemInput{
			TableName: aws.String(table), Key: key("lock", "lock"), UpdateExpression: aws.String("SET touched = :t"),
			ConditionExpression: aws.String("attribute_exists(never)"), ExpressionAttributeValues: map[string]dbtypes.AttributeValue{":t": text("t")},
		})
		return err
	}},
	{"write the record of a run", writing("runs", "2026-01-31T03:00:00Z#none")},
	{"flip a switch", func(ctx context.Context, who principal) error {
		_, err := dynamodb.NewFromConfig(who.cfg).UpdateItem(ctx, &dynamodb.UpdateItemInput{
			TableName: aws.String(table), Key: key("switches", "default"), UpdateExpression: aws.String("SET touched = :t"),
			ConditionExpression: aws.String("attribute_exists(never)"), ExpressionAttributeValues: map[string]dbtypes.AttributeValue{":t": text("t")},
		})
		return err
	}},
	{"plant a question", writing("approvals", "none")},
	{"change the weight of a registered record", changing(r53types.ChangeActionCreate, "catalog.example.org", r53types.RRTypeA, "203.0.113.66", true)},
	{"overwrite a record", changing(r53types.ChangeActionUpsert, "catalog.example.org", r53types.RRTypeA, "203.0.113.66", true)},
	{"create another record", changing(r53types.ChangeActionCreate, "login.example.org", r53types.RRTypeA, "203.0.113.66", false)},
	{"answer a certificate's challenge", changing(r53types.ChangeActionCreate, "_acme-challenge.example.org", r53types.RRTypeTxt, `"x"`, false)},
	{"change where mail goes", changing(r53types.ChangeActionUpsert, "example.org", r53types.RRTypeMx, "10 mail.example.net", false)},
	{"promote a database", func(ctx context.Context, who principal) error {
		_, err := rds.NewFromConfig(who.cfg).FailoverGlobalCluster(ctx, &rds.FailoverGlobalClusterInput{
			GlobalClusterIdentifier: aws.String("checkout"), AllowDataLoss: aws.Bool(true),
			TargetDbClusterIdentifier: aws.String("arn:aws:rds:us-west-2:111122223333:cluster:none"),
		})
		return err
	}},
	{"read a report", func(ctx context.Context, who principal) error {
		_, err := s3.NewFromConfig(who.cfg, pathStyle).GetObject(ctx, &s3.GetObjectInput{Bucket: aws.String(bucket), Key: aws.String("runs/none/report.json")})
		return err
	}},
	{"write a report", func(ctx context.Context, who principal) error {
		_, err := s3.NewFromConfig(who.cfg, pathStyle).PutObject(ctx, &s3.PutObjectInput{
			Bucket: aws.String(bucket), Key: aws.String("runs/none/report.json"), Body: strings.NewReader("{}"),
		})
		return err
	}},
	{"send a notification", func(ctx context.Context, who principal) error {
		_, err := sns.NewFromConfig(who.cfg).Publish(ctx, &sns.PublishInput{
			TopicArn: aws.String("arn:aws:sns:us-west-2:111122223333:drover-events"), Message: aws.String("none"),
		})
		return err
	}},
	{"read metrics", func(ctx context.Context, who principal) error {
		now := time.Now()
		_, err := cloudwatch.NewFromConfig(who.cfg).GetMetricData(ctx, &cloudwatch.GetMetricDataInput{
			StartTime: &now, EndTime: aws.Time(now.Add(time.Minute)), MetricDataQueries: []cwtypes.MetricDataQuery{{Id: aws.String("m"), MetricStat: &cwtypes.MetricStat{
				Metric: &cwtypes.Metric{Namespace: aws.String("None"), MetricName: aws.String("None")}, Period: aws.Int32(60), Stat: aws.String("Sum"),
			}}},
		})
		return err
	}},
	{"write an application's metric", func(ctx context.Context, who principal) error {
		_, err := cloudwatch.NewFromConfig(who.cfg).PutMetricData(ctx, &cloudwatch.PutMetricDataInput{
			Namespace: aws.String("Application"), MetricData: []cwtypes.MetricDatum{{MetricName: aws.String("None"), Value: aws.Float64(1)}},
		})
		return err
	}},
	{"set an alarm", func(ctx context.Context, who principal) error {
		_, err := cloudwatch.NewFromConfig(who.cfg).SetAlarmState(ctx, &cloudwatch.SetAlarmStateInput{
			AlarmName: aws.String("none"), StateValue: cwtypes.StateValueAlarm, StateReason: aws.String("none"),
		})
		return err
	}},
	{"send an event", func(ctx context.Context, who principal) error {
		return who.raw(ctx, "events", http.MethodPost, "/", `{"Entries":[{"Source":"aws.cloudwatch","DetailType":"CloudWatch Alarm State Change","Detail":"{}"}]}`,
			"X-Amz-Target", "AWSEvents.PutEvents")
	}},
}

const bucket = "drover-reports-111122223333-us-west-2"

func pathStyle(o *s3.Options) { o.UsePathStyle = true }

func text(s string) dbtypes.AttributeValue { return &dbtypes.AttributeValueMemberS{Value: s} }

func key(pk, sk string) map[string]dbtypes.AttributeValue {
	return map[string]dbtypes.AttributeValue{"pk": text(pk), "sk": text(sk)}
}

// writing puts an item, under a condition that does not hold: nothing is written, and a denial comes first.
func writing(pk, sk string) func(context.Context, principal) error {
	return func(ctx context.Context, who principal) error {
		client := dynamodb.NewFromConfig(who.cfg)
		_, err := client.PutItem(ctx, &dynamodb.PutItemInput{TableName: aws.String(table), Item: key(pk, sk), ConditionExpression: aws.String("attribute_exists(never)")})
		if !denied(err) {
			return err
		}
		_, err = client.UpdateItem(ctx, &dynamodb.UpdateItemInput{
			TableName: aws.String(table), Key: key(pk, sk), UpdateExpression: aws.String("SET touched = :t"),
			ConditionExpression: aws.String("attribute_exists(never)"), ExpressionAttributeValues: map[string]dbtypes.AttributeValue{":t": text("t")},
		})
		return err
	}
}

// changing submits one change. Nothing is made of it: the batch has the same change twice, which Route 53 refuses.
func changing(action r53types.ChangeAction, name string, kind r53types.RRType, value string, weighted bool) func(context.Context, principal) error {
	return func(ctx context.Context, who principal) error {
		set := &r53types.ResourceRecordSet{Name: aws.String(name), Type: kind, TTL: aws.Int64(60), ResourceRecords: []r53types.ResourceRecord{{Value: aws.String(value)}}}
		if weighted {
			set.SetIdentifier, set.Weight = aws.String(west), aws.Int64(1)
		}
		change := r53types.Change{Action: action, ResourceRecordSet: set}
		_, err := route53.NewFromConfig(who.cfg).ChangeResourceRecordSets(ctx, &route53.ChangeResourceRecordSetsInput{
			HostedZoneId: aws.String(zone), ChangeBatch: &r53types.ChangeBatch{Changes: []r53types.Change{change, change}},
		})
		return err
	}
}

func signed(method, path, body string) func(context.Context, principal) error {
	return func(ctx context.Context, who principal) error {
		return who.raw(ctx, "execute-api", method, "/"+who.api+path, body)
	}
}

// invoking asks whether a function may be called; nothing runs.
func invoking(function string) func(context.Context, principal) error {
	return func(ctx context.Context, who principal) error {
		return who.raw(ctx, "lambda", http.MethodPost, "/2015-03-31/functions/arn:aws:lambda:us-west-2:111122223333:function:"+function+"/invocations", "{}",
			"X-Amz-Invocation-Type", "DryRun")
	}
}

// raw makes a signed request of a service for which the module has no client.
func (who principal) raw(ctx context.Context, service, method, path, body string, header ...string) error {
	request, err := http.NewRequestWithContext(ctx, method, *who.cfg.BaseEndpoint+path, bytes.NewReader([]byte(body)))
	if err != nil {
		return err
	}
	for i := 0; i < len(header); i += 2 {
		request.Header.Set(header[i], header[i+1])
	}
	request.Header.Set("Content-Type", "application/x-amz-json-1.1")
	key, err := who.cfg.Credentials.Retrieve(ctx)
	if err != nil {
		return err
	}
	sum := sha256.Sum256([]byte(body))
	if err := v4.NewSigner().SignHTTP(ctx, key, request, hex.EncodeToString(sum[:]), service, west, time.Now()); err != nil {
		return err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode < http.StatusBadRequest {
		return err
	}
	code := fmt.Sprint(response.StatusCode)
	if response.StatusCode == http.StatusForbidden || strings.Contains(string(answer), "AccessDenied") || strings.Contains(string(answer), "UnrecognizedClient") {
		code = "AccessDenied"
	}
	return &smithy.GenericAPIError{Code: code, Message: string(answer)}
}

// denials are the codes with which services deny.
var denials = []string{"AccessDenied", "AccessDeniedException", "AuthorizationError", "InvalidClientTokenId", "UnrecognizedClientException", "InvalidAccessKeyId"}

// denied says whether IAM has refused; any other error has got past it.
func denied(err error) bool {
	var api smithy.APIError
	if !errors.As(err, &api) {
		return false
	}
	for _, code := range denials {
		if api.ErrorCode() == code {
			return true
		}
	}
	return false
}

// may are the names of the attempts that are not denied.
func may(t *testing.T, who principal) []string {
	t.Helper()
	var names []string
	for _, a := range attempts {
		err := a.try(t.Context(), who)
		var api smithy.APIError
		if err != nil && !errors.As(err, &api) {
			t.Fatalf("%s: %v", a.name, err)
		}
		if !denied(err) {
			names = append(names, a.name)
		}
	}
	return names
}
