package drills

import (
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const (
	readme          = "../../README.md"
	transcriptBegin = "<!-- transcript:begin -->\n"
	transcriptEnd   = "<!-- transcript:end -->"
)

// TestTheReadmeShowsTheDefaultDrillAsItIs keeps the transcript that newcomers read equal to the golden one.
func TestTheReadmeShowsTheDefaultDrillAsItIs(t *testing.T) {
	text, err := os.ReadFile(readme)
	if err != nil {
		t.Fatal(err)
	}
	golden, err := os.ReadFile(Default + ".txt")
	if err != nil {
		t.Fatal(err)
	}
	before, rest, found := strings.Cut(string(text), transcriptBegin)
	got, after, closed := strings.Cut(rest, transcriptEnd)
	if !found || !closed {
		t.Fatalf("%s has no place for the transcript; expected a line %q and, below it, one %q", readme, strings.TrimSpace(transcriptBegin), transcriptEnd)
	}
	want := "```\n" + string(golden) + "```\n"
	if got == want {
		return
	}
	if !*update {
		t.Fatalf("the transcript in %s is not the golden one; go test ./statemachine/drills -update rewrites it (-want +got):\n%s", readme, cmp.Diff(want, got))
	}
	if err := os.WriteFile(readme, []byte(before+transcriptBegin+want+transcriptEnd+after), 0o644); err != nil {
		t.Fatal(err)
	}
}
