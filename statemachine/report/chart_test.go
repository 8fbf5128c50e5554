package report

import (
	"encoding/json"
	"os"
	"regexp"
	"strings"
	"testing"
)

// TestTheChartKnowsTheStatesOfTheDefinition: those that wait are pale, and the end has its colour.
func TestTheChartKnowsTheStatesOfTheDefinition(t *testing.T) {
	text, err := os.ReadFile("../failover.asl.json")
	if err != nil {
		t.Fatal(err)
	}
	var machine struct {
		States map[string]struct{ Type string }
	}
	if err := json.Unmarshal(text, &machine); err != nil {
		t.Fatal(err)
	}
	for name, state := range machine.States {
		waits := state.Type == "Wait" || name == "AwaitApproval"
		if got := kind(name); (got == "wait") != waits {
			t.Errorf("%s, a %s, is drawn as %q; want it to wait: %t", name, state.Type, got, waits)
		}
		if ends := state.Type == "Succeed" || state.Type == "Fail"; ends && kind(name) == "step" {
			t.Errorf("%s ends a run and is drawn as a step", name)
		}
	}
	source, err := os.ReadFile("chart.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range regexp.MustCompile(`(?m)^\tcase ("[A-Z].*):$`).FindAllStringSubmatch(string(source), -1) {
		for _, name := range regexp.MustCompile(`"([^"]+)"`).FindAllStringSubmatch(m[1], -1) {
			if _, ok := machine.States[name[1]]; !ok {
				t.Errorf("chart.go draws %s, which is no state of the definition", name[1])
			}
		}
	}
}

// TestAnOutlineGoesAllTheWayRound: along the top from left to right, and back along the base to where it began.
func TestAnOutlineGoesAllTheWayRound(t *testing.T) {
	base := []float64{0, 0.25}
	half := float64(chartWidth) / 2
	want := strings.Join([]string{
		point(0, 0.5), point(half, 0.5), point(half, 0.5), point(2*half, 0.5),
		point(2*half, 0.25), point(half, 0.25), point(half, 0), point(0, 0),
	}, " ")
	if got := stack(base, []float64{0.5, 0.25}); got != want {
		t.Errorf("%s; want %s", got, want)
	}
	if base[0] != 0.5 || base[1] != 0.5 {
		t.Errorf("the base of the next outline is %v", base)
	}
}

// TestLabelsOfTheTimeStayInTheChart: one that would go over its right edge ends where its tick is.
func TestLabelsOfTheTimeStayInTheChart(t *testing.T) {
	ends := 0
	for seconds := 60; seconds <= 1200; seconds += 20 {
		r := sample()
		r.Evidence.Traffic = nil
		for n := range seconds {
			r.Evidence.Traffic = append(r.Evidence.Traffic, second(n, 1, 0))
		}
		for _, tick := range newChart(r).Ticks {
			if left, right := tick.X, tick.X+tickWidth; (tick.Anchor == "end") != (right > chartWidth) || left < 0 || left > chartWidth {
				t.Errorf("%d s: %+v; want it within %d", seconds, tick, chartWidth)
			}
			if tick.Anchor == "end" {
				ends++
			}
		}
	}
	if ends == 0 {
		t.Error("no label is at the right edge")
	}
}
