package drill

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/statemachine/fakeaws"
)

// performing is a performance of a scenario that expects runs, in a World that is not there.
func performing(expected ...ExpectedRun) *performance {
	return &performance{
		rehearsal: &rehearsal{began: Start}, scenario: &Scenario{Name: "s", Expect: Expect{Runs: expected}}, tell: &narrator{out: &Printer{W: &bytes.Buffer{}}},
	}
}

func run(region, action string, after time.Duration) fakeaws.Execution {
	return fakeaws.Execution{Name: "r", Region: region, Input: json.RawMessage(`{"action":"` + action + `"}`), StartedAt: at(after)}
}

func TestARunThatNobodyExpectsIsASurprise(t *testing.T) {
	want := ExpectedRun{Region: west, Action: failover.Check, From: Duration(time.Minute), By: Duration(2 * time.Minute), Outcome: failover.Completed}
	for _, c := range []struct {
		name     string
		expected []ExpectedRun
		run      fakeaws.Execution
		says     string
	}{
		{"as expected", []ExpectedRun{want}, run(west, "check", 90*time.Second), ""},
		{"none expected", nil, run(west, "check", 90*time.Second), "the scenario expects no such run"},
		{"other Region", []ExpectedRun{want}, run(east, "check", 90*time.Second), `started in us-east-1 at 01:30; expected "check" in us-west-2 from 01:00 by 02:00`},
		{"other action", []ExpectedRun{want}, run(west, "failover", 90*time.Second), `"failover" started`},
		{"too early", []ExpectedRun{want}, run(west, "check", 59*time.Second), "at 00:59; expected"},
		{"too late", []ExpectedRun{want}, run(west, "check", 121*time.Second), "at 02:01; expected"},
		{"unreadable", []ExpectedRun{want}, run(west, `"`, 90*time.Second), `"" started`},
	} {
		p := performing(c.expected...)
		got := p.expected(c.run)
		switch surprises := strings.Join(p.surprises, "\n"); {
		case c.says == "" && (surprises != "" || got.Outcome != failover.Completed):
			t.Errorf("%s: %s, outcome %q", c.name, surprises, got.Outcome)
		case !strings.Contains(surprises, c.says):
			t.Errorf("%s: %q; want it to say %q", c.name, surprises, c.says)
		}
	}
}

func TestARunThatDoesNotComeIsMissed(t *testing.T) {
	p := performing(ExpectedRun{Region: west, Action: failover.Check}, ExpectedRun{Region: east, Action: failover.Check, By: Duration(time.Hour)})
	p.runs = []*started{{}, {triggered: true}} // the first one is the timeline's own
	got := p.missing()
	if len(got) != 1 || got[0] != `expected "check" to be started in us-east-1 by 60:00, and it was not` {
		t.Errorf("got %q", got)
	}
}

func TestAnAlarmIsToldWhenItGoesOffAndWhenItIsWellAgain(t *testing.T) {
	var out bytes.Buffer
	n := &narrator{out: &Printer{W: &out}}
	for _, text := range []string{"is OK in us-west-2", "is ALARM in us-west-2", "is OK in us-east-1", "is OK in us-west-2", "is OK in us-west-2"} {
		n.observe(fakeaws.Entry{At: Start, Kind: "alarm", Object: "lag", Text: text})
	}
	if got := out.String(); strings.Count(got, "\n") != 2 || !strings.Contains(got, "is ALARM") || !n.wentOff("lag us-west-2") || n.wentOff("lag us-east-1") {
		t.Errorf("got\n%s", got)
	}
}

func TestOfSeveralRunsEachLineSaysWhose(t *testing.T) {
	var out bytes.Buffer
	n := &narrator{out: &Printer{W: &out}}
	n.StateEntered("arn:one", "Completed", Start)
	n.StateEntered("arn:two", "Validate", Start)
	n.StateEntered("arn:one", "Completed", Start)
	n.Stopped("arn:one", Start)
	n.StateEntered("arn:two", "Completed", Start)
	n.Stopped("arn:two", Start)
	n.StateEntered("arn:three", "Completed", Start)
	var got []string
	for line := range strings.Lines(out.String()) {
		got = append(got, strings.TrimSpace(line[textColumn:]))
	}
	if want := "Completed, one: Completed, two: Completed, Completed"; strings.Join(got, ", ") != want {
		t.Errorf("got %q; want %q", strings.Join(got, ", "), want)
	}
}

func TestIdsOfAWSAreCalledByNames(t *testing.T) {
	var out bytes.Buffer
	p := &Printer{W: &out}
	p.call("00000000-0000-4000-8000-000000000261", "flap-1")
	p.event(Start, "lock", Plain, "run 00000000-0000-4000-8000-000000000261 holds it")
	if !strings.Contains(out.String(), "run flap-1 holds it") {
		t.Errorf("got %q", out.String())
	}
}

func TestInputsCanBeBroken(t *testing.T) {
	got := spaced(json.RawMessage(`{"a":"x,\",y","b":[1,2]}`))
	if want := `{"a":"x,\",y", "b":[1, 2]}`; got != want {
		t.Errorf("got %s; want %s", got, want)
	}
}

func TestAnswersOfTheAPIAreToldInOneLine(t *testing.T) {
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

func TestAServedScenarioCountsItsTimesFromNow(t *testing.T) {
	start := Start.Add(24 * time.Hour)
	s := &Scenario{Timeline: []Event{
		{Start: &StartRun{Input: map[string]any{"action": "failover", "since": "2026-01-31T03:02:00Z"}}}, {Start: &StartRun{Input: "no object"}}, {RegionDark: east},
	}}
	moved := s.movedTo(start)
	if got := moved.Timeline[0].Start.Input.(map[string]any)["since"]; got != "2026-02-01T03:02:00Z" {
		t.Errorf("since %v", got)
	}
	if got := s.Timeline[0].Start.Input.(map[string]any)["since"]; got != "2026-01-31T03:02:00Z" {
		t.Errorf("the scenario itself was changed: since %v", got)
	}
	if len(s.Healthy().Timeline) != 0 || len(s.Timeline) != 3 {
		t.Error("a healthy day has no timeline, and leaves the scenario its own")
	}
}

func TestARunThatFoundEverythingInPlaceRecoversNothing(t *testing.T) {
	e := completed()
	again := e.Runs[0]
	again.Invocations = []fakeaws.Invocation{{State: "Validate", Result: fakeaws.InvokeResult{Payload: []byte(`{"verdict":"proceed","stages":[]}`)}}}
	again.StartedAt = at(5 * time.Minute)
	e.Runs = append(e.Runs, again)
	e.Traffic = append(e.Traffic, fakeaws.Sample{At: at(6 * time.Minute), Requests: 10, Served: 9})
	all := e.recoveries(nil)
	if len(all) != 1 || all[0].Users != 4*time.Minute+time.Second {
		t.Errorf("got %+v; want the first run alone, with the users' failures after the second", all)
	}
}
