package rules_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/registry/rules"
)

// rate is a rule about the share of errors.
func rate() failover.HealthRule {
	balancer := failover.Dimensions{"LoadBalancer": {In: map[failover.Region]string{east: "app/x/1", west: "app/x/2"}}}
	return failover.HealthRule{
		Metrics: map[string]failover.RuleMetric{
			"errors":   {Namespace: "AWS/ApplicationELB", Metric: "HTTPCode_Target_5XX_Count", Dimensions: balancer, Statistic: "Sum"},
			"requests": {Namespace: "AWS/ApplicationELB", Metric: "RequestCount", Dimensions: balancer, Statistic: "Sum"},
		},
		Expression: "100 * errors / requests", PeriodSeconds: 60, AtMost: new(1.0),
		MinimumRequests: &failover.MinimumRequests{Metric: "requests", AtLeast: 20}, TreatMissingData: failover.MissingNotBreaching,
	}
}

func TestAHealthRuleOfTheRegistryKeepsToTheRules(t *testing.T) {
	for _, c := range []struct {
		name string
		harm func(*failover.HealthRule)
		says string
	}{
		{"a rate", func(*failover.HealthRule) {}, ""},
		{"a metric beside an expression", func(r *failover.HealthRule) { r.Namespace, r.Metric = "N", "M" }, rules.OneOfTwo},
		{"metrics without an expression", func(r *failover.HealthRule) { r.Expression = "" }, rules.OneOfTwo},
		{"an expression without metrics", func(r *failover.HealthRule) { r.Metrics = nil }, "0 metrics; expected 1 to 10"},
		{"an id", func(r *failover.HealthRule) { r.Metrics["Bad"] = r.Metrics["errors"] }, `"Bad"; expected an id`},
		{"a metric of it", func(r *failover.HealthRule) { r.Metrics["errors"] = failover.RuleMetric{Namespace: "N"} }, "health[0].metrics.errors.metric: empty"},
		{"a Region of a dimension", func(r *failover.HealthRule) {
			r.Metrics["errors"].Dimensions["LoadBalancer"] = failover.DimensionValue{In: map[failover.Region]string{east: "app/x/1"}}
		}, "us-west-2 is missing"},
		{"a placeholder of one Region", func(r *failover.HealthRule) {
			r.Metrics["errors"].Dimensions["LoadBalancer"].In[east] = "{region}"
		}, "expected no placeholder"},
		{"what no data means", func(r *failover.HealthRule) { r.TreatMissingData = "ignore" }, `"ignore"; expected breaching or notBreaching`},
		{"too many metrics", func(r *failover.HealthRule) {
			for _, id := range strings.Split("abcdefghij", "") {
				r.Metrics[id] = r.Metrics["errors"]
			}
		}, "12 metrics"},
		{"a minimum of no metric", func(r *failover.HealthRule) { r.MinimumRequests.Metric = "RequestCount" }, `"RequestCount"; expected one of the ids of metrics, errors, requests`},
		{"a minimum with a namespace", func(r *failover.HealthRule) { r.MinimumRequests.Namespace = "N" }, "expected the id alone"},
		{"a minimum of 0", func(r *failover.HealthRule) { r.MinimumRequests.AtLeast = 0 }, "0; expected more than 0"},
		{"a minimum that does not count", func(r *failover.HealthRule) {
			requests := r.Metrics["requests"]
			requests.Statistic = "Average"
			r.Metrics["requests"] = requests
		}, "expected Sum or SampleCount"},
		{"a Region of another partition", func(r *failover.HealthRule) { r.ReadIn = "cn-north-1" }, "cn-north-1 is not in the partition aws"},
		{"no Region", func(r *failover.HealthRule) { r.ReadIn = "us-easst-1" }, "is not a known Region"},
		{"no rule that a failover reads", func(r *failover.HealthRule) { r.ReadIn = east }, "every rule has a region"},
	} {
		t.Run(c.name, func(t *testing.T) {
			app := whole()
			app.Health = []failover.HealthRule{rate()}
			c.harm(&app.Health[0])
			got := strings.Join(rules.Check(failover.DefaultPlan(), app), "; ")
			if (c.says == "") != (got == "") || !strings.Contains(got, c.says) {
				t.Errorf("got %q; want %q", got, c.says)
			}
		})
	}
}

func TestAnExpressionIsMathForEachPeriod(t *testing.T) {
	for text, says := range map[string]string{
		"100 * errors / requests":                               "",
		"IF(requests > 10 AND errors >= 1, errors/requests, 0)": "",
		"-errors + ABS(errors - requests) ^ 2":                  "",
		"FILL(errors, 0) / requests":                            "",
		"errors / requests * 1e2":                               `"e2" after`,
		"":                                                      "empty; expected metric math",
		"errors /":                                              "the end after",
		"(errors / requests":                                    `expected ")"`,
		"errors requests":                                       "expected an operator",
		"errors / total":                                        `"total" after "errors /"; expected one of the ids of metrics, errors, requests`,
		"errors":                                                "it does not use requests",
		"1":                                                     "it does not use errors",
		"RATE(errors) / requests":                               `"RATE" after ""; expected a number, an id, or one of the functions ABS, CEIL, FILL, FLOOR, IF`,
		"FILL(errors, REPEAT) / requests":                       `"REPEAT" after`,
		"SEARCH(' {AWS/EC2} ', 'Sum')":                          `"SEARCH"`,
		"SELECT MAX(CPUUtilization) FROM \"AWS/EC2\"":         `"SELECT"`,
		"IF(errors) / requests":                               "2 to 3 arguments of IF",
		"FILL errors / requests":                              `expected "("`,
		strings.Repeat("(", 30) + "errors":                    "at most 20 levels",
		strings.Repeat("errors + ", 60) + "errors / requests": "expected at most 500",
		"METRICS() / requests + errors":                       `"METRICS"`,
		"errors / requests; DROP":                             `";" after`,
		"errors / requests \x00":                              "expected an operator",
	} {
		rule := rate()
		rule.MinimumRequests, rule.Expression = nil, text
		if got := rules.Expression(rule); (says == "") != (got == "") || !strings.Contains(got, says) {
			t.Errorf("%s: got %q; want %q", text, got, says)
		}
	}
	rule := rate()
	if rule.Expression = "errors"; rules.Expression(rule) != "" {
		t.Error("the metric that counts requests need not be in the expression")
	}
}

func TestANamespaceThatHasMetricsInOneRegionAloneIsReadThere(t *testing.T) {
	for _, c := range []struct {
		namespace string
		readIn    failover.Region
		says      string
	}{
		{"AWS/CloudFront", "", "AWS/CloudFront has metrics in us-east-1 alone, so the rule would never have data; expected region: us-east-1"},
		{"AWS/Route53", west, "expected region: us-east-1"}, {"AWS/Route53", east, ""}, {"AWS/GlobalAccelerator", east, "expected region: us-west-2"},
		{"AWS/ApplicationELB", "", ""}, {"AWS/Route53Resolver", "", ""},
	} {
		rule := failover.HealthRule{Namespace: c.namespace, Metric: "M", Statistic: "Sum", ReadIn: c.readIn}
		if got := rules.NoDataIn(failover.DefaultPlan(), rule); (c.says == "") != (got == "") || !strings.Contains(got, c.says) {
			t.Errorf("%s read in %q: got %q; want %q", c.namespace, c.readIn, got, c.says)
		}
	}
}

func TestWhatSurprisesInARunIsAWarning(t *testing.T) {
	one := failover.HealthRule{
		Namespace: "AWS/ApplicationELB", Metric: "TargetResponseTime", Statistic: "p99", PeriodSeconds: 60, AtMost: new(0.5),
		Dimensions: failover.SameDimensions(map[string]string{"LoadBalancer": "app/catalog-west/955aeff03e643d11"}),
	}
	edge := failover.HealthRule{Namespace: "AWS/CloudFront", Metric: "5xxErrorRate", Statistic: "Average", PeriodSeconds: 60, AtMost: new(1.0), ReadIn: east}
	apps := []failover.Application{
		{Name: "fine", Health: []failover.HealthRule{{Namespace: "N", Metric: "M"}, rate()}},
		{Name: "catalog", Health: []failover.HealthRule{one, edge}},
		{Name: "search", Health: []failover.HealthRule{rate()}},
	}
	want := []string{
		"application catalog: AWS/ApplicationELB TargetResponseTime: LoadBalancer app/catalog-west/955aeff03e643d11 is in one Region, and the rule has no data in the other; type one value for each: dimensions: {LoadBalancer: {us-east-1: app/catalog-west/ID, us-west-2: app/catalog-west/ID}}",
		"application catalog: AWS/CloudFront 5xxErrorRate is read in us-east-1: planned runs depend on that Region, and a failover reads the rule only when it moves there",
		"application search: every health rule has treatMissingData: notBreaching, so a run can complete although none has data, and only its report says so; add a rule that has data in a Region without users, such as HealthyHostCount",
	}
	if diff := cmp.Diff(want, rules.Warnings(failover.DefaultPlan(), apps)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
