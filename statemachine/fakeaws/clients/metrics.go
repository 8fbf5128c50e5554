package clients

import (
	"strings"
	"time"
)

// publishEvery is how often applications publish their own metrics, in ticks of a second.
const publishEvery = 10

// publish writes the metrics of the last seconds, in each application's own Region. A dark Region publishes nothing.
func (t *Traffic) publish() {
	tenth, minute := t.ticks%publishEvery == 0, t.k.Now().Unix()%60 == 0
	for _, l := range t.loads {
		if l.balancer != "" && !minute || l.balancer == "" && !tenth {
			continue
		}
		switch {
		case l.silent || t.k.Dark(l.region):
		case l.balancer != "":
			l.publishBalancer(t.metrics, t.k.Now().Add(-time.Minute))
		default:
			l.open(t.metrics)
			l.servedMetric(t.k.Now(), 100*l.answered/l.asked)
			l.loadMetric(t.k.Now(), l.requests)
		}
		l.requests, l.served, l.asked, l.answered = 0, 0, 0, 0
	}
}

// open creates the metrics when they are first published; until then they do not exist.
func (l *load) open(m Metrics) {
	if l.servedMetric != nil {
		return
	}
	dims := map[string]string{"Application": l.application, "Region": l.region}
	l.servedMetric = m.Series(l.region, "Application", "ServedPercent", dims, true)
	l.loadMetric = m.Series(l.region, "Application", "Requests", dims, true)
}

// publishBalancer publishes an Application Load Balancer's metrics of a minute, at standard resolution. It publishes no
// zeros, so that without requests there is no datapoint (TRF-6).
func (l *load) publishBalancer(m Metrics, minute time.Time) {
	for _, metric := range []struct {
		name  string
		value float64
	}{
		{"RequestCount", l.requests},
		{"HTTPCode_Target_2XX_Count", l.served},
		{"HTTPCode_Target_5XX_Count", l.requests - l.served},
	} {
		if metric.value > 1e-6*l.requests { // past the rounding of fractions
			m.Series(l.region, "AWS/ApplicationELB", metric.name, map[string]string{"LoadBalancer": l.balancer}, false)(minute, metric.value)
		}
	}
}

// balance gives the application a load balancer in each Region, with metrics of the minutes before now.
func (t *Traffic) balance(p *population) {
	if p.LoadBalancer == "" {
		return
	}
	for i, l := range p.loads {
		l.balancer = strings.ReplaceAll(p.LoadBalancer, "{region}", l.region)
		if requests := p.RequestsPerSecond * p.answers[p.current].shares[i] * 60; requests > 0 {
			for _, name := range []string{"RequestCount", "HTTPCode_Target_2XX_Count"} {
				t.metrics.PutPast(l.region, "AWS/ApplicationELB", name, map[string]string{"LoadBalancer": l.balancer}, requests)
			}
		}
	}
}
