package drills

import (
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/drover-dr/drover/statemachine/guarantee"
)

const (
	readme          = "../../README.md"
	transcriptBegin = "<!-- transcript:begin -->\n"
	transcriptEnd   = "<!-- transcript:end -->"
)

// TestTheReadmeShowsTheDefaultDrillAsItIs keeps the excerpt that newcomers read equal to that of the golden transcript.
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
	want := "```\n" + excerpt(string(golden)) + "```\n"
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

// essential are the actors whose events the excerpt keeps, of VerifyHealth the last one alone.
var essential = []string{"us-east-1", "traffic", "run", "Validate", "ShiftTraffic", "UpdateRegistry", "PromoteDatabase", "CloseRun", "Notify"}

var (
	event  = regexp.MustCompile(`^  \d\d:\d\d  (\S+) `)
	figure = regexp.MustCompile(`^  (RTO|RPO) `)
)

// excerpt is the essence of a transcript: its title, the essential events with the lines that continue them, RTO and RPO,
// and the verdict. An ellipsis stands for what is left out in between.
func excerpt(transcript string) string {
	lines := strings.Split(strings.TrimRight(transcript, "\n"), "\n")
	verified := 0
	for i, line := range lines {
		if strings.Contains(line, "  VerifyHealth ") {
			verified = i
		}
	}
	var kept []string
	keeps := true
	for i, line := range lines {
		continues := strings.HasPrefix(line, strings.Repeat(" ", 26))
		if !continues {
			m := event.FindStringSubmatch(line)
			keeps = i == 0 || i == len(lines)-1 || i == verified || figure.MatchString(line) || (m != nil && slices.Contains(essential, m[1]))
		}
		switch {
		case keeps:
			kept = append(kept, line)
		case kept[len(kept)-1] != "  …":
			kept = append(kept, "  …")
		}
	}
	return strings.Join(kept, "\n") + "\n"
}

// TestTheReadmeNamesEveryGuarantee as drills do.
func TestTheReadmeNamesEveryGuarantee(t *testing.T) {
	text, err := os.ReadFile(readme)
	if err != nil {
		t.Fatal(err)
	}
	var got, want []string
	for _, m := range regexp.MustCompile(`(?m)^\| (\d+ [A-Z][^|]*) \|`).FindAllStringSubmatch(string(text), -1) {
		got = append(got, m[1])
	}
	for _, v := range guarantee.Judge(guarantee.Evidence{}) {
		want = append(want, fmt.Sprintf("%d %s", v.Number, v.Guarantee))
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("guarantees (-drills +README.md)\n%s", diff)
	}
}
