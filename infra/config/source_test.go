package config

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func nothing(string) string { return "" }

func file(t *testing.T, text string) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "cdk.json")
	if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return name
}

func TestContextOfTheCommandLineComesFirst(t *testing.T) {
	getenv := func(key string) string {
		return map[string]string{ContextVariable: `{"drover": {"name": "cli", "hostedZones": ["Z1"]}, "@aws-cdk/x": true}`}[key]
	}
	context, err := Load(getenv, file(t, `{"context": {"drover": {"name": "file"}}}`))
	if err != nil {
		t.Fatal(err)
	}
	c, err := context.Config()
	if err != nil || c.Plan.Name != "cli" {
		t.Errorf("plan %q, %v; want the command line's", c.Plan.Name, err)
	}
	if context.Values()["@aws-cdk/x"] != true {
		t.Errorf("values %v, want the feature flags in them", context.Values())
	}
}

func TestFileIsReadWithoutTheCommandLineAndWhenItSaysNothingOfDrover(t *testing.T) {
	name := file(t, `{"context": {"drover": {"name": "file", "hostedZones": ["Z1"]}}}`)
	for _, env := range []string{"", `{"aws:cdk:version-reporting": true}`} {
		context, err := Load(func(string) string { return env }, name)
		if err != nil {
			t.Fatal(err)
		}
		if c, err := context.Config(); err != nil || c.Plan.Name != "file" {
			t.Errorf("with %s=%s: plan %q, %v; want the file's", ContextVariable, env, c.Plan.Name, err)
		}
	}
}

func TestUnreadableContextsAreNamed(t *testing.T) {
	missing := filepath.Join(t.TempDir(), "cdk.json")
	if _, err := Load(nothing, missing); err == nil || !strings.Contains(err.Error(), "run this where it is") {
		t.Errorf("without the file: %v", err)
	}
	broken := file(t, "{\n  \"context\": {\n    \"drover\": {,}\n  }\n}\n")
	if _, err := Load(nothing, broken); err == nil || !strings.HasPrefix(err.Error(), broken+":3:16: ") {
		t.Errorf("with a comma too many: %v; want it at 3:16", err)
	}
	if _, err := Load(func(string) string { return "{" }, missing); err == nil || !strings.Contains(err.Error(), ContextVariable) {
		t.Errorf("with half a context in the environment: %v", err)
	}
	context, err := Load(nothing, file(t, `{"context": {}}`))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := context.Config(); err == nil || !strings.Contains(err.Error(), `has no key "drover"`) {
		t.Errorf("without the key: %v", err)
	}
}
