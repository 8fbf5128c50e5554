package fakeaws

import (
	"cmp"
	"net/http"
	"strings"

	"github.com/drover-dr/drover/statemachine/fakeaws/cloudwatch"
	"github.com/drover-dr/drover/statemachine/fakeaws/route53"
	"github.com/drover-dr/drover/statemachine/fakeaws/wire"
)

// checkers are how Route 53's health checkers ask an endpoint; see route53.Endpoints.
type checkers struct{ w *World }

// The sender of a health checker's request. The address is in one of the ranges of ROUTE53_HEALTHCHECKS.
const (
	checkerAddress = "15.177.0.1:443"
	checkerAgent   = "Amazon-Route53-Health-Check-Service (ref "
)

// Ask asks a function URL or an API, which take TLS on port 443 with the name of the host and nothing else. All other hosts
// do not answer (R53-16).
func (c checkers) Ask(p route53.Probe) route53.ProbeAnswer {
	if !p.TLS || !p.SNI || p.Port != 443 {
		return route53.ProbeAnswer{}
	}
	r := c.request(p)
	if r == nil {
		return route53.ProbeAnswer{}
	}
	scope, ok := c.w.openToAll(r)
	if !ok || scope.Service == apiService && !strings.Contains(p.Host, ".execute-api."+scope.Region+".") {
		return route53.ProbeAnswer{}
	}
	resp, answered := c.w.handle(&wire.Request{Region: scope.Region, Service: scope.Service, HTTP: r})
	if resp != nil && resp.Finish != nil {
		resp = resp.Finish()
	}
	if !answered {
		return route53.ProbeAnswer{}
	}
	return route53.ProbeAnswer{Status: resp.Status, Respond: resp.Took}
}

// request is a probe on the wire, or nil when it has no URL. A checker sends the same one every ten seconds, so it is made once.
func (c checkers) request(p route53.Probe) *http.Request {
	c.w.k.Lock()
	defer c.w.k.Unlock()
	if r, ok := c.w.probes[p]; ok {
		return r
	}
	r, err := http.NewRequest(http.MethodGet, "https://"+p.Host+"/"+strings.TrimPrefix(p.Path, "/"), nil)
	if err != nil {
		return nil
	}
	r.RemoteAddr = checkerAddress
	r.Header.Set("User-Agent", checkerAgent+p.Check+"; report http://amzn.to/1vsZADi)")
	c.w.probes[p] = r
	return r
}

// alarms are what health checks read of CloudWatch; see route53.Alarms.
type alarms struct{ metrics *cloudwatch.Service }

// Rule returns the rule of an alarm.
func (a alarms) Rule(region, name string) (route53.AlarmRule, bool) {
	rule, highResolution, ok := a.metrics.AlarmRule(region, name)
	periods := max(1, rule.Periods)
	return route53.AlarmRule{
		Namespace: rule.Namespace, Metric: rule.Metric, Dimensions: rule.Dimensions, HighResolution: highResolution,
		Statistic: rule.Statistic, PeriodSeconds: rule.PeriodSeconds, Comparison: rule.Comparison, Threshold: rule.Threshold,
		Periods: periods, Datapoints: cmp.Or(rule.Datapoints, periods),
	}, ok
}

// Decide evaluates a rule on the data. It does not depend on the state of the alarm.
func (a alarms) Decide(region string, rule route53.AlarmRule) (beyond, known bool) {
	state := a.metrics.DataState(region, cloudwatch.AlarmRule{
		Namespace: rule.Namespace, Metric: rule.Metric, Dimensions: rule.Dimensions, Statistic: rule.Statistic,
		PeriodSeconds: rule.PeriodSeconds, Comparison: rule.Comparison, Threshold: rule.Threshold, Periods: rule.Periods, Datapoints: rule.Datapoints,
	})
	return state == cloudwatch.AlarmInAlarm, state != cloudwatch.AlarmInsufficientData
}
