package drills

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/statemachine/drill"
	"github.com/drover-dr/drover/statemachine/guarantee"
)

// boundsFile keeps the longest time of the runs of each kind of scenario, as Validate has computed it: a line for each
// scenario of fullMessages, with its runs in order. Golden transcripts and messages print <bound> in its place, so that a
// change of the retry budget is a change of this file.
const boundsFile = "bounds.txt"

// boundsAreGolden compares the line of a scenario with the one in the file.
func boundsAreGolden(t *testing.T, result *drill.Result) {
	t.Helper()
	text, err := os.ReadFile(boundsFile)
	if err != nil {
		t.Fatal(err)
	}
	got := result.Name + ":"
	for _, run := range result.Evidence.Runs {
		got += fmt.Sprintf(" %s %s,", run.Name, validatedBound(run))
	}
	got = strings.TrimSuffix(got, ",")
	lines := strings.Split(strings.TrimSpace(string(text)), "\n")
	if slices.Contains(lines, got) {
		return
	}
	lines = slices.DeleteFunc(lines, func(line string) bool { return line == "" || strings.HasPrefix(line, result.Name+":") })
	if lines = append(lines, got); !*update {
		t.Errorf("%s: got the line %q; want the one in the file, or rewrite it with -update", boundsFile, got)
		return
	}
	slices.Sort(lines)
	if err := os.WriteFile(boundsFile, []byte(strings.Join(lines, "\n")+"\n"), 0o644); err != nil {
		t.Fatal(err)
	}
}

// validatedBound is the bound that Validate has given the run; 0 if it gave none.
func validatedBound(run guarantee.RunEvidence) time.Duration {
	var bound time.Duration
	for _, inv := range run.Invocations {
		var a failover.ValidateAnswer
		if inv.State == "Validate" && json.Unmarshal(inv.Result.Payload, &a) == nil {
			bound = time.Duration(a.Run.BoundSeconds) * time.Second
		}
	}
	return bound
}
