package failover

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

var noon = time.Date(2026, 1, 31, 12, 0, 0, 0, time.UTC)

func aRun() Run {
	return Run{
		ID: "run-1", ARN: "arn:aws:states:us-west-2:111122223333:execution:drover:run-1", Action: Failover, Phase: Outbound,
		From: "us-east-1", To: "us-west-2", Epoch: 7, AllowDataLoss: true, Applications: []string{"checkout"},
		StartedAt: noon, Since: noon.Add(-time.Minute), BoundSeconds: 900, Order: DatabaseFirst, Percents: []int{10, 100}, Reason: "lights out",
	}
}

func TestPayloadsComeBackAsTheyWereSent(t *testing.T) {
	half, atLeast := 50, 99.0
	stage := Stage{Index: 1, Wave: 2, From: "us-east-1", To: "us-west-2", Percent: &half, Batches: 3, Promote: true, SettleSeconds: 5, Attempts: 9, Passes: 2}
	failure := StepFailure{State: "ShiftTraffic", Wave: 2, Error: "Denied", Cause: "no"}
	aside := Aside{{Kind: RecordKind, Object: "www.example.com A", Zone: "Z1", Application: "shop", Error: Rejected, Cause: "no"}}
	for _, want := range []any{
		&ValidateRequest{Execution: ExecutionContext{ID: "arn", Name: "run-1", StartTime: noon}, Input: json.RawMessage(`{"action":"check"}`), Phase: Outbound, Now: noon},
		&ValidateAnswer{Verdict: Proceed, Run: aRun(), Stages: []Stage{stage}, Applications: 1, Records: 2, Databases: 3, LagMillis: new(int64(1)), Summary: "s",
			Findings: []Finding{{Warning, CodeLag, "o", "f", "n", "c"}}, MoreFindings: 4, Calls: []string{"c"}, MoreCalls: 5},
		&StageRequest{Run: aRun(), Stage: stage, Now: noon},
		&PromoteRequest{Run: aRun(), Stage: Stage{Promote: true}, SetAside: aside, Now: noon},
		&ShiftRequest{Run: aRun(), Stage: stage, Changes: []Change{{"Z1", "C1", 2}}, SetAside: aside, Round: 2, Now: noon},
		&ShiftAnswer{Changes: []Change{{"Z1", "C1", -1}}, Remaining: 3, Records: 1, AlreadyDone: 2, SetAside: aside},
		&RegistryAnswer{Written: 1, AlreadyDone: 2},
		&PromoteAnswer{Started: 1, InFlight: 2, AlreadyDone: 3, LagMillis: 4, LagOf: "checkout"},
		&VerifyRequest{Run: aRun(), Stage: stage, Now: noon, Changes: []Change{{"Z1", "C1", 0}}, SetAside: aside, Healthy: 1},
		&VerifyAnswer{Verdict: Pending, Healthy: 1, Reasons: []string{"r"}, MoreReasons: 2},
		&CloseRequest{Op: "close", Run: aRun(), Outcome: Held, Failures: []StepFailure{failure}, MoreFailures: 1, SetAside: aside, Now: noon},
		&NotifyRequest{Run: aRun(), Outcome: Held, Failures: []StepFailure{failure}, MoreFailures: 1, StagesDone: 1, Stages: 2, LagMillis: 3, Now: noon},
		&NotifyAnswer{Outcome: Held, Summary: "s", Report: "s3://b/k", Notified: true, RTOSeconds: 1.5, RPOSeconds: new(0.0), Moved: 1, NotMoved: 2},
		&Report{Run: aRun(), Outcome: Held, Summary: "s", Reasons: []string{"r"}, ClosedAt: noon, Moved: []string{"a"}, NotMoved: []NotMoved{{Application: "b", Why: []string{"w"}, Percent: 50}}},
		&Input{Action: Check, Since: noon},
		&Application{Name: "checkout", Wave: 1, Health: []HealthRule{{Namespace: "N", Metric: "M", Statistic: "Sum", PeriodSeconds: 60, AtLeast: &atLeast}},
			Records: []Record{{Name: "n", Type: "A", Zone: "Z1", ZoneName: "z", TTL: 60, Endpoints: map[Region]Endpoint{"us-east-1": {Value: "v"}, "us-west-2": {Alias: &Alias{Name: "n", Zone: "Z2"}}}}},
			Live:    Live{Active: "us-east-1", Weights: map[Region]int{"us-east-1": 100, "us-west-2": 0}, Epoch: 1, Changed: noon}},
	} {
		name := reflect.TypeOf(want).Elem().Name()
		text, err := json.Marshal(want)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		got := reflect.New(reflect.TypeOf(want).Elem()).Interface()
		if err := json.Unmarshal(text, got); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestTimesThatAreNotKnownAreLeftOut(t *testing.T) {
	for _, v := range []any{Input{Action: Check}, Application{Name: "checkout"}} {
		text, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(text), "0001-01-01") {
			t.Errorf("%T: %s", v, text)
		}
	}
}

func TestStageThatLeavesTrafficAloneSaysNull(t *testing.T) {
	text, err := json.Marshal(Stage{})
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(text), `"percent":null`) {
		t.Errorf("%s", text)
	}
}

// The run that the state machine makes up when Validate itself could not be played has only part of the fields.
func TestRunOfAFailedValidateIsRead(t *testing.T) {
	var got CloseRequest
	err := json.Unmarshal([]byte(`{"op": "close", "run": {"id": "r", "arn": "a", "action": "", "phase": "outbound",
		"startedAt": "2026-01-31T12:00:00.000Z", "since": "2026-01-31T12:00:00.000Z"},
		"outcome": "Refused", "failures": [{"state": "Validate", "error": "Denied", "cause": "no"}], "moreFailures": 0, "now": "2026-01-31T12:00:01Z"}`), &got)
	if err != nil {
		t.Fatal(err)
	}
	want := CloseRequest{
		Op: "close", Run: Run{ID: "r", ARN: "a", Phase: Outbound, StartedAt: noon, Since: noon}, Outcome: Refused,
		Failures: []StepFailure{{State: "Validate", Error: "Denied", Cause: "no"}}, Now: noon.Add(time.Second),
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("request (-want +got):\n%s", diff)
	}
}

func TestRunSelectsItsApplications(t *testing.T) {
	all, some := Run{}, Run{Applications: []string{"checkout", "search"}}
	for _, c := range []struct {
		run  Run
		name string
		want bool
	}{{all, "checkout", true}, {all, "", true}, {some, "search", true}, {some, "sear", false}, {some, "", false}} {
		if got := c.run.Selects(c.name); got != c.want {
			t.Errorf("a run of %v selects %q: %t; want %t", c.run.Applications, c.name, got, c.want)
		}
	}
}

func TestActionsThatMayLoseData(t *testing.T) {
	want := map[Action]bool{Failover: false, Switchover: true, Failback: true, Drill: true, Check: false}
	for _, a := range Actions {
		if got := a.Planned(); got != want[a] {
			t.Errorf("%s planned: %t; want %t", a, got, want[a])
		}
	}
}

func TestFindingIsOneLine(t *testing.T) {
	f := Finding{Severity: Blocker, Code: CodeDrift, Object: "record www.example.com in us-west-2", Found: "TTL 300; the registry says 60"}
	if got, want := f.String(), "record www.example.com in us-west-2: TTL 300; the registry says 60"; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	f.Next = "register it again"
	if got, want := f.String(), "record www.example.com in us-west-2: TTL 300; the registry says 60; register it again"; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	f.Command = "drover register FILE"
	if got, want := f.String(), "record www.example.com in us-west-2: TTL 300; the registry says 60; register it again; type: drover register FILE"; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestACommandIsNeverCut(t *testing.T) {
	command := "drover " + strings.Repeat("c", 300)
	for _, c := range []struct {
		name          string
		found         string
		limit         int
		command, mark bool
	}{
		{"everything fits", "short", 400, true, false},
		{"prose is cut for the command", strings.Repeat("é", 400), 500, true, true},
		{"the command is left out", strings.Repeat("é", 400), 400, false, true},
		{"the command alone is too long", "short", 300, false, false},
	} {
		got := Finding{Object: "o", Found: c.found, Next: "do", Command: command}.Line(c.limit)
		if len(got) > c.limit || strings.HasSuffix(got, command) != c.command || strings.Contains(got, "drover") != c.command || strings.Contains(got, "…") != c.mark {
			t.Errorf("%s: got %d bytes of %d: %s", c.name, len(got), c.limit, got)
		}
	}
}

func TestReportOfARunHasItsPlace(t *testing.T) {
	if got, want := ReportKey("run-1"), "runs/run-1/report.json"; got != want {
		t.Errorf("got %s; want %s", got, want)
	}
}

// TestAReturnMovesOnlyWhatTheOutboundPhaseHasMoved: an application that was there before, and a database that was, stay there.
func TestAReturnMovesOnlyWhatTheOutboundPhaseHasMoved(t *testing.T) {
	databases := []Database{{GlobalCluster: "orders"}, {GlobalCluster: "warehouse"}}
	moved := Application{Name: "shop", Databases: databases, Live: Live{
		Epoch: 7, Before: &Place{Active: "us-east-1"}, Promoted: []string{"warehouse"},
	}}
	there := moved
	there.Live.Before = &Place{Active: "us-west-2"}
	untouched := moved
	untouched.Live.Epoch = 6
	run := func(l Phase) Run { return Run{Phase: l, Epoch: 7, From: "us-west-2", To: "us-east-1"} }
	returnRollback := Run{Phase: ReturnRollback, Epoch: 7, From: "us-east-1", To: "us-west-2"}
	for _, c := range []struct {
		name      string
		run       Run
		app       Application
		moves     bool
		databases int
	}{
		{"out", run(Outbound), untouched, true, 2},
		{"back, what was moved", run(Return), moved, true, 1},
		{"back, what was there before", run(Return), there, false, 1},
		{"back, what was not moved", run(Return), untouched, false, 0},
		{"return-rollback, what was moved", returnRollback, moved, true, 1},
		{"return-rollback, what was there before", returnRollback, there, false, 1},
		{"return-rollback, what was not moved", returnRollback, untouched, false, 0},
		{"rollback, what was moved", run(Rollback), moved, true, 1},
		{"rollback, what may have been moved", run(Rollback), untouched, true, 0},
	} {
		if got := c.run.Moves(DefaultPlan(), c.app); got != c.moves {
			t.Errorf("%s: moves %t; want %t", c.name, got, c.moves)
		}
		if got := c.run.Databases(c.app); len(got) != c.databases {
			t.Errorf("%s: databases %v; want %d", c.name, got, c.databases)
		}
	}
	other := run(Return)
	other.Applications = []string{"blog"}
	if other.Moves(DefaultPlan(), moved) {
		t.Error("a run about another application moves it")
	}
}
