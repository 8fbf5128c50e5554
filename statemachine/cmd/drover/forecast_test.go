package main

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/drover-dr/drover/statemachine/scenario"
)

func TestWrongFlagsOfAForecastExitWithTwo(t *testing.T) {
	file := filepath.Join(t.TempDir(), "applications.yaml")
	if err := os.WriteFile(file, []byte("applications: []\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		args []string
		says string
	}{
		{[]string{"--runs", "0"}, "--runs 0; expected 1 to 100000"},
		{[]string{"--runs", "many"}, "--runs"},
		{[]string{"--seed", "-1"}, "--seed"},
		{[]string{"--detection", "2h"}, "--detection 2h0m0s; expected 1s to 1h"},
		{[]string{"--assembly", "/nowhere"}, "/nowhere"},
		{[]string{"--applications", "/nowhere"}, "/nowhere"},
		{[]string{"--applications", file}, "applications.yaml:1:15: applications: empty"},
		{[]string{"--pace"}, "unknown flag --pace"},
	} {
		code, stdout, stderr := drover(t, t.Context(), append([]string{"forecast"}, c.args...)...)
		if code != exitUsage || stdout != "" || !strings.Contains(stderr, c.says) {
			t.Errorf("%v: exit code %d, output %q, %q; want %d, none and %q", c.args, code, stdout, stderr, exitUsage, c.says)
		}
	}
}

func TestAForecastWritesFiguresAndScenarios(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "forecast.json")
	code, stdout, stderr := drover(t, t.Context(), "forecast", "--runs", "2", "--seed", "3", "--json", file, "--out", dir)
	if code != exitOK || strings.ContainsAny(stdout, "\r\x1b") {
		t.Fatalf("exit code %d; want %d, and neither colours nor progress\n%s%s", code, exitOK, stdout, stderr)
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var read struct{ RunsPlayed, Seed int }
	if err := json.Unmarshal(text, &read); err != nil || read.RunsPlayed != 2 || read.Seed != 3 {
		t.Errorf("%+v, %v; want 2 runs of seed 3", read, err)
	}
	_, command, found := strings.Cut(stdout, "drover drill ")
	if !found {
		t.Fatalf("no command that plays a run:\n%s", stdout)
	}
	name := filepath.Base(strings.Fields(command)[0])
	if _, err := scenario.Load(os.DirFS(dir), name); err != nil {
		t.Errorf("the scenario %s: %v", name, err)
	}
}

func TestCtrlCEndsAForecastWithWhatWasPlayed(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	code, stdout, stderr := drover(t, ctx, "forecast", "--out", t.TempDir())
	if code != exitInterrupted || !strings.Contains(stdout, "Interrupted: 0 of 1000 runs") || stderr != "drover: interrupted\n" {
		t.Errorf("exit code %d\n%s%s", code, stdout, stderr)
	}
}
