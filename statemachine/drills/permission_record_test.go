package drills

import (
	"io"
	"os"
	"testing"

	"github.com/drover-dr/drover/statemachine/assembly"
	"github.com/drover-dr/drover/statemachine/drill"
	"github.com/drover-dr/drover/statemachine/drill/drilltest"
	"github.com/drover-dr/drover/statemachine/scenario"
	"github.com/drover-dr/drover/statemachine/transcript"
)

// TestALateStepReadsTheRecordOfItsRun plays what the simulation has found, with the permission to read that record and without it:
// without, a late repetition of the step changes something.
func TestALateStepReadsTheRecordOfItsRun(t *testing.T) {
	files := map[string]string{
		"drover-shifttraffic":    "late-shift-after-the-lock-was-replaced.yaml",
		"drover-promotedatabase": "late-promotion-after-the-lock-was-replaced.yaml", "drover-updateregistry": "late-update-after-the-lock-was-taken.yaml",
	}
	passes := func(file string, deployed *assembly.Assembly) bool {
		t.Helper()
		s, err := scenario.Load(os.DirFS("../sim/testdata/found"), file)
		if err != nil {
			t.Fatal(err)
		}
		result, err := drill.Play(t.Context(), s, drill.Options{Assembly: deployed, Lambdas: drilltest.Lambdas(t), Out: &transcript.Printer{W: io.Discard}})
		if err != nil {
			t.Fatal(err)
		}
		return result.OK()
	}
	for _, g := range grants(t, defaultAssembly(t)) {
		if g.sid != ownRun {
			continue
		}
		without := defaultAssembly(t)
		g.revoke(t, without)
		file := files[g.role]
		delete(files, g.role)
		if !passes(file, defaultAssembly(t)) || passes(file, without) {
			t.Errorf("%s: %s does not need the permission", g, file)
		}
	}
	if len(files) != 0 {
		t.Errorf("no role has the permission that these need: %v", files)
	}
}
