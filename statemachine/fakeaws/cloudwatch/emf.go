package cloudwatch

import (
	"bytes"
	"cmp"
	"encoding/json"
	"slices"
	"time"
)

// emfLine is a line of a function's log in the embedded metric format.
type emfLine struct {
	AWS struct {
		Timestamp         int64
		CloudWatchMetrics []struct {
			Namespace  string
			Dimensions [][]string
			Metrics    []struct {
				Name, Unit        string
				StorageResolution int
			}
		}
	} `json:"_aws"`
}

// CloudWatch rejects metrics that are older than two weeks, or more than two hours ahead.
const (
	oldestMetric = 14 * 24 * time.Hour
	aheadMetric  = 2 * time.Hour
)

// PublishLog publishes the metrics that a function has written to its log (CW-9). Other lines are only a log.
func (m *Service) PublishLog(region string, log []byte) {
	for line := range bytes.Lines(log) {
		if !bytes.Contains(line, []byte(`"CloudWatchMetrics"`)) {
			continue
		}
		var parsed emfLine
		var values map[string]any
		if json.Unmarshal(line, &parsed) != nil || json.Unmarshal(line, &values) != nil {
			continue
		}
		at := time.UnixMilli(parsed.AWS.Timestamp)
		if at.Before(m.k.Now().Add(-oldestMetric)) || at.After(m.k.Now().Add(aheadMetric)) {
			m.k.Record("metrics", region, "a metric in a function's log has the time %s and is rejected", at.UTC().Format(time.RFC3339))
			continue
		}
		m.embedded(region, at, parsed, values)
	}
}

func (m *Service) embedded(region string, at time.Time, line emfLine, values map[string]any) {
	for _, directive := range line.AWS.CloudWatchMetrics {
		for _, names := range directive.Dimensions {
			dims := map[string]string{}
			for _, name := range names {
				if text, ok := values[name].(string); ok {
					dims[name] = text
				}
			}
			for _, metric := range directive.Metrics {
				s := m.find(region, directive.Namespace, metric.Name, dimensionsOf(dims))
				s.highResolution = s.highResolution || metric.StorageResolution == 1
				for _, value := range numbersOf(values[metric.Name]) {
					p := single(at, value)
					p.unit = cmp.Or(metric.Unit, unitNone)
					m.publish(s, p)
				}
			}
		}
	}
}

// numbersOf is a value, or a list of them.
func numbersOf(v any) []float64 {
	list, ok := v.([]any)
	if !ok {
		list = []any{v}
	}
	var numbers []float64
	for _, element := range list {
		if n, ok := element.(float64); ok {
			numbers = append(numbers, n)
		}
	}
	return slices.Clip(numbers)
}
