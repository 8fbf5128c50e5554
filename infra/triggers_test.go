package main

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/statemachine/assembly"
)

// inRegion returns those of a Region, which must be as many as expected.
func inRegion[T any](t *testing.T, all []T, region func(T) string, code failover.Region, count int) []T {
	t.Helper()
	here := slices.DeleteFunc(slices.Clone(all), func(v T) bool { return region(v) != string(code) })
	if len(here) != count {
		t.Fatalf("%s: %d of %T; want %d", code, len(here), all, count)
	}
	return here
}

func TestTheAPITakesSignedRequestsOnly(t *testing.T) {
	for code := range regionStacks(t) {
		api := inRegion(t, fresh(t).assembly.APIs, func(a assembly.API) string { return a.Region }, code, 1)[0]
		var keys []string
		for _, route := range api.Routes {
			keys = append(keys, route.Key)
			if route.Authorization != "AWS_IAM" || route.PayloadVersion != "2.0" || !strings.HasSuffix(route.FunctionARN, ":function:drover-api") {
				t.Errorf("%s: %+v; want signed requests to the function of the API", code, route)
			}
		}
		want := []string{"POST /runs", "GET /runs", "GET /runs/{id}", "POST /runs/{id}/approval"}
		if diff := cmp.Diff(want, keys); diff != "" {
			t.Errorf("%s: routes (-want +got)\n%s", code, diff)
		}
		if api.RatePerSecond == 0 || api.Burst == 0 {
			t.Errorf("%s: nothing bounds how often the API can be called", code)
		}
	}
}

func TestWhoAskedForWhatIsInTheAccessLog(t *testing.T) {
	for code, stack := range regionStacks(t) {
		stage := ofType(stack, "AWS::ApiGatewayV2::Stage")[0]
		settings, _ := stage.Properties["AccessLogSettings"].(map[string]any)
		format, _ := settings["Format"].(string)
		if !json.Valid([]byte(format)) || !strings.Contains(format, "$context.identity.userArn") || !strings.Contains(format, "$context.routeKey") {
			t.Errorf("%s: access log %s; want JSON with the caller and the route", code, format)
		}
		logged := slices.ContainsFunc(ofType(stack, "AWS::Logs::LogGroup"), func(g assembly.Resource) bool { return g.ARN == settings["DestinationArn"] })
		if !logged {
			t.Errorf("%s: the access log goes to %v; want a log group of the stack", code, settings["DestinationArn"])
		}
	}
}

func TestAnAlarmStartsAFailoverInItsOwnRegion(t *testing.T) {
	for code := range regionStacks(t) {
		s := fresh(t)
		rule := inRegion(t, s.assembly.Rules, func(r assembly.Rule) string { return r.Region }, code, 2)[0]
		want := `{"account":["111122223333"],"detail":{"alarmName":["other-region-lost"],"state":{"value":["ALARM"]}},` +
			`"detail-type":["CloudWatch Alarm State Change"],"region":["` + string(code) + `"],` +
			`"resources":["arn:aws:cloudwatch:` + string(code) + `:111122223333:alarm:other-region-lost"],"source":["aws.cloudwatch"]}`
		if string(rule.Pattern) != want || !rule.Enabled {
			t.Errorf("%s: pattern %s, enabled %t; want %s", code, rule.Pattern, rule.Enabled, want)
		}
		checkTarget(t, code, rule.Targets[0])
		input := strings.ReplaceAll(rule.Targets[0].Transformer.Template, "<aws.events.event.json>", alarmEvent)
		got, err := failover.ParseInput([]byte(input))
		if err != nil {
			t.Fatalf("%s: %s: %v", code, input, err)
		}
		wantInput := failover.Input{
			Action: failover.Failover, AllowDataLoss: new(true),
			Trigger: &failover.Trigger{Time: time.Date(2026, 1, 31, 3, 0, 0, 0, time.UTC), Detail: failover.AlarmChanged{
				AlarmName: `say "down" <now>`, State: failover.AlarmState{Value: "ALARM"}, PreviousState: failover.AlarmState{Value: "OK"},
				Configuration: failover.AlarmConfiguration{Metrics: []failover.AlarmMetric{}}, // of no metric, as the event says
			}},
		}
		if diff := cmp.Diff(wantInput, got); diff != "" {
			t.Errorf("%s: input of the run (-want +got)\n%s", code, diff)
		}
	}
}

// alarmEvent is one of CloudWatch, of an alarm with an unusual name.
const alarmEvent = `{"version":"0","detail-type":"CloudWatch Alarm State Change","source":"aws.cloudwatch","time":"2026-01-31T03:00:00Z","detail":{` +
	`"alarmName":"say \"down\" <now>","state":{"value":"ALARM","reason":"x"},"previousState":{"value":"OK"},"configuration":{"metrics":[]}}}`

// fill is EventBridge's input transformer, for paths that find text.
func fill(t *assembly.Transformer, event map[string]string) string {
	out := t.Template
	for _, name := range sortedKeys(t.Paths) {
		out = strings.ReplaceAll(out, "<"+name+">", event[t.Paths[name]])
	}
	return out
}

func TestReadinessAndPendingWeightsAreScheduledByDefaultAndNothingElse(t *testing.T) {
	want := map[string]struct {
		every  string
		action failover.Action
	}{"drover-check": {"rate(30 minutes)", failover.Check}, "drover-weights": {"rate(5 minutes)", failover.Weights}}
	for code := range regionStacks(t) {
		for _, s := range inRegion(t, fresh(t).assembly.Schedules, func(s assembly.Schedule) string { return s.Region }, code, len(want)) {
			if s.Expression != want[s.Name].every || !s.Enabled {
				t.Errorf("%s: %+v; want it enabled, %s", code, s, want[s.Name].every)
			}
			checkTarget(t, code, s.Target)
			in, err := failover.ParseInput([]byte(s.Target.Input))
			if err != nil || in.Action != want[s.Name].action {
				t.Errorf("%s: %s: input %s: %v; want the action %s", code, s.Name, s.Target.Input, err, want[s.Name].action)
			}
		}
	}
}

// checkTarget holds what every trigger owes: it starts the Region's own state machine, is tried again but not for ever,
// and what cannot be delivered is kept in the Region's queue.
func checkTarget(t *testing.T, code failover.Region, target assembly.Target) {
	t.Helper()
	a := fresh(t).assembly
	machine := inRegion(t, a.StateMachines, func(m assembly.StateMachine) string { return m.Region }, code, 1)[0]
	queue := inRegion(t, a.Queues, func(q assembly.Queue) string { return q.Region }, code, 1)[0]
	if target.ARN != machine.ARN || target.DeadLetterARN != queue.ARN {
		t.Errorf("%s: starts %s, dead letters to %s; want %s and %s", code, target.ARN, target.DeadLetterARN, machine.ARN, queue.ARN)
	}
	if target.Attempts == 0 || target.MaxAge > time.Hour {
		t.Errorf("%s: %d attempts within %s; want some, and no run that starts long after it was wanted", code, target.Attempts, target.MaxAge)
	}
	if !slices.ContainsFunc(a.Roles, func(r assembly.Role) bool { return r.ARN == target.RoleARN }) {
		t.Errorf("%s: the role %s is not of the assembly", code, target.RoleARN)
	}
}

func TestARunWhoseExecutionDiesIsClosed(t *testing.T) {
	for code := range regionStacks(t) {
		rule := inRegion(t, fresh(t).assembly.Rules, func(r assembly.Rule) string { return r.Region }, code, 2)[1]
		machine := "arn:aws:states:" + string(code) + ":111122223333:stateMachine:drover"
		want := `{"detail":{"input":[{"anything-but":{"prefix":"{\"action\":\"c"}}],"stateMachineArn":["` + machine + `"],"status":["ABORTED","FAILED","TIMED_OUT"]},` +
			`"detail-type":["Step Functions Execution Status Change"],"source":["aws.states"]}`
		if string(rule.Pattern) != want || !rule.Enabled {
			t.Errorf("%s: pattern %s, enabled %t; want %s", code, rule.Pattern, rule.Enabled, want)
		}
		checkTarget(t, code, rule.Targets[0])
		execution := "arn:aws:states:" + string(code) + ":111122223333:execution:drover:run-1"
		got, err := failover.ParseInput([]byte(fill(rule.Targets[0].Transformer, map[string]string{"$.detail.executionArn": execution})))
		if want := (failover.Input{Action: failover.Close, Execution: execution, RequestedBy: "rule drover-stopped"}); err != nil || !cmp.Equal(want, got) {
			t.Errorf("%s: input %+v, %v; want %+v", code, got, err, want)
		}
	}
}

func TestDeadLettersAreEncryptedAndComeOverTLSFromTheRuleOnly(t *testing.T) {
	for code, stack := range regionStacks(t) {
		queue := inRegion(t, fresh(t).assembly.Queues, func(q assembly.Queue) string { return q.Region }, code, 1)[0]
		if ofType(stack, "AWS::SQS::Queue")[0].Properties["SqsManagedSseEnabled"] != true {
			t.Errorf("%s: the queue is not encrypted", code)
		}
		policy := string(slices.Concat(queue.Policies...))
		rule := `"Condition":{"ArnEquals":{"aws:SourceArn":["arn:aws:events:` + string(code) + `:111122223333:rule/drover-failover","arn:aws:events:` + string(code) + `:111122223333:rule/drover-stopped"]}},"Effect":"Allow","Principal":{"Service":"events.amazonaws.com"}`
		for _, want := range []string{`{"Bool":{"aws:SecureTransport":"false"}},"Effect":"Deny"`, rule} {
			if !strings.Contains(policy, want) {
				t.Errorf("%s: the queue's policy lacks %s: %s", code, want, policy)
			}
		}
	}
}
