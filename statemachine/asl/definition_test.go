package asl_test

import (
	"cmp"
	"encoding/json"
	"flag"
	"io"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/drover-dr/drover/statemachine"
	"github.com/drover-dr/drover/statemachine/asl"
	"github.com/drover-dr/drover/statemachine/asl/jsonata/jsonatatest"
	"github.com/drover-dr/drover/statemachine/assembly"
	"github.com/drover-dr/drover/statemachine/drill"
	"github.com/drover-dr/drover/statemachine/drill/drilltest"
	"github.com/drover-dr/drover/statemachine/drills"
	"github.com/drover-dr/drover/statemachine/transcript"
)

var (
	update = flag.Bool("update", false, "record anew what jsonata 2.0.6 makes of expressions that no drill reaches (needs Node.js and DROVER_JSONATA)")
	record = flag.Bool("record", false, "play all drills, and record anew what the expressions of the definition see there (needs the same)")
)

// seenInDrills has, for each expression of the definition, variables that it saw in drills, and what jsonata 2.0.6 makes of them.
// seenInNone has the same for the expressions that no drill reaches, with the variables in madeUp.
const (
	seenInDrills = "testdata/definition.jsonl"
	seenInNone   = "testdata/definition-made-up.jsonl"
)

// perExpression is how many different variables are kept of each expression.
const perExpression = 3

// madeUp are variables for the expressions that no drill reaches: with few failures, with many, and with none.
func madeUp() []string {
	failure := `{"state":"Validate","error":"E","cause":"c"}`
	many := "[" + strings.TrimSuffix(strings.Repeat(failure+",", 25), ",") + "]"
	var list []string
	for _, v := range []struct{ failures, failure, unverified, verdict, outcome string }{
		{"[" + failure + "]", failure, "[]", "refused", "Refused"}, {many, failure, many, "proceed", "Completed"}, {"[]", "null", "[]", "checked", "Held"},
	} {
		list = append(list, `{"failures":`+v.failures+`,"failure":`+v.failure+`,"unverified":`+v.unverified+`,"outcome":"`+v.outcome+`",
			"plan":{"verdict":"`+v.verdict+`"},"moreFailures":1,"moreUnverified":2,"skipped":3,"setAside":[],"phase":"return","round":1,
			"verifyUntil":1798765200000,"stage":{"batches":3,"wave":2,"resubmitSeconds":30},
			"states":{"context":{"State":{"EnteredTime":"2026-12-31T23:00:00.000Z"}},"errorOutput":{"Error":"E","Cause":null}}}`)
	}
	return list
}

// TestTheDefinitionIsEvaluatedAsByTheReference compares every expression of the definition, with variables that drills recorded.
func TestTheDefinitionIsEvaluatedAsByTheReference(t *testing.T) {
	if *record {
		jsonatatest.Write(t, seenInDrills, recordDrills(t))
	}
	samples := jsonatatest.Read(t, seenInDrills)
	jsonatatest.Compare(t, samples, seenInDrills, *record)
	seen := map[string]bool{}
	for _, s := range samples {
		seen[s.Expression] = true
	}
	expressions, err := asl.Expressions([]byte(statemachine.Definition()))
	if err != nil {
		t.Fatal(err)
	}
	var others []jsonatatest.Sample
	for _, expression := range expressions {
		if !seen[expression] {
			seen[expression] = true
			for _, variables := range madeUp() {
				others = append(others, jsonatatest.Sample{Expression: expression, Variables: json.RawMessage(variables)})
			}
		}
	}
	const most = 15
	if n := len(others) / len(madeUp()); n > most {
		t.Errorf("no drill has reached %d expressions; expected %d at most: type make jsonata DRILLS=1", n, most)
	}
	jsonatatest.Compare(t, others, seenInNone, *update)
}

// recordDrills plays all scenarios but the largest, and keeps the shortest of the different variables of each expression.
func recordDrills(t *testing.T) []jsonatatest.Sample {
	seen := map[string][]string{}
	stop := asl.Observe(func(s asl.Seen) {
		if !slices.Contains(seen[s.Expression], s.Variables) {
			list := append(seen[s.Expression], s.Variables)
			slices.SortFunc(list, func(a, b string) int { return cmp.Or(cmp.Compare(len(a), len(b)), cmp.Compare(a, b)) })
			seen[s.Expression] = list[:min(len(list), 400)]
		}
	})
	defer stop()
	lambdas := drilltest.Lambdas(t)
	deployed, err := assembly.Default()
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range drills.Names() {
		if strings.Contains(name, "thousand") {
			continue
		}
		s, err := drills.Load(name)
		if err != nil {
			t.Fatal(err)
		}
		options := drill.Options{Assembly: deployed, Lambdas: lambdas, Out: &transcript.Printer{W: io.Discard}}
		if _, err := drill.Play(t.Context(), s, options); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
	}
	var samples []jsonatatest.Sample
	for _, expression := range slices.Sorted(maps.Keys(seen)) {
		samples = append(samples, chooseOutcomes(t, expression, seen[expression])...)
	}
	return samples
}

// chooseOutcomes keeps the shortest variables of each different kind of value, as the reference computes it.
func chooseOutcomes(t *testing.T, expression string, variables []string) []jsonatatest.Sample {
	var asked []jsonatatest.Sample
	for _, v := range variables {
		asked = append(asked, jsonatatest.Sample{Expression: expression, Variables: json.RawMessage(v)})
	}
	var kept []jsonatatest.Sample
	outcomes := map[string]bool{}
	for _, s := range asked {
		got, _ := jsonatatest.Evaluate(s)
		if len(kept) < perExpression && !outcomes[got] {
			outcomes[got] = true
			kept = append(kept, s)
		}
	}
	return kept
}
