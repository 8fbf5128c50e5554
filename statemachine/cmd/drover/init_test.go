package main

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"strings"
	"testing"
)

// checkout is a folder with the shipped cdk.json, which is the working directory.
func checkout(t *testing.T) {
	t.Helper()
	shipped, err := os.ReadFile("../../../cdk.json")
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(t.TempDir())
	if err := os.WriteFile(contextName, shipped, 0o600); err != nil {
		t.Fatal(err)
	}
}

func content(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

var europeanFlags = []string{"init", "--name", "acme", "--primary", "eu-west-1", "--standby", "eu-central-1", "--zone", "Z0ACMECOM00000000000=acme.com", "--cluster", "storefront"}

// TestInitWritesWhatPlays: the files are valid, and the scenario passes with the plan.
func TestInitWritesWhatPlays(t *testing.T) {
	root, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	checkout(t)
	before := content(t, contextName)
	code, stdout, stderr := drover(t, t.Context(), europeanFlags...)
	if code != exitOK || !strings.Contains(stdout, "wrote applications.yaml: ") || !strings.Contains(stdout, "make synth && bin/drover drill outage.yaml --assembly cdk.out") {
		t.Fatalf("exit code %d, %q, %q", code, stdout, stderr)
	}
	code, stdout, stderr = drover(t, t.Context(), "validate", applicationsName, scenarioName)
	if code != exitOK || !strings.Contains(stdout, "1 application for eu-west-1 and eu-central-1") {
		t.Errorf("exit code %d, %q, %q", code, stdout, stderr)
	}
	for file, what := range map[string]string{applicationsName: "applications", scenarioName: "scenario"} {
		if want := "# yaml-language-server: $schema=https://raw.githubusercontent.com/drover-dr/drover/main/statemachine/schema/" + what + ".schema.json\n"; !strings.HasPrefix(content(t, file), want) {
			t.Errorf("%s does not begin with %q", file, want)
		}
	}
	c := &drillCommand{Scenario: scenarioName, Assembly: root + "/" + europe}
	s, err := c.load()
	if err != nil {
		t.Fatal(err)
	}
	deployed, err := c.read()
	if err != nil {
		t.Fatal(err)
	}
	c.Out = t.TempDir()
	var sum summary
	if verdict, err := c.one(t.Context(), s, deployed, &sum); err != nil || !strings.HasPrefix(verdict, "as expected: Completed") {
		t.Errorf("%q %v", verdict, err)
	}
	after := content(t, contextName)
	var got struct {
		Context struct{ Drover map[string]any }
	}
	if err := json.Unmarshal([]byte(after), &got); err != nil {
		t.Fatal(err)
	}
	d := got.Context.Drover
	if d["name"] != "acme" || d["standby"] != "eu-central-1" || d["hostedZones"].([]any)[0] != "Z0ACMECOM00000000000" || d["globalClusters"].([]any)[0] != "storefront" || d["attempts"] != 180.0 {
		t.Errorf("the context is %v", d)
	}
	if kept := lastLines(before, 5); lastLines(after, 5) != kept || strings.Count(after, "\n") > strings.Count(before, "\n") || !strings.Contains(after, "      \"name\": \"acme\",\n      \"primary\": \"eu-west-1\",\n") {
		t.Errorf("the rest of cdk.json has changed:\n%s", after[:1200])
	}
}

func lastLines(text string, n int) string {
	lines := strings.Split(text, "\n")
	return strings.Join(lines[len(lines)-n:], "\n")
}

func TestInitOverwritesNothing(t *testing.T) {
	checkout(t)
	if code, _, stderr := drover(t, t.Context(), europeanFlags...); code != exitOK {
		t.Fatal(stderr)
	}
	if err := os.WriteFile(applicationsName, []byte("mine\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	context := content(t, contextName)
	code, _, stderr := drover(t, t.Context(), append(europeanFlags, "--cluster", "other")...)
	for _, want := range []string{"drover.yaml, applications.yaml, outage.yaml, cdk.json (its context is not the shipped one): there already", "nothing was written. To overwrite: --force"} {
		if code != exitUsage || !strings.Contains(stderr, want) {
			t.Errorf("exit code %d, %q; want %q", code, stderr, want)
		}
	}
	if content(t, applicationsName) != "mine\n" || content(t, contextName) != context {
		t.Error("a file was overwritten")
	}
	if code, _, stderr := drover(t, t.Context(), append(europeanFlags, "--force")...); code != exitOK || content(t, applicationsName) == "mine\n" {
		t.Errorf("with --force: exit code %d, %q", code, stderr)
	}
}

func TestInitNeverAsksWithoutATerminal(t *testing.T) {
	checkout(t)
	code, stdout, stderr := drover(t, t.Context(), "init", "--cluster", "a--b", "--primary", "ireland", "--account", "1")
	for _, want := range []string{"no hosted zone; expected --zone ID=NAME", `--cluster a--b: `, `"ireland" is not a Region code`, "--account 1; expected 12 digits"} {
		if code != exitUsage || stdout != "" || !strings.Contains(stderr, want) {
			t.Errorf("exit code %d, %q, %q; want %q", code, stdout, stderr, want)
		}
	}
	if _, err := os.Stat(applicationsName); err == nil {
		t.Error("a file was written")
	}
	if err := os.Remove(contextName); err != nil {
		t.Fatal(err)
	}
	if code, _, stderr := drover(t, t.Context(), europeanFlags...); code != exitUsage || !strings.Contains(stderr, "there is no cdk.json; expected to be in a checkout of Drover") {
		t.Errorf("exit code %d, %q", code, stderr)
	}
}

func TestInitAsksAtATerminal(t *testing.T) {
	checkout(t)
	var out bytes.Buffer
	c := &initCommand{Dir: ".", Standby: "eu-central-1"}
	err := c.Run(environment{ctx: context.Background(), stdout: &out, stderr: &out, terminal: &out, stdin: strings.NewReader("acme\neu-west-1\nZ1=acme.com Z2=acme.net.\nnone\n"), person: true})
	if err != nil {
		t.Fatal(err, out.String())
	}
	if !strings.HasPrefix(out.String(), "Name of the plan [drover]: Primary Region [us-east-1]: Hosted zones, as ID=NAME, separated by blanks: Aurora global clusters, separated by blanks, or none: wrote cdk.json") {
		t.Error(out.String())
	}
	if text := content(t, planFile); !strings.Contains(text, "plan: acme\nregions: [eu-west-1, eu-central-1]") {
		t.Error(text)
	}
	if text := content(t, contextName); !strings.Contains(text, `"hostedZones": ["Z1", "Z2"],`) || !strings.Contains(text, `"globalClusters": [],`) {
		t.Error(text[:900])
	}
	if text := content(t, scenarioName); strings.Contains(text, "allowDataLoss") || strings.Contains(content(t, applicationsName), "databases") {
		t.Error(text)
	}
}
