package main

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/drover-dr/drover/infra/config"
)

// The tests here never get as far as the CDK: each stops at what is wrong before it.

func here(t *testing.T, cdkJSON string, steps ...string) {
	t.Helper()
	t.Chdir(t.TempDir())
	if err := os.WriteFile("cdk.json", []byte(cdkJSON), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, s := range steps {
		dir := filepath.Join("dist", "arm64", s)
		if err := os.MkdirAll(dir, 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, "bootstrap"), nil, 0o755); err != nil {
			t.Fatal(err)
		}
	}
}

func unset(string) string { return "" }

func noNode(file string) (string, error) { return "", errors.New(file + ": not found") }

const valid = `{"context": {"drover": {"hostedZones": ["Z1"]}}}`

func TestMistakesAreReportedBeforeTheCDKStarts(t *testing.T) {
	all := []string{"validate", "shifttraffic", "updateregistry", "promotedatabase", "verifyhealth", "notify", "api"}
	for _, tc := range []struct {
		name, cdkJSON string
		steps         []string
		want          string
	}{
		{"mistakes in the context", `{"context": {"drover": {"attempts": 0, "colour": 1}}}`, all, "colour: not a key"},
		{"no context", `{}`, all, `the context in cdk.json has no key "drover"`},
		{"Lambdas not built", valid, all[:6], filepath.Join("dist", "arm64", "api", "bootstrap") + " is missing; type: make build"},
		{"no Node", valid, all, "the CDK needs Node"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			here(t, tc.cdkJSON, tc.steps...)
			err := run(unset, noNode)
			if err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("error %v, want %q", err, tc.want)
			}
			if _, err := os.Stat("cdk.out"); err == nil {
				t.Error("something was synthesized")
			}
		})
	}
}

func TestNodeOfTheEnvironmentIsTheOneThatIsLookedFor(t *testing.T) {
	var asked []string
	lookPath := func(file string) (string, error) { asked = append(asked, file); return file, nil }
	for _, node := range []string{"", "/opt/node"} {
		if err := checkNode(func(string) string { return node }, lookPath); err != nil {
			t.Error(err)
		}
	}
	if strings.Join(asked, " ") != "node /opt/node" {
		t.Errorf("searched for %v, want node, and /opt/node where JSII_NODE says so", asked)
	}
}

func TestPanicsOfTheCDKBecomeErrorsInWords(t *testing.T) {
	fresh(t) // starts the CDK, so that what fails below is the synthesis
	c := once().config
	err := app{config: c, context: map[string]any{}, code: filepath.Join(t.TempDir(), "gone"), outdir: t.TempDir()}.synthesize()
	if err == nil || !strings.HasPrefix(err.Error(), "synthesize with the CDK: ") || strings.Contains(err.Error(), "\n") {
		t.Errorf("error %q, want one line that says what the CDK says", err)
	}
}

func TestContextOfTheCommandLineMakesTheSameTemplates(t *testing.T) {
	want := fresh(t)
	context, err := config.Load(func(string) string { return "" }, "../cdk.json")
	if err != nil {
		t.Fatal(err)
	}
	values := context.Values()
	for _, key := range []string{"aws:cdk:enable-path-metadata", "aws:cdk:enable-asset-metadata", "aws:cdk:version-reporting", "aws:cdk:enable-stack-trace"} {
		values[key] = true // as the CDK command line adds them
	}
	outdir := t.TempDir()
	if err := (app{config: want.config, context: values, code: filepath.Join(scratch, "code"), outdir: outdir}).synthesize(); err != nil {
		t.Fatal(err)
	}
	for _, stack := range want.assembly.Stacks {
		name := stack.Name + ".template.json"
		alone, err := os.ReadFile(filepath.Join(want.dir, name))
		if err != nil {
			t.Fatal(err)
		}
		under, err := os.ReadFile(filepath.Join(outdir, name))
		if err != nil {
			t.Fatal(err)
		}
		if string(alone) != string(under) {
			t.Errorf("%s differs under the CDK command line", name)
		}
	}
}
