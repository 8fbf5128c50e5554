package scenario

import (
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/statemachine/fakeaws"
)

// Metric is a metric that the scenario publishes, as a function of what the clients of an application request in a Region, or
// with a fixed value.
type Metric struct {
	// Application is whose requests it is about, Namespace and Metric are its name in CloudWatch.
	Application string `yaml:"application"`
	Namespace   string `yaml:"namespace"`
	Metric      string `yaml:"metric"`
	// Dimensions are texts, in which {region} stands for the Region, or texts by Region.
	Dimensions map[string]any `yaml:"dimensions" is:"dimensions"`
	// Of is what it is a function of, one of fakeaws.MetricOfs; empty for a fixed value.
	Of string `yaml:"of"`
	// Value is a number, or numbers by Region: the fixed value, or the latency.
	Value any `yaml:"value" is:"byRegion"`
	// Factor is what the value is multiplied with; nil for 1.
	Factor *float64 `yaml:"factor"`
	// Every is how often it is published; 0 means a minute. Below a minute its resolution is high.
	Every Duration `yaml:"every"`
	// Region is where it is published; empty for the Region of the requests.
	Region string `yaml:"region" is:"region"`
}

// In are the dimensions in a Region.
func (m Metric) In(region string) map[string]string {
	dims := map[string]string{}
	for name, value := range m.Dimensions {
		switch v := value.(type) {
		case string:
			dims[name] = strings.ReplaceAll(v, "{region}", region)
		case map[string]any:
			dims[name], _ = v[region].(string)
		}
	}
	return dims
}

// ValueIn is the value in a Region; ok is false where it is none.
func (m Metric) ValueIn(region string) (value float64, ok bool) {
	v := m.Value
	if of, each := v.(map[string]any); each {
		v = of[region]
	}
	switch n := v.(type) {
	case float64:
		return n, true
	case int64:
		return float64(n), true
	case uint64:
		return float64(n), true
	case int:
		return float64(n), true
	}
	return 0, false
}

// everies are how often a metric can be published, besides whole minutes.
var everies = []time.Duration{time.Second, 5 * time.Second, 10 * time.Second, 20 * time.Second, 30 * time.Second}

func (c *checker) metric(path string, m Metric) {
	for key, value := range orderedPairs("application", m.Application, "namespace", m.Namespace, "metric", m.Metric) {
		c.required(path, key, value)
	}
	c.oneOf(path+".of", m.Of, append([]string{""}, fakeaws.MetricOfs...)...)
	if every := time.Duration(m.Every); every%time.Minute != 0 && !slices.Contains(everies, every) {
		c.add(path+".every", "%s; expected 1s, 5s, 10s, 20s, 30s or whole minutes", every)
	}
	if _, err := failover.ParseRegion(m.Region); err != nil && m.Region != "" && m.Region != primaryWord && m.Region != standbyWord {
		c.add(path+".region", "%v, or primary or standby", err) // any Region: edge services publish in one that need not be the plan's
	}
	c.metricValue(path, m)
	for _, name := range slices.Sorted(maps.Keys(m.Dimensions)) {
		c.dimension(path+".dimensions."+name, m.Dimensions[name])
	}
}

func (c *checker) metricValue(path string, m Metric) {
	needs := m.Of == "" || m.Of == fakeaws.OfLatency
	of, each := m.Value.(map[string]any)
	switch _, number := m.ValueIn(""); {
	case needs && m.Value == nil:
		c.add(path, "value is missing; expected a number, or one for each Region")
	case !needs && m.Value != nil:
		c.add(path+".value", "beside of: %s, which computes the value; expected one of the two", m.Of)
	case m.Value != nil && !each && !number:
		c.add(path+".value", "%v; expected a number, or one for each Region", m.Value)
	}
	for _, region := range slices.Sorted(maps.Keys(of)) {
		c.region(path+".value."+region, region)
		if _, number := m.ValueIn(region); !number {
			c.add(path+".value."+region, "%v; expected a number", of[region])
		}
	}
}

func (c *checker) dimension(path string, value any) {
	switch v := value.(type) {
	case string:
	case map[string]any:
		for _, region := range slices.Sorted(maps.Keys(v)) {
			c.region(path+"."+region, region)
			if _, text := v[region].(string); !text {
				c.add(path+"."+region, "%v; expected a text", v[region])
			}
		}
	default:
		c.add(path, "%v; expected a text, or one for each Region", value)
	}
}
