package sim

import (
	"bytes"
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/drover-dr/drover/statemachine/assembly"
	"github.com/drover-dr/drover/statemachine/drill"
	"github.com/drover-dr/drover/statemachine/memoryhost"
	"github.com/drover-dr/drover/statemachine/scenario"
	"github.com/drover-dr/drover/statemachine/transcript"
)

// endings is what the page says of an example.
var endings = regexp.MustCompile("^\n\nSwitchover: `(\\w+)`(, without health data)?\\. Failover: `(\\w+)`(, without health data)?\\.\n")

// TestTheExamplesOfHealthAreRehearsed: each example of docs/health.md is a whole applications file, and is played as it is. A
// switchover and a failover of it end as the page says.
func TestTheExamplesOfHealthAreRehearsed(t *testing.T) {
	page, err := os.ReadFile("../../docs/health.md")
	if err != nil {
		t.Fatal(err)
	}
	deployed, err := assembly.Default()
	if err != nil {
		t.Fatal(err)
	}
	blocks := strings.Split(string(page), "```yaml\n")[1:]
	if len(blocks) < 9 {
		t.Errorf("%d examples; want one for each section", len(blocks))
	}
	for i, block := range blocks {
		applications, after, _ := strings.Cut(block, "```")
		says := endings.FindStringSubmatch(after)
		if says == nil {
			t.Errorf("example %d: the page does not say how it ends: %.60q", i+1, after)
			continue
		}
		for action, c := range map[string]struct{ timeline, outcome, without string }{
			"switchover": {"  - at: 2m\n    start: {region: standby, input: {action: switchover}, outcome: %s%s}\n", says[1], says[2]},
			"failover": {"  - at: 2m\n    regionDark: primary\n" +
				"  - at: 3m\n    start: {region: standby, input: {action: failover, since: \"2026-01-31T03:02:00Z\"}, outcome: %s%s}\n", says[3], says[4]},
		} {
			t.Run(fmt.Sprintf("%d/%s", i+1, action), func(t *testing.T) {
				expect := ""
				if c.without != "" {
					expect = `, says: ["without health data"]`
				}
				text := "name: health\ntitle: an example\ndescription: It is on the page.\nnoSchedules: true\n" + applications +
					"timeline:\n" + fmt.Sprintf(c.timeline, c.outcome, expect) + "until: 15m\n"
				rehearse(t, deployed, text, c.without == "")
			})
		}
	}
}

// TestTheMetricsOfThePageAreRehearsed plays the example of docs/rehearsing.md that publishes metrics of its own.
func TestTheMetricsOfThePageAreRehearsed(t *testing.T) {
	page, err := os.ReadFile("../../docs/rehearsing.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, found := strings.Cut(string(page), "```yaml\nname: own-metrics\n")
	text, _, _ := strings.Cut(rest, "```")
	deployed, err := assembly.Default()
	if err != nil || !found {
		t.Fatal(err, "or no example own-metrics")
	}
	rehearse(t, deployed, "name: own-metrics\n"+text, true)
}

// rehearse plays a scenario's text. proven says that no message may speak of missing health data.
func rehearse(t *testing.T, deployed *assembly.Assembly, text string, proven bool) {
	t.Helper()
	s, err := scenario.Parse("health.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	var result *drill.Result
	synctest.Test(t, func(t *testing.T) {
		result, err = drill.Play(t.Context(), s, drill.Options{Assembly: deployed, Out: &transcript.Printer{W: &out}, Hosting: memoryhost.New(synctest.Wait)})
	})
	switch {
	case err != nil:
		t.Fatal(err)
	case !result.OK():
		t.Errorf("it ends otherwise:\n%s", out.String())
	case proven && strings.Contains(result.Messages, "without health data"):
		t.Errorf("a message speaks of missing health data:\n%s", result.Messages)
	}
}
