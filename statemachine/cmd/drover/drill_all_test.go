package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/drover-dr/drover/statemachine/drill"
)

const europe = "../../assembly/europe"

func allOf(t *testing.T, c *drillCommand, names ...string) (out string, err error) {
	t.Helper()
	var stdout bytes.Buffer
	c.Out = t.TempDir()
	err = c.playAll(environment{ctx: context.Background(), stdout: &stdout, stderr: &stdout, terminal: &stdout}, names)
	return strings.ReplaceAll(stdout.String(), c.Out, "OUT"), err
}

func TestAllScenariosAreSummedUp(t *testing.T) {
	got, err := allOf(t, &drillCommand{Assembly: europe}, "region-outage", "routing-control")
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"region-outage", "  as expected: Completed, RTO 2m",
		"routing-control", "  not applicable: it needs a switch with the lever routing-control, and the plan acme has none\n",
		"\n1 scenario played as expected, 0 failed, 1 not applicable; of 1, some texts and counts were not checked.\nReports: OUT/SCENARIO/report.html\n",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("lacks %q:\n%s", want, got)
		}
	}
}

// late has a TTL with which clients are served later than the scenario expects.
const late = `applications:
  - name: till
    records:
      - {name: till.acme.com, type: A, zone: ZTILL, zoneName: acme.com, ttl: 600, endpoints: {us-east-1: {value: 192.0.2.1}, us-west-2: {value: 192.0.2.2}}}
    health:
      - {namespace: Application, metric: ServedPercent, dimensions: {Application: till, Region: "{region}"}, statistic: Average, periodSeconds: 10, atLeast: 99}
`

func TestAScenarioThatFailsIsCounted(t *testing.T) {
	file := filepath.Join(t.TempDir(), "late.yaml")
	if err := os.WriteFile(file, []byte(late), 0o600); err != nil {
		t.Fatal(err)
	}
	got, err := allOf(t, &drillCommand{Applications: file}, "region-outage", "aurora-stuck", "thousand")
	if err == nil {
		t.Error("the command succeeds")
	}
	for _, want := range []string{
		"FAILED: 1 difference from what the scenario expects\n", "not applicable: it needs 1 global cluster, and the plan drover has 0\n",
		"not applicable: it generates its applications\n", "0 scenarios played as expected, 1 failed, 2 not applicable",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("lacks %q:\n%s", want, got)
		}
	}
}

func TestTheListIsInTheTermsOfThePlan(t *testing.T) {
	var out bytes.Buffer
	if err := (&drillCommand{Assembly: europe}).list(&out); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"* region-outage", "eu-west-1 goes dark under live traffic\n", "routing-control-refused          not applicable: it needs a switch"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("lacks %q:\n%s", want, out.String())
		}
	}
}

func TestAllTakesNoScenario(t *testing.T) {
	var out bytes.Buffer
	if code := run(context.Background(), []string{"drill", "--all", "region-outage"}, &out, &out); code != exitUsage || !strings.Contains(out.String(), "--all plays every scenario") {
		t.Errorf("exit code %d: %s", code, out.String())
	}
}

// ownMetrics has rules about metrics that only its owner knows.
const ownMetrics = `applications:
  - name: till
    records:
      - {name: till.acme.com, type: A, zone: ZTILL, zoneName: acme.com, ttl: 60, endpoints: {us-east-1: {value: 192.0.2.1}, us-west-2: {value: 192.0.2.2}}}
    health:
      - {namespace: Till, metric: Success, dimensions: {Stage: "prod-{region}"}, statistic: Average, periodSeconds: 10, atLeast: 0.99}
      - {namespace: Till, metric: Latency, dimensions: {Stage: "prod-{region}"}, statistic: p99, periodSeconds: 60, atMost: 800, treatMissingData: notBreaching}
      - metrics:
          bad: {namespace: Till, metric: Errors, dimensions: {Stage: "prod-{region}"}, statistic: Sum}
          all: {namespace: Till, metric: Requests, dimensions: {Stage: "prod-{region}"}, statistic: Sum}
        expression: 100 * bad / all
        periodSeconds: 60
        atMost: 5
        treatMissingData: notBreaching
`

// TestAFileOfOnesOwnPlaysAsItIs: the metrics of its rules are published as functions of its clients.
func TestAFileOfOnesOwnPlaysAsItIs(t *testing.T) {
	file := filepath.Join(t.TempDir(), "own.yaml")
	if err := os.WriteFile(file, []byte(ownMetrics), 0o600); err != nil {
		t.Fatal(err)
	}
	got, err := allOf(t, &drillCommand{Applications: file}, "region-outage", "planned-switchover", "grey-region")
	for _, want := range []string{"2 scenarios played as expected, 0 failed, 1 not applicable", "not applicable: its event at 02:00 names the application checkout"} {
		if err != nil || !strings.Contains(got, want) {
			t.Errorf("%v; lacks %q:\n%s", err, want, got)
		}
	}
}

// TestAServedSimulatorHasTheUsersApplications, also when no scenario is named.
func TestAServedSimulatorHasTheUsersApplications(t *testing.T) {
	c := &drillCommand{Applications: yamlFile(t, ownMetrics), Serve: "127.0.0.1:0"}
	s, err := c.staged()
	if err != nil {
		t.Fatal(err)
	}
	a, err := c.read()
	if err != nil {
		t.Fatal(err)
	}
	terms, err := drill.TermsOf(a)
	if err != nil {
		t.Fatal(err)
	}
	in, err := s.In(terms)
	if err != nil || len(in.Events()) > 0 || len(in.Applications()) != 1 || in.Applications()[0].Name != "till" {
		t.Errorf("%+v %v", in, err)
	}
}
