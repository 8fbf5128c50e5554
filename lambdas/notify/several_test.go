package notify

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"github.com/drover-dr/drover/internal/failover"
)

// TestOnePromotionIsEnoughForALossThatIsNotMeasured, whatever the other databases did, and in whatever order they are.
func TestOnePromotionIsEnoughForALossThatIsNotMeasured(t *testing.T) {
	did := func(all ...failover.DatabaseDid) []failover.DatabaseResult {
		var results []failover.DatabaseResult
		for _, one := range all {
			results = append(results, failover.DatabaseResult{GlobalCluster: string(one), Did: one})
		}
		return results
	}
	for _, c := range []struct {
		databases []failover.DatabaseResult
		known     bool
	}{
		{did(failover.DatabaseInTarget, failover.DatabaseNotPromoted), true},
		{did(failover.DatabasePromoted, failover.DatabaseInTarget, failover.DatabaseNotPromoted), false},
		{did(failover.DatabaseNotKnown, failover.DatabaseInTarget), false},
		{nil, true},
	} {
		for range max(1, len(c.databases)) {
			if len(c.databases) > 0 {
				c.databases = append(c.databases[1:], c.databases[0])
			}
			rpo, _ := lost(failover.Report{Run: failover.Run{Action: failover.Failover}, Databases: c.databases}, -1)
			if (rpo != nil) != c.known {
				t.Errorf("%+v: %v; want a loss that is known: %v", c.databases, rpo, c.known)
			}
		}
	}
}

// TestADifferenceIsNoneSlowerOrFaster.
func TestADifferenceIsNoneSlowerOrFaster(t *testing.T) {
	for s, want := range map[float64]string{0: "the same", 0.9: "the same", -0.9: "the same", 1: "1s slower", -1: "1s faster", 61: "1m1s slower"} {
		if got := difference(s); got != want {
			t.Errorf("%v s: %q; want %q", s, got, want)
		}
	}
}

// TestEachFindingThatIsNotListedIsCounted.
func TestEachFindingThatIsNotListedIsCounted(t *testing.T) {
	for more, want := range map[int]bool{0: false, 1: true, 2: true} {
		r := failover.Refusal{Run: sampleRun(), Verdict: failover.Refuse, MoreFindings: more, Findings: []failover.Finding{{Severity: failover.Blocker, Object: "lock", Found: "held"}}}
		if got := strings.Contains(refusedText(failover.DefaultPlan(), r, ""), "more findings, in the output"); got != want {
			t.Errorf("%d more: said %v; want %v", more, got, want)
		}
	}
}

// TestARefusalThatAFailureCausedIsNoRejection: to ask an approver again would end the same.
func TestARefusalThatAFailureCausedIsNoRejection(t *testing.T) {
	run := sampleRun()
	run.Approval = failover.BeforeStart
	for _, failures := range [][]failover.StepFailure{nil, {{State: "Validate", Error: "Denied"}}} {
		n := nextStep(failover.DefaultPlan(), failover.Report{Run: run, Outcome: failover.Refused}, failures)
		if asksAgain := n.when == "To ask for approval again"; asksAgain != (failures == nil) || n.command == "" {
			t.Errorf("%v: %+v", failures, n)
		}
	}
}

// written are the metrics of a run as CloudWatch is given them.
type written []types.MetricDatum

func (w *written) PutMetricData(_ context.Context, in *cloudwatch.PutMetricDataInput, _ ...func(*cloudwatch.Options)) (*cloudwatch.PutMetricDataOutput, error) {
	*w = append(*w, in.MetricData...)
	return &cloudwatch.PutMetricDataOutput{}, nil
}

// TestFiguresAreOfTheTimeOfTheEnd of a run, when they are known, in seconds, and of its plan and action.
func TestFiguresAreOfTheTimeOfTheEnd(t *testing.T) {
	rpo := 0.8
	for _, c := range []struct {
		outcome failover.Outcome
		rpo     *float64
		want    string
	}{
		{failover.Completed, &rpo, "RTO 90 RPO 0.8"}, {failover.Completed, nil, "RTO 90"}, {failover.Held, &rpo, "RPO 0.8"}, {failover.Held, nil, ""},
	} {
		w := &written{}
		h := Handler{Plan: failover.Plan{Name: "shop"}, CloudWatch: w}
		run := failover.Run{Action: failover.Failover, StartedAt: outage}
		h.publishMetrics(t.Context(), failover.Report{Run: run, Outcome: c.outcome, RTOSeconds: 90, RPOSeconds: c.rpo, ClosedAt: outage.Add(time.Minute)})
		var got []string
		for _, d := range *w {
			got = append(got, fmt.Sprintf("%s %v", *d.MetricName, *d.Value))
			if !d.Timestamp.Equal(outage.Add(time.Minute)) || d.Unit != types.StandardUnitSeconds || *d.Dimensions[0].Value+" "+*d.Dimensions[1].Value != "shop failover" {
				t.Errorf("%s: %s at %s, of %v", c.outcome, d.Unit, d.Timestamp, d.Dimensions)
			}
		}
		if text := strings.Join(got, " "); text != c.want {
			t.Errorf("%s: %q; want %q", c.outcome, text, c.want)
		}
	}
}
