package assembly

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
)

// onlyStack is an assembly of one stack named "s" in eu-west-1, with the given template.
func onlyStack(template string) fstest.MapFS {
	return fstest.MapFS{
		"manifest.json": {Data: []byte(`{"artifacts": {"s": {"type": "aws:cloudformation:stack",
			"environment": "aws://unknown-account/eu-west-1", "properties": {"templateFile": "s.json"}}}}`)},
		"s.json": {Data: []byte(template)},
	}
}

// probe resolves one value, as the output of a stack that has a resource of each kind.
func probe(value string) (*Assembly, error) {
	return Read(onlyStack(fmt.Sprintf(`{
		"Parameters": {"Size": {"Type": "Number", "Default": 3}, "Version": {"Type": "AWS::SSM::Parameter::Value<String>", "Default": "/v"}, "Bare": {"Type": "String"}},
		"Conditions": {
			"Yes": {"Fn::Equals": [{"Ref": "AWS::Region"}, "eu-west-1"]}, "No": {"Fn::Not": [{"Condition": "Yes"}]},
			"Both": {"Fn::And": [{"Condition": "Yes"}, {"Condition": "No"}]}, "Either": {"Fn::Or": [{"Condition": "No"}, {"Condition": "Yes"}]},
			"Ring": {"Fn::Not": [{"Condition": "Ring"}]}
		},
		"Resources": {
			"F": {"Type": "AWS::Lambda::Function", "Properties": {"FunctionName": "f", "Role": {"Fn::GetAtt": ["R", "Arn"]}}},
			"R": {"Type": "AWS::IAM::Role", "Properties": {"RoleName": "r"}},
			"P": {"Type": "AWS::IAM::ManagedPolicy", "Properties": {"ManagedPolicyName": "p"}},
			"M": {"Type": "AWS::StepFunctions::StateMachine", "Properties": {"StateMachineName": "m", "DefinitionString": "{}"}},
			"G": {"Type": "AWS::DynamoDB::GlobalTable", "Properties": {"TableName": "g", "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}]}},
			"T": {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": "t"}},
			"B": {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": {"Fn::Sub": "b-${AWS::AccountId}"}}},
			"Unnamed": {"Type": "AWS::S3::Bucket"},
			"L": {"Type": "AWS::Logs::LogGroup", "Properties": {"LogGroupName": "/l"}},
			"A": {"Type": "AWS::CloudWatch::Alarm", "Properties": {"AlarmName": "a"}},
			"Itself": {"Type": "AWS::SNS::Topic", "Condition": "No", "Properties": {"TopicName": {"Fn::GetAtt": ["Itself", "TopicName"]}}}
		},
		"Outputs": {"Probe": {"Value": %s}}
	}`, value)), Placeholder)
}

func TestIntrinsicsAreResolvedAsCloudFormationDoes(t *testing.T) {
	for _, tc := range []struct{ value, want string }{
		{`"plain"`, "plain"},
		{`{"Ref": "AWS::Region"}`, "eu-west-1"},
		{`{"Ref": "AWS::AccountId"}`, "111122223333"},
		{`{"Ref": "AWS::Partition"}`, "aws"},
		{`{"Ref": "AWS::URLSuffix"}`, "amazonaws.com"},
		{`{"Ref": "AWS::StackName"}`, "s"},
		{`{"Ref": "Size"}`, "3"},
		{`{"Ref": "F"}`, "f"},
		{`{"Fn::GetAtt": ["F", "Arn"]}`, "arn:aws:lambda:eu-west-1:111122223333:function:f"},
		{`{"Fn::GetAtt": "F.Arn"}`, "arn:aws:lambda:eu-west-1:111122223333:function:f"},
		{`{"Ref": "R"}`, "r"},
		{`{"Fn::GetAtt": ["R", "Arn"]}`, "arn:aws:iam::111122223333:role/r"},
		{`{"Ref": "P"}`, "arn:aws:iam::111122223333:policy/p"},
		{`{"Ref": "M"}`, "arn:aws:states:eu-west-1:111122223333:stateMachine:m"},
		{`{"Fn::GetAtt": ["M", "Name"]}`, "m"},
		{`{"Ref": "G"}`, "g"},
		{`{"Fn::GetAtt": ["G", "Arn"]}`, "arn:aws:dynamodb:eu-west-1:111122223333:table/g"},
		{`{"Ref": "T"}`, "arn:aws:sns:eu-west-1:111122223333:t"},
		{`{"Fn::GetAtt": ["T", "TopicName"]}`, "t"},
		{`{"Ref": "B"}`, "b-111122223333"},
		{`{"Fn::GetAtt": ["B", "Arn"]}`, "arn:aws:s3:::b-111122223333"},
		{`{"Fn::GetAtt": ["L", "Arn"]}`, "arn:aws:logs:eu-west-1:111122223333:log-group:/l:*"},
		{`{"Fn::GetAtt": ["A", "Arn"]}`, "arn:aws:cloudwatch:eu-west-1:111122223333:alarm:a"},
		{`{"Fn::Sub": "${AWS::Region}/${F}/${R.Arn}/${!kept}"}`, "eu-west-1/f/arn:aws:iam::111122223333:role/r/${kept}"},
		{`{"Fn::Sub": ["${Own}-${F}", {"Own": {"Ref": "G"}}]}`, "g-f"},
		{`{"Fn::Join": ["-", ["a", {"Ref": "F"}, {"Ref": "AWS::NoValue"}, "z"]]}`, "a-f-z"},
		{`{"Fn::Select": [1, ["a", "b"]]}`, "b"},
		{`{"Fn::Select": ["5", {"Fn::Split": [":", {"Ref": "T"}]}]}`, "t"},
		{`{"Fn::Join": ["+", {"Fn::Split": [",", "a,b"]}]}`, "a+b"},
		{`{"Fn::If": ["Yes", "a", {"Ref": "Nothing"}]}`, "a"},
		{`{"Fn::If": ["No", {"Ref": "Nothing"}, "b"]}`, "b"},
		{`{"Fn::If": ["Both", "a", "b"]}`, "b"},
		{`{"Fn::If": ["Either", "a", "b"]}`, "a"},
	} {
		a, err := probe(tc.value)
		if err != nil {
			t.Errorf("%s: %v", tc.value, err)
			continue
		}
		if got, _ := a.Stacks[0].Output("Probe"); got != tc.want {
			t.Errorf("%s = %q, want %q", tc.value, got, tc.want)
		}
	}
}

func TestWhatIsNotKnownIsNamedWithItsPlace(t *testing.T) {
	for _, tc := range []struct{ value, want string }{
		{`{"Fn::ImportValue": "x"}`, "stack s, output Probe: the intrinsic function Fn::ImportValue is not known here"},
		{`{"Fn::Sub": "${F.Version}"}`, "Fn::GetAtt F.Version: the attribute Version of AWS::Lambda::Function is not known here"},
		{`{"Fn::GetAtt": ["F", "Version"]}`, "the attribute Version of AWS::Lambda::Function is not known here"},
		{`{"Ref": "Gone"}`, "Ref Gone: the template has nothing of this name"},
		{`{"Ref": "AWS::StackId"}`, "Ref AWS::StackId: the template has nothing of this name"},
		{`{"Ref": "Version"}`, "Ref Version: a parameter of type AWS::SSM::Parameter::Value<String> has no value in a drill"},
		{`{"Ref": "Bare"}`, "Ref Bare: a parameter of type String has no value in a drill"},
		{`{"Ref": "Itself"}`, "stack s, resource Itself: Itself depends on itself"},
		{`{"Fn::If": ["Ring", "a", "b"]}`, "condition Ring depends on itself"},
		{`{"Fn::If": ["Gone", "a", "b"]}`, "the template has no condition Gone"},
		{`{"Fn::Select": [2, ["a", "b"]]}`, "Fn::Select: 2 is not an index of a list of 2"},
		{`{"Fn::Sub": "${F"}`, "Fn::Sub: ${F is not closed"},
		{`{"Fn::Join": ["-", "a"]}`, "Fn::Join: expected a list to join"},
		{`{"Fn::Split": [":"]}`, "Fn::Split: expected a delimiter and text"},
		{`{"Fn::Sub": 3}`, "Fn::Sub: expected text, or a list of text and values"},
		{`["a"]`, "Value: a []interface {}; expected text"},
	} {
		_, err := probe(tc.value)
		if err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%s: error %v, want %q", tc.value, err, tc.want)
		}
	}
}

func TestEverythingUnknownIsReportedAtOnce(t *testing.T) {
	_, err := Read(onlyStack(`{"Resources": {
		"Queue": {"Type": "AWS::Kinesis::Stream"},
		"T": {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": {"Fn::FindInMap": ["a", "b", "c"]}, "DisplayName": {"Ref": "Gone"}}}
	}}`), Placeholder)
	for _, want := range []string{
		"stack s, resource Queue: the resource type AWS::Kinesis::Stream is not known here",
		"stack s, resource T: the intrinsic function Fn::FindInMap is not known here",
		"stack s, resource T: Ref Gone",
	} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q in it", err, want)
		}
	}
}

func TestResourcesKeepTheOrderOfTheTemplateAndLoseFalseConditions(t *testing.T) {
	a, err := probe(`"x"`)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, r := range a.Stacks[0].Resources {
		got = append(got, r.LogicalID)
	}
	want := []string{"F", "R", "P", "M", "G", "T", "B", "Unnamed", "L", "A"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("resources (-want +got)\n%s", diff)
	}
}

func TestGeneratedNamesAreTheSameInEveryReading(t *testing.T) {
	name := func() string {
		a, err := probe(`{"Ref": "Unnamed"}`)
		if err != nil {
			t.Fatal(err)
		}
		got, _ := a.Stacks[0].Output("Probe")
		return got
	}
	first := name()
	if !strings.HasPrefix(first, "s-unnamed-") || first != strings.ToLower(first) {
		t.Errorf("generated bucket name %q; want lower case, beginning with stack and logical id", first)
	}
	if again := name(); again != first {
		t.Errorf("read again, the name is %q and was %q", again, first)
	}
}

func TestPartitionFollowsTheRegion(t *testing.T) {
	for region, want := range map[string]string{"cn-north-1": "aws-cn", "us-gov-west-1": "aws-us-gov", "us-east-1": "aws"} {
		if got := (place{region: region}).partition(); got != want {
			t.Errorf("partition of %s = %s, want %s", region, got, want)
		}
	}
}

func TestPropertiesWithoutAValueAreNotThere(t *testing.T) {
	a, err := Read(onlyStack(`{"Resources": {"T": {"Type": "AWS::SNS::Topic", "DeletionPolicy": "Retain",
		"Properties": {"DisplayName": {"Ref": "AWS::NoValue"}, "TopicName": "t"}}, "L": {"Type": "AWS::Logs::LogGroup", "DeletionPolicy": "Delete"}}}`), Placeholder)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(map[string]any{"TopicName": "t"}, a.Stacks[0].Resources[0].Properties); diff != "" {
		t.Errorf("properties (-want +got)\n%s", diff)
	}
	if topic, group := a.Stacks[0].Resources[0], a.Stacks[0].Resources[1]; !topic.Retained || group.Retained {
		t.Errorf("retained: topic %t, log group %t; want what their DeletionPolicy says", topic.Retained, group.Retained)
	}
}

func TestAWrongNameIsReportedOnceHoweverOftenItIsReferredTo(t *testing.T) {
	_, err := Read(onlyStack(`{"Resources": {"T": {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": {"Fn::Cidr": []}}}},
		"Outputs": {"A": {"Value": {"Ref": "T"}}, "B": {"Value": {"Ref": "T"}}}}`), Placeholder)
	if err == nil || strings.Count(err.Error(), "Fn::Cidr") != 1 {
		t.Errorf("error %v; want Fn::Cidr in it once", err)
	}
}
