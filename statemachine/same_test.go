package statemachine

import (
	"encoding/json"
	"maps"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestAFieldOfAPayloadMeansTheSameInEveryStep: two functions that are given the same fact are given the same value. Validate runs
// before there is a fact, and the two steps that close another run say what is known of that one.
func TestAFieldOfAPayloadMeansTheSameInEveryStep(t *testing.T) {
	before := map[string]bool{"Validate": true, "NotifyStopped": true, "CloseStopped": true}
	differ := map[string]string{
		"AwaitApproval.lagMillis": "nothing is promoted yet: it is what Validate has measured",
		"AwaitApproval.stage":     "before the start there is none",
		"NotNotified.summary":     "only a refused run has one by then",
	}
	var d struct {
		States map[string]struct {
			Arguments struct{ Payload map[string]any }
		}
	}
	if err := json.Unmarshal([]byte(Definition()), &d); err != nil {
		t.Fatal(err)
	}
	said := map[string]map[string]any{} // by field and state
	note := func(state, field string, value any) {
		if said[field] == nil {
			said[field] = map[string]any{}
		}
		said[field][state] = value
	}
	for name, s := range d.States {
		for field, value := range s.Arguments.Payload {
			ended, of := value.(map[string]any)
			switch {
			case before[name] || field == "op":
			case of && field == "ended": // a phase that has ended is said as the run is
				for inner, value := range ended {
					note(name, inner, value)
				}
			default:
				note(name, field, value)
			}
		}
	}
	for field, values := range said {
		var first any
		for _, state := range slices.Sorted(maps.Keys(values)) {
			value, reason := values[state], differ[state+"."+field]
			delete(differ, state+"."+field)
			switch {
			case reason != "":
			case first == nil:
				first = value
			case !cmp.Equal(first, value):
				t.Errorf("%s of %s: %v; other steps say %v: expected the same, or a reason", field, state, value, first)
			}
		}
	}
	for name := range differ {
		t.Errorf("no payload has %s", name)
	}
	if len(said) < 20 {
		t.Errorf("%d fields of payloads were found; want all of them", len(said))
	}
}
