package drill

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/statemachine/fakeaws"
	"github.com/drover-dr/drover/statemachine/scenario"
)

// metricsOf are the further metrics of an application: those that the scenario publishes, and those of AWS's services that its health
// rules name and the simulator knows.
func (r *rehearsal) metricsOf(s *scenario.Scenario, app failover.Application) []fakeaws.Metric {
	var all []fakeaws.Metric
	for _, m := range s.World.Metrics {
		if m.Application != app.Name {
			continue
		}
		metric := fakeaws.Metric{
			Namespace: m.Namespace, Name: m.Metric, Of: m.Of, Factor: 1, Every: m.Every.Or(time.Minute), Region: m.Region,
			Dimensions: map[string]map[string]string{}, Values: map[string]float64{},
		}
		if m.Factor != nil {
			metric.Factor = *m.Factor
		}
		for _, region := range r.regions() {
			metric.Dimensions[region] = m.In(region)
			if value, ok := m.ValueIn(region); ok {
				metric.Values[region] = value
			}
		}
		all = append(all, metric)
	}
	if s.World.LoadBalancers[app.Name] != "" {
		return all
	}
	for _, rule := range app.Health {
		all = append(all, r.ofRule(s, app, rule, all)...)
	}
	return all
}

// ofRule are the metrics of a rule that the simulator publishes because the rule names them, beside those that are published
// already. With a user's own applications these are all of them.
func (r *rehearsal) ofRule(s *scenario.Scenario, app failover.Application, rule failover.HealthRule, already []fakeaws.Metric) []fakeaws.Metric {
	named := maps.Clone(rule.All())
	if rule.MinimumRequests != nil {
		named["requests of the rule"] = rule.Requests()
	}
	var more []fakeaws.Metric
	for _, id := range slices.SortedFunc(maps.Keys(named), func(a, b string) int { return cmp.Or(cmp.Compare(named[a].Metric, named[b].Metric), cmp.Compare(a, b)) }) {
		m := named[id]
		same := func(other fakeaws.Metric) bool { return other.Namespace == m.Namespace && other.Name == m.Metric }
		if slices.ContainsFunc(already, same) || slices.ContainsFunc(more, same) {
			continue
		}
		if metric, known := r.known(m, rule.ReadIn); known {
			more = append(more, metric)
		} else if s.OwnApplications() && !builtIn(app, m) {
			more = append(more, r.derived(rule, id, m))
		}
	}
	return more
}

func (r *rehearsal) regions() []string {
	return []string{string(r.plan.Primary), string(r.plan.Standby)}
}

// known is a metric of an AWS service as the simulator publishes it when a health rule names it (TRF-7).
func (r *rehearsal) known(m failover.RuleMetric, region failover.Region) (fakeaws.Metric, bool) {
	service, ok := services[m.Namespace][m.Metric]
	if !ok {
		return fakeaws.Metric{}, false
	}
	metric := fakeaws.Metric{
		Namespace: m.Namespace, Name: m.Metric, Of: service.of, Factor: cmp.Or(service.factor, 1), Every: time.Minute, Region: string(region),
		Dimensions: map[string]map[string]string{}, Values: map[string]float64{},
	}
	for _, of := range r.regions() {
		metric.Dimensions[of] = m.Dimensions.Values(failover.Region(of))
		if service.of == "" || service.of == fakeaws.OfLatency {
			metric.Values[of] = service.value
		}
	}
	return metric, true
}

// served is what a metric of a service is a function of, or its fixed value.
type served struct {
	of            string
	value, factor float64
}

// services are the metrics of AWS's services that the simulator publishes, each as the service's guide describes it: of a load
// balancer only while requests flow, and of errors only while there are some; the health of targets always.
var services = map[string]map[string]served{
	"AWS/ApplicationELB": {
		"RequestCount": {of: fakeaws.OfRequests}, "HTTPCode_Target_2XX_Count": {of: fakeaws.OfServed}, "HTTPCode_Target_5XX_Count": {of: fakeaws.OfFailed},
		"HTTPCode_ELB_5XX_Count": {of: fakeaws.OfFailed}, "TargetResponseTime": {of: fakeaws.OfLatency, value: 0.1},
		"HealthyHostCount": {value: 2}, "UnHealthyHostCount": {value: 0},
	},
	"AWS/NetworkELB": {
		"NewFlowCount": {of: fakeaws.OfRequests}, "TCP_Target_Reset_Count": {of: fakeaws.OfFailed}, "HealthyHostCount": {value: 2}, "UnHealthyHostCount": {value: 0},
	},
	"AWS/ApiGateway":        {"Count": {of: fakeaws.OfRequests}, "5XXError": {of: fakeaws.OfErrors}, "Latency": {of: fakeaws.OfLatency, value: 50}},
	"AWS/Lambda":            {"Invocations": {of: fakeaws.OfRequests}, "Errors": {of: fakeaws.OfErrors}, "Duration": {of: fakeaws.OfLatency, value: 50}},
	"AWS/ECS":               {"CPUUtilization": {value: 30}, "MemoryUtilization": {value: 30}},
	"ECS/ContainerInsights": {"RunningTaskCount": {value: 2}},
	"AWS/EC2":               {"StatusCheckFailed": {value: 0}, "CPUUtilization": {value: 30}},
	"AWS/AutoScaling":       {"GroupInServiceInstances": {value: 2}},
	"CloudWatchSynthetics":  {"SuccessPercent": {of: fakeaws.OfCanary}},
	"AWS/CloudFront":        {"Requests": {of: fakeaws.OfRequests}, "5xxErrorRate": {of: fakeaws.OfFailedPercent}, "TotalErrorRate": {of: fakeaws.OfFailedPercent}},
	"AWS/Route53":           {"HealthCheckStatus": {of: fakeaws.OfCanary, factor: 0.01}, "HealthCheckPercentageHealthy": {of: fakeaws.OfCanary}},
}
