package drill

import (
	"flag"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/drover-dr/drover/statemachine/fakeaws"
)

var update = flag.Bool("update", false, "rewrite the table of published metrics in docs/health.md")

func TestThePageHasTheMetricsThatTheSimulatorPublishes(t *testing.T) {
	const page, mark = "../../docs/health.md", "<!-- published: written by go test ./statemachine/drill -update -->\n"
	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	before, after, ok := strings.Cut(string(text), mark)
	if !ok {
		t.Fatalf("%s lacks %s", page, mark)
	}
	want := "\n| namespace | metrics |\n|---|---|\n"
	for _, namespace := range slices.Sorted(maps.Keys(services)) {
		var all []string
		for _, name := range slices.Sorted(maps.Keys(services[namespace])) {
			all = append(all, "`"+name+"`: "+services[namespace][name].String())
		}
		want += fmt.Sprintf("| `%s` | %s |\n", namespace, strings.Join(all, "; "))
	}
	if *update {
		if err := os.WriteFile(page, []byte(before+mark+want), 0o644); err != nil { //nolint:gosec // a page
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(want, after); diff != "" {
		t.Errorf("docs/health.md (-code +page); go test ./statemachine/drill -update rewrites it\n%s", diff)
	}
}

// String says what the metric is a function of.
func (s served) String() string {
	switch {
	case s.of == "":
		return fmt.Sprintf("%v", s.value)
	case s.of == fakeaws.OfLatency:
		return fmt.Sprintf("`%s` %v", s.of, s.value)
	case s.factor != 0:
		return fmt.Sprintf("`%s`, times %v", s.of, s.factor)
	}
	return "`" + s.of + "`"
}
