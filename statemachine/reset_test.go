package statemachine

import (
	"encoding/json"
	"maps"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// ofTheRun are the variables that the states of a stage assign and that go on to the next stage, each with the reason. A stage starts
// with its own value of every other one.
var ofTheRun = map[string]string{
	"touched":        "what any stage has changed counts for the outcome",
	"setAside":       "a part that was set aside stays so",
	"failures":       "the report lists those of all waves",
	"moreFailures":   "it counts them",
	"failure":        "a stage that fails is the last one, or moves its failure to the failures of the run",
	"unverified":     "as failure",
	"moreUnverified": "as failure",
	"resubmits":      "the limit is one of the run, so that its history stays bounded",
	"lagMillis":      "the report has the largest one",
	"lagAt":          "it is the time of the largest one",
	"decisions":      "the report lists all of them",
	"inventory":      "what a stage has verified is in the report",
	"approval":       "the last answer; whether it counts for a stage is approved",
	"gate":           "it is set wherever an approver is asked",
	"digest":         "as gate",
	"outcome":        "it is the run's",
	"index":          "it counts the stages",
	"skipped":        "as index",
	"run":            "it is the run",
	"phase":          "it is set wherever a phase is planned",
	"ended":          "as phase",
}

// TestEveryVariableOfAStageIsResetOrIsOfTheRun: what a state of the loop assigns is assigned by NextStage too, before it plays a stage,
// or is listed with the reason why it goes on. So no value of a stage can come to count in the next one, whichever way leads there.
func TestEveryVariableOfAStageIsResetOrIsOfTheRun(t *testing.T) {
	type rule struct {
		Next   string
		Assign map[string]any
	}
	var d struct {
		States map[string]struct {
			Assign         map[string]any
			Choices, Catch []rule
		}
	}
	if err := json.Unmarshal([]byte(Definition()), &d); err != nil {
		t.Fatal(err)
	}
	reset := map[string]bool{}
	for _, r := range d.States["NextStage"].Choices {
		if r.Next == "ShiftTraffic" {
			for name := range r.Assign {
				reset[name] = true
			}
		}
	}
	assigned := map[string]bool{}
	for _, name := range []string{
		"ShiftTraffic", "Shifted?", "Refill", "UpdateRegistry", "Approve?", "AwaitApproval", "Approved?", "PromoteDatabase", "Started?", "AskAgain", "Settle", "VerifyHealth",
		"Verified?", "MayRollBack?",
	} {
		s, ok := d.States[name]
		if !ok {
			t.Fatalf("there is no state %s", name)
		}
		for _, r := range append(slices.Concat(s.Choices, s.Catch), rule{Assign: s.Assign}) {
			maps.Copy(assigned, existing(r.Assign))
		}
	}
	var got []string
	for name := range assigned {
		if !reset[name] {
			got = append(got, name)
		} else if why := ofTheRun[name]; why != "" {
			t.Errorf("%s is reset for each stage, and listed as the run's: %s", name, why)
		}
	}
	slices.Sort(got)
	if diff := cmp.Diff(slices.Sorted(maps.Keys(ofTheRun)), got); diff != "" {
		t.Errorf("variables that go on to the next stage (-listed +not reset):\n%s", diff)
	}
}

func existing(assign map[string]any) map[string]bool {
	names := map[string]bool{}
	for name := range assign {
		names[name] = true
	}
	return names
}

// TestWhatIsDoneAgainStartsAnew: what NextStage sets, a resubmission or another promotion sets to the same value, or it goes on for a
// reason.
func TestWhatIsDoneAgainStartsAnew(t *testing.T) {
	const ofStage, whole, users, databases, assigned = "it is the stage", "its limit is that of the stage", "users stay where they are", "databases stay where they are", "ShiftTraffic assigns it"
	goesOn := map[string]map[string]string{
		"ShiftTraffic": {
			"stage": ofStage, "played": ofStage, "approved": ofStage, "attempt": whole, "verifyUntil": whole, "unshifted": assigned, "deferred": assigned,
			"shiftUntil": "verifyUntil limits it from the first check on", "promoted": databases, "unstarted": databases, "promoteUntil": databases, "waiting": databases,
		},
		"PromoteDatabase": {
			"stage": ofStage, "played": ofStage, "approved": ofStage, "attempt": whole, "verifyUntil": whole, "promoted": "it is asked again, not for the first time",
			"round": users, "changes": users, "shiftedAt": users, "unshifted": users, "shiftUntil": users, "deferred": users,
		},
	}
	var d struct {
		States map[string]struct {
			Choices []struct {
				Next   string
				Assign map[string]any
			}
		}
	}
	if err := json.Unmarshal([]byte(Definition()), &d); err != nil {
		t.Fatal(err)
	}
	first := map[string]any{}
	for _, r := range d.States["NextStage"].Choices {
		if r.Next == "ShiftTraffic" {
			first = r.Assign
		}
	}
	for _, r := range d.States["Verified?"].Choices {
		listed, again := goesOn[r.Next]
		if !again {
			continue
		}
		delete(goesOn, r.Next)
		for name, value := range first {
			got, set := r.Assign[name]
			if set == (listed[name] != "") || set && !cmp.Equal(got, value) {
				t.Errorf("Verified? to %s: %s is set: %v, to %v; want %v, or a reason why it goes on: %q", r.Next, name, set, got, value, listed[name])
			}
		}
	}
	if len(goesOn) > 0 || len(first) == 0 {
		t.Errorf("not found: %v", goesOn)
	}
}

// TestAListIsAssignedWithTheCountOfWhatItLacks, wherever it is. A phase that could not be planned is the first failure of its run.
func TestAListIsAssignedWithTheCountOfWhatItLacks(t *testing.T) {
	var d map[string]any
	if err := json.Unmarshal([]byte(Definition()), &d); err != nil {
		t.Fatal(err)
	}
	found := 0
	var visit func(v any)
	visit = func(v any) {
		switch v := v.(type) {
		case []any:
			for _, element := range v {
				visit(element)
			}
		case map[string]any:
			if v["Comment"] == d["States"].(map[string]any)["Planned?"].(map[string]any)["Comment"] {
				return
			}
			for list, count := range map[string]string{"failures": "moreFailures", "unverified": "moreUnverified", "findings": "moreFindings"} {
				_, has := v[list]
				if _, counts := v[count]; has != counts {
					t.Errorf("%s: %v, %s: %v in %v", list, has, count, counts, slices.Sorted(maps.Keys(v)))
				}
				if has {
					found++
				}
			}
			for _, element := range v {
				visit(element)
			}
		}
	}
	if visit(d); found < 10 {
		t.Errorf("%d lists were found", found)
	}
}
