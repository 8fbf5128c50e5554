package asl

import (
	"encoding/json"
	"errors"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// recorded is one execution that ran on AWS.
type recorded struct {
	Name       string
	Definition json.RawMessage
	Input      json.RawMessage
	Events     []map[string]any
}

// recordings is where the recorded executions are. Its README.md says whose they are, and under which licence.
const recordings = "testdata/recorded/cases.json"

// refused are the recorded executions whose definitions the package refuses: the test of LocalStack that recorded them,
// the type of state for which Parse must refuse each, and how many there are. Drover's definition has no state of these
// types: a run goes through its stages one after the other. An execution that is not listed here is played.
var refused = []struct {
	test, kind string
	cases      int
}{
	{"TestBaseEvaluateJsonata::test_base_map", "Map", 3},
	{"TestBaseEvaluateJsonata::test_base_map_from_input", "Map", 2},
	{"TestBaseScenarios::test_map_state_item_selector", "Map", 1},
	{"TestBaseScenarios::test_map_state_items_eval_jsonata", "Map", 3},
	{"TestBaseScenarios::test_map_state_items_eval_jsonata_fail", "Map", 5},
	{"TestBaseScenarios::test_map_state_items_eval_jsonata_variable_sampling_fail", "Map", 4},
	{"TestBaseScenarios::test_map_state_items_input_array", "Map", 2},
	{"TestBaseScenarios::test_map_state_items_input_types", "Map", 3},
	{"TestBaseScenarios::test_map_state_items_variable_sampling", "Map", 4},
	{"TestStateVariablesTemplate::test_map_catch_error", "Map", 3},
	{"TestStateVariablesTemplate::test_parallel_catch_error", "Parallel", 3},
}

// TestRecordedExecutions plays executions that were recorded on AWS, with the recorded answers of their Tasks, and
// compares the whole history. Those listed in refused must be refused for the state that is named there.
func TestRecordedExecutions(t *testing.T) {
	cases := recordedCases(t)
	counts := map[string]int{}
	for _, c := range cases {
		_, name, _ := strings.Cut(c.Name, "::")
		test, _, _ := strings.Cut(name, "[")
		kind := refusedFor(test)
		if kind != "" {
			counts[test]++
		}
		t.Run(name, func(t *testing.T) {
			m, err := Parse(c.Definition)
			if kind != "" {
				if !errors.Is(err, ErrUnsupported) || !strings.Contains(err.Error(), kind) {
					t.Errorf("Parse: %v; want it refused for its %s state", err, kind)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			compareRecorded(t, c.Events, playRecorded(t, m, c).History())
		})
	}
	played := len(cases)
	for _, r := range refused {
		played -= counts[r.test]
		if counts[r.test] != r.cases {
			t.Errorf("%s: %d recorded executions; want %d", r.test, counts[r.test], r.cases)
		}
	}
	if len(cases) != 60 || played != 27 {
		t.Errorf("%s: %d executions, of which %d are played; want 60 and 27", recordings, len(cases), played)
	}
}

func recordedCases(t *testing.T) []recorded {
	t.Helper()
	text, err := os.ReadFile(recordings)
	if err != nil {
		t.Fatal(err)
	}
	var cases []recorded
	if err := json.Unmarshal(text, &cases); err != nil {
		t.Fatalf("%s: %v", recordings, err)
	}
	return cases
}

// refusedFor names the type of state for which the executions of a recorded test are refused, or nothing.
func refusedFor(test string) string {
	for _, r := range refused {
		if r.test == test {
			return r.kind
		}
	}
	return ""
}

// playRecorded answers Tasks with what the recording says they answered, in order, and lets every wait pass.
func playRecorded(t *testing.T, m *Machine, c recorded) *Execution {
	t.Helper()
	answers := recordedAnswers(t, c.Events)
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	x := m.Start(ExecutionInfo{ID: "arn:aws:states:us-east-1:111111111111:execution:m:x", RoleARN: "role"}, c.Input, now)
	for x.Pending() != nil {
		switch p := x.Pending().(type) {
		case *WaitUntil:
			x.Resume(p.Until, nil)
		case *Invoke:
			if len(answers) == 0 {
				t.Fatalf("%s is invoked once more than in the recording", p.State)
			}
			x.Resume(now, answers[0])
			answers = answers[1:]
		default:
			t.Fatalf("pending %T", p)
		}
	}
	return x
}

func recordedAnswers(t *testing.T, events []map[string]any) []*Answer {
	var answers []*Answer
	for _, e := range events {
		switch e["type"] {
		case "TaskSucceeded":
			answers = append(answers, &Answer{Output: jsonText(t, detail(e, "taskSucceededEventDetails")["output"])})
		case "TaskFailed":
			d := detail(e, "taskFailedEventDetails")
			name, _ := d["error"].(string)
			answers = append(answers, &Answer{Error: name, Cause: string(jsonText(t, d["cause"]))})
		}
	}
	return answers
}

func detail(event map[string]any, name string) map[string]any {
	d, _ := event[name].(map[string]any)
	return d
}

// jsonText writes a value of the recording back as the text that AWS sent: the recording has parsed objects and arrays.
func jsonText(t *testing.T, v any) json.RawMessage {
	t.Helper()
	if s, ok := v.(string); ok {
		return json.RawMessage(s)
	}
	text, err := marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// compareRecorded compares what matters most first: how it ended, which events there were, and then all they say.
func compareRecorded(t *testing.T, want []map[string]any, history []Event) {
	t.Helper()
	got := eventValues(t, history)
	last := func(events []map[string]any) map[string]any { return events[len(events)-1] }
	if diff := cmp.Diff(last(want), rewrite(last(want), last(got))); diff != "" {
		t.Fatalf("end (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(types(want), types(got)); diff != "" {
		t.Fatalf("types of events (-want +got):\n%s", diff)
	}
	for i := range want {
		if diff := cmp.Diff(want[i], rewrite(want[i], got[i])); diff != "" {
			t.Errorf("event %d (-want +got):\n%s", i+1, diff)
		}
	}
}

func types(events []map[string]any) []any {
	var types []any
	for _, e := range events {
		types = append(types, e["type"])
	}
	return types
}

func eventValues(t *testing.T, history []Event) []map[string]any {
	t.Helper()
	text, err := json.Marshal(history)
	if err != nil {
		t.Fatal(err)
	}
	var events []map[string]any
	if err := json.Unmarshal(text, &events); err != nil {
		t.Fatal(err)
	}
	return events
}

// rewrite puts got into the words of the recording wherever both mean the same: the recording has masked some values,
// and has parsed the texts that are objects or arrays.
func rewrite(want, got any) any {
	switch w := want.(type) {
	case string:
		if g, ok := got.(string); ok && masks(w).MatchString(g) {
			return w
		}
	case map[string]any:
		if g, ok := parsed(got).(map[string]any); ok {
			out := map[string]any{}
			for k, v := range g {
				out[k] = v
				if expected, ok := w[k]; ok {
					out[k] = rewrite(expected, v)
				}
			}
			return out
		}
	case []any:
		if g, ok := parsed(got).([]any); ok && len(g) == len(w) {
			out := make([]any, len(g))
			for i := range g {
				out[i] = rewrite(w[i], g[i])
			}
			return out
		}
	}
	return got
}

func parsed(v any) any {
	s, ok := v.(string)
	if !ok {
		return v
	}
	var out any
	if json.Unmarshal([]byte(s), &out) != nil {
		return v
	}
	return out
}

var mask = regexp.MustCompile(`<[^>]*>`)

// masks is the pattern of a recorded text, in which anything between < and > and a few words stand for any text.
func masks(recorded string) *regexp.Regexp {
	switch recorded {
	case "timestamp", "date", "snf_role_arn":
		return regexp.MustCompile(``)
	}
	parts := mask.Split(recorded, -1)
	for i, part := range parts {
		parts[i] = regexp.QuoteMeta(part)
	}
	return regexp.MustCompile(`(?s)^` + strings.Join(parts, `.*`) + `$`)
}
