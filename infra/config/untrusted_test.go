package config

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestTheContextHoldsNothingThatATerminalObeys(t *testing.T) {
	for _, text := range []string{`{"tags": {"owner": "\u001b]0;x\u0007"}}`, `{"emails": ["a\u202e@example.com"]}`, `{"name": "a\nb"}`, `{"tags": {"\u009b": "x"}}`} {
		if _, err := Parse([]byte(text)); err == nil || !strings.Contains(err.Error(), "control character") {
			t.Errorf("%s: %v", text, err)
		}
	}
}

func TestADeepContextIsRefusedBeforeItIsRead(t *testing.T) {
	file := filepath.Join(t.TempDir(), "cdk.json")
	if err := os.WriteFile(file, []byte(`{"context": {"drover": `+strings.Repeat("[", 5000)), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Load(func(string) string { return "" }, file); err == nil || !strings.Contains(err.Error(), "begins level 101") {
		t.Error(err)
	}
}
