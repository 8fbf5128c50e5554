package api

import (
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/statemachine/fakeaws"
)

func TestAStartedRunHasItsLinks(t *testing.T) {
	s := newScene(t)
	res := s.ask("POST", "/runs", `{"name": "black-friday", "action": "failover", "allowDataLoss": true}`)
	run := runIn(t, res, 202)
	if res.Headers["Location"] != "/runs/black-friday" || run.Links.Self != "/runs/black-friday" || run.ID != "black-friday" {
		t.Errorf("location %q, run %+v", res.Headers["Location"], run)
	}
	if run.Status != "RUNNING" || !run.StartedAt.Equal(start) || run.Region != west {
		t.Errorf("run %+v; want it running since %s in %s", run, start, west)
	}
	execution, ok := s.world.Execution(run.ARN)
	want := `{"action":"failover","allowDataLoss":true,"requestedBy":"` + caller + `"}`
	if !ok || string(execution.Input) != want {
		t.Errorf("execution %v with input %s; want %s", ok, execution.Input, want)
	}
	if by, err := s.store.Starter(t.Context(), "black-friday", west, execution.Input); by != caller || err != nil {
		t.Errorf("the registry has it started by %q, %v; want the signer", by, err)
	}
	if !strings.HasPrefix(run.Links.Console, "https://us-west-2.console.aws.amazon.com/states/home?region=us-west-2#/v2/executions/details/arn:") {
		t.Errorf("console %s", run.Links.Console)
	}
}

// A run does not wait for the record of who has started it.
func TestARunIsStartedAlthoughItsStarterCannotBeRecorded(t *testing.T) {
	s := newScene(t)
	s.world.Inject(fakeaws.Fault{Operation: "PutItem", Error: &fakeaws.APIError{Code: "AccessDeniedException", Status: 400}})
	if run := s.start(`{"name": "r1", "action": "failover"}`); run.Status != "RUNNING" {
		t.Errorf("run %+v", run)
	}
}

func TestTheNameMayBeInAHeader(t *testing.T) {
	for _, header := range []string{"idempotency-key", "Idempotency-Key"} {
		s := newScene(t)
		req := newRequest("POST", "/runs", `{"action": "check"}`)
		req.Headers[header] = "from-the-header"
		if run := runIn(t, s.send(req), 202); run.ID != "from-the-header" {
			t.Errorf("%s: run %s", header, run.ID)
		}
	}
}

func TestARunWithoutANameHasTheRequestsOwn(t *testing.T) {
	s := newScene(t)
	if run := s.start(`{"action": "check"}`); run.ID != "api-JKJaXmPLvHcESHA-" {
		t.Errorf("run %s", run.ID)
	}
}

func TestABodyInBase64IsRead(t *testing.T) {
	s := newScene(t)
	req := newRequest("POST", "/runs", base64.StdEncoding.EncodeToString([]byte(`{"name": "r1", "action": "check"}`)))
	req.IsBase64Encoded = true
	if run := runIn(t, s.send(req), 202); run.ID != "r1" {
		t.Errorf("run %s", run.ID)
	}
	req.Body = "!"
	problemIn(t, s.send(req), 400)
}

// A client that has lost the answer asks again, perhaps after its session has changed, perhaps after the run is over.
func TestTheSameRequestAgainStartsNothing(t *testing.T) {
	s := newScene(t)
	const body = `{"name": "r1", "action": "failover", "since": "2026-03-14T02:59:00Z"}`
	s.start(body)
	s.start(body)
	other := newRequest("POST", "/runs", body)
	other.RequestContext.Authorizer.IAM.UserARN = caller + "-again"
	res := s.send(other)
	if run := runIn(t, res, 200); run.Status != "RUNNING" || res.Headers["Location"] != "/runs/r1" {
		t.Errorf("from another session: %+v", run)
	}
	s.pass(time.Hour)
	if run := runIn(t, s.ask("POST", "/runs", body), 200); run.Status != "SUCCEEDED" {
		t.Errorf("after the end: %+v", run)
	}
	if n := len(s.world.Executions()); n != 1 {
		t.Errorf("%d executions; want 1", n)
	}
}

func TestAnotherRequestOfTheSameNameIsAConflict(t *testing.T) {
	s := newScene(t)
	s.start(`{"name": "r1", "action": "failover"}`)
	for _, body := range []string{`{"name": "r1", "action": "check"}`, `{"name": "r1", "action": "failover", "allowDataLoss": true}`} {
		p := problemIn(t, s.ask("POST", "/runs", body), 409)
		if !strings.HasSuffix(p.Type, "#name-taken") || !strings.Contains(p.Next, "/runs/r1") {
			t.Errorf("problem %+v", p)
		}
	}
	_, err := s.world.StartExecution(machineARN, "by-hand", []byte(`{"acton": "check"}`))
	s.must(err)
	problemIn(t, s.ask("POST", "/runs", `{"name": "by-hand", "action": "check"}`), 409)
	if n := len(s.world.Executions()); n != 2 {
		t.Errorf("%d executions; want 2", n)
	}
}

func TestABadRequestStartsNothingAndSaysAllThatIsWrong(t *testing.T) {
	action := `action is missing; expected for example {"action": "check"}`
	cases := []struct {
		name, header, body string
		want               []string
	}{
		{"nothing", "", ``, []string{"empty; expected a JSON object"}},
		{"a list", "", `[]`, []string{"[]; expected a JSON object"}},
		{"two objects", "", `{"action": "check"} {}`, []string{"not JSON at character 21: invalid character '{' after top-level value"}},
		{"half an object", "", `{"name": "a"`, []string{"not JSON at character 12: unexpected end of JSON input"}},
		{"only a name", "", `{"name": "a"}`, []string{action}},
		{"a name with a blank", "", `{"name": "a b", "action": "check"}`, []string{`name: "a b"; expected 1 to 80 of A-Z, a-z, 0-9, - and _`}},
		{"a name with a colon", "", `{"name": "a:b", "action": "check"}`, []string{`name: "a:b"; expected 1 to 80 of A-Z, a-z, 0-9, - and _`}},
		{"a long name", strings.Repeat("x", 81), `{"action": "check"}`, []string{`Idempotency-Key: "` + strings.Repeat("x", 81) + `"; expected 1 to 80 of A-Z, a-z, 0-9, - and _`}},
		{"an empty name", "", `{"name": "", "action": "check"}`, []string{`name: ""; expected a string of 1 to 80 characters, or no name at all`}},
		{"a number for a name", "", `{"name": 7, "action": "check"}`, []string{`name: 7; expected a string of 1 to 80 characters, or no name at all`}},
		{"two names", "b", `{"name": "a", "action": "check"}`, []string{`name: "a", but the header Idempotency-Key is "b"; expected one of them, or both the same`}},
		{"a name twice", "", `{"name": "a", "name": "b", "action": "check"}`, []string{"name: is there twice; expected it once"}},
		{"an action twice", "", `{"action": "check", "action": "failover"}`, []string{"action: is there twice; expected it once"}},
		{"a forged caller", "", `{"action": "check", "requestedBy": "the queen"}`, []string{"requestedBy: the API sets it from the signature of the request; leave it out"}},
		{"everything", "", `{"name": "é", "action": "check", "order": "dns-first", "percents": [7]}`, []string{
			`name: "é"; expected 1 to 80 of A-Z, a-z, 0-9, - and _`,
			`order: "dns-first" is not known; expected traffic-first or database-first`,
			"percents: [7]; expected the last to be 100",
		}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			s := newScene(t)
			req := newRequest("POST", "/runs", c.body)
			if c.header != "" {
				req.Headers["idempotency-key"] = c.header
			}
			p := problemIn(t, s.send(req), 400)
			if diff := cmp.Diff(c.want, p.Errors); diff != "" {
				t.Errorf("errors (-want +got):\n%s", diff)
			}
			if calls := s.calls(); len(calls) > 0 {
				t.Errorf("calls %v; want none", calls)
			}
		})
	}
}

func TestALargeBodyIsRefusedUnread(t *testing.T) {
	s := newScene(t)
	body := fmt.Sprintf(`{"action": "check", "reason": "%s"}`, strings.Repeat("x", maxBody))
	problemIn(t, s.ask("POST", "/runs", body), 413)
	var names []string
	for i := range 200 {
		names = append(names, fmt.Sprintf("%q", fmt.Sprintf("application-%0100d", i)))
	}
	s.start(`{"action": "check", "applications": [` + strings.Join(names, ",") + `], "reason": "` + strings.Repeat("x", 500) + `"}`)
}

func TestABodyMayBeAsLargeAsTheLimit(t *testing.T) {
	for _, encoded := range []bool{false, true} {
		for more, large := range map[int]bool{0: false, 1: true} {
			req := request{Body: strings.Repeat("x", maxBody+more), IsBase64Encoded: encoded}
			if encoded {
				req.Body = base64.StdEncoding.EncodeToString([]byte(req.Body))
			}
			if body, err := bodyOf(req); (err != nil) != large || err == nil && len(body) != maxBody {
				t.Errorf("%d bytes more than the limit, base64: %v: %d bytes, %v; want an error: %v", more, encoded, len(body), err, large)
			}
		}
	}
}

// Whatever AWS answers, the client learns whether asking again helps.
func TestTroubleWithAWSSaysWhatToDo(t *testing.T) {
	cases := []struct {
		name   string
		fault  fakeaws.APIError
		status int
		kind   string
	}{
		{"throttled", fakeaws.APIError{Code: "ThrottlingException", Status: 400}, 429, "throttled"},
		{"unavailable", fakeaws.APIError{Code: "InternalFailure", Status: 500}, 503, "unavailable"},
		{"denied", fakeaws.APIError{Code: "AccessDeniedException", Status: 400}, 500, "refused-by-aws"},
		{"refused", fakeaws.APIError{Code: "StateMachineDeleting", Status: 400}, 500, "refused-by-aws"},
	}
	for _, c := range cases {
		for _, request := range []string{"POST /runs", "GET /runs", "GET /runs/r1"} {
			t.Run(c.name+" "+request, func(t *testing.T) {
				s := newScene(t)
				s.world.Inject(fakeaws.Fault{Service: "states", Error: &c.fault})
				method, path, _ := strings.Cut(request, " ")
				res := s.ask(method, path, `{"action": "check"}`)
				p := problemIn(t, res, c.status)
				if !strings.HasSuffix(p.Type, "#"+c.kind) || strings.Contains(p.Detail, "https response error") {
					t.Errorf("problem %+v", p)
				}
				if retry := res.Headers["Retry-After"] != ""; retry != slices.Contains([]int{429, 503}, c.status) {
					t.Errorf("Retry-After %q with %d", res.Headers["Retry-After"], c.status)
				}
			})
		}
	}
}

func TestARequestThatIsLooserThanThePlanStartsNothing(t *testing.T) {
	s := newScene(t)
	s.h.Plan.Approval = failover.BeforePromotion
	p := problemIn(t, s.ask("POST", "/runs", `{"action": "failover", "allowDataLoss": true, "approval": "none"}`), 409)
	if !strings.HasSuffix(p.Type, "#looser-than-plan") || len(p.Errors) != 1 || !strings.Contains(p.Detail, "approval: none") || !strings.Contains(p.Next, "mayLoosen") {
		t.Errorf("problem %+v", p)
	}
	if n := len(s.world.Executions()); n != 0 {
		t.Errorf("%d executions; want none", n)
	}
	s.h.Plan.MayLoosen, s.h.Plan.AllowDataLoss = nil, true
	if run := runIn(t, s.ask("POST", "/runs", `{"action": "failover", "approval": "before-start", "allowDataLoss": false}`), 202); !strings.Contains(string(run.Input), `"allowDataLoss":false`) {
		t.Errorf("the input %s has lost that it withdraws the plan's consent", run.Input)
	}
}
