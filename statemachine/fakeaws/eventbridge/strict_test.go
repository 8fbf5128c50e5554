package eventbridge_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/drover-dr/drover/statemachine/fakeaws"
	"github.com/drover-dr/drover/statemachine/fakeaws/fakeawstest"
)

// put sends entries, as JSON, to PutEvents of us-west-2.
func put(t *testing.T, s fakeawstest.Served, body string) (status int, answer string) {
	t.Helper()
	return s.Send(t, fakeawstest.West, fakeaws.Administrator, "events", "AWSEvents.PutEvents", http.MethodPost, "/", body)
}

// entryOf is one entry with a Detail of so many bytes, and other members.
func entryOf(detail int, others string) string {
	return fmt.Sprintf(`{"Source":"shop","DetailType":"Sold","Detail":"{\"a\":\"%s\"}"%s}`, strings.Repeat("x", detail-8), others)
}

func TestEventBridgeRefusesWhatItsModelRefuses(t *testing.T) {
	s := fakeawstest.Serve(t)
	long := func(n int) string { return strings.Repeat("x", n) }
	for _, c := range []struct{ name, body, want string }{
		{"nothing", `{}`, "Value null at 'entries' failed to satisfy constraint: Member must not be null"},
		{"no entries", `{"Entries":[]}`, "at 'entries' failed to satisfy constraint: Member must have length greater than or equal to 1"},
		{"11 entries", `{"Entries":[` + strings.TrimSuffix(strings.Repeat(entryOf(10, "")+",", 11), ",") + `]}`, "Member must have length less than or equal to 10"},
		{"a bus with a space", `{"Entries":[` + entryOf(10, `,"EventBusName":"a b"`) + `]}`, "at 'entries.1.member.eventBusName' failed to satisfy constraint: Member must satisfy regular expression pattern"},
		{"an empty bus", `{"Entries":[` + entryOf(10, `,"EventBusName":""`) + `]}`, "at 'entries.1.member.eventBusName'"},
		{"a long resource", `{"Entries":[` + entryOf(10, `,"Resources":["a","`+long(2049)+`"]`) + `]}`, "at 'entries.1.member.resources.2.member' failed"},
		{"a long trace header", `{"Entries":[` + entryOf(10, `,"TraceHeader":"`+long(501)+`"`) + `]}`, "at 'entries.1.member.traceHeader'"},
		{"an entry over 256 KB", `{"Entries":[` + entryOf(256<<10-7, "") + `]}`, "Total size of the entries in the request is over the limit."},
		{"entries over 256 KB together", `{"Entries":[` + entryOf(200<<10, "") + "," + entryOf(57<<10, "") + `]}`, "Total size of the entries in the request is over the limit."},
		{"a time makes it too large", `{"Entries":[` + entryOf(256<<10-8, `,"Time":1`) + `]}`, "Total size of the entries in the request is over the limit."},
	} {
		status, answer := put(t, s, c.body)
		if status != http.StatusBadRequest || !strings.Contains(answer, "ValidationException") || !strings.Contains(answer, c.want) {
			t.Errorf("%s: %d %.300s; want ValidationException with %s", c.name, status, answer, c.want)
		}
	}
	if status, answer := put(t, s, `{"Entries":[`+entryOf(256<<10-8, "")+`]}`); status != http.StatusOK || !strings.Contains(answer, `"FailedEntryCount":0`) {
		t.Errorf("the largest entry: %d %.300s; want it taken", status, answer)
	}
}

func TestAnEntryForAnotherBusFails(t *testing.T) {
	s := fakeawstest.Serve(t)
	for bus, failed := range map[string]int{
		"default": 0, "arn:aws:events:us-west-2:111122223333:event-bus/default": 0,
		"other": 1, "arn:aws:events:us-east-1:111122223333:event-bus/default": 1, "arn:aws:events:us-west-2:444455556666:event-bus/default": 1,
	} {
		status, answer := put(t, s, `{"Entries":[`+entryOf(10, `,"EventBusName":"`+bus+`"`)+`]}`)
		if status != http.StatusOK || !strings.Contains(answer, fmt.Sprintf(`"FailedEntryCount":%d`, failed)) {
			t.Errorf("%s: %d %s; want %d failed entries", bus, status, answer, failed)
		}
	}
}

func TestAWSWouldNotCreateThese(t *testing.T) {
	s := fakeawstest.Serve(t)
	queue, err := s.AddQueue(fakeawstest.West, "work")
	if err != nil {
		t.Fatal(err)
	}
	const role = "arn:aws:iam::111122223333:role/starter"
	rule := func(change func(*fakeaws.Rule)) error {
		r := fakeaws.Rule{Name: "rule", ARN: "arn:aws:events:us-west-2:111122223333:rule/rule", Region: fakeawstest.West, Pattern: json.RawMessage(`{"source":["a"]}`), Targets: []fakeaws.Target{{ARN: queue}}}
		change(&r)
		return s.AddRule(r)
	}
	schedule := func(change func(*fakeaws.Schedule)) error {
		c := fakeaws.Schedule{Name: "schedule", ARN: "arn:aws:scheduler:us-west-2:111122223333:schedule/default/schedule", Region: fakeawstest.West, Expression: "rate(1 day)", Target: fakeaws.Target{ARN: queue, RoleARN: role}}
		change(&c)
		return s.AddSchedule(c)
	}
	addRole := func(name string, actions int) error {
		policy := `{"Statement": [{"Effect": "Allow", "Resource": "*", "Action": ["a:b"` + strings.Repeat(`, "service:Action"`, actions) + `]}]}`
		_, err := s.AddRole("arn:aws:iam::111122223333:role/"+name, []json.RawMessage{json.RawMessage(policy)})
		return err
	}
	long := func(n int) string { return strings.Repeat("x", n) }
	for _, c := range []struct {
		name string
		err  error
		want string
	}{
		{"a rule", rule(func(*fakeaws.Rule) {}), ""},
		{"a rule with a long name", rule(func(r *fakeaws.Rule) { r.Name = long(65) }), "at 'name'"},
		{"a rule with a space", rule(func(r *fakeaws.Rule) { r.Name = "a b" }), "at 'name'"},
		{"a rule with a long pattern", rule(func(r *fakeaws.Rule) { r.Pattern = json.RawMessage(`{"source":["` + long(4096) + `"]}`) }), "at 'eventPattern'"},
		{"a rule with six targets", rule(func(r *fakeaws.Rule) { r.Targets = make([]fakeaws.Target, 6); fill(r.Targets, queue) }), "LimitExceededException: 6 targets"},
		{"a rule with a long input", rule(func(r *fakeaws.Rule) { r.Targets[0].Input = long(8193) }), "at 'targets.1.member.input'"},
		{"a rule with a long template", rule(func(r *fakeaws.Rule) {
			r.Targets[0].Transformer = &fakeaws.Transformer{Template: `"` + long(8192) + `"`}
		}), "at 'targets.1.member.inputTemplate'"},
		{"a schedule", schedule(func(*fakeaws.Schedule) {}), ""},
		{"a schedule with a long name", schedule(func(c *fakeaws.Schedule) { c.Name = long(65) }), "at 'name'"},
		{"a schedule with a slash", schedule(func(c *fakeaws.Schedule) { c.Name = "a/b" }), "at 'name'"},
		{"a schedule without a role", schedule(func(c *fakeaws.Schedule) { c.Target.RoleARN = "" }), "at 'target.roleArn'"},
		{"a schedule whose dead letters go to a topic", schedule(func(c *fakeaws.Schedule) { c.Target.DeadLetterARN = "arn:aws:sns:us-west-2:111122223333:a" }), "at 'target.deadLetterConfig.Arn'"},
		{"a schedule with a long input", schedule(func(c *fakeaws.Schedule) { c.Target.Input = long(262145) }), "at 'target.input'"},
		{"a role", addRole("a", 500), ""},
		{"a role with a long name", addRole(long(65), 1), "at 'roleName'"},
		{"a role with a space", addRole("a b", 1), "at 'roleName'"},
		{"a role with a policy over 10,240 characters", addRole("b", 600), "LimitExceeded"},
	} {
		if c.want == "" && c.err != nil || c.want != "" && (c.err == nil || !strings.Contains(c.err.Error(), c.want)) {
			t.Errorf("%s: %.300v; want %q", c.name, c.err, c.want)
		}
	}
}

func fill(targets []fakeaws.Target, arn string) {
	for i := range targets {
		targets[i].ARN = arn
	}
}
