package jsonata_test

import (
	"encoding/json"
	"flag"
	"os"
	"strings"
	"testing"

	"github.com/drover-dr/drover/statemachine/asl/jsonata/jsonatatest"
)

var update = flag.Bool("update", false, "record the results of the reference anew, in testdata (needs Node.js and DROVER_JSONATA)")

// TestTheBatteryIsEvaluatedAsByTheReference compares each expression of testdata/battery.txt with what jsonata 2.0.6 makes of it.
func TestTheBatteryIsEvaluatedAsByTheReference(t *testing.T) {
	samples := battery(t)
	if len(samples) < 400 {
		t.Errorf("%d expressions; want 400 at least", len(samples))
	}
	jsonatatest.Compare(t, samples, "testdata/battery.jsonl", *update)
}

// battery reads testdata/battery.txt.
func battery(t *testing.T) []jsonatatest.Sample {
	t.Helper()
	text, err := os.ReadFile("testdata/battery.txt")
	if err != nil {
		t.Fatal(err)
	}
	var samples []jsonatatest.Sample
	var input json.RawMessage
	for _, line := range strings.Split(string(text), "\n") {
		given, isInput := strings.CutPrefix(line+" ", "input ")
		switch {
		case isInput && strings.TrimSpace(given) == "":
			input = nil
		case isInput:
			input = json.RawMessage(given)
		case line != "" && !strings.HasPrefix(line, "# "):
			samples = append(samples, jsonatatest.Sample{Expression: line, Input: input})
		}
	}
	return samples
}
