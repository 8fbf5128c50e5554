package fakeaws_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/drover-dr/drover/statemachine/fakeaws"
)

const starterRole = "arn:aws:iam::111122223333:role/starter"

// echo is a machine whose output is its input.
const echo = `{"QueryLanguage": "JSONata", "StartAt": "Echo", "States": {"Echo": {"Type": "Succeed"}}}`

// serveStarter is a simulator with the machine echo in us-west-2, a role that may do the given actions, a dead-letter
// queue, and the target that these make.
func serveStarter(t testing.TB, actions ...string) (s served, target fakeaws.Target) {
	t.Helper()
	s = serve(t)
	s.Role(t, starterRole, actions...)
	if err := s.AddStateMachine(fakeaws.StateMachine{ARN: machineARN, Name: "drover", Region: west, Role: machineRole, Definition: echo}); err != nil {
		t.Fatal(err)
	}
	dead, err := s.AddQueue(west, "dead-letters")
	if err != nil {
		t.Fatal(err)
	}
	return s, fakeaws.Target{ARN: machineARN, RoleARN: starterRole, Attempts: 3, MaxAge: time.Hour, DeadLetterARN: dead}
}

const alarmPattern = `{"source": ["aws.cloudwatch"], "detail-type": ["CloudWatch Alarm State Change"],
  "detail": {"alarmName": ["region-lost"], "state": {"value": ["ALARM"]}}}`

func addRule(t testing.TB, s served, pattern string, target fakeaws.Target) {
	t.Helper()
	err := s.AddRule(fakeaws.Rule{
		Name: "drover-failover", ARN: "arn:aws:events:us-west-2:111122223333:rule/drover-failover", Region: west,
		Pattern: json.RawMessage(pattern), Targets: []fakeaws.Target{target},
	})
	if err != nil {
		t.Fatal(err)
	}
}

// inputs are the inputs of all executions, with the second of each start.
func inputs(s served) []string {
	var all []string
	for _, e := range s.Executions() {
		all = append(all, fmt.Sprintf("%v %s", e.StartedAt.Sub(testStart), e.Input))
	}
	return all
}

// lostRegion is an alarm that goes off when less than half of the requests of a minute are served.
var lostRegion = fakeaws.Alarm{Region: west, Name: "region-lost", Rule: fakeaws.AlarmRule{
	Namespace: "Shop", Metric: "Served", Statistic: "Average", PeriodSeconds: 60, Comparison: "LessThanThreshold", Threshold: 50,
	TreatMissing: "notBreaching",
}}

func TestAnAlarmThatGoesOffStartsItsRunOnce(t *testing.T) {
	s, target := serveStarter(t, "states:StartExecution")
	target.Transformer = &fakeaws.Transformer{
		Paths:    map[string]string{"alarm": "$.detail.alarmName", "time": "$.time", "none": "$.detail.none"},
		Template: `{"action":"failover","since":"<time>","reason":"<alarm> went \"off\"<none>","alarm":<alarm>,"none":<none>}`,
	}
	addRule(t, s, alarmPattern, target)
	topic := s.AddTopic(west, "drover")
	alarm := lostRegion
	alarm.Actions = []string{topic}
	if err := s.AddAlarm(alarm); err != nil {
		t.Fatal(err)
	}
	for minute, value := range []float64{100, 100, 10, 10, 100} {
		s.AdvanceTo(testStart.Add(time.Duration(minute) * time.Minute))
		s.PutMetric(west, "Shop", "Served", nil, value)
	}
	s.Pass(3 * time.Minute)
	want := []string{`3m0.5s {"action":"failover","since":"2026-03-02T09:03:00Z","reason":"region-lost went \"off\"","alarm":"region-lost","none":null}`}
	if diff := cmp.Diff(want, inputs(s)); diff != "" {
		t.Errorf("executions (-want +got):\n%s", diff)
	}
	if m := s.Messages(); len(m) != 1 || m[0].Subject != `ALARM: "region-lost" in us-west-2` || m[0].At != testStart.Add(3*time.Minute) {
		t.Errorf("messages %+v, want one of the alarm", m)
	}
	var calls []string
	for _, c := range s.Calls() {
		calls = append(calls, c.Role+" "+c.Operation+" "+c.Code)
	}
	if diff := cmp.Diff([]string{starterRole + " StartExecution "}, calls); diff != "" {
		t.Errorf("calls (-want +got):\n%s", diff)
	}
}

func TestAnAlarmStateThatIsSetHoldsUntilTheDataAreEvaluated(t *testing.T) {
	s, target := serveStarter(t, "states:StartExecution")
	addRule(t, s, alarmPattern, target)
	if err := s.AddAlarm(lostRegion); err != nil {
		t.Fatal(err)
	}
	s.Pass(90 * time.Second)
	for range 2 { // the same state again is no change
		if err := s.SetAlarmState(west, "region-lost", fakeaws.AlarmInAlarm, "manually"); err != nil {
			t.Fatal(err)
		}
	}
	s.Pass(5 * time.Minute)
	if got := len(s.Executions()); got != 1 {
		t.Fatalf("%d executions, want 1", got)
	}
	var event struct {
		Resources []string
		Detail    struct {
			State, PreviousState struct{ Value, Reason, Timestamp string }
		}
	}
	if err := json.Unmarshal(s.Executions()[0].Input, &event); err != nil {
		t.Fatal(err)
	}
	got := fmt.Sprint(event.Resources, event.Detail.State, event.Detail.PreviousState.Value)
	want := "[arn:aws:cloudwatch:us-west-2:111122223333:alarm:region-lost] {ALARM manually 2026-03-02T09:01:30.000+0000}OK"
	if got != want {
		t.Errorf("the event says %s, want %s", got, want)
	}
	if err := s.SetAlarmState(west, "other", fakeaws.AlarmOK, ""); err == nil {
		t.Error("an alarm that is not there was set")
	}
}

func TestMissingDataOfTheTimeBeforeAnAlarmDoNotCount(t *testing.T) {
	s := serve(t)
	alarm := lostRegion
	alarm.Rule.TreatMissing, alarm.Rule.Periods = "breaching", 2
	if err := s.AddAlarm(alarm); err != nil {
		t.Fatal(err)
	}
	var got []string
	s.Observe = func(e fakeaws.Entry) { got = append(got, e.At.Sub(testStart).String()+" "+e.Text) }
	s.Pass(3 * time.Minute)
	if diff := cmp.Diff([]string{"2m0s is ALARM in us-west-2"}, got); diff != "" {
		t.Errorf("journal (-want +got):\n%s", diff)
	}
}

func TestDeliveriesAreRetriedAndThenDeadLetters(t *testing.T) {
	throttled := &fakeaws.APIError{Code: "ThrottlingException", Message: "Rate exceeded"}
	fault := func(times int, e *fakeaws.APIError) *fakeaws.Fault {
		return &fakeaws.Fault{Service: "states", Operation: "StartExecution", Error: e, Times: times}
	}
	for _, c := range []struct {
		name    string
		actions []string
		fault   *fakeaws.Fault
		target  func(*fakeaws.Target)
		started []string // when
		dead    string
	}{
		{"at once", []string{"states:StartExecution"}, nil, nil, []string{"500ms"}, ""},
		{"throttled twice", []string{"states:StartExecution"}, fault(2, throttled), nil, []string{"3.5s"}, ""},
		{"throttled for good", []string{"states:StartExecution"}, fault(0, throttled), nil, nil, "ThrottlingException after 3 retries: MaximumRetryAttempts"},
		{"throttled for long", []string{"states:StartExecution"}, fault(0, throttled), func(t *fakeaws.Target) { t.Attempts, t.MaxAge = 185, time.Minute },
			nil, "ThrottlingException after 5 retries: MaximumEventAgeInSeconds"},
		{"a lost answer starts one run", []string{"states:StartExecution"}, &fakeaws.Fault{Service: "states", LoseAnswer: true, Times: 1}, nil,
			[]string{"500ms"}, "ExecutionAlreadyExists after 1 retries: "},
		{"not allowed", []string{"states:ListExecutions"}, nil, nil, nil, "AccessDenied after 0 retries: "},
		{"no such role", nil, nil, func(t *fakeaws.Target) { t.RoleARN += "x" }, nil, "AccessDenied after 0 retries: "},
		{"no such machine", []string{"states:StartExecution"}, nil, func(t *fakeaws.Target) { t.ARN += "x" }, nil, "StateMachineDoesNotExist after 0 retries: "},
	} {
		t.Run(c.name, func(t *testing.T) {
			s, target := serveStarter(t, c.actions...)
			if c.target != nil {
				c.target(&target)
			}
			addRule(t, s, `{"source": ["shop"]}`, target)
			if c.fault != nil {
				s.Inject(*c.fault)
			}
			if err := s.PutEvent(west, fakeaws.Event{Source: "shop", DetailType: "Sold", Detail: json.RawMessage(`{}`)}); err != nil {
				t.Fatal(err)
			}
			s.Pass(2 * time.Hour)
			var started []string
			for _, e := range s.Executions() {
				started = append(started, e.StartedAt.Sub(testStart).String())
			}
			if diff := cmp.Diff(c.started, started); diff != "" {
				t.Errorf("executions (-want +got):\n%s", diff)
			}
			dead := ""
			for _, m := range s.QueueMessages(target.DeadLetterARN) {
				dead += fmt.Sprintf("%s after %s retries: %s", m.Attributes["ERROR_CODE"], m.Attributes["RETRY_ATTEMPTS"], m.Attributes["EXHAUSTED_RETRY_CONDITION"])
				if !strings.Contains(m.Body, `"source":"shop"`) || m.Attributes["RULE_ARN"] == "" {
					t.Errorf("dead letter %+v, want the event and its rule", m)
				}
			}
			if dead != c.dead {
				t.Errorf("dead letters %q, want %q", dead, c.dead)
			}
		})
	}
}

func TestADarkRegionHearsNothing(t *testing.T) {
	s, target := serveStarter(t, "states:StartExecution")
	target.Attempts = 185 // longer than the Region is dark
	addRule(t, s, `{"source": ["shop"]}`, target)
	for _, region := range []string{west, east} {
		if err := s.SetDark(west, region == west); err != nil {
			t.Fatal(err)
		}
		if err := s.PutEvent(region, fakeaws.Event{Source: "shop", DetailType: "Sold", Detail: json.RawMessage(`{}`)}); err != nil {
			t.Fatal(err)
		}
		s.Pass(time.Minute)
	}
	if got := inputs(s); len(got) != 0 {
		t.Errorf("executions %v, want none: the Region was dark, and the other one's events are not its own", got)
	}
}

func TestRulesThatAreRefused(t *testing.T) {
	s, target := serveStarter(t)
	for _, c := range []struct {
		name   string
		change func(r *fakeaws.Rule)
		says   string
	}{
		{"another Region", func(r *fakeaws.Rule) { r.Region = "eu-west-1" }, "eu-west-1"},
		{"a pattern", func(r *fakeaws.Rule) { r.Pattern = json.RawMessage(`{"source": "shop"}`) }, "expected a list"},
		{"a target", func(r *fakeaws.Rule) { r.Targets[0].ARN = "arn:aws:ecs:us-west-2:111122223333:cluster/x" }, "state machines, functions and queues"},
		{"no ARN", func(r *fakeaws.Rule) { r.Targets[0].ARN = "drover" }, "expected an ARN"},
		{"attempts", func(r *fakeaws.Rule) { r.Targets[0].Attempts = 186 }, "0 to 185"},
		{"an age", func(r *fakeaws.Rule) { r.Targets[0].MaxAge = time.Second }, "60 s to 24 h"},
		{"a path", func(r *fakeaws.Rule) {
			r.Targets[0].Transformer = &fakeaws.Transformer{Paths: map[string]string{"a": "$.x[?]"}}
		}, "expected a path"},
		{"a name without a path", func(r *fakeaws.Rule) { r.Targets[0].Transformer = &fakeaws.Transformer{Template: `{"a": <b>}`} }, "<b>"},
	} {
		r := fakeaws.Rule{Name: "r", Region: west, Pattern: json.RawMessage(`{"source": ["shop"]}`), Targets: []fakeaws.Target{target}}
		c.change(&r)
		if err := s.AddRule(r); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: error %v, want one that says %q", c.name, err, c.says)
		}
	}
}

func TestPutEvents(t *testing.T) {
	s, target := serveStarter(t, "states:StartExecution", "events:PutEvents")
	addRule(t, s, `{"source": ["shop"], "detail": {"sold": [{"numeric": [">", 1]}]}}`, target)
	put := func(entries string) string {
		_, body := s.Send(t, west, fakeaws.Administrator, "events", "AWSEvents.PutEvents", "POST", "/", `{"Entries": [`+entries+`]}`)
		return body
	}
	for _, c := range []struct{ name, entry, want string }{
		{"taken", `{"Source": "shop", "DetailType": "Sold", "Detail": "{\"sold\": 2}", "Time": 1772442000}`, `"FailedEntryCount":0,"Entries":[{"EventId":"`},
		{"taken, and not matched", `{"Source": "shop", "DetailType": "Sold", "Detail": "{\"sold\": 1}"}`, `"FailedEntryCount":0,"Entries":[{"EventId":"`},
		{"a source of AWS", `{"Source": "aws.cloudwatch", "DetailType": "Sold", "Detail": "{}"}`, `"ErrorCode":"NotAuthorizedForSourceException"`},
		{"no source", `{"DetailType": "Sold", "Detail": "{}"}`, `"ErrorCode":"InvalidArgument"`},
		{"no type", `{"Source": "shop", "Detail": "{}"}`, `"ErrorCode":"InvalidArgument"`},
		{"no JSON", `{"Source": "shop", "DetailType": "Sold", "Detail": "sold"}`, `"ErrorCode":"MalformedDetail"`},
		{"another bus", `{"Source": "shop", "DetailType": "Sold", "Detail": "{}", "EventBusName": "b"}`, `Event bus b does not exist.`},
		{"nothing", ``, `ValidationException`},
		{"an unknown parameter", `{"Sauce": "shop"}`, `NotImplemented`},
	} {
		if got := put(c.entry); !strings.Contains(got, c.want) {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
	s.Pass(time.Minute)
	if got := s.Executions(); len(got) != 1 || !strings.Contains(string(got[0].Input), `"time":"2026-03-02T09:00:00Z"`) {
		t.Errorf("executions %+v, want one, of an event with its own time", got)
	}
}

func TestDeadLettersAreReadOverTheWire(t *testing.T) {
	s, target := serveStarter(t)
	addRule(t, s, `{"source": ["shop"]}`, target)
	if err := s.PutEvent(west, fakeaws.Event{Source: "shop", DetailType: "Sold", Detail: json.RawMessage(`{}`)}); err != nil {
		t.Fatal(err)
	}
	s.Pass(time.Minute)
	url := "http://localhost/111122223333/dead-letters"
	for _, c := range []struct{ operation, body, want string }{
		{"ListQueues", `{}`, `/111122223333/dead-letters"`},
		{"GetQueueUrl", `{"QueueName": "dead-letters"}`, `/111122223333/dead-letters"`},
		{"GetQueueUrl", `{"QueueName": "other"}`, `com.amazonaws.sqs#QueueDoesNotExist`},
		{"GetQueueAttributes", `{"QueueUrl": "` + url + `", "AttributeNames": ["ApproximateNumberOfMessages"]}`, `{"Attributes":{"ApproximateNumberOfMessages":"1"}}`},
		{"ReceiveMessage", `{"QueueUrl": "` + url + `", "MessageAttributeNames": ["All"]}`, `"ERROR_CODE":{"DataType":"String","StringValue":"AccessDenied"}`},
	} {
		if _, got := s.Send(t, west, fakeaws.Administrator, "sqs", "AmazonSQS."+c.operation, "POST", "/", c.body); !strings.Contains(got, c.want) {
			t.Errorf("%s %s: %s, want %s", c.operation, c.body, got, c.want)
		}
	}
}
