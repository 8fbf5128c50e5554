package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/drover-dr/drover/infra/names"
	"github.com/drover-dr/drover/infra/step"
	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/statemachine/assembly"
)

// The guarantees of the templates to an operator. What a resource's properties are is in the golden templates;
// here is what they are for.

// regionStacks are the two stacks that runs need, by Region.
func regionStacks(t *testing.T) map[failover.Region]assembly.Stack {
	t.Helper()
	s := fresh(t)
	stacks := map[failover.Region]assembly.Stack{}
	for _, stack := range s.assembly.Stacks {
		for _, code := range []failover.Region{s.config.Plan.Primary, s.config.Plan.Standby} {
			if stack.Name == (names.Region{Plan: s.config.Plan, Code: code}).Stack() {
				stacks[code] = stack
			}
		}
	}
	if len(stacks) != 2 {
		t.Fatalf("stacks of Regions: %d, want 2", len(stacks))
	}
	return stacks
}

// ofType returns the resources of a type.
func ofType(stack assembly.Stack, resourceType string) []assembly.Resource {
	return slices.DeleteFunc(slices.Clone(stack.Resources), func(r assembly.Resource) bool { return r.Type != resourceType })
}

func TestRegistryCannotBeLost(t *testing.T) {
	s := fresh(t)
	tables := ofType(s.assembly.Stacks[0], "AWS::DynamoDB::GlobalTable")
	if len(tables) != 1 || !tables[0].Retained {
		t.Fatalf("the first stack to be deployed has %d tables, want one that outlives its stack", len(tables))
	}
	regions := map[any]bool{}
	for _, r := range tables[0].Properties["Replicas"].([]any) {
		replica := r.(map[string]any)
		regions[replica["Region"]] = true
		restore, _ := replica["PointInTimeRecoverySpecification"].(map[string]any)
		if restore["PointInTimeRecoveryEnabled"] != true || replica["DeletionProtectionEnabled"] != true {
			t.Errorf("the replica in %v can be lost: %v", replica["Region"], replica)
		}
	}
	if !regions[string(s.config.Plan.Primary)] || !regions[string(s.config.Plan.Standby)] {
		t.Errorf("replicas in %v, want one in each Region of the plan", regions)
	}
}

func TestReportsAreKeptAndHidden(t *testing.T) {
	for code, stack := range regionStacks(t) {
		buckets := ofType(stack, "AWS::S3::Bucket")
		if len(buckets) != 1 || !buckets[0].Retained {
			t.Fatalf("%s: %d buckets, want one that outlives its stack", code, len(buckets))
		}
		text := compact(t, buckets[0].Properties)
		for _, want := range []string{
			`"VersioningConfiguration":{"Status":"Enabled"}`, `"SSEAlgorithm":"AES256"`,
			`"BlockPublicAcls":true,"BlockPublicPolicy":true,"IgnorePublicAcls":true,"RestrictPublicBuckets":true`,
		} {
			if !strings.Contains(text, want) {
				t.Errorf("%s: the report bucket lacks %s: %s", code, want, text)
			}
		}
		policies := ofType(stack, "AWS::S3::BucketPolicy")
		if len(policies) != 1 || !strings.Contains(compact(t, policies[0].Properties), `"Bool":{"aws:SecureTransport":"false"}},"Effect":"Deny"`) {
			t.Errorf("%s: the report bucket can be read without TLS", code)
		}
	}
}

func TestEveryFunctionThatIsCalledExistsInTheRegionOfItsRunAndNoOther(t *testing.T) {
	s := fresh(t)
	arn := regexp.MustCompile(`arn:aws:lambda:[^"]*`)
	// A step is called by its version, the API by its latest code, which no run depends on.
	for _, machine := range s.assembly.StateMachines {
		called := arn.FindAllString(machine.Definition, -1)
		for _, api := range s.assembly.APIs {
			if api.Region == machine.Region {
				called = append(called, api.Routes[0].FunctionARN)
			}
		}
		for _, u := range s.assembly.FunctionURLs {
			if u.Region == machine.Region {
				called = append(called, u.FunctionARN)
			}
		}
		slices.Sort(called)
		called = slices.Compact(called)
		var deployed []string
		for _, f := range s.assembly.Functions {
			if f.Region == machine.Region {
				if f.VersionARN != "" {
					f.ARN = f.VersionARN
				}
				deployed = append(deployed, f.ARN)
			}
		}
		slices.Sort(deployed)
		if diff := cmp.Diff(deployed, called); diff != "" {
			t.Errorf("%s: functions deployed and called (-deployed +called)\n%s", machine.Region, diff)
		}
	}
}

func TestEveryFunctionHasARoleOfItsOwnAndTheCodeOfItsStep(t *testing.T) {
	owner := map[string]string{}
	for _, f := range fresh(t).assembly.Functions {
		if other, taken := owner[f.RoleARN]; taken {
			t.Errorf("%s has the role of %s", f.ARN, other)
		}
		owner[f.RoleARN] = f.ARN
		if _, err := os.Stat(filepath.Join("..", "lambdas", f.Handler)); err != nil {
			t.Errorf("%s: no step %q in lambdas", f.ARN, f.Handler)
		}
		if f.Timeout >= failover.StepTimeout {
			t.Errorf("%s: may take %s, and Step Functions waits for %s only", f.ARN, f.Timeout, failover.StepTimeout)
		}
	}
}

func TestEveryFunctionCarriesThePlan(t *testing.T) {
	s := fresh(t)
	for _, f := range s.assembly.Functions {
		plan, err := failover.ParsePlan([]byte(f.Environment[failover.PlanVariable]))
		if err != nil || !reflect.DeepEqual(plan, s.config.Plan) {
			t.Errorf("%s: plan %+v, %v; want %+v", f.ARN, plan, err, s.config.Plan)
		}
		if f.Environment[failover.TableVariable] != s.assembly.Tables[0].Name {
			t.Errorf("%s: table %q; want the registry, %q", f.ARN, f.Environment[failover.TableVariable], s.assembly.Tables[0].Name)
		}
	}
}

func TestWhatHappenedCanBeRead(t *testing.T) {
	for code, stack := range regionStacks(t) {
		groups := map[any]bool{}
		for _, g := range ofType(stack, "AWS::Logs::LogGroup") {
			groups[g.Name] = g.Properties["RetentionInDays"] == float64(fresh(t).config.LogRetentionDays)
		}
		for _, f := range ofType(stack, "AWS::Lambda::Function") {
			logging, _ := f.Properties["LoggingConfig"].(map[string]any)
			if !groups[logging["LogGroup"]] {
				t.Errorf("%s: %s writes to %v; want a log group of the stack that keeps what the plan says", code, f.Name, logging["LogGroup"])
			}
			if tracing, _ := f.Properties["TracingConfig"].(map[string]any); tracing["Mode"] != "Active" && !strings.HasSuffix(f.Name, "-lever") { // traces of every health checker's request would cost more than the plan
				t.Errorf("%s: %s is not traced", code, f.Name)
			}
		}
		text := compact(t, ofType(stack, "AWS::StepFunctions::StateMachine")[0].Properties)
		if !strings.Contains(text, `"IncludeExecutionData":false,"Level":"ALL"`) || !strings.Contains(text, `"TracingConfiguration":{"Enabled":true}`) {
			t.Errorf("%s: the state machine does not log and trace everything", code)
		}
	}
}

func TestEveryWayInWhichARunCanFailHasAnAlarm(t *testing.T) {
	s := fresh(t)
	for _, machine := range s.assembly.StateMachines {
		notified := map[string]bool{}
		for _, alarm := range s.assembly.Alarms {
			if alarm.Dimensions["StateMachineArn"] == machine.ARN {
				notified[alarm.Metric] = slices.ContainsFunc(s.assembly.Topics, func(topic assembly.Topic) bool {
					return topic.Region == machine.Region && slices.Contains(alarm.Actions, topic.ARN)
				})
			}
		}
		want := map[string]bool{"ExecutionsFailed": true, "ExecutionsTimedOut": true, "ExecutionsAborted": true}
		if diff := cmp.Diff(want, notified); diff != "" {
			t.Errorf("%s: metrics whose alarm notifies the Region's topic (-want +got)\n%s", machine.Region, diff)
		}
	}
	for code, stack := range regionStacks(t) {
		policy := compact(t, ofType(stack, "AWS::SNS::TopicPolicy")[0].Properties)
		if !strings.Contains(policy, `"Effect":"Allow","Principal":{"Service":"cloudwatch.amazonaws.com"}`) {
			t.Errorf("%s: alarms may not publish to the topic: %s", code, policy)
		}
	}
}

func TestTheOutputsSayWhereEverythingIs(t *testing.T) {
	for code, stack := range regionStacks(t) {
		for _, name := range []string{"StateMachineArn", "TableName", "TopicArn", "ReportBucket", "ApiUrl", "DashboardName", "DeadLetterQueueUrl"} {
			if value, ok := stack.Output(name); !ok || value == "" {
				t.Errorf("%s: no output %s", code, name)
			}
		}
	}
}

// compact is JSON with sorted keys and without spaces.
func compact(t *testing.T, v any) string {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// walk calls visit with the path and value of every text in v, in order.
func walk(path string, v any, visit func(path, text string)) {
	switch v := v.(type) {
	case string:
		visit(path, v)
	case []any:
		for i, element := range v {
			walk(fmt.Sprintf("%s[%d]", path, i), element, visit)
		}
	case map[string]any:
		for _, key := range sortedKeys(v) {
			visit(path+"."+key, key)
			walk(path+"."+key, v[key], visit)
		}
	}
}

// The histories of runs outlive the stack: what Step Functions, the functions and the API wrote of them.
func TestTheLogsOfRunsOutliveTheStack(t *testing.T) {
	for _, stack := range complete(t).assembly.Stacks {
		for _, group := range ofType(stack, "AWS::Logs::LogGroup") {
			if want := stack.Name != "drover-pipeline"; group.Retained != want {
				t.Errorf("%s: the log group %s outlives the stack: %t; want %t", stack.Name, group.Name, group.Retained, want)
			}
		}
	}
	for code, stack := range regionStacks(t) {
		if got, want := len(ofType(stack, "AWS::Logs::LogGroup")), len(step.Deployed(fresh(t).config.Plan))+2; got != want {
			t.Errorf("%s: %d log groups; want %d", code, got, want)
		}
		text, err := os.ReadFile(filepath.Join(fresh(t).dir, stack.Name+".template.json"))
		if err != nil {
			t.Fatal(err)
		}
		// With Retain, a first deployment that fails would leave a group whose name is taken at the next.
		if got := strings.Count(string(text), `"DeletionPolicy": "RetainExceptOnCreate"`); got != len(step.Deployed(fresh(t).config.Plan))+2 {
			t.Errorf("%s: %d resources are kept except when their creation fails; want the log groups", code, got)
		}
	}
}
