package main

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/alecthomas/kong"
	"github.com/google/go-cmp/cmp"

	"github.com/drover-dr/drover/internal/failover"
)

// TestTheOneCommandOfANotificationIsTaken types what [failover.Plan.Start] writes, and starts what it was asked for.
func TestTheOneCommandOfANotificationIsTaken(t *testing.T) {
	want := failover.Input{
		Action: failover.Failover, Applications: []string{"checkout", "orders"}, AllowDataLoss: new(true), DryRun: true, Order: failover.DatabaseFirst,
		Percents: []int{10, 100}, Approval: failover.BeforePromotion, Takeover: true, Since: time.Date(2026, 1, 31, 3, 1, 20, 0, time.UTC),
	}
	line := failover.DefaultPlan().Start("us-west-2", want, "--watch")
	var cli commandLine
	parser, err := kong.New(&cli, kong.Vars{"version": "", "scenario": ""})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := parser.Parse(strings.Fields(line)[1:]); err != nil {
		t.Fatalf("%s: %v", line, err)
	}
	text, err := cli.Start.input()
	if err != nil {
		t.Fatal(err)
	}
	var got failover.Input
	if err := json.Unmarshal(text, &got); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" || cli.Start.Region != "us-west-2" || !cli.Start.Watch {
		t.Errorf("%s: in %q, watched: %v (-want +got)\n%s", line, cli.Start.Region, cli.Start.Watch, diff)
	}
}
