package sim

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/drover-dr/drover/statemachine/assembly"
	"github.com/drover-dr/drover/statemachine/drill"
	"github.com/drover-dr/drover/statemachine/guarantee"
	"github.com/drover-dr/drover/statemachine/memoryhost"
	"github.com/drover-dr/drover/statemachine/transcript"
)

// Played is a situation with what came of it.
type Played struct {
	Situation Situation
	Result    *drill.Result
	// Transcript is what a drill prints.
	Transcript string
}

// Play plays a situation. The error says what prevents it from being played, which is a defect of the simulation.
func Play(t *testing.T, deployed *assembly.Assembly, s Situation) (Played, error) {
	return playWith(t, deployed, s, nil)
}

// playWith plays it with functions that have a defect.
func playWith(t *testing.T, deployed *assembly.Assembly, s Situation, defect *memoryhost.Defect) (Played, error) {
	scenario, err := s.Scenario()
	if err != nil {
		return Played{}, fmt.Errorf("seed %d: %w\n%s", s.Seed, err, s.YAML())
	}
	var out strings.Builder
	var result *drill.Result
	synctest.Test(t, func(t *testing.T) {
		host := memoryhost.New(synctest.Wait)
		host.Defect = defect
		result, err = drill.Play(t.Context(), scenario, drill.Options{Assembly: deployed, Out: &transcript.Printer{W: &out}, Hosting: host})
	})
	if err != nil {
		return Played{}, fmt.Errorf("seed %d: %w\n%s", s.Seed, err, s.YAML())
	}
	return Played{s, result, out.String()}, nil
}

// Violated are the guarantees that were violated, and what else is wrong: a permission that is missing, an operation that the
// simulator lacks.
func (p Played) Violated() []string {
	var found []string
	for _, v := range p.Result.Guarantees {
		if v.Status == guarantee.Violated {
			found = append(found, fmt.Sprintf("%d %s: %s", v.Number, v.Guarantee, strings.Join(v.Violations, "; ")))
		}
	}
	return append(found, p.Result.Unexpected...)
}
