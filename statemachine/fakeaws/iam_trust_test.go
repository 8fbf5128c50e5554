package fakeaws_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/drover-dr/drover/statemachine/fakeaws"
)

const (
	own     = "111122223333"
	foreign = "444455556666"
)

// trust allows a service to assume a role for resources of this account, and for one of them if an ARN is given.
func (s served) trust(t testing.TB, role, service, source string) {
	t.Helper()
	conditions := map[string]any{"StringEquals": map[string]any{"aws:SourceAccount": own}}
	if source != "" {
		conditions["ArnEquals"] = map[string]any{"aws:SourceArn": source}
	}
	document, err := json.Marshal(map[string]any{"Version": "2012-10-17", "Statement": []any{map[string]any{
		"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": map[string]any{"Service": service + ".amazonaws.com"}, "Condition": conditions,
	}}})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.TrustRole(role, document); err != nil {
		t.Fatal(err)
	}
}

// otherAccount is the ARN of the same resource in another account, whose owner knows the role's ARN.
func otherAccount(arn string) string { return strings.Replace(arn, own, foreign, 1) }

// The confused deputy: a service that another account has given a resource with a role of this account.
func TestAServiceAssumesARoleForResourcesOfItsAccountOnly(t *testing.T) {
	const rule, schedule = "arn:aws:events:us-west-2:" + own + ":rule/drover-failover", "arn:aws:scheduler:us-west-2:" + own + ":schedule/default/check"
	for _, c := range []struct {
		name    string
		start   func(s served, target fakeaws.Target) error
		service string
		source  string
		starts  int
	}{
		{"the rule", byRule(rule), "events", rule, 1},
		{"a rule of another account", byRule(otherAccount(rule)), "events", "", 0},
		{"another rule", byRule(rule + "-2"), "events", rule, 0},
		{"a rule, by a role for schedules", byRule(rule), "scheduler", "", 0},
		{"the schedule", bySchedule(schedule), "scheduler", "arn:aws:scheduler:us-west-2:" + own + ":schedule-group/default", 1},
		{"a schedule of another account", bySchedule(otherAccount(schedule)), "scheduler", "", 0},
		{"a schedule of another group", bySchedule(strings.Replace(schedule, "default", "other", 1)), "scheduler", "arn:aws:scheduler:us-west-2:" + own + ":schedule-group/default", 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			s, target := serveStarter(t, "states:StartExecution", "sqs:SendMessage")
			s.trust(t, starterRole, c.service, c.source)
			if err := c.start(s, target); err != nil {
				t.Fatal(err)
			}
			s.Pass(90 * time.Minute)
			if got := len(s.Executions()); got != c.starts {
				t.Errorf("%d executions; want %d", got, c.starts)
			}
		})
	}
}

func byRule(arn string) func(served, fakeaws.Target) error {
	return func(s served, target fakeaws.Target) error {
		err := s.AddRule(fakeaws.Rule{Name: "r", ARN: arn, Region: west, Pattern: json.RawMessage(`{"source": ["shop"]}`), Targets: []fakeaws.Target{target}})
		if err == nil {
			err = s.PutEvent(west, fakeaws.Event{Source: "shop", DetailType: "x", Detail: json.RawMessage("{}")})
		}
		return err
	}
}

func bySchedule(arn string) func(served, fakeaws.Target) error {
	return func(s served, target fakeaws.Target) error {
		return s.AddSchedule(fakeaws.Schedule{Name: "check", ARN: arn, Region: west, Expression: "rate(1 hour)", Target: target})
	}
}

func TestAFunctionOfAnotherAccountCannotHaveTheRole(t *testing.T) {
	const arn = "arn:aws:lambda:us-west-2:" + own + ":function:drover-work"
	s := serve(t)
	s.Role(t, starterRole, "sns:Publish")
	s.trust(t, starterRole, "lambda", "")
	for function, want := range map[string]string{arn: "", otherAccount(arn): "cannot be assumed by Lambda"} {
		err := s.AddFunction(fakeaws.Function{ARN: function, Name: "drover-work", Region: west, Role: starterRole})
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v, want %q", function, err, want)
		}
	}
	if err := s.UpdateFunction(fakeaws.Function{ARN: arn, Name: "drover-work", Region: west, Role: starterRole}); err != nil {
		t.Error(err)
	}
}

// An API has no account in its ARN: it is of the simulator's account, and another service cannot use its role.
func TestARouteNeedsARoleThatTrustsAPIGateway(t *testing.T) {
	for service, want := range map[string]int{"apigateway": http.StatusOK, "lambda": http.StatusInternalServerError} {
		s, key := serveAPI(t, func(events.APIGatewayV2HTTPRequest) fakeaws.InvokeResult {
			return fakeaws.InvokeResult{Payload: []byte(`{}`)}
		})
		s.trust(t, gatewayRole, service, "")
		if status, body := s.Send(t, west, key, "execute-api", "", http.MethodGet, "/a1b2/runs", ""); status != want {
			t.Errorf("a role for %s: %d %s; want %d", service, status, body, want)
		}
	}
}

func TestATrustPolicyThatCannotBeEvaluatedIsRefused(t *testing.T) {
	for _, document := range []string{
		`{"Statement": {"Effect": "Deny", "Action": "sts:AssumeRole", "Principal": {"Service": "lambda.amazonaws.com"}}}`,
		`{"Statement": {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": "444455556666"}}}`,
		`{"Statement": {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "lambda.amazonaws.com"}, "Condition": {"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}}}`,
	} {
		s := serve(t)
		s.Role(t, starterRole, "sns:Publish")
		if err := s.TrustRole(starterRole, json.RawMessage(document)); err == nil {
			t.Errorf("%s: no error", document)
		}
	}
	if err := serve(t).TrustRole(starterRole, json.RawMessage(`{"Statement": []}`)); err == nil {
		t.Error("a role that does not exist: no error")
	}
}
