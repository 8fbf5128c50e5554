package sim

import (
	"bytes"
	"os"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"github.com/drover-dr/drover/statemachine/assembly"
	"github.com/drover-dr/drover/statemachine/drill"
	"github.com/drover-dr/drover/statemachine/drills"
	"github.com/drover-dr/drover/statemachine/memoryhost"
	"github.com/drover-dr/drover/statemachine/transcript"
)

// TestFunctionsInProcessDoWhatTheBinariesDo plays the scenarios that Drover comes with, and expects the transcripts that the real
// binaries have written: what the simulation finds is true of what is deployed.
func TestFunctionsInProcessDoWhatTheBinariesDo(t *testing.T) {
	deployed, err := assembly.Default()
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range drills.Names() {
		t.Run(name, func(t *testing.T) {
			want, err := os.ReadFile("../drills/" + name + ".txt")
			if err != nil {
				t.Skip("it has no golden transcript: make bench plays it")
			}
			s, err := drills.Load(name)
			if err != nil {
				t.Fatal(err)
			}
			var symbols, numbers bytes.Buffer
			synctest.Test(t, func(t *testing.T) {
				out := &transcript.Printer{W: &symbols, Symbols: true, Also: &transcript.Printer{W: &numbers}}
				_, err = drill.Play(t.Context(), s, drill.Options{Assembly: deployed, Out: out, Hosting: memoryhost.New(synctest.Wait)})
			})
			if err != nil {
				t.Fatal(err)
			}
			if string(want) != numbers.String() {
				if diff := cmp.Diff(string(want), symbols.String()); diff != "" {
					t.Errorf("(-binaries +in process):\n%s", diff)
				}
			}
		})
	}
}
