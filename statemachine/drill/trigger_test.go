package drill

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/statemachine/fakeaws"
	"github.com/drover-dr/drover/statemachine/scenario"
	"github.com/drover-dr/drover/statemachine/transcript"
)

// performing is a performance of a scenario that expects runs, without a simulator.
func performing(expected ...scenario.ExpectedRun) *performance {
	return &performance{
		rehearsal: &rehearsal{began: scenario.Start}, scenario: &scenario.Scenario{Name: "s", Expect: scenario.Expect{Runs: expected}}, narrator: &transcript.Narrator{Out: &transcript.Printer{W: &bytes.Buffer{}}},
	}
}

func run(region, action string, after time.Duration) fakeaws.Execution {
	return fakeaws.Execution{Name: "r", Region: region, Input: json.RawMessage(`{"action":"` + action + `"}`), StartedAt: at(after)}
}

func TestARunThatIsNotExpectedIsReported(t *testing.T) {
	want := scenario.ExpectedRun{Region: west, Action: failover.Check, From: scenario.Duration(time.Minute), By: scenario.Duration(2 * time.Minute), Outcome: failover.Completed}
	for _, c := range []struct {
		name     string
		expected []scenario.ExpectedRun
		run      fakeaws.Execution
		says     string
	}{
		{"as expected", []scenario.ExpectedRun{want}, run(west, "check", 90*time.Second), ""},
		{"none expected", nil, run(west, "check", 90*time.Second), "the scenario expects no such run"},
		{"other Region", []scenario.ExpectedRun{want}, run(east, "check", 90*time.Second), `started in us-east-1 at 01:30; expected "check" in us-west-2 from 01:00 by 02:00`},
		{"other action", []scenario.ExpectedRun{want}, run(west, "failover", 90*time.Second), `"failover" started`},
		{"too early", []scenario.ExpectedRun{want}, run(west, "check", 59*time.Second), "at 00:59; expected"},
		{"too late", []scenario.ExpectedRun{want}, run(west, "check", 121*time.Second), "at 02:01; expected"},
		{"unreadable", []scenario.ExpectedRun{want}, run(west, `"`, 90*time.Second), `"" started`},
	} {
		p := performing(c.expected...)
		got := p.expected(c.run)
		switch unexpected := strings.Join(p.unexpected, "\n"); {
		case c.says == "" && (unexpected != "" || got.Outcome != failover.Completed):
			t.Errorf("%s: %s, outcome %q", c.name, unexpected, got.Outcome)
		case !strings.Contains(unexpected, c.says):
			t.Errorf("%s: %q; want it to say %q", c.name, unexpected, c.says)
		}
	}
}

func TestARunThatDoesNotComeIsMissed(t *testing.T) {
	p := performing(scenario.ExpectedRun{Region: west, Action: failover.Check}, scenario.ExpectedRun{Region: east, Action: failover.Check, By: scenario.Duration(time.Hour)})
	p.runs = []*started{{}, {triggered: true}} // the first one is the timeline's own
	got := p.missing()
	if len(got) != 1 || got[0] != `expected "check" to start in us-east-1 by 60:00; it did not` {
		t.Errorf("got %q", got)
	}
}

func TestInputsCanBeBroken(t *testing.T) {
	got := spaced(json.RawMessage(`{"a":"x,\",y","b":[1,2]}`))
	if want := `{"a":"x,\",y", "b":[1, 2]}`; got != want {
		t.Errorf("got %s; want %s", got, want)
	}
}

func TestResponsesOfTheAPIArePrintedInOneLine(t *testing.T) {
	for answer, want := range map[string]string{
		`{"message":"Forbidden"}`:                                      "Forbidden",
		`{"title":"No","status":400,"detail":"Nothing."}`:              "No: Nothing.",
		`{"id":"r1","status":"RUNNING"}`:                               "r1 is RUNNING",
		`{"id":"r1","status":"RUNNING","summary":"Settle"}`:            "r1 is RUNNING: Settle",
		`{"runs":[{"id":"r1","status":"A"},{"id":"r2","status":"B"}]}`: "2 runs: r1 is A, r2 is B",
		`{"runs":[]}`: "0 runs: ", `{"other": 1}`: `{"other":1}`, "no\n JSON": "no JSON",
	} {
		if got := answerFacts([]byte(answer)); got != want {
			t.Errorf("%s: %q; want %q", answer, got, want)
		}
	}
}

const (
	east = "us-east-1"
	west = "us-west-2"
)
