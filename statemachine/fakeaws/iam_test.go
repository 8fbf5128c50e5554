package fakeaws_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	dynamotypes "github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/rds"
	"github.com/aws/aws-sdk-go-v2/service/sns"

	"github.com/drover-dr/drover/statemachine/fakeaws"
	"github.com/drover-dr/drover/statemachine/fakeaws/fakeawstest"
)

const testRoleARN = fakeawstest.RoleARN

const (
	tableARN  = "arn:aws:dynamodb:us-east-1:111122223333:table/registry"
	globalARN = "arn:aws:rds::111122223333:global-cluster:checkout"
)

func TestPoliciesDecide(t *testing.T) {
	allow := func(action, resource, rest string) string {
		return `{"Effect": "Allow", "Action": "` + action + `", "Resource": "` + resource + `"` + rest + `}`
	}
	leading := func(operator string) string {
		return `, "Condition": {"` + operator + `": {"dynamodb:LeadingKeys": ["applications", "lo*"]}}`
	}
	for _, c := range []struct {
		name       string
		statements []string
		want       string
	}{
		{"nothing", nil, "AccessDeniedException"},
		{"exactly", []string{allow("dynamodb:GetItem", tableARN, "")}, ""},
		{"wildcards", []string{allow("dynamodb:get*", "arn:aws:dynamodb:*:*:table/reg?stry", "")}, ""},
		{"everything", []string{allow("*", "*", "")}, ""},
		{"another action", []string{allow("dynamodb:Query", tableARN, "")}, "AccessDeniedException"},
		{"another Region", []string{allow("dynamodb:GetItem", strings.Replace(tableARN, east, west, 1), "")}, "AccessDeniedException"},
		{"a wildcard that would reach over a colon", []string{allow("dynamodb:GetItem", "arn:aws:dynamodb:*:table/registry", "")}, "AccessDeniedException"},
		{"explicit deny", []string{allow("*", "*", ""), `{"Effect": "Deny", "Action": ["dynamodb:GetItem"], "Resource": ["*"]}`}, "AccessDeniedException"},
		{"NotAction", []string{`{"Effect": "Allow", "NotAction": "dynamodb:PutItem", "Resource": "*"}`}, ""},
		{"NotAction that matches", []string{`{"Effect": "Allow", "NotAction": "dynamodb:*", "Resource": "*"}`}, "AccessDeniedException"},
		{"NotResource", []string{`{"Effect": "Allow", "Action": "*", "NotResource": "` + tableARN + `"}`}, "AccessDeniedException"},
		{"StringLike", []string{allow("*", "*", leading("StringLike"))}, ""},
		{"StringEquals has no wildcards", []string{allow("*", "*", leading("StringEquals"))}, "AccessDeniedException"},
		{"ForAllValues:StringLike", []string{allow("*", "*", leading("ForAllValues:StringLike"))}, ""},
		{"StringNotLike", []string{allow("*", "*", leading("StringNotLike"))}, "AccessDeniedException"},
		{"a key that the request lacks", []string{allow("*", "*", `, "Condition": {"StringEquals": {"aws:SourceVpc": "vpc"}}`)}, "AccessDeniedException"},
		{"IfExists", []string{allow("*", "*", `, "Condition": {"StringEqualsIfExists": {"aws:SourceVpc": "vpc"}}`)}, ""},
		{"ForAllValues of none", []string{allow("*", "*", `, "Condition": {"ForAllValues:StringEquals": {"aws:TagKeys": "x"}}`)}, ""},
		{"ForAnyValue of none", []string{allow("*", "*", `, "Condition": {"ForAnyValue:StringEquals": {"aws:TagKeys": "x"}}`)}, "AccessDeniedException"},
		{"Null", []string{allow("*", "*", `, "Condition": {"Null": {"aws:TagKeys": true}}`)}, ""},
		{"Null, but it is there", []string{allow("*", "*", `, "Condition": {"Null": {"dynamodb:LeadingKeys": "true"}}`)}, "AccessDeniedException"},
		{"ArnLike", []string{allow("*", "*", `, "Condition": {"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/drover-*"}}`)}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := serveTable(t)
			client := dynamodb.NewFromConfig(s.Config(east, s.As(t, c.statements...)))
			_, err := client.GetItem(context.Background(), &dynamodb.GetItemInput{TableName: aws.String("registry"), Key: key("lock", "lock")})
			if got := codeOf(err); got != c.want {
				t.Errorf("%q (%v), want %q", got, err, c.want)
			}
		})
	}
}

func TestADenialSaysWhoWhatAndWhere(t *testing.T) {
	s := serveAurora(t)
	client := rds.NewFromConfig(s.Config(west, s.As(t, `{"Effect": "Allow", "Action": "rds:Describe*", "Resource": "*"}`)))
	_, err := client.FailoverGlobalCluster(context.Background(), &rds.FailoverGlobalClusterInput{
		GlobalClusterIdentifier: aws.String("checkout"), TargetDbClusterIdentifier: aws.String(westCluster), AllowDataLoss: aws.Bool(true),
	})
	want := "User: arn:aws:sts::111122223333:assumed-role/drover-promotedatabase/session is not authorized to perform: " +
		"rds:FailoverGlobalCluster on resource: " + globalARN + " because no identity-based policy allows the rds:FailoverGlobalCluster action"
	if codeOf(err) != "AccessDenied" || !strings.Contains(err.Error(), want) {
		t.Errorf("error %v\nwant AccessDenied: %s", err, want)
	}
	if p := s.Promotions(); len(p) != 0 {
		t.Errorf("promotions %v, want none", p)
	}
}

func TestAPromotionNeedsTheGlobalClusterAndTheClusterItPromotes(t *testing.T) {
	for _, c := range []struct{ resources, want string }{
		{`"` + globalARN + `"`, "AccessDenied"},
		{`"` + westCluster + `"`, "AccessDenied"},
		{`["` + globalARN + `", "` + westCluster + `"]`, ""},
	} {
		s := serveAurora(t)
		accessKey := s.As(t, `{"Effect": "Allow", "Action": "rds:FailoverGlobalCluster", "Resource": `+c.resources+`}`)
		_, err := rds.NewFromConfig(s.Config(west, accessKey)).FailoverGlobalCluster(context.Background(), &rds.FailoverGlobalClusterInput{
			GlobalClusterIdentifier: aws.String("checkout"), TargetDbClusterIdentifier: aws.String(westCluster), AllowDataLoss: aws.Bool(true),
		})
		if got := codeOf(err); got != c.want {
			t.Errorf("allowed %s: %q, want %q", c.resources, got, c.want)
		}
	}
}

func TestEveryServiceHasItsOwnNameForADenial(t *testing.T) {
	s := serveTable(t)
	topic := s.AddTopic(east, "drover")
	powerless := s.Config(east, s.As(t))
	_, err := sns.NewFromConfig(powerless).Publish(context.Background(), &sns.PublishInput{TopicArn: &topic, Message: aws.String("x")})
	if got := codeOf(err); got != "AuthorizationError" {
		t.Errorf("SNS: %s, want AuthorizationError", got)
	}
	unknown := s.Config(east, "AKIAUNKNOWN")
	_, err = dynamodb.NewFromConfig(unknown).GetItem(context.Background(), &dynamodb.GetItemInput{TableName: aws.String("registry"), Key: key("a", "b")})
	if got := codeOf(err); got != "UnrecognizedClientException" {
		t.Errorf("DynamoDB: %s, want UnrecognizedClientException", got)
	}
	_, err = rds.NewFromConfig(unknown).DescribeGlobalClusters(context.Background(), nil)
	if got := codeOf(err); got != "InvalidClientTokenId" {
		t.Errorf("RDS: %s, want InvalidClientTokenId", got)
	}
}

func TestCallsNameTheRole(t *testing.T) {
	s := serveAurora(t)
	client := rds.NewFromConfig(s.Config(west, s.As(t, `{"Effect": "Allow", "Action": "rds:*", "Resource": "*"}`)))
	if _, err := client.DescribeGlobalClusters(context.Background(), nil); err != nil {
		t.Fatal(err)
	}
	got := s.Calls()[0]
	want := fakeaws.Call{At: testStart, Region: west, Service: "rds", Operation: "DescribeGlobalClusters", Role: testRoleARN}
	if got != want {
		t.Errorf("call %+v\nwant %+v", got, want)
	}
}

func TestPoliciesThatCannotBeEvaluatedAreRefused(t *testing.T) {
	for _, c := range []struct{ statement, want string }{
		{`{"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {"DateLessThan": {"aws:CurrentTime": "2030"}}}`, "DateLessThan"},
		{`{"Effect": "Allow", "Action": "*", "Resource": "*", "Principal": "*"}`, "Principal"},
		{`{"Effect": "allow", "Action": "*", "Resource": "*"}`, `Effect "allow"`},
		{`{"Effect": "Allow", "Resource": "*"}`, "either Action or NotAction"},
		{`{"Effect": "Allow", "Action": "*"}`, "either Resource or NotResource"},
		{`{"Effect": "Allow", "Action": "*", "Resource": "arn:aws:s3:::${aws:username}"}`, "policy variables"},
		{`{"Effect": "Allow", "Action": "*", "Resource": [{"Fn::GetAtt": ["x", "Arn"]}]}`, "statement 1"},
	} {
		_, err := serve(t).AddRole(testRoleARN, []json.RawMessage{json.RawMessage(`{"Statement": ` + c.statement + `}`)})
		if err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), testRoleARN) {
			t.Errorf("%s: error %v, want one that names %q and the role", c.statement, err, c.want)
		}
	}
}

// every operation of the simulator has dynamodb:LeadingKeys, a Query included; otherwise Null would deny what AWS
// allows, and ForAllValues allow what AWS denies.
func TestLeadingKeysNarrowEveryOperation(t *testing.T) {
	s := serveTable(t)
	statement := `{"Effect": "Allow", "Action": "dynamodb:*", "Resource": "` + tableARN + `", "Condition": {` +
		`"ForAllValues:StringLike": {"dynamodb:LeadingKeys": ["applications", "applications#*"]}, "Null": {"dynamodb:LeadingKeys": "false"}}}`
	client := dynamodb.NewFromConfig(s.Config(east, s.As(t, statement)))
	table, ctx := aws.String("registry"), context.Background()
	for _, c := range []struct{ partition, want string }{
		{"applications", ""}, {"applications#3", ""}, {"applications3", "AccessDeniedException"}, {"lock", "AccessDeniedException"},
		{"approvals", "AccessDeniedException"}, {"runs", "AccessDeniedException"},
	} {
		k := key(c.partition, "x")
		_, get := client.GetItem(ctx, &dynamodb.GetItemInput{TableName: table, Key: k})
		_, put := client.PutItem(ctx, &dynamodb.PutItemInput{TableName: table, Item: k})
		_, update := client.UpdateItem(ctx, &dynamodb.UpdateItemInput{TableName: table, Key: k})
		_, remove := client.DeleteItem(ctx, &dynamodb.DeleteItemInput{TableName: table, Key: k})
		_, query := client.Query(ctx, &dynamodb.QueryInput{
			TableName: table, KeyConditionExpression: aws.String("sk = :sk AND #p = :pk"), ExpressionAttributeNames: map[string]string{"#p": "pk"},
			ExpressionAttributeValues: map[string]dynamotypes.AttributeValue{":pk": k["pk"], ":sk": k["sk"]},
		})
		for operation, err := range map[string]error{"GetItem": get, "PutItem": put, "UpdateItem": update, "DeleteItem": remove, "Query": query} {
			if got := codeOf(err); got != c.want {
				t.Errorf("%s of %s: %q (%v), want %q", operation, c.partition, got, err, c.want)
			}
		}
	}
}

// key is the key of an item of the table registry.
func key(pk, sk string) map[string]dynamotypes.AttributeValue {
	return map[string]dynamotypes.AttributeValue{"pk": &dynamotypes.AttributeValueMemberS{Value: pk}, "sk": &dynamotypes.AttributeValueMemberS{Value: sk}}
}
