package statemachine

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/drover-dr/drover/internal/failover"
)

// TestEveryNumberOfAnExpressionIsOneOfTheCode, or says how long a text, or how many of a list, goes on with the run. Each state lists
// those of its expressions; 0 and 1 count and compare.
func TestEveryNumberOfAnExpressionIsOneOfTheCode(t *testing.T) {
	millis := func(d time.Duration) string { return strconv.FormatInt(d.Milliseconds(), 10) }
	whole := func(d time.Duration) string { return strconv.Itoa(int(d.Seconds())) }
	const (
		cause     = "2000" // characters of a cause
		kept      = "20"   // failures, the last of which has the index 19
		lastKept  = "19"
		second    = "1000" // milliseconds
		fewRounds = "3"    // the first rounds of a failover wait for 3 s alone
	)
	promote := failover.PromoteSeconds * time.Second
	want := map[string][]string{
		"Validate":       {cause},
		"StartAgain?":    {millis(failover.StartSeconds * time.Second), millis(failover.DeniedSeconds * time.Second)},
		"NotifyRefused":  {cause},
		"AwaitApproval":  {second, "300", "40"}, // a cause and milliseconds; a name, a comment or an ARN; how it was answered
		"ShiftTraffic":   {second, cause},
		"Shifted?":       {second, millis(failover.RefillWait), "3"}, // three rounds more than there are batches
		"Refill":         {fewRounds, whole(failover.RefillWait)},
		"UpdateRegistry": {cause}, "PromoteDatabase": {cause, millis(promote)}, "VerifyHealth": {cause},
		"Started?":     {millis(failover.AskAgainWait)},
		"AskAgain":     {millis(promote - 8*time.Second), "5", whole(failover.AskAgainWait)}, // in the first 8 s it waits for 5 s alone
		"Settle":       {second, "100000"},                                                   // percent of milliseconds, in seconds
		"Verified?":    {second, strconv.Itoa(failover.MaxResubmits), millis(promote)},
		"MayRollBack?": {second, kept, lastKept},
		"PlanPhase":    {cause, kept, lastKept, "18"}, "CloseRun": {cause, kept, lastKept, "18"}, "Notify": {cause, kept, lastKept},
		"Planned?": {strconv.Itoa(failover.LagWaits)},
	}
	var d struct{ States map[string]map[string]any }
	if err := json.Unmarshal([]byte(Definition()), &d); err != nil {
		t.Fatal(err)
	}
	got := map[string][]string{}
	for name, s := range d.States {
		found := map[string]bool{}
		expressions(s, func(text string) {
			for _, n := range number.FindAllString(quoted.ReplaceAllString(text, "''"), -1) {
				found[strings.Trim(n, " [.(")] = true
			}
		})
		delete(found, "0")
		delete(found, "1")
		if len(found) > 0 {
			got[name] = slices.Sorted(maps.Keys(found))
		}
	}
	for _, numbers := range want {
		slices.Sort(numbers)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("numbers of expressions (-want +got):\n%s", diff)
	}
	for name, seconds := range map[string]time.Duration{"AwaitStart": failover.StartWait, "AwaitLag": failover.LagWait} {
		if got := fmt.Sprint(d.States[name]["Seconds"]); got != whole(seconds) {
			t.Errorf("%s waits for %s s; want %s", name, got, seconds)
		}
	}
}

var (
	number = regexp.MustCompile(`[ \[.(]\d+`)
	quoted = regexp.MustCompile(`'[^']*'`)
)

// expressions finds the JSONata of a state.
func expressions(v any, found func(string)) {
	switch v := v.(type) {
	case string:
		if strings.HasPrefix(v, "{%") {
			found(v)
		}
	case []any:
		for _, element := range v {
			expressions(element, found)
		}
	case map[string]any:
		for _, element := range v {
			expressions(element, found)
		}
	}
}
