package rules

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/drover-dr/drover/internal/failover"
)

const (
	// maxText is CloudWatch's limit for the name of a metric, a namespace or an alarm, in bytes.
	maxText = 255
	// MaxDimensions is CloudWatch's limit for one metric.
	MaxDimensions = 30
)

// Statistics are those with a word of their own; percentiles are statistics too.
var Statistics = []string{"Average", "Sum", "Minimum", "Maximum", "SampleCount"}

var (
	globalCluster = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9]*(-[A-Za-z0-9]+)*$`)
	clusterARN    = regexp.MustCompile(`^arn:(aws[a-z-]*):rds:([a-z0-9-]+):\d{12}:cluster:[A-Za-z][A-Za-z0-9-]{0,62}$`)
	percentile    = regexp.MustCompile(`^p(\d{1,2}(\.\d{1,10})?|100)$`)
	// placeholder is anything in braces: all but {region} is a mistake, because it would be looked up as it is.
	placeholder = regexp.MustCompile(`\{[^}]*\}`)
)

// GlobalCluster is that of the identifier of an Aurora global database.
func GlobalCluster(id string) string {
	if len(id) <= 63 && globalCluster.MatchString(id) {
		return ""
	}
	return fmt.Sprintf("%q; expected the identifier of a global cluster: a letter, then letters, digits and single hyphens, at most 63", id)
}

// ClusterARN is that of the ARN of a member cluster in a Region.
func ClusterARN(arn string, region failover.Region) string {
	match := clusterARN.FindStringSubmatch(arn)
	switch {
	case match == nil:
		return fmt.Sprintf("%q; expected the ARN of a cluster, such as arn:%s:rds:%s:111122223333:cluster:checkout", arn, region.Partition().ID, region)
	case match[2] != string(region):
		return fmt.Sprintf("%q is in %s; expected a cluster in %s", arn, match[2], region)
	case match[1] != region.Partition().ID:
		return fmt.Sprintf("%q is of the partition %s; expected arn:%s:, the partition of %s", arn, match[1], region.Partition().ID, region)
	}
	return ""
}

// MetricName is that of the name of a metric or its namespace.
func MetricName(name string) string {
	if len(name) > maxText {
		return fmt.Sprintf("%d characters; expected at most %d", len(name), maxText)
	}
	return ""
}

// Alarm is that of the name of an alarm.
func Alarm(name string) string {
	if len(name) > maxText {
		return fmt.Sprintf("%d characters; expected the name of a CloudWatch alarm, at most %d", len(name), maxText)
	}
	return ""
}

// Dimension is that of the value of a dimension.
func Dimension(text string) []string {
	var wrong []string
	for _, p := range placeholder.FindAllString(text, -1) {
		if p != "{region}" {
			wrong = append(wrong, fmt.Sprintf("%q; expected no other placeholder than {region}", p))
		}
	}
	return wrong
}

// Statistic is that of a statistic.
func Statistic(text string) string {
	if slices.Contains(Statistics, text) || percentile.MatchString(text) {
		return ""
	}
	return fmt.Sprintf("%q; expected %s, or a percentile such as p99", text, strings.Join(Statistics, ", "))
}

// Period is that of a metric's period in seconds. It allows what CloudWatch allows.
func Period(seconds int) string {
	if seconds%60 == 0 || slices.Contains([]int{1, 5, 10, 20, 30}, seconds) {
		return ""
	}
	return fmt.Sprintf("%d; expected 1, 5, 10, 20, 30 or a multiple of 60", seconds)
}
