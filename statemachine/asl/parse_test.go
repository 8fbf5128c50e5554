package asl

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// define makes a definition of a few states, the first of which is Start.
func define(states string) []byte {
	return fmt.Appendf(nil, `{"QueryLanguage": "JSONata", "StartAt": "Start", "States": {%s}}`, states)
}

func mustParse(t testing.TB, states string) *Machine {
	t.Helper()
	m, err := Parse(define(states))
	if err != nil {
		t.Fatal(err)
	}
	return m
}

const invoke = `"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Arguments": {"FunctionName": "f"}`

func TestParseRefusesByName(t *testing.T) {
	tests := []struct {
		name        string
		states      string
		unsupported bool
		want        []string
	}{
		{"a distributed Map", `"Start": {"Type": "Map", "End": true, "ItemProcessor": {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}, "StartAt": "A", "States": {"A": {"Type": "Succeed"}}}}`, true, []string{`"Start", ItemProcessor, ProcessorConfig`, "Mode", "INLINE"}},
		{"items from a bucket", `"Start": {"Type": "Map", "End": true, "ItemReader": {}, "ItemProcessor": {"StartAt": "A", "States": {"A": {"Type": "Succeed"}}}}`, true, []string{`"Start"`, "ItemReader", "inline"}},
		{"a catcher whose errors are not known", `"Start": {"Type": "Parallel", "End": true, "Branches": [{"StartAt": "A", "States": {"A": {"Type": "Succeed"}}}], "Catch": [{"ErrorEquals": ["States.BranchFailed"], "Next": "Start"}]}`, true, []string{`"Start"`, "States.BranchFailed"}},
		{"a function of a branch", `"Start": {"Type": "Parallel", "End": true, "Branches": [{"StartAt": "A", "States": {"A": {"Type": "Pass", "End": true, "Output": "{% $uuid() %}"}}}]}`, true, []string{`state "A"`, "$uuid"}},
		{"a construct of JSONata", `"Start": {"Type": "Pass", "Output": {"p": "{% $states.input.x.% %}"}, "End": true}`, true, []string{`"Start"`, "Output", "p", "JSONata operator %"}},
		{"a Map without a processor", `"Start": {"Type": "Map", "End": true}`, false, []string{`"Start"`, "ItemProcessor"}},
		{"a Parallel without branches", `"Start": {"Type": "Parallel", "End": true, "Branches": []}`, false, []string{`"Start"`, "Branches"}},
		{"items that are no array", `"Start": {"Type": "Map", "End": true, "Items": 5, "ItemProcessor": {"StartAt": "A", "States": {"A": {"Type": "Succeed"}}}}`, false, []string{`"Start"`, "Items", "array"}},
		{"a name of two branches", `"Start": {"Type": "Parallel", "End": true, "Branches": [{"StartAt": "A", "States": {"A": {"Type": "Succeed"}}}, {"StartAt": "A", "States": {"A": {"Type": "Succeed"}}}]}`, false, []string{`"A"`, "once"}},
		{"a state of another level", `"Start": {"Type": "Parallel", "End": true, "Branches": [{"StartAt": "A", "States": {"A": {"Type": "Pass", "Next": "Start"}}}]}`, false, []string{`state "A"`, `"Start"`}},
		{"a branch that starts nowhere", `"Start": {"Type": "Parallel", "End": true, "Branches": [{"StartAt": "B", "States": {"A": {"Type": "Succeed"}}}]}`, false, []string{`"Start", Branches[0]`, `"B"`}},
		{"an integration", `"Start": {"Type": "Task", "Resource": "arn:aws:states:::sns:publish", "End": true}`, true, []string{`"Start"`, "Resource", "sns:publish"}},
		{"a field of JSONPath", `"Start": {"Type": "Pass", "ResultPath": "$.x", "End": true}`, true, []string{`"Start"`, "ResultPath", "JSONPath"}},
		{"another query language", `"Start": {"Type": "Pass", "QueryLanguage": "JSONPath", "End": true}`, true, []string{`"Start"`, "QueryLanguage"}},
		{"an unknown field", `"Start": {"Type": "Pass", "Colour": "red", "End": true}`, true, []string{`"Start"`, "Colour"}},
		{"a field of a rule", `"Start": {"Type": "Choice", "Choices": [{"Condition": "{% true %}", "Next": "Start", "And": []}]}`, true, []string{`"Start", Choices[0]`, "And"}},
		{"a field of a retrier", `"Start": {` + invoke + `, "End": true, "Retry": [{"ErrorEquals": ["A"], "Jitter": 1}]}`, true, []string{`"Start", Retry[0]`, "Jitter"}},
		{"a function that cannot be repeated", `"Start": {"Type": "Pass", "Output": {"at": "{% $now() %}"}, "End": true}`, true, []string{`"Start"`, "Output", "at", "$now"}},
		{"an unknown type", `"Start": {"Type": "Loop"}`, false, []string{`"Start"`, `"Loop"`, "Choice"}},
		{"a missing next state", `"Start": {"Type": "Pass"}`, false, []string{`"Start"`, "Next", "End"}},
		{"a next state that is not there", `"Start": {"Type": "Pass", "Next": "Gone"}`, false, []string{`"Start"`, `"Gone"`}},
		{"a state that nothing leads to", `"Start": {"Type": "Succeed"}, "Lost": {"Type": "Succeed"}`, false, []string{`"Lost"`}},
		{"a name that comes twice", `"Start": {"Type": "Succeed"}, "Start": {"Type": "Succeed"}`, false, []string{`"Start" twice`}},
		{"a choice without rules", `"Start": {"Type": "Choice", "Choices": [], "Default": "Start"}`, false, []string{`"Start"`, "Choices"}},
		{"a wait for nothing", `"Start": {"Type": "Wait", "End": true}`, false, []string{`"Start"`, "Seconds", "Timestamp"}},
		{"a number that is too small", `"Start": {` + invoke + `, "End": true, "Retry": [{"ErrorEquals": ["A"], "IntervalSeconds": 0}]}`, false, []string{"Retry[0]", "IntervalSeconds", "0"}},
		{"a wildcard among others", `"Start": {` + invoke + `, "End": true, "Retry": [{"ErrorEquals": ["States.ALL", "A"]}]}`, false, []string{"Retry[0]", "States.ALL", "alone"}},
		{"a wildcard that is not last", `"Start": {` + invoke + `, "End": true, "Retry": [{"ErrorEquals": ["States.ALL"]}, {"ErrorEquals": ["A"]}]}`, false, []string{"Retry[0]", "States.ALL", "last"}},
		{"an expression that is none", `"Start": {"Type": "Pass", "Output": "{% 1 + %}", "End": true}`, false, []string{`"Start"`, "Output", "1 +"}},
		{"a variable by a reserved name", `"Start": {"Type": "Pass", "Assign": {"states": 1}, "End": true}`, false, []string{`"Start"`, "Assign", `"states"`}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := Parse(define(tt.states))
			if err == nil {
				t.Fatal("it was accepted")
			}
			if got := errors.Is(err, ErrUnsupported); got != tt.unsupported {
				t.Errorf("errors.Is(err, ErrUnsupported) = %v; want %v: %v", got, tt.unsupported, err)
			}
			for _, want := range tt.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("error %q does not name %s", err, want)
				}
			}
		})
	}
}

func TestParseReportsAllMistakesAtOnce(t *testing.T) {
	_, err := Parse([]byte(`{"StartAt": "Start", "Colour": "red", "States": {
		"Start": {"Type": "Pass", "Next": "End", "InputPath": "$.x"}, "End": {"Type": "Task", "Resource": "arn:aws:states:::sns:publish", "End": true}}}`))
	want := []string{
		`definition: QueryLanguage JSONPath is not supported; expected "QueryLanguage": "JSONata"`,
		`state "Start": field "InputPath" is not supported; it belongs to JSONPath; expected JSONata`,
		`state "End": Resource "arn:aws:states:::sns:publish" is not supported; expected arn:aws:states:::lambda:invoke, with or without .waitForTaskToken`,
		`definition: field "Colour" is not supported; no such field is known here`,
	}
	if err == nil {
		t.Fatal("it was accepted")
	}
	if diff := cmp.Diff(want, strings.Split(err.Error(), "\n")); diff != "" {
		t.Errorf("mistakes (-want +got):\n%s", diff)
	}
}

func TestParseRefusesWhatIsNotADefinition(t *testing.T) {
	for _, text := range []string{``, `[]`, `{`, `{} {}`, `{"QueryLanguage": "JSONata"}`, `{"QueryLanguage": "JSONata", "StartAt": "A", "States": []}`} {
		if _, err := Parse([]byte(text)); err == nil {
			t.Errorf("Parse(%q) accepted it", text)
		}
	}
}

func TestStatesAreDescribedInTheOrderOfTheText(t *testing.T) {
	m := mustParse(t, `
		"Start": {`+invoke+`, "Comment": "Asks.", "Next": "Which?",
			"Catch": [{"Comment": "No.", "ErrorEquals": ["States.ALL"], "Next": "Bad"}]},
		"Which?": {"Type": "Choice", "Choices": [{"Comment": "It is.", "Condition": "{% true %}", "Next": "Good"}], "Default": "Bad"},
		"Good": {"Type": "Parallel", "End": true, "Branches": [{"StartAt": "In", "States": {"In": {"Type": "Succeed"}}}]}, "Bad": {"Type": "Fail"}`)
	want := []State{
		{Name: "Start", Kind: Task, Comment: "Asks.", Edges: []Edge{{To: "Which?", Kind: Next}, {To: "Bad", Kind: Caught, Comment: "No."}}},
		{Name: "Which?", Kind: Choice, Edges: []Edge{{To: "Good", Kind: Match, Comment: "It is."}, {To: "Bad", Kind: Default}}},
		{Name: "Good", Kind: Parallel, Branches: [][]State{{{Name: "In", Kind: Succeed}}}},
		{Name: "Bad", Kind: Fail},
	}
	if diff := cmp.Diff(want, m.States()); diff != "" {
		t.Errorf("states (-want +got):\n%s", diff)
	}
}
