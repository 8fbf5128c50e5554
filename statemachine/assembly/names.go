package assembly

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"github.com/drover-dr/drover/internal/failover"
)

// place is where a stack is deployed: what the pseudo parameters stand for.
type place struct{ stack, region, account string }

// pseudo returns the value of a pseudo parameter. AWS::NoValue is none of these: it takes a property away.
func (p place) pseudo(name string) (string, bool) {
	switch name {
	case "AWS::Region":
		return p.region, true
	case "AWS::AccountId":
		return p.account, true
	case "AWS::StackName":
		return p.stack, true
	case "AWS::Partition":
		return p.partition(), true
	case "AWS::URLSuffix":
		return p.urlSuffix(), true
	}
	return "", false
}

func (p place) urlSuffix() string { return failover.Region(p.region).Partition().URLSuffix }

func (p place) partition() string { return failover.Region(p.region).Partition().ID }

// kind is what the package knows of a resource type.
type kind struct {
	// name is the property that gives the physical name, if one does.
	name string
	// versionOf is the property that names what this is a version of. Its physical name is that of the other with a
	// number: 1, because a drill deploys every stack for the first time.
	versionOf string
	// arn makes the ARN out of the physical name; nil for types without one.
	arn func(p place, name string) string
	// url makes the address out of the physical name; nil for types without one.
	url func(p place, name string) string
	// ref is what Ref gives, and attributes are what Fn::GetAtt gives: "name" for the physical name, which is the default
	// of Ref, "arn" for the ARN, "url" for the address.
	ref        string
	attributes map[string]string
}

const (
	// firstVersion is the number of what is published for the first time.
	firstVersion = "1"
	// firstRevision is the revision id of a state machine that has never been updated.
	firstRevision = "INITIAL"
)

// identity returns what Ref or Fn::GetAtt gives of a resource with a physical name.
func (k kind) identity(what string, p place, name string) (string, bool) {
	switch what {
	case "", "name":
		return name, true
	case "arn":
		return k.arn(p, name), true
	case "url":
		return k.url(p, name), true
	case "number":
		return firstVersion, true
	case "revision":
		return firstRevision, true
	}
	return "", false
}

// ARNs of services whose resources have a Region, of IAM, which has none, and of S3, which has no account either.
func regional(service, prefix, suffix string) func(place, string) string {
	return func(p place, name string) string {
		return fmt.Sprintf("arn:%s:%s:%s:%s:%s%s%s", p.partition(), service, p.region, p.account, prefix, name, suffix)
	}
}

func global(prefix string) func(place, string) string {
	return func(p place, name string) string {
		return fmt.Sprintf("arn:%s:iam::%s:%s%s", p.partition(), p.account, prefix, name)
	}
}

func queueURL(p place, name string) string {
	return fmt.Sprintf("https://sqs.%s.%s/%s/%s", p.region, p.urlSuffix(), p.account, name)
}

func apiURL(p place, id string) string {
	return fmt.Sprintf("https://%s.execute-api.%s.%s", id, p.region, p.urlSuffix())
}

func functionURL(p place, id string) string {
	return fmt.Sprintf("https://%s.lambda-url.%s.on.aws/", id, p.region)
}

func bucketARN(p place, name string) string {
	return fmt.Sprintf("arn:%s:s3:::%s", p.partition(), name)
}

// kinds are the resource types that Drover's stacks are made of. Those that nothing in a drill depends on, and that need
// no view, are listed too, so that they are known.
var kinds = map[string]kind{
	"AWS::Lambda::Function": {
		name: "FunctionName", arn: regional("lambda", "function:", ""), attributes: map[string]string{"Arn": "arn"}},
	"AWS::StepFunctions::StateMachine": {
		name: "StateMachineName", arn: regional("states", "stateMachine:", ""), ref: "arn",
		attributes: map[string]string{"Arn": "arn", "Name": "name", "StateMachineRevisionId": "revision"}},
	"AWS::Lambda::Version": {
		versionOf: "FunctionName", arn: regional("lambda", "function:", ""), ref: "arn",
		attributes: map[string]string{"FunctionArn": "arn", "Version": "number"}},
	"AWS::StepFunctions::StateMachineVersion": {
		versionOf: "StateMachineArn", arn: regional("states", "stateMachine:", ""), ref: "arn", attributes: map[string]string{"Arn": "arn"}},
	"AWS::IAM::Role": {
		name: "RoleName", arn: global("role/"), attributes: map[string]string{"Arn": "arn"}},
	"AWS::IAM::ManagedPolicy": {
		name: "ManagedPolicyName", arn: global("policy/"), ref: "arn", attributes: map[string]string{"PolicyArn": "arn"}},
	"AWS::IAM::Policy": {name: "PolicyName"},
	"AWS::DynamoDB::GlobalTable": {
		name: "TableName", arn: regional("dynamodb", "table/", ""), attributes: map[string]string{"Arn": "arn"}},
	"AWS::SNS::Topic": {
		name: "TopicName", arn: regional("sns", "", ""), ref: "arn",
		attributes: map[string]string{"TopicArn": "arn", "TopicName": "name"}},
	"AWS::SNS::TopicPolicy":  {},
	"AWS::SNS::Subscription": {},
	"AWS::S3::Bucket": {
		name: "BucketName", arn: bucketARN, attributes: map[string]string{"Arn": "arn"}},
	"AWS::S3::BucketPolicy": {},
	"AWS::Logs::LogGroup": {
		name: "LogGroupName", arn: regional("logs", "log-group:", ":*"), attributes: map[string]string{"Arn": "arn"}},
	"AWS::CloudWatch::Alarm": {
		name: "AlarmName", arn: regional("cloudwatch", "alarm:", ""), attributes: map[string]string{"Arn": "arn"}},
	"AWS::CloudWatch::Dashboard": {name: "DashboardName"},
	"AWS::ApiGatewayV2::Api": {
		url: apiURL, attributes: map[string]string{"ApiId": "name", "ApiEndpoint": "url"}},
	"AWS::ApiGatewayV2::Integration": {attributes: map[string]string{"IntegrationId": "name"}},
	"AWS::ApiGatewayV2::Route":       {attributes: map[string]string{"RouteId": "name"}},
	"AWS::ApiGatewayV2::Stage":       {name: "StageName"},
	"AWS::Events::Rule": {
		name: "Name", arn: regional("events", "rule/", ""), attributes: map[string]string{"Arn": "arn"}},
	"AWS::Scheduler::Schedule": {
		name: "Name", arn: regional("scheduler", "schedule/default/", ""), attributes: map[string]string{"Arn": "arn"}},
	"AWS::SQS::Queue": {
		name: "QueueName", arn: regional("sqs", "", ""), url: queueURL, ref: "url",
		attributes: map[string]string{"Arn": "arn", "QueueName": "name", "QueueUrl": "url"}},
	"AWS::SQS::QueuePolicy": {},
	"AWS::Lambda::Url": {
		url: functionURL, attributes: map[string]string{"FunctionUrl": "url"}},
	"AWS::Lambda::Permission":   {},
	"AWS::Route53::HealthCheck": {attributes: map[string]string{"HealthCheckId": "name"}},
	"AWS::CodeBuild::Project": {
		name: "Name", arn: regional("codebuild", "project/", ""), attributes: map[string]string{"Arn": "arn"}},
	"AWS::CodePipeline::Pipeline": {name: "Name"},
	"AWS::CDK::Metadata":          {},
}

// knownTypes returns the resource types that can be read, in alphabetical order.
func knownTypes() []string {
	var types []string
	for t := range kinds {
		types = append(types, t)
	}
	slices.Sort(types)
	return types
}

// generated is the physical name of a resource that its template does not name. CloudFormation joins stack, logical id
// and random characters; here the characters are derived, so that two readings are the same.
func generated(p place, resourceType, id string) string {
	sum := sha256.Sum256([]byte(p.account + p.region + p.stack + id))
	stem := fmt.Sprintf("%.50s", p.stack+"-"+id)
	name := stem + "-" + strings.ToUpper(hex.EncodeToString(sum[:6]))
	switch resourceType {
	case "AWS::S3::Bucket":
		return strings.ToLower(name)
	case "AWS::Route53::HealthCheck": // a UUID
		digits := hex.EncodeToString(sum[:16])
		return strings.Join([]string{digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]}, "-")
	case "AWS::Lambda::Url": // the first part of a host name
		return hex.EncodeToString(sum[:16])
	case "AWS::ApiGatewayV2::Api": // ten characters, which become the first part of a host name
		return hex.EncodeToString(sum[:5])
	}
	return name
}
