package config

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
)

// Pipeline is where the deployment pipeline takes the source from.
type Pipeline struct {
	// Connection is the ARN of a connection of AWS CodeConnections, which holds the consent of the repository's owner.
	Connection string
	// Repository is OWNER/NAME, and Branch the one whose every commit is deployed; main by default.
	Repository, Branch string
}

// TrafficMetric is a metric of the applications' traffic, for the dashboard.
type TrafficMetric struct {
	Namespace, Metric string
	// Dimensions may have {region} in their values, which stands for each of the two Regions in turn.
	Dimensions map[string]string
	// Statistic is Sum by default.
	Statistic string
}

var (
	connection = regexp.MustCompile(`^arn:aws[a-z-]*:(codeconnections|codestar-connections):[a-z0-9-]+:\d{12}:connection/[0-9a-f-]{36}$`)
	repository = regexp.MustCompile(`^[A-Za-z0-9_.-]+(/[A-Za-z0-9_.-]+)+$`)
	branch     = regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9_./-]{0,254}$`)
	statistic  = regexp.MustCompile(`^(Sum|Average|Minimum|Maximum|SampleCount|p\d{1,2}(\.\d{1,2})?)$`)
)

// decodePipeline reads the object pipeline.
func (c *Config) decodePipeline(text json.RawMessage) []error {
	c.Pipeline = &Pipeline{Branch: "main"}
	return decodeObject("pipeline.", text, map[string]setter{
		"connection": into(&c.Pipeline.Connection), "repository": into(&c.Pipeline.Repository), "branch": into(&c.Pipeline.Branch),
	})
}

// decodeTraffic reads the list trafficMetrics.
func (c *Config) decodeTraffic(text json.RawMessage) []error {
	var list []json.RawMessage
	if err := unmarshal(text, &list); err != nil {
		return []error{fmt.Errorf("expected a list of objects with namespace, metric and dimensions")}
	}
	var problems []error
	for i, text := range list {
		m := TrafficMetric{Statistic: "Sum"}
		problems = append(problems, decodeObject(fmt.Sprintf("trafficMetrics[%d].", i), text, map[string]setter{
			"namespace": into(&m.Namespace), "metric": into(&m.Metric), "dimensions": into(&m.Dimensions), "statistic": into(&m.Statistic),
		})...)
		c.TrafficMetrics = append(c.TrafficMetrics, m)
	}
	return problems
}

func (c Config) pipelineProblems() []error {
	if c.Pipeline == nil {
		return nil
	}
	var problems []error
	for _, value := range []struct {
		key, value string
		form       *regexp.Regexp
		expected   string
	}{
		{"connection", c.Pipeline.Connection, connection, "the ARN of a connection, such as arn:aws:codeconnections:us-east-1:111122223333:connection/01234567-89ab-cdef-0123-456789abcdef"},
		{"repository", c.Pipeline.Repository, repository, "OWNER/NAME"},
		{"branch", c.Pipeline.Branch, branch, "the name of a branch"},
	} {
		if !value.form.MatchString(value.value) {
			problems = append(problems, fmt.Errorf("pipeline.%s: %q; expected %s", value.key, value.value, value.expected))
		}
	}
	if id := c.Plan.Primary.Partition().ID; len(problems) == 0 && !strings.HasPrefix(c.Pipeline.Connection, "arn:"+id+":") {
		problems = append(problems, fmt.Errorf("pipeline.connection: %q; expected arn:%s:, the partition of the primary %s", c.Pipeline.Connection, id, c.Plan.Primary))
	}
	return problems
}

func (c Config) trafficProblems() []error {
	var problems []error
	for i, m := range c.TrafficMetrics {
		if m.Namespace == "" || m.Metric == "" {
			problems = append(problems, fmt.Errorf("trafficMetrics[%d]: namespace %q, metric %q; expected both", i, m.Namespace, m.Metric))
		}
		if !statistic.MatchString(m.Statistic) {
			problems = append(problems, fmt.Errorf("trafficMetrics[%d].statistic: %q; expected Sum, Average, Minimum, Maximum, SampleCount or one such as p99", i, m.Statistic))
		}
	}
	return problems
}
