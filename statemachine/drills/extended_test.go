package drills

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"github.com/drover-dr/drover/statemachine/asl"
	"github.com/drover-dr/drover/statemachine/drill"
	"github.com/drover-dr/drover/statemachine/transcript"
)

// hooks is a Parallel that users may put before Announce: it waits, and goes through a list, before the run continues.
const hooks = `"Hooks": {"Type": "Parallel", "Output": "{% $states.input %}", "Next": "Announce", "Branches": [
	{"StartAt": "Drain", "States": {"Drain": {"Type": "Wait", "Seconds": 5, "End": true}}},
	{"StartAt": "Each", "States": {"Each": {"Type": "Map", "Items": [1, 2, 3], "End": true,
		"ItemProcessor": {"StartAt": "One", "States": {"One": {"Type": "Pass", "Output": "{% $states.input & $run.id %}", "End": true}}}}}}]},
	"Announce": {`

// TestADrillPlaysADefinitionWithMapAndParallel extends the definition: the run ends as expected, every guarantee holds, the
// history has the events of the branches, and the transcript goes on.
func TestADrillPlaysADefinitionWithMapAndParallel(t *testing.T) {
	deployed := defaultAssembly(t)
	deployed.StateMachines = slices.Clone(deployed.StateMachines)
	for i, m := range deployed.StateMachines {
		extended := strings.Replace(m.Definition, `"Default": "Announce"`, `"Default": "Hooks"`, 1)
		deployed.StateMachines[i].Definition = strings.Replace(extended, `"Announce": {`, hooks, 1)
	}
	var out bytes.Buffer
	result := mustPlay(t, mustLoad(t, Default), drill.Options{Assembly: deployed, Out: &transcript.Printer{W: &out}})
	if !result.OK() {
		t.Errorf("unexpected: %s\nthe transcript:\n%s", strings.Join(result.Unexpected, "\n"), out.String())
	}
	run := result.Evidence.Runs[0]
	if !slices.Contains(run.Path, "Hooks") || !slices.Contains(run.Path, "One") {
		t.Errorf("the path is %v; want Hooks and One in it", run.Path)
	}
	count := func(kind string) int {
		n := 0
		for _, e := range run.History {
			if e.Type == kind {
				n++
			}
		}
		return n
	}
	if got := []int{count("ParallelStateSucceeded"), count("MapIterationSucceeded"), count("WaitStateExited")}; got[0] != 1 || got[1] != 3 || got[2] < 1 {
		t.Errorf("%v ends of the Parallel, of iterations and of waits; want 1, 3 and at least 1", got)
	}
	if run.Status != string(asl.Succeeded) || !strings.Contains(out.String(), "Completed") {
		t.Errorf("the run ends %s; the transcript:\n%s", run.Status, out.String())
	}
}
