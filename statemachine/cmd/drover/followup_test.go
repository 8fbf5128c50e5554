package main

import (
	"bytes"
	"encoding/json"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/registry"
	"github.com/drover-dr/drover/statemachine/fakeaws"
)

// TestStatusShowsASwitchThatMakesUsersLeaveARegion, with the command that writes the weights now.
func TestStatusShowsASwitchThatMakesUsersLeaveARegion(t *testing.T) {
	operator(t)
	world := fakeaws.New("111122223333", time.Date(2026, 1, 31, 3, 0, 0, 0, time.UTC), "us-east-1", "us-west-2")
	if err := world.AddTable("drover-registry", "us-east-1", "us-west-2"); err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(world)
	defer server.Close()
	d := deployment{EndpointURL: server.URL, Plan: "drover"}
	plan, err := d.plan(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	store, err := d.store(t.Context(), plan, plan.Standby)
	if err != nil {
		t.Fatal(err)
	}
	status := func(away failover.Region, epoch int64) string {
		_, err := store.WriteSwitch(t.Context(), "default", registry.SwitchState{Evacuated: away, Epoch: epoch, Run: "run-1", At: world.Now()})
		code, stdout, stderr := drover(t, t.Context(), "status", "--endpoint-url", server.URL)
		if code != exitOK || err != nil {
			t.Fatalf("exit code %d, %v, %q", code, err, stderr)
		}
		return stdout
	}
	const want = `
Switch default: users are in us-west-2 by health checks since 2026-01-31T03:00:00Z, by run run-1. A schedule writes the DNS weights within 10 minutes after the Route 53 control plane answers again.
To do it now: drover start weights --region us-west-2
`
	if got := status("us-east-1", 1); !strings.Contains(got, want) {
		t.Errorf("got:\n%s\nwant in it:\n%s", got, want)
	}
	if got := status("", 2); strings.Contains(got, "Switch default") {
		t.Errorf("a switch that is reset is shown:\n%s", got)
	}
}

// TestPendingWeightsAreStartedLikeAnyRun, without what says nothing about them.
func TestPendingWeightsAreStartedLikeAnyRun(t *testing.T) {
	operator(t)
	url, input := stepFunctions(t, "drover")
	if code, stdout, stderr := drover(t, t.Context(), "start", "weights", "--region", "us-west-2", "--endpoint-url", url); code != exitOK || !strings.Contains(*input, `{\"action\":\"weights\"}`) {
		t.Errorf("exit code %d, %q, %q, %s", code, stdout, stderr, *input)
	}
	*input = ""
	if code, _, stderr := drover(t, t.Context(), "start", "weights", "--application", "shop", "--endpoint-url", url); code != exitUsage || *input != "" || !strings.Contains(stderr, "applications: given") {
		t.Errorf("with an application: exit code %d, %q, %s", code, stderr, *input)
	}
}

// TestAReportAndTheEndOfAWatchSayWhatIsLeftToDo.
func TestAReportAndTheEndOfAWatchSayWhatIsLeftToDo(t *testing.T) {
	f := &failover.FollowUp{Text: "No user moves.", PendingWeights: []failover.PendingZone{{Zone: "Z1", Name: "shop.example", Why: "no response"}}, Command: "drover start weights"}
	const want = `
Follow-up: the weights of 1 zone are pending
  shop.example (Z1): no response
  No user moves.
  To do it now: drover start weights
`
	var report, end bytes.Buffer
	writeReport(&report, failover.Report{FollowUp: f})
	output, err := json.Marshal(failover.NotifyAnswer{FollowUp: f})
	if err != nil {
		t.Fatal(err)
	}
	writeEnd(&end, execution{DescribeExecutionOutput: &sfn.DescribeExecutionOutput{Status: types.ExecutionStatusSucceeded, Output: aws.String(string(output))}})
	for how, text := range map[string]string{"report": report.String(), "watch": end.String()} {
		if !strings.Contains(text, want) {
			t.Errorf("%s: got:\n%s", how, text)
		}
	}
}
