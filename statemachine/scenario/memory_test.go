package scenario

import (
	"strings"
	"testing"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/untrusted/workbound"
)

// A megabyte of the worst scenario must fit into the memory that a small machine has.
func TestAMegabyteOfAScenarioTakesLittleMemory(t *testing.T) {
	if testing.Short() {
		t.Skip("parses some megabytes")
	}
	const size = 1 << 20
	repeat := func(part string) string { return strings.Repeat(part, size/len(part)) }
	for name, text := range map[string]string{
		"events": "timeline:\n" + repeat("- at: 1s\n"), "values": "plan: {a: [" + strings.Repeat("1,", 140_000) + "1]}", "brackets": repeat("["),
		"applications": "applications:\n" + repeat("  - {name: a, wave: 1}\n"), "unknown keys": strings.Repeat("- a: 1\n", 70_000), "fractions": "timeline:\n" + repeat("- at: 1.5\n"),
	} {
		t.Run(name, func(t *testing.T) {
			workbound.Peak(t, func() {
				workbound.Check(t, len(text), func() {
					if s, err := parse("x.yaml", []byte(text)); err == nil {
						_, _ = s.In(Terms{Plan: failover.DefaultPlan(), Account: "111122223333", Zones: []string{"Z1"}})
					}
				})
			})
		})
	}
}
