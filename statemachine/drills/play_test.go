package drills

import (
	"io"
	"testing"

	"github.com/drover-dr/drover/statemachine/assembly"
	"github.com/drover-dr/drover/statemachine/drill"
	"github.com/drover-dr/drover/statemachine/drill/drilltest"
	"github.com/drover-dr/drover/statemachine/scenario"
	"github.com/drover-dr/drover/statemachine/transcript"
)

// mustLoad reads a scenario of this package.
func mustLoad(t testing.TB, name string) *scenario.Scenario {
	t.Helper()
	s, err := Load(name)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// defaultAssembly is what the stacks deploy, read anew: a test may change it.
func defaultAssembly(t testing.TB) *assembly.Assembly {
	t.Helper()
	deployed, err := assembly.Default()
	if err != nil {
		t.Fatal(err)
	}
	return deployed
}

// mustPlay plays a scenario. What the options leave out is as it is deployed, and not printed.
func mustPlay(t *testing.T, s *scenario.Scenario, o drill.Options) *drill.Result {
	t.Helper()
	if o.Assembly == nil {
		o.Assembly = defaultAssembly(t)
	}
	if o.Lambdas == "" {
		o.Lambdas = drilltest.Lambdas(t)
	}
	if o.Out == nil {
		o.Out = &transcript.Printer{W: io.Discard}
	}
	result, err := drill.Play(t.Context(), s, o)
	if err != nil {
		t.Fatal(err)
	}
	return result
}
