package drills

import (
	"bytes"
	"encoding/json"
	"regexp"
	"strings"
	"testing"

	"github.com/drover-dr/drover/statemachine/assembly"
	"github.com/drover-dr/drover/statemachine/drill"
	"github.com/drover-dr/drover/statemachine/drill/drilltest"
	"github.com/drover-dr/drover/statemachine/scenario"
	"github.com/drover-dr/drover/statemachine/transcript"
)

// version is the version of a function at the end of its ARN in a definition, all of them in a policy.
var version = regexp.MustCompile(`(:function:[a-z-]+):(1|\*)"`)

// TestADefinitionThatNamesNoVersionsIsChangedByADeployment takes the versions out of the stacks, the permission to call
// them included. A run is as before as long as nothing is deployed, and fails with the release that is deployed during it.
func TestADefinitionThatNamesNoVersionsIsChangedByADeployment(t *testing.T) {
	lambdas := drilltest.Lambdas(t)
	for _, c := range []struct {
		deploys bool
		want    bool
	}{{false, true}, {true, false}} {
		s := mustLoad(t, "deploy-during-run")
		if !c.deploys {
			s.Timeline = []scenario.Event{s.Timeline[0]}
		}
		var out bytes.Buffer
		result := mustPlay(t, s, drill.Options{Assembly: withoutVersions(t), Lambdas: lambdas, Out: &transcript.Printer{W: &out}})
		if result.OK() != c.want {
			t.Errorf("without versions, deployed during the run %t: as it should be %t; want %t\n%s", c.deploys, result.OK(), c.want, out.String())
		}
		if says := strings.Contains(out.String(), "this release is broken"); says != c.deploys {
			t.Errorf("deployed during the run %t: the run has met the broken release: %t", c.deploys, says)
		}
	}
}

func withoutVersions(t *testing.T) *assembly.Assembly {
	t.Helper()
	a := defaultAssembly(t)
	taken := 0
	for i, m := range a.StateMachines {
		a.StateMachines[i].Definition = version.ReplaceAllString(m.Definition, `$1"`)
		taken += strings.Count(m.Definition, ":1\"")
	}
	for i, role := range a.Roles {
		for j, text := range role.Policies {
			if strings.Contains(string(text), "lambda:InvokeFunction") {
				a.Roles[i].Policies[j] = json.RawMessage(version.ReplaceAllString(string(text), `$1"`))
			}
		}
	}
	if taken < 12 {
		t.Fatalf("the definitions name %d versions; expected those of six functions in two Regions", taken)
	}
	return a
}
