package guarantee

import (
	"testing"
	"time"

	"github.com/drover-dr/drover/internal/failover"
)

// TestALeverThatDoesNotAnswerAnyMoreLetsUsersReturn, which a run cannot verify in its last seconds.
func TestALeverThatDoesNotAnswerAnyMoreLetsUsersReturn(t *testing.T) {
	returned := func(after time.Duration, check string, leaves failover.Region) func(*Evidence) { // the run ends at 4:00
		return func(e *Evidence) {
			e.Runs[0].After.Switches, e.Runs[0].After.Unhealthy = map[string]failover.Region{"default": leaves}, nil
			e.Recovered = []HealthCheckRecovered{{At: at(after), Check: check}}
		}
	}
	checked := func(after time.Duration) func(*Evidence) {
		return func(e *Evidence) {
			e.Runs[0].Invocations = append(e.Runs[0].Invocations, step(after, "VerifyHealth", failover.Outbound))
		}
	}
	for _, c := range []history{
		{"after its last check", 3, bySwitch, all(returned(200*time.Second, "leaves-east", east), checked(190*time.Second)), Kept, ""},
		{"before its last check", 3, bySwitch, all(returned(200*time.Second, "leaves-east", east), checked(215*time.Second)), Violated, "record shop.example.com A has us-east-1 100"},
		{"in the last seconds", 3, bySwitch, returned(235*time.Second, "leaves-east", east), Kept, ""},
		{"before", 3, bySwitch, returned(225*time.Second, "leaves-east", east), Violated, "record shop.example.com A has us-east-1 100"},
		{"after its end", 3, bySwitch, returned(245*time.Second, "leaves-east", east), Violated, "record shop.example.com A has us-east-1 100"},
		{"another health check", 3, bySwitch, returned(235*time.Second, "leaves-west", east), Violated, "record shop.example.com A has us-east-1 100"},
		{"and the switch was reset", 3, bySwitch, returned(235*time.Second, "leaves-east", ""), Violated, "record shop.example.com A has us-east-1 100"},
	} {
		t.Run(c.name, c.isJudged)
	}
}
