package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/drover-dr/drover/internal/release"
	"github.com/drover-dr/drover/statemachine/drill/drilltest"
)

// drover runs the command line and returns what a shell would see.
func drover(t *testing.T, ctx context.Context, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	code = run(ctx, args, &out, &errs)
	return code, out.String(), errs.String()
}

func TestBadUsageExitsWithTwoAndSaysWhatThereIs(t *testing.T) {
	for _, c := range []struct {
		args []string
		says []string
	}{
		{[]string{"drill", "earthquake"}, []string{`no scenario "earthquake"`, "region-outage", "thousand"}},
		{[]string{"drill", "--pace"}, []string{"unknown flag --pace", "--list", "--out", "--assembly", "--lambdas"}},
		{[]string{"dril"}, []string{"dril", "drill", "register", "start", "status"}},
		{[]string{"drill", "one", "two"}, []string{"two"}},
		{[]string{"drill", "--assembly", "/nowhere"}, []string{"/nowhere"}},
		{[]string{"drill", "."}, []string{"."}},
		{[]string{"drill", "--speed", "10"}, []string{"--speed needs --serve"}},
		{[]string{"drill", "--serve", "127.0.0.1:0", "--speed", "NaN"}, []string{"--speed NaN; expected more than 0"}},
		{[]string{"drill", "--serve", "127.0.0.1:0", "--out", "there"}, []string{"--out there cannot be combined with --serve"}},
	} {
		code, stdout, stderr := drover(t, t.Context(), c.args...)
		if code != exitUsage || stdout != "" {
			t.Errorf("%v: exit code %d, output %q; want %d and none", c.args, code, stdout, exitUsage)
		}
		for _, want := range c.says {
			if !strings.Contains(stderr, want) {
				t.Errorf("%v: %q; want it to say %q", c.args, stderr, want)
			}
		}
	}
}

func TestHelpAndListExitWithZero(t *testing.T) {
	for _, c := range []struct {
		args []string
		says string
	}{
		{nil, "drill"}, {[]string{"--help"}, "drill"}, {[]string{"drill", "--help"}, "--lambdas"},
		{[]string{"drill", "--list"}, "* region-outage"}, {[]string{"--version"}, release.Version + "\n"},
	} {
		if code, stdout, stderr := drover(t, t.Context(), c.args...); code != exitOK || !strings.Contains(stdout, c.says) {
			t.Errorf("%v: exit code %d, %q, %q; want %q", c.args, code, stdout, stderr, c.says)
		}
	}
}

func TestMissingLambdasSayWhatToType(t *testing.T) {
	code, _, stderr := drover(t, t.Context(), "drill", "--lambdas", t.TempDir())
	if code != exitFailed || !strings.Contains(stderr, "make host") {
		t.Errorf("exit code %d, %q; want %d and what to type", code, stderr, exitFailed)
	}
}

func TestADrillWritesItsReport(t *testing.T) {
	dir := t.TempDir()
	code, stdout, stderr := drover(t, t.Context(), "drill", "bad-input", "--out", dir, "--lambdas", drilltest.Lambdas(t))
	if code != exitOK {
		t.Fatalf("exit code %d\n%s%s", code, stdout, stderr)
	}
	transcript, err := os.ReadFile(filepath.Join(dir, "transcript.txt"))
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(stdout, string(transcript)) || !strings.Contains(stdout, filepath.Join(dir, "report.html")) {
		t.Errorf("the output is not the transcript and where the report is:\n%s", stdout)
	}
	if strings.ContainsRune(stdout, '\x1b') {
		t.Error("colours, although there is no terminal")
	}
}

const disappointing = `name: disappointing
title: expects what does not come
description: a check of nothing that is registered
applications:
  - name: shop
    records:
      - {name: shop.example.com, type: A, zone: Z0000000000EXAMPLE, zoneName: example.com, ttl: 60, endpoints: {us-east-1: {value: 192.0.2.1}, us-west-2: {value: 192.0.2.2}}}
    health:
      - {namespace: Application, metric: ServedPercent, dimensions: {Application: shop, Region: "{region}"}, statistic: Average, periodSeconds: 10, atLeast: 99}
timeline:
  - at: 1m
    start: {region: us-west-2, input: {action: check, applications: [ship]}, outcome: Completed, says: [all is well]}
until: 2m
`

func TestAnOutcomeThatIsNotTheExpectedOneExitsWithOne(t *testing.T) {
	file := filepath.Join(t.TempDir(), "disappointing.yaml")
	if err := os.WriteFile(file, []byte(disappointing), 0o600); err != nil {
		t.Fatal(err)
	}
	code, stdout, _ := drover(t, t.Context(), "drill", file, "--out", t.TempDir(), "--lambdas", drilltest.Lambdas(t))
	if code != exitFailed {
		t.Errorf("exit code %d; want %d", code, exitFailed)
	}
	for _, want := range []string{"Refused (expected Completed)", "expected the outcome Completed, got Refused", `expected the text "all is well"`, "FAILED"} {
		if !strings.Contains(stdout, want) {
			t.Errorf("the output does not say %q:\n%s", want, stdout)
		}
	}
}

func TestAMistakeInAScenarioFileIsSaidWithItsPlace(t *testing.T) {
	file := filepath.Join(t.TempDir(), "wrong.yaml")
	if err := os.WriteFile(file, []byte(strings.Replace(disappointing, "wave", "", 1)+"dusk: 3m\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	code, _, stderr := drover(t, t.Context(), "drill", file)
	if code != exitUsage || !strings.Contains(stderr, "wrong.yaml:14:1: unknown key") {
		t.Errorf("exit code %d, %q", code, stderr)
	}
}

func TestAScenarioThatCannotBePlayedIsBadUsageAndSaysWhere(t *testing.T) {
	for _, c := range []struct{ name, old, new, says string }{
		{"a Region of another plan", "us-west-2, input", "eu-west-1, input", "impossible.yaml:12:21: eu-west-1 is not a Region of the plan drover; expected primary or standby, which are us-east-1 and us-west-2"},
		{"an application without a wave", "name: shop\n", "name: shop\n    wave: first\n", "impossible.yaml:6:11: wave: first; expected a whole number from 1 to 99"},
		{"a setting that no plan has", "timeline:", "plan: {attempts: many}\ntimeline:", "impossible.yaml:10:8: "},
		{"an alarm that is not there", "    start: {", "    alarm: {region: us-west-2, name: smoke, state: ALARM}\n  - at: 1m\n    start: {", "impossible.yaml:11:5: "},
	} {
		t.Run(c.name, func(t *testing.T) {
			text := strings.Replace(disappointing, c.old, c.new, 1)
			if text == disappointing {
				t.Fatalf("%q is not in the scenario", c.old)
			}
			file := filepath.Join(t.TempDir(), "impossible.yaml")
			if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			code, _, stderr := drover(t, t.Context(), "drill", file, "--out", t.TempDir(), "--lambdas", drilltest.Lambdas(t))
			if code != exitUsage || !strings.Contains(stderr, c.says) || strings.Count(stderr, "\n") != 1 {
				t.Errorf("exit code %d, %q; want %d and %q", code, stderr, exitUsage, c.says)
			}
		})
	}
}

func TestCtrlCEndsADrillWithOneLine(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	code, _, stderr := drover(t, ctx, "drill", "--lambdas", drilltest.Lambdas(t))
	if code != exitInterrupted || strings.Count(stderr, "\n") != 1 {
		t.Errorf("exit code %d, %q; want %d and one line", code, stderr, exitInterrupted)
	}
}

// TestTheScenarioOfThePageIsPlayed plays the example of docs/rehearsing.md, as a reader would.
func TestTheScenarioOfThePageIsPlayed(t *testing.T) {
	page, err := os.ReadFile("../../../docs/rehearsing.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, found := strings.Cut(string(page), "```yaml\n")
	text, _, closed := strings.Cut(rest, "```\n")
	if !found || !closed {
		t.Fatal("docs/rehearsing.md has no scenario")
	}
	dir := t.TempDir()
	if err := os.CopyFS(filepath.Join(dir, "applications"), os.DirFS("../../drills/applications")); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, "outage-with-lag.yaml")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if code, stdout, stderr := drover(t, t.Context(), "drill", file, "--out", dir, "--lambdas", drilltest.Lambdas(t)); code != exitOK {
		t.Errorf("exit code %d\n%s%s", code, stdout, stderr)
	}
}
