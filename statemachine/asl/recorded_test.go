package asl

import (
	"bytes"
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

// TestRecordedExecutions plays executions that were recorded on AWS, with the recorded answers of their Tasks, and
// compares the whole history. A definition that is refused is skipped with the refusal, so that a reader sees which.
func TestRecordedExecutions(t *testing.T) {
	path := os.Getenv("ASL_CASES")
	if path == "" {
		t.Skip("ASL_CASES does not name a file of recorded executions")
	}
	text, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		t.Skipf("ASL_CASES: there is no file %s", path)
	}
	if err != nil {
		t.Fatal(err)
	}
	var cases []recorded
	if err := json.Unmarshal(text, &cases); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	played, refused := 0, 0
	for _, c := range cases {
		_, name, _ := strings.Cut(c.Name, "::")
		t.Run(name, func(t *testing.T) {
			m, err := Parse(c.Definition)
			if uses := usesUnsupported(c.Definition); uses != "" {
				refused++
				if !errors.Is(err, ErrUnsupported) || !strings.Contains(err.Error(), uses) {
					t.Fatalf("Parse: %v; want it refused for %s", err, uses)
				}
				t.Skip(err)
			}
			if err != nil {
				t.Fatal(err)
			}
			played++
			compareRecorded(t, c.Events, playRecorded(t, m, c).History())
		})
	}
	t.Logf("%d executions: %d played, %d refused by name", len(cases), played, refused)
	if played+refused != len(cases) || played == 0 {
		t.Errorf("%d executions of %d were neither played nor refused", len(cases)-played-refused, len(cases))
	}
}

// usesUnsupported names the type of state for which a definition is to be refused, or nothing.
func usesUnsupported(definition json.RawMessage) string {
	for _, kind := range []string{`"Map"`, `"Parallel"`} {
		compact := bytes.ReplaceAll(definition, []byte(" "), nil)
		if bytes.Contains(compact, []byte(`"Type":`+kind)) {
			return kind
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
