package clients

import (
	"fmt"
	"slices"
	"time"
)

// What a metric of an application is a function of (TRF-7). Those that count or divide requests exist only while requests flow, and
// OfFailed only while some fail, as a load balancer's.
const (
	// OfRequests, OfServed and OfFailed count requests.
	OfRequests = "requests"
	OfServed   = "served"
	OfFailed   = "failed"
	// OfErrors has a sample for each request, 1 for one that failed and otherwise 0, as the errors of Lambda and API Gateway.
	OfErrors = "errors"
	// OfServedPercent and OfFailedPercent are shares of the requests.
	OfServedPercent = "servedPercent"
	OfFailedPercent = "failedPercent"
	// OfLatency is a fixed value while requests flow.
	OfLatency = "latency"
	// OfCanary is the percentage of requests that succeed of a canary, which calls the Region directly (TRF-2).
	OfCanary = "canary"
)

// MetricOfs are all of them.
var MetricOfs = []string{OfRequests, OfServed, OfFailed, OfErrors, OfServedPercent, OfFailedPercent, OfLatency, OfCanary}

// Metric is a metric that follows the requests of an application's clients.
type Metric struct {
	Namespace, Name string
	// Dimensions are those of each Region.
	Dimensions map[string]map[string]string
	// Of is what it is a function of; empty for a fixed value. Values are the fixed values, or the latencies, by Region; the metric
	// is not published of a Region that has none.
	Of     string
	Values map[string]float64
	// Factor is what the value is multiplied with.
	Factor float64
	// Every is how often it is published. Below a minute its resolution is high.
	Every time.Duration
	// Region is where it is published; empty for the Region of the requests. A metric that is published in one Region, and has the
	// same dimensions for all, is about the requests to all of them.
	Region string
}

// meter is one metric of one Region's requests, or of all.
type meter struct {
	Metric
	// of is the Region of the requests, empty for all; in is where it is published.
	of, in     string
	dimensions map[string]string
	// requests and served are those since its last datapoint; canary is the sum of the seconds' shares, of as many seconds.
	requests, served, canary, seconds float64
}

func (c Clients) checkMetrics() error {
	for _, m := range c.Metrics {
		if m.Of != "" && !slices.Contains(MetricOfs, m.Of) {
			return fmt.Errorf("metric %s %s of %q; expected one of %v, or nothing", m.Namespace, m.Name, m.Of, MetricOfs)
		}
		if m.Every < time.Second || m.Every%time.Second != 0 {
			return fmt.Errorf("metric %s %s every %s; expected whole seconds", m.Namespace, m.Name, m.Every)
		}
	}
	return nil
}

// measure gives a population its metrics, with those of the minutes before now: a scenario begins with applications that have been
// running.
func (t *Traffic) measure(p *population) {
	first := len(t.meters)
	for _, m := range p.Metrics {
		var shared *meter
		for i, l := range p.loads {
			requests := p.RequestsPerSecond * p.answers[p.current].shares[i]
			if shared == nil || m.Region == "" || !sameIn(m.Dimensions, shared.of, l.region) {
				shared = &meter{Metric: m, of: l.region, in: m.Region, dimensions: m.Dimensions[l.region]}
				if m.Region == "" {
					shared.in = l.region
				}
				t.meters = append(t.meters, shared)
			} else {
				shared.of = ""
			}
			l.meters = append(l.meters, shared)
			shared.count(requests, requests, 1)
		}
	}
	for _, m := range t.meters[first:] {
		m.past(t.metrics)
	}
}

// sameIn says whether a metric has the same dimensions in two Regions; the requests of all Regions have those of each.
func sameIn(dimensions map[string]map[string]string, a, b string) bool {
	if a == "" {
		return true
	}
	if len(dimensions[a]) != len(dimensions[b]) {
		return false
	}
	for name, value := range dimensions[a] {
		if dimensions[b][name] != value {
			return false
		}
	}
	return true
}

func (m *meter) count(requests, served, quality float64) {
	m.requests += requests
	m.served += served
	m.canary += quality
	m.seconds++
}

// past publishes the minutes before now of a metric of standard resolution, from the second that was counted.
func (m *meter) past(metrics Metrics) {
	seconds := m.Every.Seconds()
	m.requests, m.served = m.requests*seconds, m.served*seconds
	if sample, ok := m.sample(); ok && m.Every >= time.Minute {
		metrics.PutPast(m.in, m.Namespace, m.Name, m.dimensions, sample.sum/sample.count)
	}
	m.reset()
}

func (m *meter) reset() { m.requests, m.served, m.canary, m.seconds = 0, 0, 0, 0 }

// sample is the datapoint of a period; ok is false when there is none.
func (m *meter) sample() (s sample, ok bool) {
	failed := max(0, m.requests-m.served)
	if failed < 1e-6*m.requests { // the rounding of fractions
		failed = 0
	}
	flows := m.requests > 0
	switch m.Of {
	case "":
		value, fixed := m.Values[m.of]
		if m.of == "" {
			for _, v := range m.Values {
				value, fixed = v, true
			}
		}
		return m.single(value), fixed
	case OfRequests:
		return m.single(m.requests), flows
	case OfServed:
		return m.single(m.requests - failed), m.requests-failed > 0
	case OfFailed:
		return m.single(failed), failed > 0
	case OfErrors:
		most := 0.0
		if failed > 0 {
			most = m.Factor
		}
		return sample{count: max(1, m.requests), sum: failed * m.Factor, most: most}, flows
	case OfServedPercent:
		return m.single(100 * (m.requests - failed) / m.requests), flows
	case OfFailedPercent:
		return m.single(100 * failed / m.requests), flows
	case OfLatency:
		value, ok := m.Values[m.of]
		return m.single(value), ok && flows
	}
	return m.single(100 * m.canary / m.seconds), m.seconds > 0
}

// sample is a statistic set.
type sample struct{ count, sum, least, most float64 }

func (m *meter) single(value float64) sample {
	value *= m.Factor
	return sample{1, value, value, value}
}

// publishMeters publishes the metrics whose period has ended. A dark Region publishes nothing: neither the one where a metric is
// published, nor, unless that is another one, the one of the requests.
func (t *Traffic) publishMeters() {
	now := t.k.Now()
	for _, m := range t.meters {
		every := int64(m.Every / time.Second)
		if now.Unix()%every != 0 {
			continue
		}
		if s, ok := m.sample(); ok && !t.k.Dark(m.in) && !t.silenced(m) {
			t.metrics.Samples(m.in, m.Namespace, m.Name, m.dimensions, m.Every < time.Minute, now.Add(-m.Every), s.count, s.sum, s.least, s.most)
		}
		m.reset()
	}
}

// silenced says whether the scenario has stopped the metrics of the application in the Region of the requests.
func (t *Traffic) silenced(m *meter) bool {
	return slices.ContainsFunc(t.loads, func(l *load) bool { return l.silent && l.region == m.of && slices.Contains(l.meters, m) })
}
