package failover

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestInputIsReadWhole(t *testing.T) {
	got, err := ParseInput([]byte(`{
		"action": "failover", "applications": ["checkout", "search"], "allowDataLoss": true, "dryRun": true,
		"order": "database-first", "percents": [10, 50, 100], "approval": "before-promotion", "takeover": true, "overrideSafetyRules": ["arn:aws:route53-recovery-control::111122223333:controlpanel/0a/safetyrule/0b"], "since": "2026-01-31T03:00:00Z", "reason": "lights out"
	}`))
	if err != nil {
		t.Fatal(err)
	}
	want := Input{
		Action: Failover, Applications: []string{"checkout", "search"}, AllowDataLoss: new(true), DryRun: true,
		Order: DatabaseFirst, Percents: []int{10, 50, 100}, Approval: BeforePromotion, Takeover: true, OverrideSafetyRules: []string{"arn:aws:route53-recovery-control::111122223333:controlpanel/0a/safetyrule/0b"}, Since: time.Date(2026, 1, 31, 3, 0, 0, 0, time.UTC), Reason: "lights out",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("input (-want +got):\n%s", diff)
	}
}

func TestActionAloneIsEnough(t *testing.T) {
	for _, action := range Actions {
		got, err := ParseInput([]byte(fmt.Sprintf(`{"action": %q}`, action)))
		if err != nil {
			t.Errorf("%s: %v", action, err)
		}
		if diff := cmp.Diff(Input{Action: action}, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", action, diff)
		}
	}
}

func TestInputIsRefusedWithWhatWasExpected(t *testing.T) {
	const keys = "action, applications, allowDataLoss, dryRun, order, percents, approval, takeover, overrideSafetyRules, since, requestedBy, reason, execution or trigger"
	var manyNames []string
	for i := range MaxNamedApplications + 1 {
		manyNames = append(manyNames, fmt.Sprintf(`"a%d"`, i))
	}
	many := strings.Join(manyNames, ",")
	var rules strings.Builder
	for i := range maxRules + 1 {
		if i > 0 {
			rules.WriteByte(',')
		}
		fmt.Fprintf(&rules, `"arn:aws:route53-recovery-control::111122223333:controlpanel/0a/safetyrule/%x"`, i)
	}
	cases := []struct {
		name, text string
		want       []string
	}{
		{"nothing", ``, []string{"input: empty; expected a JSON object"}},
		{"blanks", " \n", []string{"input: empty; expected a JSON object"}},
		{"not JSON", `{action: failover}`, []string{"input: not JSON at character 2: invalid character 'a' looking for beginning of object key string"}},
		{"half of it", `{"action": "fail`, []string{"input: not JSON at character 16: unexpected end of JSON input"}},
		{"more than one", `{"action": "check"} {}`, []string{"input: not JSON at character 21: invalid character '{' after top-level value"}},
		{"a word", `"failover"`, []string{`input: "failover"; expected a JSON object`}},
		{"a list", `[{"action": "check"}]`, []string{`input: [{"action": "check"}]; expected a JSON object`}},
		{"null", `null`, []string{"input: null; expected a JSON object"}},
		{"no action", `{}`, []string{`input: action is missing; expected for example {"action": "check"}`}},
		{"empty action", `{"action": ""}`, []string{`input: action is missing; expected for example {"action": "check"}`}},
		{"unknown action", `{"action": "fail-over"}`, []string{`input: action: "fail-over" is not known; expected failover, switchover, failback, drill or check`}},
		{"action in capitals", `{"action": "Failover"}`, []string{`input: action: "Failover" is not known; expected failover, switchover, failback, drill or check`}},
		{"action of a wrong type", `{"action": 1}`, []string{"input: action: 1; expected a string"}},
		{"key in capitals", `{"action": "check", "DryRun": true}`, []string{`input: unknown field "DryRun"; expected ` + keys}},
		{"key twice", `{"action": "check", "action": "failover"}`, []string{"input: action: is there twice; expected it once"}},
		{"truth in words", `{"action": "check", "dryRun": "yes"}`, []string{`input: dryRun: "yes"; expected true or false`}},
		{"one application", `{"action": "check", "applications": "checkout"}`, []string{`input: applications: "checkout"; expected a list of strings`}},
		{"no application", `{"action": "check", "applications": []}`, []string{"input: applications: an empty list; expected names, or no list at all for all applications"}},
		{"an application twice", `{"action": "check", "applications": ["a", "b", "a"]}`, []string{`input: applications: "a" is named twice`}},
		{"too many applications", `{"action": "check", "applications": [` + many + `]}`, []string{"input: applications: 201 names; expected at most 200, or no list at all for all applications"}},
		{"unknown order", `{"action": "check", "order": "dns-first"}`, []string{`input: order: "dns-first" is not known; expected traffic-first or database-first`}},
		{"unknown approval", `{"action": "check", "approval": "always"}`, []string{`input: approval: "always" is not known; expected none, before-start or before-promotion`}},
		{"a rule without its ARN", `{"action": "failover", "overrideSafetyRules": ["one-on"]}`, []string{`input: overrideSafetyRules: "one-on"; expected the ARN of a safety rule of Amazon Application Recovery Controller`}},
		{"an override of a planned run", `{"action": "switchover", "overrideSafetyRules": ["arn:aws:route53-recovery-control::111122223333:controlpanel/0a/safetyrule/0b"]}`, []string{"input: overrideSafetyRules: given; expected only with the action failover"}},
		{"a rule twice", `{"action": "failover", "overrideSafetyRules": ["arn:aws:route53-recovery-control::111122223333:controlpanel/0a/safetyrule/0b", "arn:aws:route53-recovery-control::111122223333:controlpanel/0a/safetyrule/0b"]}`, []string{`input: overrideSafetyRules: "arn:aws:route53-recovery-control::111122223333:controlpanel/0a/safetyrule/0b" is named twice`}},
		{"too many rules", `{"action": "failover", "overrideSafetyRules": [` + rules.String() + `]}`, []string{"input: overrideSafetyRules: 11 rules; expected at most 10"}},
		{"falling percents", `{"action": "check", "percents": [50, 10, 100]}`, []string{"input: percents: [50 10 100]; expected rising shares from 1 to 100"}},
		{"a percent twice", `{"action": "check", "percents": [50, 50, 100]}`, []string{"input: percents: [50 50 100]; expected rising shares from 1 to 100"}},
		{"0 percent", `{"action": "check", "percents": [0, 100]}`, []string{"input: percents: [0 100]; expected rising shares from 1 to 100"}},
		{"101 percent", `{"action": "check", "percents": [101]}`, []string{"input: percents: [101]; expected rising shares from 1 to 100"}},
		{"percents that stop", `{"action": "check", "percents": [10, 50]}`, []string{"input: percents: [10 50]; expected the last to be 100"}},
		{"eleven percents", `{"action": "check", "percents": [1,2,3,4,5,6,7,8,9,10,100]}`, []string{"input: percents: 11 steps; expected at most 10"}},
		{"half a percent", `{"action": "check", "percents": [0.5, 100]}`, []string{"input: percents: [0.5, 100]; expected a list of whole numbers"}},
		{"time without a date", `{"action": "check", "since": "03:00"}`, []string{`input: since: "03:00"; expected an RFC 3339 time such as "2026-01-31T03:00:00Z"`}},
		{"long reason", `{"action": "check", "reason": "` + strings.Repeat("é", 501) + `"}`, []string{"input: reason: 501 characters; expected at most 500"}},
		{"long requestedBy", `{"action": "check", "requestedBy": "` + strings.Repeat("é", 501) + `"}`, []string{"input: requestedBy: 501 characters; expected at most 500"}},
		{"everything at once", `{"acton": "failover", "dryRun": 1, "order": "x", "percents": [7], "since": 0}`, []string{
			`input: unknown field "acton"; expected ` + keys,
			"input: dryRun: 1; expected true or false",
			`input: since: 0; expected an RFC 3339 time such as "2026-01-31T03:00:00Z"`,
			`input: order: "x" is not known; expected traffic-first or database-first`,
			"input: percents: [7]; expected the last to be 100",
		}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			in, err := ParseInput([]byte(c.text))
			if err == nil {
				t.Fatalf("read as %+v; want %v", in, c.want)
			}
			if diff := cmp.Diff(c.want, strings.Split(err.Error(), "\n")); diff != "" {
				t.Errorf("mistakes (-want +got):\n%s", diff)
			}
		})
	}
}

func TestLongReasonInLettersOfSeveralBytesIsAllowed(t *testing.T) {
	if _, err := ParseInput([]byte(`{"action": "check", "reason": "` + strings.Repeat("é", 500) + `"}`)); err != nil {
		t.Error(err)
	}
}

func TestAnyTextIsReadOrRefused(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.SliceOf(rapid.SampledFrom([]string{
			`{`, `}`, `[`, `]`, `,`, `:`, `"action"`, `"check"`, `"percents"`, `"since"`, `"applications"`, `null`, `1`, `1e999`, `true`, "\x00", `"\ud800"`,
		})).Draw(t, "text")
		in, err := ParseInput([]byte(strings.Join(text, "")))
		if err == nil && in.Action != Check {
			t.Fatalf("%q was read as %+v", text, in)
		}
	})
}
