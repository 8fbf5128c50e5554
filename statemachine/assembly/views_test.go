package assembly

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestRolesCollectTheirPoliciesFromEverywhere(t *testing.T) {
	a, err := Read(onlyStack(`{"Resources": {
		"R": {"Type": "AWS::IAM::Role", "Properties": {"RoleName": "r",
			"AssumeRolePolicyDocument": {"Statement": "trust"},
			"Policies": [{"PolicyName": "x", "PolicyDocument": {"Statement": "inline"}}],
			"ManagedPolicyArns": [{"Ref": "P"}]}},
		"P": {"Type": "AWS::IAM::ManagedPolicy", "Properties": {"PolicyDocument": {"Statement": "managed"}}},
		"A": {"Type": "AWS::IAM::Policy", "Properties": {"Roles": [{"Ref": "R"}], "PolicyDocument": {"Statement": [{"Resource": {"Fn::Sub": "${R.Arn}"}}]}}}
	}}`), Placeholder)
	if err != nil {
		t.Fatal(err)
	}
	got := []string{string(a.Roles[0].Trust)}
	for _, p := range a.Roles[0].Policies {
		got = append(got, string(p))
	}
	want := []string{
		`{"Statement":"trust"}`, `{"Statement":"inline"}`, `{"Statement":"managed"}`,
		`{"Statement":[{"Resource":"arn:aws:iam::111122223333:role/r"}]}`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("documents (-want +got)\n%s", diff)
	}
}

func TestFunctionsAndMachinesAreReadWhole(t *testing.T) {
	a, err := Read(onlyStack(`{"Resources": {
		"M": {"Type": "AWS::StepFunctions::StateMachine", "Properties": {"StateMachineName": "m", "RoleArn": "role",
			"DefinitionString": "call ${StepArn} $notme", "DefinitionSubstitutions": {"StepArn": {"Fn::GetAtt": ["F", "Arn"]}}}},
		"F": {"Type": "AWS::Lambda::Function", "Properties": {"FunctionName": "f", "Handler": "validate", "Role": "role",
			"Timeout": 30, "MemorySize": 256, "Environment": {"Variables": {"A": {"Ref": "M"}, "N": 7}}}},
		"D": {"Type": "AWS::Lambda::Function", "Properties": {"FunctionName": "d", "Role": "role"}},
		"W": {"Type": "AWS::CloudWatch::Alarm", "Properties": {"AlarmName": "w", "Namespace": "AWS/States", "MetricName": "ExecutionsFailed",
			"Statistic": "Sum", "Period": 300, "EvaluationPeriods": 12, "DatapointsToAlarm": 3, "Threshold": 0.5,
			"ComparisonOperator": "LessThanThreshold", "TreatMissingData": "breaching",
			"Dimensions": [{"Name": "StateMachineArn", "Value": {"Ref": "M"}}], "AlarmActions": ["topic"]}}
	}}`), Placeholder)
	if err != nil {
		t.Fatal(err)
	}
	const machine = "arn:aws:states:eu-west-1:111122223333:stateMachine:m"
	const function = "arn:aws:lambda:eu-west-1:111122223333:function:"
	want := &Assembly{
		Functions: []Function{
			{Name: "f", ARN: function + "f", Region: "eu-west-1", Handler: "validate", RoleARN: "role",
				Environment: map[string]string{"A": machine, "N": "7"}, Timeout: 30 * time.Second, MemoryMB: 256},
			{Name: "d", ARN: function + "d", Region: "eu-west-1", RoleARN: "role", Environment: map[string]string{}, Timeout: 3 * time.Second, MemoryMB: 128},
		},
		StateMachines: []StateMachine{{Name: "m", ARN: machine, Region: "eu-west-1", RoleARN: "role", Definition: "call " + function + "f $notme"}},
		Alarms: []Alarm{{Name: "w", Region: "eu-west-1", Namespace: "AWS/States", Metric: "ExecutionsFailed",
			Dimensions: map[string]string{"StateMachineArn": machine}, Actions: []string{"topic"}, Statistic: "Sum", Period: 5 * time.Minute,
			Periods: 12, Datapoints: 3, Threshold: 0.5, Comparison: "LessThanThreshold", MissingData: "breaching"}},
	}
	got := &Assembly{Functions: a.Functions, StateMachines: a.StateMachines, Alarms: a.Alarms}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("views (-want +got)\n%s", diff)
	}
}

func TestVersionsHaveTheFirstNumber(t *testing.T) {
	a, err := Read(onlyStack(`{"Resources": {
		"M": {"Type": "AWS::StepFunctions::StateMachine", "Properties": {"StateMachineName": "m", "RoleArn": "role",
			"DefinitionString": "call ${StepArn}", "DefinitionSubstitutions": {"StepArn": {"Ref": "FV"}}}},
		"F": {"Type": "AWS::Lambda::Function", "Properties": {"FunctionName": "f", "Role": "role"}},
		"FV": {"Type": "AWS::Lambda::Version", "DeletionPolicy": "Retain", "Properties": {"FunctionName": {"Ref": "F"}}},
		"MV": {"Type": "AWS::StepFunctions::StateMachineVersion", "DeletionPolicy": "Retain", "Properties": {
			"StateMachineArn": {"Ref": "M"}, "StateMachineRevisionId": {"Fn::GetAtt": ["M", "StateMachineRevisionId"]}}}},
		"Outputs": {"Number": {"Value": {"Fn::GetAtt": ["FV", "Version"]}}}}`), Placeholder)
	if err != nil {
		t.Fatal(err)
	}
	number, _ := a.Stacks[0].Output("Number")
	got := []string{a.Functions[0].VersionARN, a.StateMachines[0].VersionARN, a.StateMachines[0].Definition, number}
	want := []string{
		"arn:aws:lambda:eu-west-1:111122223333:function:f:1", "arn:aws:states:eu-west-1:111122223333:stateMachine:m:1",
		"call arn:aws:lambda:eu-west-1:111122223333:function:f:1", "1",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("versions (-want +got)\n%s", diff)
	}
}

func TestAVersionThatIsDeletedWithItsSuccessorIsRefused(t *testing.T) {
	_, err := Read(onlyStack(`{"Resources": {
		"F": {"Type": "AWS::Lambda::Function", "Properties": {"FunctionName": "f", "Role": "role"}},
		"V": {"Type": "AWS::Lambda::Version", "Properties": {"FunctionName": {"Ref": "F"}}}}}`), Placeholder)
	if err == nil || !strings.Contains(err.Error(), "resource V: the version is deleted with its successor's deployment") {
		t.Errorf("error %v; want one that names the version", err)
	}
}

func TestHalfDeclaredResourcesAreNamed(t *testing.T) {
	for _, tc := range []struct{ name, resource, want string }{
		{"managed by AWS", `{"Type": "AWS::IAM::Role", "Properties": {"ManagedPolicyArns": ["arn:aws:iam::aws:policy/ReadOnlyAccess"]}}`,
			"stack s, resource X: the managed policy arn:aws:iam::aws:policy/ReadOnlyAccess is not in the stack"},
		{"policy without a role", `{"Type": "AWS::IAM::Policy", "Properties": {"Roles": ["gone"]}}`, "the role gone is not in the assembly"},
		{"function without a role", `{"Type": "AWS::Lambda::Function", "Properties": {}}`, "the function has no Role"},
		{"table without a key", `{"Type": "AWS::DynamoDB::GlobalTable", "Properties": {}}`, "the table has no HASH key"},
		{"machine without a text", `{"Type": "AWS::StepFunctions::StateMachine", "Properties": {"DefinitionS3Location": {}}}`, "no DefinitionString"},
		{"placeholder left", `{"Type": "AWS::StepFunctions::StateMachine", "Properties": {"DefinitionString": "${NotifyArn}"}}`,
			"nothing is substituted for ${NotifyArn} in the definition"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, err := Read(onlyStack(`{"Resources": {"X": `+tc.resource+`}}`), Placeholder)
			if err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("error %v, want %q", err, tc.want)
			}
		})
	}
}
