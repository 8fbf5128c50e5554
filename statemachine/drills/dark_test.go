package drills

import (
	"io"
	"io/fs"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/drover-dr/drover/statemachine/assembly"
	"github.com/drover-dr/drover/statemachine/drill"
	"github.com/drover-dr/drover/statemachine/drill/drilltest"
	"github.com/drover-dr/drover/statemachine/scenario"
	"github.com/drover-dr/drover/statemachine/transcript"
)

// TestARunInADarkRegionIsJudgedAsOneThatDidNotEnd and the drill goes on to its verdict, although the
// registry there cannot be read.
func TestARunInADarkRegionIsJudgedAsOneThatDidNotEnd(t *testing.T) {
	shop, err := fs.ReadFile(files, "applications/shop.yaml")
	if err != nil {
		t.Fatal(err)
	}
	s, err := scenario.Load(fstest.MapFS{"applications/shop.yaml": {Data: shop}, "dark.yaml": {Data: []byte(`name: dark
title: the Region of a run goes dark, and stays so
description: the run cannot be reached any more
applicationsFile: applications/shop.yaml
noSchedules: true
timeline:
  - at: 1m
    start: {region: us-west-2, input: {action: switchover}, outcome: Completed}
  - at: 1m10s
    regionDark: us-west-2
until: 2m
`)}}, "dark.yaml")
	if err != nil {
		t.Fatal(err)
	}
	deployed, err := assembly.Default()
	if err != nil {
		t.Fatal(err)
	}
	result, err := drill.Play(t.Context(), s, drill.Options{Assembly: deployed, Lambdas: drilltest.Lambdas(t), Out: &transcript.Printer{W: io.Discard}})
	if err != nil {
		t.Fatal(err)
	}
	still := func(text string) bool { return strings.Contains(text, "still running") }
	if result.OK() || !slices.ContainsFunc(result.Unexpected, still) {
		t.Errorf("unexpected are %q; want the run still running", result.Unexpected)
	}
}
