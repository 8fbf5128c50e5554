package estate

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/prose"
	"github.com/drover-dr/drover/internal/untrusted/yamltext"
)

// Rule is a health rule as the applications file has it.
type Rule struct {
	Namespace, Metric string
	// Dimensions have a value for each Region, or one for both.
	Dimensions []Dimension
	Statistic  string
	Period     int
	AtLeast    float64
	// Text is the rule as a file of the user's has it, instead of all else.
	Text string
}

// Dimension is one dimension of a metric: its value in each Region. Where all are the same, one is written.
type Dimension struct {
	Name   string
	Values map[failover.Region]string
}

// Metric is a metric that CloudWatch has in a Region.
type Metric struct {
	Namespace, Name string
	Dimensions      map[string]string
}

// Metrics are those of each Region of the plan.
type Metrics map[failover.Region][]Metric

// Wanted are the metrics that can be proposed, by namespace: each says whether a Region can take requests without any being sent.
var Wanted = map[string]string{
	applicationELB: "HealthyHostCount", networkELB: "HealthyHostCount", classicELB: "HealthyHostCount", synthetics: "SuccessPercent",
}

const (
	applicationELB = "AWS/ApplicationELB"
	networkELB     = "AWS/NetworkELB"
	classicELB     = "AWS/ELB"
	synthetics     = "CloudWatchSynthetics"
)

// Rules are health rules of a file of the user's, for applications for which none can be proposed.
type Rules struct{ list []string }

// ParseRules reads a list of health rules. {application} in them stands for the application's name.
func ParseRules(file string, text []byte) (*Rules, error) {
	if _, err := yamltext.Parse(text); err != nil {
		return nil, fmt.Errorf("%s: not YAML: %w", file, err)
	}
	var list []yaml.MapSlice
	if err := yaml.Unmarshal(text, &list); err != nil || len(list) == 0 {
		return nil, fmt.Errorf("%s: expected a list of health rules, each as an application has them: - {namespace: N, metric: M, statistic: Average, periodSeconds: 60, atLeast: 99}", file)
	}
	r := &Rules{}
	for _, rule := range list {
		out, err := yaml.MarshalWithOptions(rule, yaml.Flow(true))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		r.list = append(r.list, strings.TrimSpace(string(out)))
	}
	return r, nil
}

func (r *Rules) of(application string) []Rule {
	var all []Rule
	for _, text := range r.list {
		all = append(all, Rule{Text: strings.ReplaceAll(text, "{application}", application)})
	}
	return all
}

// Propose gives each application health rules from what exists: its load balancers' healthy targets, a canary of its name, or
// the user's own rules.
func Propose(apps []Application, metrics Metrics, o Options) {
	index := newIndex(o.Plan, metrics)
	for i := range apps {
		app := &apps[i]
		for _, d := range app.Records {
			app.Rules = append(app.Rules, index.balancers(app, d)...)
		}
		app.Rules = uniqueRules(app.Rules)
		app.Also = append(errorsOf(app.Rules), index.checks(app)...)
		if len(app.Rules) == 0 {
			app.Rules = index.canaries(app)
		}
		if len(app.Rules) == 0 && o.Health != nil {
			app.Rules = o.Health.of(app.Name)
		}
		if len(app.Rules) == 0 {
			app.Missing = "no metric of CloudWatch says whether it is healthy in both Regions"
			app.Choices = append(app.Choices, "- {namespace: NAMESPACE, metric: METRIC, dimensions: {Region: \"{region}\"}, statistic: Average, periodSeconds: 60, atLeast: 99}  # or for all: --health FILE")
		}
	}
}

// errorsOf are rules about the errors of the targets of Application Load Balancers. There are errors only while there are requests,
// so that no data is healthy; how many are too many, only the user knows.
func errorsOf(rules []Rule) []string {
	var all []string
	for _, r := range rules {
		i := slices.IndexFunc(r.Dimensions, func(d Dimension) bool { return d.Name == "LoadBalancer" })
		if r.Namespace != applicationELB || i < 0 {
			continue
		}
		text := fmt.Sprintf("{namespace: %s, metric: HTTPCode_Target_5XX_Count, dimensions: {LoadBalancer: %s}, statistic: Sum, periodSeconds: 60, atMost: NUMBER, treatMissingData: notBreaching}",
			applicationELB, r.Dimensions[i].text())
		if !slices.Contains(all, text) {
			all = append(all, text)
		}
	}
	return all
}

func uniqueRules(all []Rule) []Rule {
	seen := map[string]bool{}
	return slices.DeleteFunc(all, func(r Rule) bool {
		text := r.String()
		twice := seen[text]
		seen[text] = true
		return twice
	})
}

// index is the metrics of both Regions by what they are searched for.
type index struct {
	plan failover.Plan
	// targets are the target groups of a load balancer: by Region and the start of its dimension, such as app/shop/.
	targets map[string][]Metric
	canary  map[failover.Region][]string
}

func newIndex(plan failover.Plan, metrics Metrics) *index {
	x := &index{plan: plan, targets: map[string][]Metric{}, canary: map[failover.Region][]string{}}
	for region, list := range metrics {
		for _, m := range list {
			x.add(region, m)
		}
	}
	for _, names := range x.canary {
		slices.Sort(names)
	}
	return x
}

// add keeps the metrics that cover a whole load balancer, and the canaries: those of an Availability Zone are a part of one.
func (x *index) add(region failover.Region, m Metric) {
	d := m.Dimensions
	switch {
	case m.Namespace == synthetics && d["CanaryName"] != "":
		if !slices.Contains(x.canary[region], d["CanaryName"]) {
			x.canary[region] = append(x.canary[region], d["CanaryName"])
		}
	case m.Namespace == classicELB && len(d) == 1 && d["LoadBalancerName"] != "":
		key := balancerKey(region, classicELB, d["LoadBalancerName"])
		x.targets[key] = append(x.targets[key], m)
	case len(d) == 2 && d["LoadBalancer"] != "" && d["TargetGroup"] != "":
		parts := strings.Split(d["LoadBalancer"], "/")
		if len(parts) == 3 {
			key := balancerKey(region, m.Namespace, parts[1])
			x.targets[key] = append(x.targets[key], m)
		}
	}
}

func balancerKey(region failover.Region, namespace, name string) string {
	return string(region) + " " + namespace + " " + name
}

// balancers are rules about the healthy targets of a record's load balancers, if each Region has one that CloudWatch knows.
func (x *index) balancers(app *Application, d Decision) []Rule {
	found := map[failover.Region][]Metric{}
	for _, region := range regionsOf(d.Record.Endpoints) {
		name := balancerName(d.Record.Endpoints[region])
		if name == "" {
			return nil
		}
		for _, namespace := range []string{applicationELB, networkELB, classicELB} {
			found[region] = append(found[region], x.targets[balancerKey(region, namespace, name)]...)
		}
		if len(found[region]) == 0 {
			app.Notes = append(app.Notes, fmt.Sprintf("%s in %s has no HealthyHostCount in CloudWatch", name, region))
			return nil
		}
	}
	return x.couple(app, found[x.plan.Primary], found[x.plan.Standby])
}

// couple makes rules of the metrics of two load balancers: of one target group each, or of those with the same name.
func (x *index) couple(app *Application, primary, standby []Metric) []Rule {
	if len(primary) == 1 && len(standby) == 1 {
		return []Rule{x.rule(primary[0], standby[0])}
	}
	var all []Rule
	var alone []string
	for _, p := range primary {
		i := slices.IndexFunc(standby, func(s Metric) bool { return targetGroup(s) == targetGroup(p) })
		if i < 0 {
			alone = append(alone, targetGroup(p))
			continue
		}
		all = append(all, x.rule(p, standby[i]))
	}
	if len(alone) > 0 {
		app.Notes = append(app.Notes, fmt.Sprintf("target groups of %s without one of the same name in %s: %s", x.plan.Primary, x.plan.Standby, prose.Some(alone, 3, ", ")))
	}
	return all
}

func targetGroup(m Metric) string {
	parts := strings.Split(m.Dimensions["TargetGroup"], "/")
	if len(parts) == 3 {
		return parts[1]
	}
	return m.Dimensions["TargetGroup"]
}

// rule is that at least one target is healthy, which an idle standby can keep to.
func (x *index) rule(primary, standby Metric) Rule {
	r := Rule{Namespace: primary.Namespace, Metric: primary.Name, Statistic: "Minimum", Period: 60, AtLeast: 1}
	for _, name := range slices.Sorted(maps.Keys(primary.Dimensions)) {
		r.Dimensions = append(r.Dimensions, Dimension{name, map[failover.Region]string{
			x.plan.Primary: primary.Dimensions[name], x.plan.Standby: standby.Dimensions[name],
		}})
	}
	return r
}

// balancerName is the name of the load balancer that an endpoint points to, as it was created; empty for any other endpoint.
func balancerName(e failover.Endpoint) string {
	target := e.Value
	if e.Alias != nil {
		target = e.Alias.Name
	}
	if !strings.HasSuffix(target, ".amazonaws.com") || !strings.Contains(target, ".elb.") {
		return ""
	}
	target = strings.TrimPrefix(strings.TrimPrefix(target, "dualstack."), "ipv6.")
	label, _, _ := strings.Cut(target, ".")
	label = strings.TrimPrefix(label, "internal-")
	end := strings.LastIndex(label, "-")
	if end < 1 {
		return ""
	}
	return label[:end]
}

// canaries is a rule about a canary that is named after the application, if there is one in each Region.
func (x *index) canaries(app *Application) []Rule {
	label, _, _ := strings.Cut(app.Name, ".")
	own := map[failover.Region]string{}
	for _, region := range []failover.Region{x.plan.Primary, x.plan.Standby} {
		named := slices.DeleteFunc(slices.Clone(x.canary[region]), func(name string) bool {
			return name != label && !strings.HasPrefix(name, label+"-")
		})
		if len(named) > 1 {
			app.Notes = append(app.Notes, fmt.Sprintf("canaries in %s that may be its own: %s", region, prose.Some(named, 5, ", ")))
		}
		if len(named) != 1 {
			return nil
		}
		own[region] = named[0]
	}
	return []Rule{{
		Namespace: synthetics, Metric: "SuccessPercent", Dimensions: []Dimension{{"CanaryName", own}}, Statistic: "Average", Period: 300, AtLeast: 90,
	}}
}

// checks is a rule about the Route 53 health checks of the record sets, if both Regions have one. It cannot be an application's only
// one: its metrics are in one Region alone, and a failover reads nothing outside of the Region that it moves to.
func (x *index) checks(app *Application) []string {
	ids := map[failover.Region]string{}
	for _, d := range app.Records {
		for region, e := range d.Record.Endpoints {
			ids[region] = cmp.Or(ids[region], e.HealthCheck)
		}
	}
	if ids[x.plan.Primary] == "" || ids[x.plan.Standby] == "" {
		return nil
	}
	return []string{fmt.Sprintf("{namespace: AWS/Route53, metric: HealthCheckStatus, region: %s, dimensions: {HealthCheckId: %s}, statistic: Minimum, periodSeconds: 60, atLeast: 1}  # not as the only rule",
		x.plan.Primary.Partition().GlobalRegion, Dimension{Values: ids}.text())}
}
