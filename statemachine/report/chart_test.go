package report

import (
	"encoding/json"
	"os"
	"regexp"
	"testing"
)

// TestTheChartKnowsTheStatesOfTheDefinition: those that wait are pale, and the end has its colour.
func TestTheChartKnowsTheStatesOfTheDefinition(t *testing.T) {
	text, err := os.ReadFile("../failover.asl.json")
	if err != nil {
		t.Fatal(err)
	}
	var machine struct {
		States map[string]struct{ Type string }
	}
	if err := json.Unmarshal(text, &machine); err != nil {
		t.Fatal(err)
	}
	for name, state := range machine.States {
		waits := state.Type == "Wait" || name == "AwaitApproval"
		if got := kind(name); (got == "wait") != waits {
			t.Errorf("%s, a %s, is drawn as %q; want it to wait: %t", name, state.Type, got, waits)
		}
		if ends := state.Type == "Succeed" || state.Type == "Fail"; ends && kind(name) == "step" {
			t.Errorf("%s ends a run and is drawn as a step", name)
		}
	}
	source, err := os.ReadFile("chart.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range regexp.MustCompile(`(?m)^\tcase ("[A-Z].*):$`).FindAllStringSubmatch(string(source), -1) {
		for _, name := range regexp.MustCompile(`"([^"]+)"`).FindAllStringSubmatch(m[1], -1) {
			if _, ok := machine.States[name[1]]; !ok {
				t.Errorf("chart.go draws %s, which is no state of the definition", name[1])
			}
		}
	}
}
