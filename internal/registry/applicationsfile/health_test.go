package applicationsfile

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/drover-dr/drover/internal/failover"
)

// withRules is the good file with other health rules.
func withRules(rules string) string {
	before, rest, _ := strings.Cut(good, "    health:\n")
	_, after, _ := strings.Cut(rest, "    alarms:")
	return before + "    health:\n" + rules + "    alarms:" + after
}

const fullRules = `      - namespace: AWS/ApplicationELB
        metric: TargetResponseTime
        dimensions:
          LoadBalancer: {us-east-1: app/x/1, us-west-2: app/x/2}
          Stage: "{region}"
        statistic: p99
        periodSeconds: 60
        atMost: 0.5
        treatMissingData: notBreaching
        minimumRequests: {metric: RequestCount, atLeast: 20}
      - metrics:
          errors: {namespace: N, metric: Errors, statistic: Sum}
          all: {namespace: N, metric: Requests, statistic: Sum}
        expression: 100 * errors / all
        periodSeconds: 60
        atMost: 1
        treatMissingData: breaching
        minimumRequests: {metric: all, atLeast: 5}
      - {namespace: AWS/CloudFront, metric: 5xxErrorRate, statistic: Average, periodSeconds: 60, atMost: 1, region: us-east-1}
`

func TestEverythingAHealthRuleCanSayIsRead(t *testing.T) {
	apps, err := parse(withRules(fullRules))
	if err != nil {
		t.Fatal(err)
	}
	want := []failover.HealthRule{
		{
			Namespace: "AWS/ApplicationELB", Metric: "TargetResponseTime", Statistic: "p99", PeriodSeconds: 60, AtMost: new(0.5),
			Dimensions: failover.Dimensions{
				"LoadBalancer": {In: map[failover.Region]string{"us-east-1": "app/x/1", "us-west-2": "app/x/2"}}, "Stage": {Everywhere: "{region}"},
			},
			TreatMissingData: failover.MissingNotBreaching, MinimumRequests: &failover.MinimumRequests{Metric: "RequestCount", AtLeast: 20},
		},
		{
			Metrics: map[string]failover.RuleMetric{
				"errors": {Namespace: "N", Metric: "Errors", Statistic: "Sum"}, "all": {Namespace: "N", Metric: "Requests", Statistic: "Sum"},
			},
			Expression: "100 * errors / all", PeriodSeconds: 60, AtMost: new(1.0), MinimumRequests: &failover.MinimumRequests{Metric: "all", AtLeast: 5},
		},
		{Namespace: "AWS/CloudFront", Metric: "5xxErrorRate", Statistic: "Average", PeriodSeconds: 60, AtMost: new(1.0), ReadIn: "us-east-1"},
	}
	if diff := cmp.Diff(want, apps[0].Health); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestMistakesOfARateSayWhereTheyAre(t *testing.T) {
	for _, c := range []struct{ old, new, want string }{
		{"100 * errors / all", "100 * errors / total", `expression: "total" after "100 * errors /"; expected one of the ids of metrics, all, errors`},
		{"errors: {", "Errors: {", `metrics: "Errors"; expected an id for the expression`},
		{"expression: 100 * errors / all", "statistic: Sum", "health rule: expression is missing; expected metric math, such as 100 * errors / requests"},
		{"metric: all, atLeast: 5", "metric: requests, atLeast: 5", `metric: "requests"; expected one of the ids of metrics, all, errors`},
		{"metric: Errors, statistic: Sum", "metric: Errors", "errors: statistic is missing; expected Average"},
	} {
		_, err := parse(strings.Replace(withRules(fullRules), c.old, c.new, 1))
		if err == nil || !strings.Contains(err.Error(), c.want) || !strings.HasPrefix(err.Error(), "apps.yaml:") {
			t.Errorf("%s: got %v; want %s", c.new, err, c.want)
		}
	}
}
