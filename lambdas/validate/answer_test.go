package validate

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/drover-dr/drover/internal/failover"
)

// The tests in this file are about what an answer holds: the list of a dry run, and how large any of them may be.

func TestADryRunListsEveryCallAndMakesNone(t *testing.T) {
	s := newScene(t, shop(), blog())
	answer := s.validate(`{"action": "failover", "allowDataLoss": true, "dryRun": true}`)
	if answer.Verdict != failover.Checked || answer.Run.Epoch != 0 {
		t.Fatalf("got %s: %s", answer.Verdict, answer.Summary)
	}
	want := []string{
		"dynamodb:UpdateItem on table registry: take the lock for 600 s, which each step renews",
		"sns:Publish: start notification",
		"s3:PutObject runs/run-1/begun.json",
		"stage 0: wave 1, 100 % to us-west-2, databases to us-west-2, at most 13m29s",
		"stage 0: route53:ChangeResourceRecordSets in zone Z1 (shop.example), batch 1 of 1: 2 record sets, www.shop.example: us-east-1 0, us-west-2 100",
		"stage 0: dynamodb:UpdateItem on table registry for 1 application: weights us-east-1 0, us-west-2 100",
		"stage 0: rds:FailoverGlobalCluster with AllowDataLoss in us-west-2: orders to " + clusterARN(west),
		"stage 1: wave 2, 100 % to us-west-2, at most 14m49s",
		"stage 1: route53:ChangeResourceRecordSets in zone Z1 (shop.example), batch 1 of 1: 2 record sets, blog.shop.example: us-east-1 0, us-west-2 100",
		"stage 1: dynamodb:UpdateItem on table registry for 1 application: weights us-east-1 0, us-west-2 100",
		"stage 2: all that has moved, verified once more, at most 11m59s",
		"dynamodb:PutItem on table registry: write the run",
		"dynamodb:UpdateItem on table registry: release the lock",
		"sns:Publish: notification of the result",
		"s3:PutObject runs/run-1/report.json",
		"cloudwatch:PutMetricData: RTO and RPO",
	}
	if diff := cmp.Diff(want, answer.Calls); diff != "" {
		t.Errorf("calls (-want +got):\n%s", diff)
	}
	if len(s.mutations()) != 0 {
		t.Errorf("mutating calls: %v", s.mutations())
	}
}

func TestADryRunOfASwitchoverSaysThatThePrimarysRegionIsCalled(t *testing.T) {
	s := newScene(t, shop())
	answer := s.validate(`{"action": "switchover", "dryRun": true}`)
	s.contains(strings.Join(answer.Calls, "\n"), "rds:SwitchoverGlobalCluster in us-east-1: orders to "+clusterARN(west))
}

// TestTheAnswerForManyIsAsLargeAsForOne: the lists of an answer are cut, whatever there is to say.
func TestTheAnswerForManyIsAsLargeAsForOne(t *testing.T) {
	var apps []failover.Application
	for i := range 400 {
		app := blog()
		app.Name = fmt.Sprintf("app-%03d-%s", i, strings.Repeat("x", 50))
		app.Records[0].Name = fmt.Sprintf("%s.%d.shop.example", strings.Repeat("y", 60), i)
		app.Wave = i%40 + 1
		app.Health = []failover.HealthRule{{Namespace: strings.Repeat("N", 200), Metric: strings.Repeat("M", 200), Statistic: "Average", PeriodSeconds: 60, AtLeast: new(1.0)}}
		apps = append(apps, app)
	}
	s := newScene(t, apps...)
	for _, input := range []string{`{"action": "check"}`, `{"action": "failover", "dryRun": true}`, `{"action": "failover"}`} {
		answer := s.validate(input)
		text, err := json.Marshal(answer)
		must(t, err)
		if len(text) > maxAnswer || len(answer.Findings) > failover.MaxListed {
			t.Errorf("%s: %d bytes, %d findings, %d calls", input, len(text), len(answer.Findings), len(answer.Calls))
		}
		if strings.Contains(input, "dryRun") && (len(answer.Calls) <= failover.MaxListed || answer.MoreCalls == 0) {
			t.Errorf("%s: %d calls and %d more; want as many as there is room for, and the rest counted", input, len(answer.Calls), answer.MoreCalls)
		}
		if answer.MoreFindings < 300 {
			t.Errorf("%s: %d more findings; want all of them counted", input, answer.MoreFindings)
		}
	}
}

func TestADryRunOfManyWavesListsAllOfThem(t *testing.T) {
	var apps []failover.Application
	for i := range 12 {
		app := blog()
		app.Name, app.Wave = fmt.Sprintf("app-%d", i), i+1
		app.Records[0].Name = fmt.Sprintf("app-%d.shop.example", i)
		apps = append(apps, app)
	}
	answer := newScene(t, apps...).validate(`{"action": "switchover", "percents": [10, 100], "dryRun": true}`)
	if answer.MoreCalls != 0 {
		t.Errorf("%d calls are not listed", answer.MoreCalls)
	}
	text := strings.Join(answer.Calls, "\n")
	for _, want := range []string{"stage 0: wave 1, 10 % to us-west-2", "stage 23: wave 12, 100 % to us-west-2", "stage 24: all that has moved, verified once more", "rollback, stage 36: wave 1, traffic as before the run"} {
		if !strings.Contains(text, want) {
			t.Errorf("the list lacks %q:\n%s", want, text)
		}
	}
}

// TestADryRunOfADrillSaysWhatFollowsAFailedReturn: users first, then the writer, from the Region where it is then. Nothing
// is noted once more: that is for the way out.
func TestADryRunOfADrillSaysWhatFollowsAFailedReturn(t *testing.T) {
	answer := newScene(t, shop()).validate(`{"action": "drill", "dryRun": true}`)
	const begin = "if the return fails, of what has returned: return-rollback, stage "
	var got []string
	for _, call := range answer.Calls {
		if rest, ok := strings.CutPrefix(call, begin); ok {
			got = append(got, rest)
		}
	}
	want := []string{
		"2: wave 1, 100 % to us-west-2, at most ",
		"2: route53:ChangeResourceRecordSets in zone ",
		"2: dynamodb:UpdateItem on table ",
		"3: wave 1, databases to us-west-2, at most ",
		"3: rds:SwitchoverGlobalCluster in us-east-1: orders to ",
	}
	if !slices.EqualFunc(got, want, strings.HasPrefix) {
		t.Errorf("got\n%s\nwant lines that begin with\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestAnAnswerThatIsTooLongCountsWhatItLeavesOut(t *testing.T) {
	answer := failover.ValidateAnswer{}
	for range failover.MaxListed {
		answer.Findings = append(answer.Findings, failover.Finding{Severity: failover.Blocker, Found: strings.Repeat("f", 1000)})
		answer.Calls = append(answer.Calls, strings.Repeat("c", 1000))
	}
	got := fit(answer)
	if n := size(got); n > maxAnswer || n < maxAnswer-2000 {
		t.Errorf("got %d bytes; want just below %d", n, maxAnswer)
	}
	if len(got.Findings) != failover.MaxListed || len(got.Calls)+got.MoreCalls != failover.MaxListed {
		t.Errorf("got %d findings, %d calls and %d more; the calls go first", len(got.Findings), len(got.Calls), got.MoreCalls)
	}
}
