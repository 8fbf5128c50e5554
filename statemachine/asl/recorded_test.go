package asl

import (
	"cmp"
	"encoding/json"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
)

// recorded is one execution that ran on AWS.
type recorded struct {
	Name       string
	Definition json.RawMessage
	Input      json.RawMessage
	Events     []map[string]any
}

// recordings is where the recorded executions are. Its README.md says whose they are, and under which licence. DROVER_RECORDED is
// the path of another file in the same form, which is played in its place.
const recordings = "testdata/recorded/cases.json"

// TestRecordedExecutions plays executions that were recorded on AWS, with the recorded answers of their Tasks, and compares the
// whole history.
func TestRecordedExecutions(t *testing.T) {
	cases := recordedCases(t)
	for _, c := range cases {
		_, name, _ := strings.Cut(c.Name, "::")
		t.Run(name, func(t *testing.T) {
			m, err := Parse(c.Definition)
			if err != nil {
				t.Fatal(err)
			}
			compareRecorded(t, c.Events, playRecorded(t, m, c).History())
		})
	}
	if len(cases) != 60 {
		t.Errorf("%d executions; want 60", len(cases))
	}
}

func recordedCases(t *testing.T) []recorded {
	t.Helper()
	path := cmp.Or(os.Getenv("DROVER_RECORDED"), recordings)
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var cases []recorded
	if err := json.Unmarshal(text, &cases); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	return cases
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
		case "TaskTimedOut":
			answers = append(answers, nil)
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
	got := asRecorded(want, eventValues(t, history))
	last := func(events []map[string]any) map[string]any { return events[len(events)-1] }
	if diff := gocmp.Diff(last(want), rewrite(last(want), last(got))); diff != "" {
		t.Fatalf("end (-want +got):\n%s", diff)
	}
	if diff := gocmp.Diff(types(want), types(got)); diff != "" {
		t.Fatalf("types of events (-want +got):\n%s", diff)
	}
	for i := range want {
		if diff := gocmp.Diff(want[i], rewrite(want[i], got[i])); diff != "" {
			t.Errorf("event %d (-want +got):\n%s", i+1, diff)
		}
	}
}

// asRecorded leaves out of a history what the recordings have left out: the end of a Parallel, and the numbers of the events
// within one. Those events are sorted there, because their order is not the same at every run.
func asRecorded(want, got []map[string]any) []map[string]any {
	recorded := map[any]bool{}
	for _, e := range want {
		recorded[fmt.Sprint(e["id"])] = true
	}
	var events []map[string]any
	for _, e := range got {
		switch e["type"] {
		case "ParallelStateFailed", "ParallelStateSucceeded":
			if !recorded[fmt.Sprint(e["id"])] {
				continue
			}
		}
		events = append(events, e)
	}
	if len(events) != len(want) {
		return events
	}
	for i := 0; i < len(want); i++ {
		end := i
		for end < len(want) && fmt.Sprint(want[end]["id"]) == "[0]" {
			end++
		}
		unordered := slices.Clone(events[i:end])
		for ; i < end; i++ {
			for k, e := range unordered {
				if e["type"] == want[i]["type"] {
					events[i], unordered = e, slices.Delete(unordered, k, k+1)
					e["id"], e["previousEventId"] = want[i]["id"], want[i]["previousEventId"]
					break
				}
			}
		}
	}
	return events
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

// rewrite puts got into the words of the recording wherever both mean the same: the recording has masked some values, has parsed
// the texts that are objects, and its definitions do not have the order of keys that AWS was given.
func rewrite(want, got any) any {
	switch w := want.(type) {
	case string:
		if g, ok := got.(string); ok && (masks(w).MatchString(g) || gocmp.Equal(parsed(w), parsed(g))) {
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
