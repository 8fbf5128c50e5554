package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/drover-dr/drover/internal/failover"
)

// decided is what a number of the templates is, and what an operator may rely on because of it.
type decided struct{ is, why string }

// templateNumbers are those of all numbers of the templates but those of alarms, by type of resource and property. The numbers of the
// definition are in the tests of the package statemachine, those of the plan in the plan.
var templateNumbers = map[string]decided{
	"AWS::ApiGatewayV2::Stage DefaultRouteSettings.ThrottlingRateLimit":                         {"10", "a script that watches a run every second is far below it, and a loop with a defect uses up no concurrency of the account"},
	"AWS::ApiGatewayV2::Stage DefaultRouteSettings.ThrottlingBurstLimit":                        {"20", "twice the rate: some operators open the same page at once"},
	"AWS::Events::Rule Targets[].RetryPolicy.MaximumEventAgeInSeconds":                          {"900", "a failover that starts a quarter of an hour late is not the one that the alarm asked for"},
	"AWS::Events::Rule Targets[].RetryPolicy.MaximumRetryAttempts":                              {"60", "more than fit into the 900 s, so that the age decides"},
	"AWS::Scheduler::Schedule Target.RetryPolicy.MaximumEventAgeInSeconds":                      {"900", "a check is due again by then"},
	"AWS::Scheduler::Schedule Target.RetryPolicy.MaximumRetryAttempts":                          {"60", "more than fit into the 900 s, so that the age decides"},
	"AWS::Lambda::Function MemorySize":                                                          {"256", "a wave of 10,000 applications fits, and a cold start has the processor that goes with it"},
	"AWS::Lambda::Function ReservedConcurrentExecutions":                                        {"2 6", "of the plan: a step and its retry after a time-out run at once, and the API has three times as many"},
	"AWS::Lambda::Function Timeout":                                                             {fmt.Sprint(failover.FunctionTimeout.Seconds()), "shorter than Step Functions waits, so that Lambda ends a function that hangs and names the error"},
	"AWS::Logs::LogGroup RetentionInDays":                                                       {"90", "as long as Step Functions keeps the history of a run; it is a key of the context"},
	"AWS::Route53::HealthCheck HealthCheckConfig.FailureThreshold":                              {"1", "users move at the first answer that differs: the endpoint is Drover's own and does not flap"},
	"AWS::Route53::HealthCheck HealthCheckConfig.RequestInterval":                               {"10", "the shorter of the two that Route 53 has; the delay of a switch counts on it"},
	"AWS::Route53::HealthCheck HealthCheckConfig.Port":                                          {"443", "function URLs answer there alone"},
	"AWS::S3::BucketPolicy PolicyDocument.Statement[].Condition.NumericLessThan.s3:TlsVersion":  {"1.2", "no older protocol reads reports"},
	"AWS::SQS::Queue MessageRetentionPeriod":                                                    {"1209600", "14 days, the longest that there is: a run that did not start is read after a holiday too"},
	"AWS::CodeBuild::Project TimeoutInMinutes":                                                  {"60", "all tests and drills take less than half of it"},
	"AWS::S3::Bucket LifecycleConfiguration.Rules[].ExpirationInDays":                           {"30", "of the pipeline's artifacts, which can be made again; reports are kept for good"},
	"AWS::S3::Bucket LifecycleConfiguration.Rules[].NoncurrentVersionExpiration.NoncurrentDays": {"1", "as above"},
	"AWS::CloudWatch::Dashboard widgets[].properties.annotations.horizontal[].value":            {"60 600", "the targets of the plan for data loss and recovery"},
	"AWS::CloudWatch::Dashboard widgets[].properties.period":                                    {"1800 300 60", "readiness by the schedule of checks, runs by five minutes, traffic by the minute"},
}

// alarmNumbers are those of each alarm: how many periods of how many seconds, and the threshold.
var alarmNumbers = map[string]decided{
	"run-failed":    {"1 of 1 periods of 60 s, 1", "a run that an operator has to act on pages within a minute or two"},
	"run-timed-out": {"1 of 1 periods of 60 s, 1", "as run-failed"},
	"run-aborted":   {"1 of 1 periods of 60 s, 1", "as run-failed"},
	"dead-letters":  {"1 of 1 periods of 60 s, 1", "a failover that could not start is known at the first message"},
	"undelivered":   {"1 of 1 periods of 300 s, 1", "SNS publishes the metric every five minutes"},
	"not-notified":  {"1 of 1 periods of 60 s, 1", "the alarm stands for the notification"},
	"errors-":       {"1 of 1 periods of 300 s, 3", "a step is retried: one failure, or two, do not matter"},
	"not-ready":     {"1 of 1 periods of 60 s, 1", "one check with a blocker counts until the next one"},
	"not-checked":   {"12 of 12 periods of 300 s, 1", "an hour, of two checks: one may be late"},
	"switch-":       {"1 of 1 periods of 60 s, 1", "users follow the first datapoint; the lever writes one for each minute"},
}

// TestEveryNumberOfTheTemplatesHasAReason, and is as the reason says. A number that is new has to have one.
func TestEveryNumberOfTheTemplatesHasAReason(t *testing.T) {
	got := map[string]map[string]bool{}
	note := func(name, value string) {
		if got[name] == nil {
			got[name] = map[string]bool{}
		}
		got[name][value] = true
	}
	for _, stack := range complete(t).assembly.Stacks {
		for _, r := range stack.Resources {
			if r.Type == "AWS::CloudWatch::Alarm" {
				continue
			}
			numbers(r.Properties, "", func(path string, n float64) {
				if !layouts[path[strings.LastIndex(path, ".")+1:]] {
					note(r.Type+" "+path, strconv.FormatFloat(n, 'f', -1, 64))
				}
			})
		}
	}
	for name, values := range got {
		if found, p := strings.Join(slices.Sorted(maps.Keys(values)), " "), templateNumbers[name]; found != p.is {
			t.Errorf("%s is %s; want %s: %s", name, found, cmp.Or(p.is, "a reason for each number"), p.why)
		}
	}
	for name := range templateNumbers {
		if got[name] == nil {
			t.Errorf("no template has %s", name)
		}
	}
}

// layouts are the numbers that say where a widget of the dashboard is.
var layouts = map[string]bool{"x": true, "y": true, "width": true, "height": true, "min": true}

// numbers finds those in a property, also in JSON that is a text, but for the plan and the definition.
func numbers(v any, path string, found func(path string, n float64)) {
	switch v := v.(type) {
	case float64:
		found(path, v)
	case []any:
		for _, element := range v {
			numbers(element, path+"[]", found)
		}
	case map[string]any:
		for name, element := range v {
			if name != failover.PlanVariable && name != "DefinitionString" {
				numbers(element, strings.TrimPrefix(path+"."+name, "."), found)
			}
		}
	case string:
		var inner map[string]any
		if json.Unmarshal([]byte(v), &inner) == nil {
			numbers(inner, strings.TrimSuffix(path, "DashboardBody"), found)
		}
	}
}

// TestEveryNumberOfAnAlarmHasAReason too.
func TestEveryNumberOfAnAlarmHasAReason(t *testing.T) {
	seen := map[string]bool{}
	for _, a := range complete(t).assembly.Alarms {
		name := strings.TrimPrefix(a.Name, "drover-")
		if begins, _, of := strings.Cut(name, "-"); of && (begins == "errors" || begins == "switch") {
			name = begins + "-"
		}
		seen[name] = true
		if got := fmt.Sprintf("%d of %d periods of %v s, %v", a.Datapoints, a.Periods, a.Period.Seconds(), a.Threshold); got != alarmNumbers[name].is {
			t.Errorf("%s: %s; want %s: %s", a.Name, got, alarmNumbers[name].is, alarmNumbers[name].why)
		}
	}
	for name := range alarmNumbers {
		if !seen[name] {
			t.Errorf("there is no alarm %s", name)
		}
	}
}
