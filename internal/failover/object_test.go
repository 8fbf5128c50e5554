package failover

import (
	"encoding/json"
	"fmt"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/drover-dr/drover/internal/prose"
	"github.com/drover-dr/drover/internal/untrusted"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestEveryValidInputComesBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.StringMatching(`[a-z][a-z0-9-]{0,20}`)
		want := Input{
			Action:        rapid.SampledFrom(Actions).Draw(t, "action"),
			Applications:  rapid.SliceOfNDistinct(name, 1, 5, rapid.ID).Draw(t, "applications"),
			AllowDataLoss: rapid.Ptr(rapid.Bool(), true).Draw(t, "allowDataLoss"),
			DryRun:        rapid.Bool().Draw(t, "dryRun"),
			Order:         rapid.SampledFrom(append([]Order{""}, Orders...)).Draw(t, "order"),
			Percents:      drawPercents(t),
			Since:         time.Unix(rapid.Int64Range(0, 1<<32).Draw(t, "since"), 0).UTC(),
			Reason:        untrusted.Line(rapid.StringN(0, maxReason, -1).Draw(t, "reason")),
		}
		if len(want.Percents) == 0 {
			want.Percents = nil
		}
		text, err := json.Marshal(want)
		if err != nil {
			t.Fatal(err)
		}
		got, err := ParseInput(text)
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("input (-want +got):\n%s", diff)
		}
	})
}

func TestPlanNamesExactlyTheNumbersOutOfRange(t *testing.T) {
	keys := []struct {
		name   string
		lo, hi int
	}{
		{"targetRTOSeconds", 1, 86400}, {"targetRPOSeconds", 0, 86400}, {"maxLagSeconds", 0, 3600}, {"settleSeconds", 1, 600}, {"attempts", 10, 1000}, {"passes", 1, 10},
	}
	rapid.Check(t, func(t *rapid.T) {
		given := map[string]int{}
		var want []string
		for _, key := range keys {
			n := rapid.IntRange(key.lo, key.hi).Draw(t, key.name)
			if rapid.Bool().Draw(t, key.name+" is out of range") {
				n = key.hi + rapid.IntRange(1, 1000).Draw(t, "above")
				want = append(want, key.name)
			}
			given[key.name] = n
		}
		text, err := json.Marshal(given)
		if err != nil {
			t.Fatal(err)
		}
		_, err = ParsePlan(text)
		for _, key := range keys {
			named := err != nil && strings.Contains(err.Error(), fmt.Sprintf("plan: %s: %d; expected", key.name, given[key.name]))
			if slices.Contains(want, key.name) != named {
				t.Fatalf("%s: %v; want complaints about %v", text, err, want)
			}
		}
	})
}

func TestWhatWasFoundIsShortened(t *testing.T) {
	_, err := ParseInput([]byte(`{"action": ["` + strings.Repeat("é", 1000) + `"]}`))
	want := `input: action: ["` + strings.Repeat("é", 98) + "…; expected a string"
	if err == nil || err.Error() != want {
		t.Errorf("got  %v\nwant %s", err, want)
	}
}

func TestNamesAreJoinedAsAPersonWould(t *testing.T) {
	for want, names := range map[string][]string{"": nil, "a": {"a"}, "a or b": {"a", "b"}, "a, b or c": {"a", "b", "c"}} {
		if got := prose.Or(names); got != want {
			t.Errorf("%v: got %q; want %q", names, got, want)
		}
	}
}

func TestOnlyAnApplicationWithADatabaseCanLoseData(t *testing.T) {
	if (Application{}).HasDatabase() || !(Application{Databases: []Database{{}}}).HasDatabase() {
		t.Error("an application has a database exactly when it names one")
	}
}

// The vocabulary is what everything else imports; what it imported, everything would.
func TestVocabularyImportsTheStandardLibraryAndTextAlone(t *testing.T) {
	out, err := exec.Command("go", "list", "-deps", "-f", "{{if not .Standard}}{{.ImportPath}}{{end}}", ".").CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	const want = "github.com/drover-dr/drover/internal/prose\ngithub.com/drover-dr/drover/internal/untrusted\ngithub.com/drover-dr/drover/internal/failover"
	if got := strings.TrimSpace(string(out)); got != want {
		t.Errorf("got %s; want %s alone", got, want)
	}
}
