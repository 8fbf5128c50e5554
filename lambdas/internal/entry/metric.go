package entry

import (
	"encoding/json"
	"fmt"
	"io"
	"time"

	"github.com/drover-dr/drover/internal/failover"
)

// Metric is one value of a CloudWatch metric.
type Metric struct {
	Name string
	// Unit is as CloudWatch names it, such as Count or None.
	Unit  string
	Value float64
}

// MetricLog writes metrics as lines of a function's log, in CloudWatch's embedded metric format, from which CloudWatch reads them.
// It is no call to AWS: it needs no permission, and an outage cannot delay a step.
type MetricLog struct {
	Out io.Writer
}

// metricNamespace is the namespace of all of Drover's metrics.
const metricNamespace = failover.MetricNamespace

// metricDirective says which fields of the line are metrics and dimensions.
type metricDirective struct {
	Timestamp         int64
	CloudWatchMetrics [1]metricSet
}

type metricSet struct {
	Namespace  string
	Dimensions [1][1]string
	Metrics    []metricName
}

type metricName struct{ Name, Unit string }

// Write writes values of one time as metrics of a plan. The line also has the run.
func (l MetricLog) Write(at time.Time, plan, run string, metrics ...Metric) error {
	directive := metricDirective{Timestamp: at.UnixMilli()}
	set := metricSet{Namespace: metricNamespace, Dimensions: [1][1]string{{"Plan"}}}
	line := map[string]any{"Plan": plan, "run": run}
	for _, m := range metrics {
		set.Metrics = append(set.Metrics, metricName{m.Name, m.Unit})
		line[m.Name] = m.Value
	}
	directive.CloudWatchMetrics[0] = set
	line["_aws"] = directive
	text, err := json.Marshal(line)
	if err != nil {
		return fmt.Errorf("encode metrics: %w", err)
	}
	if _, err := l.Out.Write(append(text, '\n')); err != nil {
		return failover.Doing("write", "metrics", err)
	}
	return nil
}
