// Package jsonatatest compares package jsonata with the reference implementation, the npm package jsonata 2.0.6.
package jsonatatest

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/drover-dr/drover/statemachine/asl/jsonata"
)

// Sample is an expression, what it is evaluated with, and what the reference makes of it.
type Sample struct {
	Expression string          `json:"expression"`
	Input      json.RawMessage `json:"input,omitempty"`
	Variables  json.RawMessage `json:"variables,omitempty"`
	// Value is JSON text; nil is no value.
	Value *string `json:"value,omitempty"`
	// Error is the code of an error, or [NotJSON].
	Error string `json:"error,omitempty"`
}

// NotJSON is the outcome of an expression whose value has no JSON text, and of one that fails without a code of the reference.
const NotJSON = "not JSON"

// nothing is the outcome of an expression without a value.
const nothing = "nothing"

// Outcome is the value, the code of the error, or that there is no value.
func (s Sample) Outcome() string {
	switch {
	case s.Error != "":
		return s.Error
	case s.Value != nil:
		return *s.Value
	}
	return nothing
}

// Evaluate is what package jsonata makes of a sample; the error says more of an outcome that is one.
func Evaluate(s Sample) (outcome string, err error) {
	value, err := evaluate(s)
	if err == nil && value == nil {
		return nothing, nil
	}
	text := ""
	if err == nil {
		text, err = jsonata.Stringify(value)
	}
	var known *jsonata.Error
	switch {
	case errors.As(err, &known):
		return known.Code, err
	case err != nil:
		return NotJSON, err
	}
	return text, nil
}

func evaluate(s Sample) (any, error) {
	e, err := jsonata.Compile(s.Expression)
	if err != nil {
		return nil, err
	}
	var input any
	if s.Input != nil {
		if input, err = jsonata.Parse(s.Input); err != nil {
			return nil, err
		}
	}
	variables := map[string]any{}
	if s.Variables != nil {
		given, err := jsonata.Parse(s.Variables)
		if err != nil {
			return nil, err
		}
		o := given.(*jsonata.Object)
		for _, name := range o.Keys() {
			variables[name] = o.Get(name)
		}
	}
	return e.Evaluate(input, variables)
}

// Read reads samples from a file.
func Read(t testing.TB, name string) []Sample {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return parse(t, text)
}

func parse(t testing.TB, text []byte) []Sample {
	t.Helper()
	var samples []Sample
	lines := bufio.NewScanner(bytes.NewReader(text))
	lines.Buffer(nil, 64<<20)
	for lines.Scan() {
		var s Sample
		if err := json.Unmarshal(lines.Bytes(), &s); err != nil {
			t.Fatal(err)
		}
		samples = append(samples, s)
	}
	return samples
}

// Write writes samples to a file.
func Write(t testing.TB, name string, samples []Sample) {
	t.Helper()
	if err := os.WriteFile(name, text(t, samples), 0o644); err != nil {
		t.Fatal(err)
	}
}

func text(t testing.TB, samples []Sample) []byte {
	t.Helper()
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	for _, s := range samples {
		if err := enc.Encode(s); err != nil {
			t.Fatal(err)
		}
	}
	return out.Bytes()
}

// Package is the directory of the npm package jsonata, from DROVER_JSONATA; empty if that is not set.
func Package() string { return os.Getenv("DROVER_JSONATA") }

// Compare compares each sample with the reference: with the npm package if there is one, else with what was recorded of it.
func Compare(t *testing.T, samples []Sample, recorded string, update bool) {
	t.Helper()
	var want []Sample
	switch {
	case Package() != "":
		want = Reference(t, samples)
	case update:
		t.Fatal("to record anew, set DROVER_JSONATA to the directory of the npm package jsonata 2.0.6, or type: make jsonata")
	default:
		want = Read(t, recorded)
	}
	if update {
		Write(t, recorded, want)
	}
	if len(want) != len(samples) {
		t.Fatalf("%s has %d results for %d expressions; type: make jsonata", recorded, len(want), len(samples))
	}
	for i, s := range samples {
		if want[i].Expression != s.Expression || !same(want[i].Input, s.Input) || !same(want[i].Variables, s.Variables) {
			t.Fatalf("%s is older than its expressions, at %s; type: make jsonata", recorded, s.Expression)
		}
		if got, err := Evaluate(s); got != want[i].Outcome() {
			t.Errorf("%s of %s%s = %s (%v); jsonata 2.0.6 says %s", s.Expression, s.Input, s.Variables, got, err, want[i].Outcome())
		}
	}
}

func same(a, b json.RawMessage) bool {
	var x, y bytes.Buffer
	return (a == nil) == (b == nil) && (a == nil || json.Compact(&x, a) == nil && json.Compact(&y, b) == nil && x.String() == y.String())
}

// Reference evaluates samples with the npm package.
func Reference(t testing.TB, samples []Sample) []Sample {
	t.Helper()
	asked := make([]Sample, len(samples))
	for i, s := range samples {
		asked[i] = Sample{Expression: s.Expression, Input: s.Input, Variables: s.Variables}
	}
	_, file, _, _ := runtime.Caller(0)
	script := filepath.Join(filepath.Dir(file), "reference.mjs")
	cmd := exec.CommandContext(t.Context(), "node", script, Package())
	cmd.Stdin, cmd.Stderr = bytes.NewReader(text(t, asked)), os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("node %s %s: %v", script, Package(), err)
	}
	return parse(t, out)
}
