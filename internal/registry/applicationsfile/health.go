package applicationsfile

import (
	"regexp"
	"slices"
	"strings"

	"github.com/drover-dr/drover/internal/failover"
)

var (
	statistics = []string{"Average", "Sum", "Minimum", "Maximum", "SampleCount"}
	percentile = regexp.MustCompile(`^p(\d{1,2}(\.\d{1,10})?|100)$`)
	// placeholder is anything in braces: all but {region} is a mistake, because it would be looked up as it is.
	placeholder = regexp.MustCompile(`\{[^}]*\}`)
)

// maxDimensions is CloudWatch's limit for one metric.
const maxDimensions = 30

func readHealthRule(v value) failover.HealthRule {
	o := v.object("namespace", "metric", "dimensions", "statistic", "periodSeconds", "atLeast", "atMost")
	rule := failover.HealthRule{
		Namespace:     readMetricName(o.need("namespace", "the metric's namespace")),
		Metric:        readMetricName(o.need("metric", "the metric's name")),
		Dimensions:    readDimensions(o.may("dimensions")),
		Statistic:     readStatistic(o.need("statistic", orList(statistics)+", or a percentile such as p99")),
		PeriodSeconds: readPeriod(o.need("periodSeconds", "the metric's period in seconds")),
		AtLeast:       o.may("atLeast").number(),
		AtMost:        o.may("atMost").number(),
	}
	switch {
	case o.isMap() && !o.may("atLeast").given() && !o.may("atMost").given():
		o.wrong("neither atLeast nor atMost; expected a bound, or both")
	case rule.AtLeast != nil && rule.AtMost != nil && *rule.AtLeast > *rule.AtMost:
		o.may("atMost").wrong("%v is less than atLeast, %v; no value could be healthy", *rule.AtMost, *rule.AtLeast)
	}
	return rule
}

func readMetricName(v value) string {
	name := v.text()
	if len(name) > 255 {
		v.wrong("%d characters; expected at most 255", len(name))
	}
	return name
}

func readDimensions(v value) map[string]string {
	if !v.given() {
		return nil
	}
	entries := v.entries()
	if len(entries) > maxDimensions {
		v.wrong("%d dimensions; expected at most %d", len(entries), maxDimensions)
	}
	dimensions := map[string]string{}
	for _, e := range entries {
		text := e.text()
		for _, p := range placeholder.FindAllString(text, -1) {
			if p != "{region}" {
				e.wrong("%q; expected no other placeholder than {region}", p)
			}
		}
		dimensions[e.key] = text
	}
	return dimensions
}

func readStatistic(v value) string {
	text := v.text()
	if text != "" && !slices.Contains(statistics, text) && !percentile.MatchString(text) {
		v.wrong("%q; expected %s, or a percentile such as p99", text, strings.Join(statistics, ", "))
	}
	return text
}

// readPeriod allows what CloudWatch allows.
func readPeriod(v value) int {
	period := v.whole(1, 86400)
	if period != 0 && period%60 != 0 && !slices.Contains([]int{1, 5, 10, 20, 30}, period) {
		v.wrong("%d; expected 1, 5, 10, 20, 30 or a multiple of 60", period)
	}
	return period
}
