package drills

import (
	"io/fs"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/drover-dr/drover/statemachine/drill"
	"github.com/drover-dr/drover/statemachine/scenario"
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
	result := mustPlay(t, s, drill.Options{})
	still := func(text string) bool { return strings.Contains(text, "still running") }
	if result.OK() || !slices.ContainsFunc(result.Unexpected, still) {
		t.Errorf("unexpected are %q; want the run still running", result.Unexpected)
	}
}
