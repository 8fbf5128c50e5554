package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/drover-dr/drover/infra/config"
	"github.com/drover-dr/drover/statemachine/assembly"
)

// TestNothingIsDeployedThatIsNotAskedFor synthesizes the least: no database, no alarm, no schedule. It also has a
// third replica where others have a witness.
func TestNothingIsDeployedThatIsNotAskedFor(t *testing.T) {
	fresh(t) // finds out whether the CDK can be started, and makes the code
	c, err := config.Parse([]byte(`{"hostedZones": ["Z1"], "checkSchedule": "none", "consistency": "strong", "replica": "us-east-2"}`))
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := (app{config: c, context: map[string]any{}, code: filepath.Join(scratch, "code"), outdir: dir}).synthesize(); err != nil {
		t.Fatal(err)
	}
	a, err := assembly.Read(os.DirFS(dir), assembly.Placeholder)
	if err != nil {
		t.Fatal(err)
	}
	for _, rule := range a.Rules {
		if !strings.HasSuffix(rule.Name, "-stopped") { // runs are closed whatever starts them
			t.Errorf("the rule %s is for nothing", rule.Name)
		}
	}
	if len(a.Schedules) > 0 {
		t.Errorf("schedules %v; want none", a.Schedules)
	}
	for _, r := range a.Roles {
		if strings.Contains(r.Name, "-rule-") || strings.Contains(r.Name, "-scheduler-") {
			t.Errorf("the role %s is for nothing", r.Name)
		}
		for _, policy := range r.Policies {
			if strings.Contains(string(policy), `"rds:`) {
				t.Errorf("%s may touch databases: %s", r.Name, policy)
			}
		}
	}
	for _, alarm := range a.Alarms {
		if alarm.Metric == "Ready" {
			t.Errorf("%s: %s needs checks, and no schedule starts any", alarm.Region, alarm.Name)
		}
	}
	want := []string{"us-east-1", "us-west-2", "us-east-2"}
	if diff := cmp.Diff(want, a.Tables[0].Regions); diff != "" || !a.Tables[0].Strong || a.Tables[0].Witness != "" {
		t.Errorf("replicas (-want +got)\n%s\nof %+v", diff, a.Tables[0])
	}
}
