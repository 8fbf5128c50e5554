package sim

import (
	"errors"
	"io"
	"maps"
	"os"
	"testing"
	"testing/synctest"

	"github.com/drover-dr/drover/statemachine/assembly"
	"github.com/drover-dr/drover/statemachine/drill"
	"github.com/drover-dr/drover/statemachine/drills"
	"github.com/drover-dr/drover/statemachine/guarantee"
	"github.com/drover-dr/drover/statemachine/memoryhost"
	"github.com/drover-dr/drover/statemachine/scenario"
	"github.com/drover-dr/drover/statemachine/transcript"
	"github.com/google/go-cmp/cmp"
)

// inEurope is the plan of infra/testdata/europe.json: other Regions, zones, clusters and names than those of the drills.
func inEurope(t *testing.T) *assembly.Assembly {
	t.Helper()
	a, err := assembly.Read(os.DirFS("../assembly/europe"), assembly.Placeholder)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// notApplicable are the reasons that are expected, by scenario.
type notApplicable map[string]string

const (
	noARC          = "it needs a switch with the lever routing-control, and the plan acme has none"
	noMetric       = "it needs a switch with the lever metric, and the plan acme has none"
	noControlPlane = "it needs the Route 53 control plane in the primary, and eu-west-1 is not us-east-1"
	oneZone        = "it needs 2 hosted zones, and the plan acme has 1"
	threeZones     = "it needs 3 hosted zones, and the plan acme has "
	noCluster      = "it needs 1 global cluster, and the plan acme has 0"
)

// elsewhere is what the plan in Europe cannot play, and with what a smaller one cannot.
func elsewhere(more notApplicable) notApplicable {
	all := notApplicable{
		"routing-control": noARC, "routing-control-endpoints-down": noARC, "routing-control-refused": noARC, "switch-by-metric": noMetric, "switch-falls-back": noMetric,
		"check-in-outage": noControlPlane, "control-plane-lost-later": noControlPlane, "control-plane-returns": noControlPlane, "switch-and-weights-race": noControlPlane,
		"five-thousand": threeZones + "2",
	}
	maps.Copy(all, more)
	return all
}

// withOneZone is what a plan with one zone cannot play.
func withOneZone() notApplicable {
	return elsewhere(notApplicable{"five-thousand": threeZones + "1", "changed-after-approval": oneZone, "delegated-zone": oneZone, "zone-denied": oneZone, "split-horizon": oneZone})
}

// TestShippedScenariosPlayWithAPlanOfOtherRegions plays every shipped scenario as a user does with a plan of their own.
func TestShippedScenariosPlayWithAPlanOfOtherRegions(t *testing.T) {
	playAll(t, inEurope(t), elsewhere(nil))
}

// TestShippedScenariosPlayWithOneZoneAndOneCluster is the plan of most users.
func TestShippedScenariosPlayWithOneZoneAndOneCluster(t *testing.T) {
	if testing.Short() {
		t.Skip("the plan with two zones runs the same code")
	}
	playAll(t, estate(t, []string{"Z0ACMECOM00000000000"}, []string{"storefront"}), withOneZone())
}

// TestShippedScenariosPlayWithoutDatabases is a plan that no function may touch a database in.
func TestShippedScenariosPlayWithoutDatabases(t *testing.T) {
	if testing.Short() {
		t.Skip("the plan with two zones runs the same code")
	}
	without := withOneZone()
	for _, name := range []string{
		"approval-approved", "approval-rejected", "approval-timeout", "aurora-stuck", "bad-input", "database-without-secondary", "drill-back-blocked",
		"engine-versions", "failback", "lag-before-return", "lag-grows", "not-in-context", "not-ready", "partial-promotion", "rollback-blocked", "stopped-then-rolled-back",
		"takeover-in-rollback", "wave-stuck", "writers-come-home",
	} {
		without[name] = noCluster
	}
	playAll(t, estate(t, []string{"Z0ACMECOM00000000000"}, nil), without)
}

// estate is the plan in Europe with fewer zones and clusters.
func estate(t *testing.T, zones, clusters []string) *assembly.Assembly {
	t.Helper()
	a, err := inEurope(t).WithEstate(zones, clusters)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func playAll(t *testing.T, a *assembly.Assembly, want notApplicable) {
	t.Helper()
	got, all, played := notApplicable{}, 0, 0
	for _, name := range drills.Names() {
		if _, err := os.Stat("../drills/" + name + ".txt"); err != nil {
			continue // make bench plays it
		}
		all++
		t.Run(name, func(t *testing.T) {
			played++
			s, err := drills.Load(name)
			if err != nil {
				t.Fatal(err)
			}
			var result *drill.Result
			synctest.Test(t, func(t *testing.T) {
				result, err = drill.Play(t.Context(), s, drill.Options{Assembly: a, Out: &transcript.Printer{W: io.Discard}, Hosting: memoryhost.New(synctest.Wait)})
			})
			var not *scenario.NotApplicableError
			if errors.As(err, &not) {
				got[name] = not.Reason
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			for _, v := range result.Guarantees {
				if v.Status == guarantee.Violated {
					t.Errorf("guarantee %d: %q", v.Number, v.Violations)
				}
			}
			for _, u := range result.Unexpected {
				t.Error(u)
			}
		})
	}
	if diff := cmp.Diff(want, got); diff != "" && played == all { // some may be left out by -run
		t.Errorf("not applicable (-want +got):\n%s", diff)
	}
}
