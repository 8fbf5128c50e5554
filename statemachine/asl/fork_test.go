package asl

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// brief has the events in short: the number, that of the event which it follows, and the type without the word State.
func brief(x *Execution) []string {
	var list []string
	for _, e := range x.History() {
		list = append(list, fmt.Sprintf("%d<%d %s", e.ID, e.PreviousID, strings.ReplaceAll(e.Type, "State", "")))
	}
	return list
}

func wantEvents(t *testing.T, x *Execution, want string) {
	t.Helper()
	var lines []string
	for _, line := range strings.Split(strings.TrimSpace(want), "\n") {
		lines = append(lines, strings.TrimSpace(line))
	}
	if diff := cmp.Diff(lines, brief(x)); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
}

// mapOf is a Map whose processor is one Task.
func mapOf(fields, task string) string {
	return `"Start": {"Type": "Map", ` + fields + `, "ItemProcessor": {"ProcessorConfig": {"Mode": "INLINE"}, "StartAt": "One",
		"States": {"One": {` + invoke + `, ` + task + `"End": true}}}}`
}

func TestAMapInvokesForSeveralItemsAtOnce(t *testing.T) {
	x := start(mustParse(t, mapOf(`"MaxConcurrency": 2, "Items": "{% $states.input.list %}", "End": true,
		"ItemSelector": {"item": "{% $states.context.Map.Item.Value %}", "at": "{% $states.context.Map.Item.Index %}"},
		"Output": {"all": "{% $states.result %}", "of": "{% $states.input.list %}"}`,
		`"Output": {"got": "{% $states.result %}", "sent": "{% $states.input %}", "at": "{% $states.context.Map.Item.Index %}"}, `)), `{"list": ["a", "b", "c"]}`)
	if n := len(x.Waiting()); n != 2 {
		t.Fatalf("waits for %d invocations; want 2", n)
	}
	second := x.Waiting()[1]
	x.Deliver(second, epoch, &Answer{Output: json.RawMessage(`2`)})
	if all := x.Waiting(); len(all) != 2 || all[0] == second || all[1] == second {
		t.Fatalf("waits for %v after the second answer", all)
	}
	x.Deliver(second, epoch, &Answer{Output: json.RawMessage(`"again"`)})
	x.Resume(epoch, &Answer{Output: json.RawMessage(`1`)})
	x.Resume(epoch, &Answer{Output: json.RawMessage(`3`)})
	wantEnd(t, x, Succeeded, "", `{"all":[{"got":1,"sent":{"item":"a","at":0},"at":0},{"got":2,"sent":{"item":"b","at":1},"at":1},`+
		`{"got":3,"sent":{"item":"c","at":2},"at":2}],"of":["a","b","c"]}`)
	wantEvents(t, x, `
		1<0 ExecutionStarted
		2<0 MapEntered
		3<2 MapStarted
		4<3 MapIterationStarted
		5<4 TaskEntered
		6<5 TaskScheduled
		7<6 TaskStarted
		8<3 MapIterationStarted
		9<8 TaskEntered
		10<9 TaskScheduled
		11<10 TaskStarted
		12<11 TaskSucceeded
		13<12 TaskExited
		14<13 MapIterationSucceeded
		15<13 MapIterationStarted
		16<15 TaskEntered
		17<16 TaskScheduled
		18<17 TaskStarted
		19<7 TaskSucceeded
		20<19 TaskExited
		21<20 MapIterationSucceeded
		22<18 TaskSucceeded
		23<22 TaskExited
		24<23 MapIterationSucceeded
		25<24 MapSucceeded
		26<24 MapExited
		27<26 ExecutionSucceeded`)
	if diff := cmp.Diff([]string{"Start", "One", "One", "One"}, x.Path()); diff != "" || x.Transitions() != 4 {
		t.Errorf("%d transitions; path (-want +got):\n%s", x.Transitions(), diff)
	}
}

func TestAFailedIterationAbortsTheOthersAndIsTriedAgain(t *testing.T) {
	x := start(mustParse(t, mapOf(`"Next": "Done", "Retry": [{"ErrorEquals": ["E"], "MaxAttempts": 1}], "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Done"}]`, ``)+
		`, "Done": {"Type": "Succeed"}`), `[1, 2]`)
	x.Deliver(x.Waiting()[1], epoch, &Answer{Error: "E", Cause: "c"})
	w := pendingAs[*WaitUntil](t, x)
	if len(x.Waiting()) != 1 || w.Reason != ReasonRetry {
		t.Fatalf("waits for %v; want the retry alone", x.Waiting())
	}
	x.Resume(w.Until, nil)
	x.Resume(w.Until, &Answer{Error: "E", Cause: "c"})
	wantEnd(t, x, Succeeded, "", `{"Error":"E","Cause":"c"}`)
	wantEvents(t, x, `
		1<0 ExecutionStarted
		2<0 MapEntered
		3<2 MapStarted
		4<3 MapIterationStarted
		5<4 TaskEntered
		6<5 TaskScheduled
		7<6 TaskStarted
		8<3 MapIterationStarted
		9<8 TaskEntered
		10<9 TaskScheduled
		11<10 TaskStarted
		12<11 TaskFailed
		13<12 TaskAborted
		14<12 MapIterationAborted
		15<12 TaskAborted
		16<12 MapIterationFailed
		17<12 MapStarted
		18<17 MapIterationStarted
		19<18 TaskEntered
		20<19 TaskScheduled
		21<20 TaskStarted
		22<17 MapIterationStarted
		23<22 TaskEntered
		24<23 TaskScheduled
		25<24 TaskStarted
		26<21 TaskFailed
		27<26 TaskAborted
		28<26 MapIterationAborted
		29<26 TaskAborted
		30<26 MapIterationFailed
		31<26 MapFailed
		32<31 MapExited
		33<32 SucceedEntered
		34<33 SucceedExited
		35<34 ExecutionSucceeded`)
}

const parallel = `"Start": {"Type": "Parallel", "Next": "Done", "Arguments": {"x": "{% $n %}"}, "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Done"}],
	"Assign": {"n": "{% $states.result[0] %}"}, "Branches": [
		{"StartAt": "Wait", "States": {"Wait": {"Type": "Wait", "Seconds": 5, "Next": "Own"},
			"Own": {"Type": "Pass", "Assign": {"n": 7}, "Next": "Shown"}, "Shown": {"Type": "Pass", "Output": "{% $n + $states.input.x %}", "End": true}}},
		{"StartAt": "Ask", "States": {"Ask": {` + invoke + `, "TimeoutSeconds": 10, "Output": "{% $n %}", "End": true}}}]},
	"Done": {"Type": "Succeed", "Output": {"n": "{% $n %}", "in": "{% $states.input %}"}}`

// parallelFrom starts with a variable, which the branches read and do not change.
func parallelFrom(t *testing.T) *Execution {
	return start(mustParse(t, strings.Replace(`"Start": {"Type": "Pass", "Assign": {"n": 1}, "Next": "Fork"}, `+
		strings.Replace(parallel, `"Start":`, `"Fork":`, 1), "\n", " ", -1)), "{}")
}

func TestTheBranchesOfAParallelHaveVariablesOfTheirOwn(t *testing.T) {
	x := parallelFrom(t)
	if n := len(x.Waiting()); n != 2 {
		t.Fatalf("waits for %d things; want the Wait and the Task", n)
	}
	x.Deliver(x.Waiting()[1], epoch, &Answer{Output: json.RawMessage(`null`)})
	x.Resume(epoch.Add(seconds(5)), nil)
	wantEnd(t, x, Succeeded, "", `{"n":8,"in":[8,1]}`)
}

func TestABranchThatTimesOutAbortsAParallel(t *testing.T) {
	x := parallelFrom(t)
	task := x.Waiting()[1]
	x.Deliver(task, epoch.Add(seconds(9)), nil)
	if len(x.Waiting()) != 2 {
		t.Fatal("a Task that is not due has ended")
	}
	x.Deliver(task, epoch.Add(seconds(10)), nil)
	wantEnd(t, x, Succeeded, "", `{"n":1,"in":{"Error":"States.Timeout","Cause":""}}`)
	got := strings.Join(brief(x)[9:], ", ")
	want := "10<9 TaskTimedOut, 11<10 TaskAborted, 12<10 WaitAborted, 13<10 ParallelFailed, 14<13 ParallelExited, " +
		"15<14 SucceedEntered, 16<15 SucceedExited, 17<16 ExecutionSucceeded"
	if got != want {
		t.Errorf("events:\n got %s\nwant %s", got, want)
	}
}

func TestAnExecutionEndsWithAllItsBranches(t *testing.T) {
	x := parallelFrom(t)
	x.Abort(epoch, "Stopped", "")
	wantEnd(t, x, Aborted, "Stopped", "")
	if x.Waiting() != nil {
		t.Errorf("waits for %v after the end", x.Waiting())
	}
	x = parallelFrom(t)
	x.Fill()
	x.Deliver(x.Waiting()[1], epoch, &Answer{Output: json.RawMessage(`null`)})
	wantEnd(t, x, Failed, ErrorRuntime, "")
}

// TestTheEventsOfAMapCountToTheLimit: the history of an execution has all events of its Maps and Parallels.
func TestTheEventsOfAMapCountToTheLimit(t *testing.T) {
	const perIteration = 4 // MapIterationStarted, PassStateEntered, PassStateExited, MapIterationSucceeded
	m := mustParse(t, `"Start": {"Type": "Map", "End": true, "ItemProcessor": {"StartAt": "One", "States": {"One": {"Type": "Pass", "End": true}}}}`)
	items := func(n int) string { return "[" + strings.TrimSuffix(strings.Repeat("1,", n), ",") + "]" }
	const most = (MaxEvents - 6) / perIteration
	x := start(m, items(most))
	if got := len(x.History()); x.Status() != Succeeded || got != 6+perIteration*most {
		t.Errorf("%d iterations end %s with %d events; want SUCCEEDED with %d", most, x.Status(), got, 6+perIteration*most)
	}
	x = start(m, items(most+1))
	wantEnd(t, x, Failed, ErrorRuntime, "")
	if got := len(x.History()); got != MaxEvents {
		t.Errorf("%d events; want %d", got, MaxEvents)
	}
}

func TestMapsAndParallelsNest(t *testing.T) {
	x := start(mustParse(t, `"Start": {"Type": "Map", "MaxConcurrency": 1, "End": true, "ItemProcessor": {"StartAt": "Both", "States": {
		"Both": {"Type": "Parallel", "End": true, "Branches": [
			{"StartAt": "Rows", "States": {"Rows": {"Type": "Map", "End": true, "ItemProcessor": {"StartAt": "Cell", "States": {
				"Cell": {"Type": "Pass", "Output": "{% $states.input * 10 + $states.context.Map.Item.Index %}", "End": true}}}}}},
			{"StartAt": "Other", "States": {"Other": {"Type": "Wait", "Seconds": 1, "End": true}}}]}}}}`), `[[1, 2], [3]]`)
	for now := epoch; x.Pending() != nil; {
		now = now.Add(time.Second)
		x.Resume(now, nil)
	}
	wantEnd(t, x, Succeeded, "", `[[[10,21],[1,2]],[[30],[3]]]`)
}

func TestWhatAMapCannotUse(t *testing.T) {
	for field, want := range map[string]string{
		`"MaxConcurrency": "{% 'x' %}"`:             "'MaxConcurrency' returned an unexpected result type. Expected 'number', but was 'string'",
		`"ToleratedFailurePercentage": "{% 101 %}"`: "The ToleratedFailurePercentage field must be a whole number from 0 to 100 but was: 101",
		`"ItemSelector": "{% $missing %}"`:          "'ItemSelector' returned nothing",
		`"Items": "{% {} %}"`:                       "Expected 'array', but was 'object' for value: {}",
	} {
		x := start(mustParse(t, mapOf(field+`, "End": true`, ``)), `[1]`)
		wantEnd(t, x, Failed, ErrorQuery, "")
		last := brief(x)[len(brief(x))-2]
		if !strings.Contains(x.Cause(), want) || !strings.HasSuffix(last, "MapFailed") {
			t.Errorf("%s: cause %q after %s; want it to say %q after MapFailed", field, x.Cause(), last, want)
		}
	}
}

func TestAMapInvokesForFortyItemsAtMost(t *testing.T) {
	items := "[" + strings.TrimSuffix(strings.Repeat("1,", 50), ",") + "]"
	for field, want := range map[string]int{`"MaxConcurrency": 0`: 40, `"MaxConcurrency": 45`: 40, `"MaxConcurrency": "{% 7 %}"`: 7, `"Comment": "none"`: 40} {
		x := start(mustParse(t, mapOf(field+`, "End": true`, ``)), items)
		if got := len(x.Waiting()); got != want {
			t.Errorf("%s: %d invocations at once; want %d", field, got, want)
		}
	}
}

func TestTheResultsOfAMapTogetherHaveALimit(t *testing.T) {
	x := start(mustParse(t, mapOf(`"End": true, "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Done"}]`, ``)+`, "Done": {"Type": "Succeed"}`), `[1, 2]`)
	half := &Answer{Output: json.RawMessage(`"` + strings.Repeat("x", MaxData/2) + `"`)}
	x.Resume(epoch, half)
	x.Resume(epoch, half)
	wantEnd(t, x, Failed, ErrorDataLimit, "")
	if want := "The state/task 'Start' returned a result with a size exceeding the maximum number of bytes service limit."; x.Cause() != want {
		t.Errorf("Cause = %s; want %s", x.Cause(), want)
	}
}

func TestAnExecutionTimesOutInItsBranches(t *testing.T) {
	m, err := Parse([]byte(`{"QueryLanguage": "JSONata", "StartAt": "Start", "TimeoutSeconds": 30, "States": {
		"Start": {"Type": "Parallel", "End": true, "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Caught"}], "Branches": [
			{"StartAt": "A", "States": {"A": {"Type": "Wait", "Seconds": 60, "End": true}}},
			{"StartAt": "B", "States": {"B": {` + invoke + `, "TimeoutSeconds": 60, "End": true}}}]},
		"Caught": {"Type": "Succeed"}}}`))
	if err != nil {
		t.Fatal(err)
	}
	x := start(m, "{}")
	end := epoch.Add(seconds(30))
	wait, task := x.Waiting()[0].(*WaitUntil), x.Waiting()[1].(*Invoke)
	if !wait.Until.Equal(end) || !task.TimeoutAt.Equal(end) {
		t.Errorf("the branches wait until %s and %s; want %s, the end of the execution", wait.Until, task.TimeoutAt, end)
	}
	x.Deliver(task, end, nil)
	wantEnd(t, x, TimedOut, ErrorTimeout, "")
}

// TestAForkWithinAForkIsAborted has the events of a Map's iteration that ends because another one fails.
func TestAForkWithinAForkIsAborted(t *testing.T) {
	x := start(mustParse(t, `"Start": {"Type": "Map", "End": true, "ItemProcessor": {"StartAt": "Both", "States": {
		"Both": {"Type": "Parallel", "End": true, "Branches": [{"StartAt": "Work", "States": {"Work": {`+invoke+`, "End": true}}}]}}}}`), `[1, 2]`)
	x.Deliver(x.Waiting()[0], epoch, &Answer{Error: "E"})
	wantEnd(t, x, Failed, "E", "")
	got := strings.Join(brief(x)[15:], ", ")
	want := "16<9 TaskFailed, 17<16 TaskAborted, 18<16 ParallelFailed, 19<18 ParallelAborted, 20<18 MapIterationAborted, " +
		"21<18 ParallelAborted, 22<18 TaskAborted, 23<18 MapIterationFailed, 24<18 MapFailed, 25<24 ExecutionFailed"
	if got != want {
		t.Errorf("events:\n got %s\nwant %s", got, want)
	}
}
