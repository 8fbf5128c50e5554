package drills

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/drover-dr/drover/statemachine/drill"
	"github.com/drover-dr/drover/statemachine/scenario"
)

// TestDatabasesArePromotedWhileALargeWaveStillShifts: in a failover they wait for the first batch alone.
func TestDatabasesArePromotedWhileALargeWaveStillShifts(t *testing.T) {
	result, _ := play(t, "thousand")
	e := result.Evidence
	path := e.Runs[0].Path
	last := len(path) - 1
	for path[last] != "ShiftTraffic" {
		last--
	}
	promoted := slices.Index(path, "PromoteDatabase")
	if shifted := slices.Index(path, "ShiftTraffic"); promoted < shifted || promoted > last {
		t.Errorf("PromoteDatabase is state %d of the run, ShiftTraffic %d to %d; want it between them", promoted, shifted, last)
	}
	if len(e.Promotions) != 3 || len(e.Batches) != 6 {
		t.Fatalf("%d promotions, %d batches; want 3 and 6", len(e.Promotions), len(e.Batches))
	}
	for _, p := range e.Promotions {
		if !p.At.Before(e.Batches[2].At) {
			t.Errorf("the promotion of %s was asked for at %s, the third of six batches at %s; want it before", p.GlobalCluster, p.At, e.Batches[2].At)
		}
	}
}

// TestACheckOfManyZonesTakesSeveralTries: of 24 hosted zones Validate has 120 calls to make, and Route 53 takes 50 at once.
// The function keeps what earlier tries have read.
func TestACheckOfManyZonesTakesSeveralTries(t *testing.T) {
	var zones strings.Builder
	for i := range 24 {
		fmt.Fprintf(&zones, "    - {id: Z%010dEXAMPLE, name: brand%02d.example}\n", i, i)
	}
	s, err := scenario.Load(fstest.MapFS{"many-zones.yaml": {Data: []byte(`name: many-zones
title: a check of two dozen hosted zones
description: A check of two dozen hosted zones.
generate:
  applications: 24
  databases: 1
  globalClusters: [orders]
  zones:
` + zones.String() + `
world:
  clients: {requestsPerSecond: 240}
timeline:
  - at: 1m
    start:
      region: us-west-2
      input: {action: check}
      outcome: Completed
until: 3m
`)}}, "many-zones.yaml")
	if err != nil {
		t.Fatal(err)
	}
	deployed := defaultAssembly(t)
	for i, role := range deployed.Roles {
		for j, policy := range role.Policies {
			deployed.Roles[i].Policies[j] = bytes.ReplaceAll(policy, []byte("hostedzone/Z0000000000EXAMPLE"), []byte("hostedzone/*"))
		}
	}
	result := mustPlay(t, s, drill.Options{Assembly: deployed})
	if !result.OK() {
		t.Errorf("%s %+v", strings.Join(result.Unexpected, "\n"), result.Guarantees)
	}
	read := 0
	for _, inv := range result.Evidence.Runs[0].Invocations {
		for _, call := range inv.Calls {
			if call.Service == "route53" && call.Code == "" && call.Operation != "GetHealthCheck" { // those of the switch, which have no zone
				read++
			}
		}
	}
	if n := len(result.Evidence.Runs[0].Invocations); n < 2 || read != 24*3 {
		t.Errorf("%d invocations, %d calls of Route 53 were answered; want several, and nothing asked twice: 72", n, read)
	}
}
