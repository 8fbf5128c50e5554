package verifyhealth

import (
	"slices"
	"strings"
	"testing"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/lambdas/internal/live"
)

func TestJudge(t *testing.T) {
	const (
		here  = "arn:aws:rds:us-west-2:111122223333:cluster:checkout-us-west-2"
		there = "arn:aws:rds:us-east-1:111122223333:cluster:checkout-us-east-1"
	)
	for _, tt := range []struct {
		name      string
		action    failover.Action
		writer    string
		operation *live.Operation
		// want is the verdict of the check, and its reason.
		want   failover.Verdict
		reason string
	}{
		{"done", failover.Failover, here, nil, failover.Passed, ""},
		{
			"no promotion in progress", failover.Failover, there, nil, failover.Pending,
			"c: the writer is in us-east-1, and no promotion is in flight; expected it in us-west-2",
		},
		{
			"no writer", failover.Failover, "", nil, failover.Pending,
			"c: the writer is in no Region, and no promotion is in flight; expected it in us-west-2",
		},
		{
			"a switchover whose other end is dead", failover.Failover, there, &live.Operation{Status: "switching-over", To: here},
			failover.Pending, "c: still switching-over to us-west-2: a planned switchover, which needs the old writer to respond",
		},
		{
			"a switchover under way", failover.Switchover, there, &live.Operation{Status: "switching-over", To: here},
			failover.Pending, "c: still switching-over to us-west-2",
		},
		{
			"cancelled", failover.Switchover, there, &live.Operation{Status: "cancelling", To: here},
			failover.Failed, "c: Aurora is cancelling its promotion in us-west-2",
		},
		{
			"cancelled in a failover that promotes", failover.Failover, there, &live.Operation{Status: "cancelling", To: here},
			failover.Unpromoted, "c: the writer is in us-east-1, and its promotion in us-west-2 was cancelled or has not started; it is asked for again",
		},
		{
			"cancelled for good in a failover that promotes", failover.Failover, there, nil,
			failover.Unpromoted, "c: the writer is in us-east-1, and its promotion in us-west-2 was cancelled or has not started; it is asked for again",
		},
		{
			"another promotion", failover.Failover, here, &live.Operation{Status: "failing-over", To: there, DataLoss: true},
			failover.Failed, "c: another operation is promoting " + there + " (failing-over); expected " + here,
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			g := live.GlobalCluster{Operation: tt.operation, Members: []live.Member{
				{ClusterARN: here, Writer: tt.writer == here}, {ClusterARN: there, Writer: tt.writer == there},
			}}
			req := failover.VerifyRequest{Run: failover.Run{Action: tt.action}, Stage: failover.Stage{To: west, Promote: strings.Contains(tt.name, "that promotes")}}
			l := newAttempt(nil)
			done := judge(l, "c", req, g, here)
			got := l.answer(req, 0)
			if got.Verdict != tt.want || done != (tt.want == failover.Passed) {
				t.Errorf("got %s, done %v; want %s", got.Verdict, done, tt.want)
			}
			if tt.reason != "" && !slices.Equal(got.Reasons, []string{tt.reason}) {
				t.Errorf("got  %q\nwant %q", got.Reasons, tt.reason)
			}
		})
	}
}
