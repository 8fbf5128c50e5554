package guarantee

import (
	"strings"
	"testing"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/statemachine/fakeaws"
	"github.com/drover-dr/drover/statemachine/scenario"
	"github.com/google/go-cmp/cmp"
)

func TestAnOutcomeWithoutACauseEndsWithoutAColon(t *testing.T) {
	got := RunEvidence{}.Unexpected(RunOutcome{Outcome: failover.Completed, Expected: failover.Held})
	if diff := cmp.Diff([]string{": expected the outcome Held, got Completed"}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestANotificationThatLacksWhatItMustContainIsUnexpected(t *testing.T) {
	e := Evidence{Runs: []RunEvidence{{Execution: fakeaws.Execution{Name: "first"}, Texts: []string{"plan: Held\nHeld: checkout\n"}}}}
	for _, c := range []struct {
		want map[string][]string
		says string
	}{
		{map[string][]string{"first": {"Held", "checkout"}}, ""},
		{map[string][]string{"first": {"Held Held: checkout"}}, ""}, // lines break elsewhere with other names
		{map[string][]string{"first": {"Held", "orders"}}, `first: expected a notification that contains "orders"; got: plan: Held`},
		{map[string][]string{"second": {"Held"}}, "expected notifications of second; there was no such run"},
	} {
		got := strings.Join(e.inNotifications(scenario.Expect{Notifications: c.want}), "\n")
		if !strings.HasPrefix(got, c.says) || (c.says == "") != (got == "") {
			t.Errorf("%v: got %q; want %q", c.want, got, c.says)
		}
	}
}

// A scenario without runs has an end too.
func TestAnUnknownApplicationIsNowhere(t *testing.T) {
	e := Evidence{End: &Snapshot{}}
	if found := e.atEnd(scenario.Expect{Active: map[string]string{"a": "us-east-1"}}); len(found) != 1 || !strings.Contains(found[0], "no such application") {
		t.Errorf("%q", found)
	}
}
