package assembly

import (
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
)

// viewer collects the views of all stacks, and what is missing in them.
type viewer struct {
	assembly *Assembly
	stack    *Stack
	problems []error
}

func (v *viewer) fail(r Resource, format string, args ...any) {
	v.problems = append(v.problems, fmt.Errorf("stack %s, resource %s: %w", v.stack.Name, r.LogicalID, fmt.Errorf(format, args...)))
}

// view adds what the assembly's stacks declare. Roles come first, since policies refer to them.
func (a *Assembly) view() error {
	v := &viewer{assembly: a}
	for i := range a.Stacks {
		v.stack = &a.Stacks[i]
		if deploys(a.Stacks[i]) {
			continue
		}
		for _, r := range v.stack.Resources {
			if r.Type == "AWS::IAM::Role" {
				v.role(r)
			}
		}
		for _, r := range v.stack.Resources {
			v.resource(r)
		}
	}
	return errors.Join(v.problems...)
}

// deploys says whether a stack is the pipeline's, which deploys the others and has no part in a run.
func deploys(s Stack) bool {
	return slices.ContainsFunc(s.Resources, func(r Resource) bool { return r.Type == "AWS::CodePipeline::Pipeline" })
}

func (v *viewer) resource(r Resource) {
	a := v.assembly
	switch r.Type {
	case "AWS::IAM::Policy", "AWS::IAM::ManagedPolicy":
		v.policy(r)
	case "AWS::Lambda::Function":
		v.function(r)
	case "AWS::StepFunctions::StateMachine":
		v.stateMachine(r)
	case "AWS::DynamoDB::GlobalTable":
		v.table(r)
	case "AWS::SNS::Topic":
		a.Topics = append(a.Topics, Topic{Name: r.Name, ARN: r.ARN, Region: v.stack.Region})
	case "AWS::S3::Bucket":
		a.Buckets = append(a.Buckets, Bucket{Name: r.Name, Region: v.stack.Region})
	case "AWS::CloudWatch::Alarm":
		v.alarm(r)
	default:
		v.trigger(r)
	}
}

func (v *viewer) function(r Resource) {
	f := Function{
		Name: r.Name, ARN: r.ARN, Region: v.stack.Region,
		Handler:     text(r.Properties, "Handler"),
		RoleARN:     text(r.Properties, "Role"),
		Timeout:     seconds(r.Properties, "Timeout", 3),
		MemoryMB:    number(r.Properties, "MemorySize", 128),
		Environment: map[string]string{},
		VersionARN:  v.versionOf(r),
		LogGroup:    text(r.Properties["LoggingConfig"], "LogGroup"),
	}
	for key, value := range object(r.Properties, "Environment", "Variables") {
		f.Environment[key] = fmt.Sprint(value)
	}
	if _, ok := r.Properties["ReservedConcurrentExecutions"]; ok {
		reserved := number(r.Properties, "ReservedConcurrentExecutions", 0)
		f.Reserved = &reserved
	}
	if f.RoleARN == "" {
		v.fail(r, "the function has no Role")
	}
	v.assembly.Functions = append(v.assembly.Functions, f)
}

// versionOf is the ARN of the version that the stack publishes of a function or a state machine.
func (v *viewer) versionOf(of Resource) string {
	for _, r := range v.stack.Resources {
		if kinds[r.Type].versionOf != "" && r.ARN == of.ARN+":"+firstVersion {
			if !r.Retained {
				v.fail(r, "the version is deleted with its successor's deployment, and runs in progress with it; expected DeletionPolicy Retain")
			}
			return r.ARN
		}
	}
	return ""
}

var placeholder = regexp.MustCompile(`\$\{[A-Za-z0-9_]+\}`)

func (v *viewer) stateMachine(r Resource) {
	definition := text(r.Properties, "DefinitionString")
	if definition == "" {
		v.fail(r, "the state machine has no DefinitionString; a definition in S3 or as an object is not known here")
	}
	for key, value := range object(r.Properties, "DefinitionSubstitutions") {
		definition = strings.ReplaceAll(definition, "${"+key+"}", fmt.Sprint(value))
	}
	if left := placeholder.FindString(definition); left != "" {
		v.fail(r, "nothing is substituted for %s in the definition", left)
	}
	logs := object(r.Properties, "LoggingConfiguration")
	group := ""
	for _, d := range list(logs, "Destinations") {
		destination, _ := d.(map[string]any)
		group = v.logGroup(text(destination["CloudWatchLogsLogGroup"], "LogGroupArn"))
	}
	v.assembly.StateMachines = append(v.assembly.StateMachines, StateMachine{
		LogGroup: group, LogData: logs["IncludeExecutionData"] == true,
		Name: r.Name, ARN: r.ARN, Region: v.stack.Region, RoleARN: text(r.Properties, "RoleArn"), Definition: definition,
		VersionARN: v.versionOf(r),
	})
}

func (v *viewer) role(r Resource) {
	role := Role{Name: r.Name, ARN: r.ARN, Trust: document(r.Properties["AssumeRolePolicyDocument"])}
	for _, inline := range list(r.Properties, "Policies") {
		if p, ok := inline.(map[string]any); ok {
			role.Policies = append(role.Policies, document(p["PolicyDocument"]))
		}
	}
	for _, arn := range list(r.Properties, "ManagedPolicyArns") {
		v.attach(r, &role, fmt.Sprint(arn))
	}
	v.assembly.Roles = append(v.assembly.Roles, role)
}

// attach adds the document of a managed policy of the same stack. AWS's managed policies are not in the assembly.
func (v *viewer) attach(r Resource, role *Role, arn string) {
	for _, other := range v.stack.Resources {
		if other.Type == "AWS::IAM::ManagedPolicy" && other.ARN == arn {
			role.Policies = append(role.Policies, document(other.Properties["PolicyDocument"]))
			return
		}
	}
	v.fail(r, "the managed policy %s is not in the stack, so what it allows is not known here", arn)
}

// policy adds a policy's document to the roles that it names.
func (v *viewer) policy(r Resource) {
	for _, name := range list(r.Properties, "Roles") {
		i := slices.IndexFunc(v.assembly.Roles, func(role Role) bool { return role.Name == name })
		if i < 0 {
			v.fail(r, "the role %v is not in the assembly", name)
			continue
		}
		role := &v.assembly.Roles[i]
		role.Policies = append(role.Policies, document(r.Properties["PolicyDocument"]))
	}
}

func (v *viewer) table(r Resource) {
	t := Table{Name: r.Name, Regions: []string{v.stack.Region}}
	for _, replica := range list(r.Properties, "Replicas") {
		region := text(replica, "Region")
		if region != "" && !slices.Contains(t.Regions, region) {
			t.Regions = append(t.Regions, region)
		}
	}
	for _, key := range list(r.Properties, "KeySchema") {
		switch text(key, "KeyType") {
		case "HASH":
			t.PartitionKey = text(key, "AttributeName")
		case "RANGE":
			t.SortKey = text(key, "AttributeName")
		}
	}
	if t.PartitionKey == "" {
		v.fail(r, "the table has no HASH key")
	}
	t.Strong = text(r.Properties, "MultiRegionConsistency") == "STRONG"
	for _, witness := range list(r.Properties, "GlobalTableWitnesses") {
		t.Witness = text(witness, "Region")
	}
	v.assembly.Tables = append(v.assembly.Tables, t)
}

func (v *viewer) alarm(r Resource) {
	a := Alarm{
		Name: r.Name, Region: v.stack.Region, Namespace: text(r.Properties, "Namespace"), Metric: text(r.Properties, "MetricName"),
		Dimensions: map[string]string{},
		Statistic:  text(r.Properties, "Statistic"), Period: seconds(r.Properties, "Period", 60),
		Comparison: text(r.Properties, "ComparisonOperator"), Threshold: decimal(r.Properties, "Threshold"),
		Periods: number(r.Properties, "EvaluationPeriods", 1), MissingData: text(r.Properties, "TreatMissingData"),
	}
	a.Datapoints = number(r.Properties, "DatapointsToAlarm", a.Periods)
	for _, d := range list(r.Properties, "Dimensions") {
		a.Dimensions[text(d, "Name")] = text(d, "Value")
	}
	for _, arn := range list(r.Properties, "AlarmActions") {
		a.Actions = append(a.Actions, fmt.Sprint(arn))
	}
	v.assembly.Alarms = append(v.assembly.Alarms, a)
}

// The properties of a resource are JSON of any form; these return the zero value for what is not there.

func text(of any, key string) string {
	properties, _ := of.(map[string]any)
	s, _ := properties[key].(string)
	return s
}

func number(properties map[string]any, key string, otherwise int) int {
	if n, ok := properties[key].(float64); ok {
		return int(n)
	}
	return otherwise
}

func seconds(properties map[string]any, key string, otherwise int) time.Duration {
	return time.Duration(number(properties, key, otherwise)) * time.Second
}

func decimal(properties map[string]any, key string) float64 {
	n, _ := properties[key].(float64)
	return n
}

func list(properties map[string]any, key string) []any {
	l, _ := properties[key].([]any)
	return l
}

func object(properties map[string]any, path ...string) map[string]any {
	for _, key := range path {
		properties, _ = properties[key].(map[string]any)
	}
	return properties
}

func document(v any) json.RawMessage {
	text, err := json.Marshal(v)
	if err != nil {
		panic(err) // It was read from JSON.
	}
	return text
}

// logGroup is the name of the log group with an ARN, with or without the wildcard that its streams are named by.
func (v *viewer) logGroup(arn string) string {
	for _, r := range v.stack.Resources {
		if r.Type == "AWS::Logs::LogGroup" && r.ARN != "" && strings.TrimSuffix(r.ARN, ":*") == strings.TrimSuffix(arn, ":*") {
			return r.Name
		}
	}
	return ""
}
