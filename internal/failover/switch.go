package failover

import (
	"errors"
	"fmt"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"
)

// Lever is what drives the health checks of a switch.
type Lever string

// The levers.
const (
	// EndpointLever is an HTTPS route of the stack in the other Region, which inverted health checks read.
	EndpointLever Lever = "endpoint"
	// MetricLever is a metric in the other Region, which health checks of CloudWatch alarms read.
	MetricLever Lever = "metric"
	// RoutingControlLever is a pair of routing controls of Amazon Application Recovery Controller.
	RoutingControlLever Lever = "routing-control"
)

// LeverTimeLimit is how long the function behind an [EndpointLever] waits for its table: less than the two seconds that health checkers
// wait for an answer ("How Amazon Route 53 determines whether a health check is healthy", Amazon Route 53 Developer Guide).
const LeverTimeLimit = 1500 * time.Millisecond

// Levers are all levers, in the order in which errors list them.
var Levers = []Lever{EndpointLever, MetricLever, RoutingControlLever}

// Switch moves all traffic of a group of applications with one write into the data plane of the Region that they move to.
//
// The records of both Regions carry a health check. While the check of the record set with weight 100 is unhealthy, Route 53
// answers with the record set of weight 0 ("How Amazon Route 53 chooses records when health checking is configured", Amazon
// Route 53 Developer Guide). No call to the Route 53 control plane, which is in us-east-1, is needed.
type Switch struct {
	// Name is unique in the plan.
	Name string `json:"name"`
	// Lever drives the health checks.
	Lever Lever `json:"lever"`
	// RoutingControl names what a [RoutingControlLever] needs; nil for every other lever.
	RoutingControl *RoutingControl `json:"routingControl,omitempty"`
}

// RoutingControl is one routing control for each Region, in a cluster of Amazon Application Recovery Controller. All of it is
// written down, for the API that could look it up may be unavailable in a disaster ("Best practices for routing control in
// ARC", Amazon Application Recovery Controller (ARC) Developer Guide).
type RoutingControl struct {
	// Endpoints are the five Regional endpoints of the cluster.
	Endpoints []ClusterEndpoint `json:"endpoints"`
	// Controls holds the ARN of the routing control of each Region of the plan: On lets users into that Region.
	Controls map[Region]string `json:"controls"`
	// HealthChecks holds the id of the health check of each routing control.
	HealthChecks map[Region]string `json:"healthChecks"`
}

// ClusterEndpoint is one of a cluster's endpoints; a call to it is signed for its Region.
type ClusterEndpoint struct {
	Region Region `json:"region"`
	URL    string `json:"url"`
}

// ClusterEndpoints is how many Regional endpoints a cluster has.
const ClusterEndpoints = 5

// NoSwitch, as the switch of an application, leaves its traffic to weights alone.
const NoSwitch = "none"

// Mode is how the traffic of an application leaves a Region in a failover.
type Mode string

// The modes.
const (
	// Weighted changes DNS weights, which needs the Route 53 control plane in us-east-1.
	Weighted Mode = "weighted"
	// HealthCheck drives health checks from the Region that users move to.
	HealthCheck Mode = "health-check"
	// RoutingControlMode changes the state of routing controls.
	RoutingControlMode Mode = "routing-control"
)

// Mode returns how a switch moves traffic.
func (s Switch) Mode() Mode {
	if s.Lever == RoutingControlLever {
		return RoutingControlMode
	}
	return HealthCheck
}

// Delay is how long it takes at most, after a switch was written, until Route 53 answers by it: an endpoint is asked every ten
// seconds; a metric has periods of a minute, and its datapoints come up to a minute late; and ten seconds more until all name
// servers know.
func (s Switch) Delay() time.Duration {
	if s.Lever == MetricLever {
		return 130 * time.Second
	}
	return 20 * time.Second
}

// SwitchOf returns the switch of an application: the one that it names, or the plan's first. It has none when it says
// [NoSwitch], when the plan has no switch, or when it names one that the plan does not have.
func (p Plan) SwitchOf(app Application) (Switch, bool) {
	if app.Switch == "" && len(p.Switches) > 0 {
		return p.Switches[0], true
	}
	return p.SwitchNamed(app.Switch)
}

// SwitchNamed returns the switch of a name.
func (p Plan) SwitchNamed(name string) (Switch, bool) {
	i := slices.IndexFunc(p.Switches, func(s Switch) bool { return s.Name == name })
	if i < 0 {
		return Switch{}, false
	}
	return p.Switches[i], true
}

// Uses says whether a switch of the plan moves the traffic of any of the applications.
func (p Plan) Uses(s Switch, apps []Application) bool {
	return slices.ContainsFunc(apps, func(app Application) bool {
		of, ok := p.SwitchOf(app)
		return ok && of.Name == s.Name
	})
}

// Switched says whether the run moves the traffic of the application by a switch of the plan.
func (r Run) Switched(plan Plan, app Application) bool {
	s, ok := plan.SwitchOf(app)
	return ok && slices.Contains(r.Switches, s.Name)
}

// WeightsPending says whether a switch of the run has moved the users of the application, and weights of its records are still to
// be written. An application that moves by weights may have records in the same hosted zone, and does not wait for a later run.
func (r Run) WeightsPending(plan Plan, aside Aside, app Application) bool {
	of, _ := plan.SwitchOf(app)
	return r.Switched(plan, app) && !aside.Switch(of.Name, app.Wave) && aside.PendingTraffic(app)
}

// SwitchChecks are the ids of the health checks of a switch: for each Region, that of the check on its record sets.
type SwitchChecks map[Region]string

// Carried says whether every record of the application carries the health checks of its switch.
func (c SwitchChecks) Carried(app Application) bool {
	for _, r := range app.Records {
		for region, endpoint := range r.Endpoints {
			if !c.On(region, endpoint) {
				return false
			}
		}
	}
	return true
}

// On says whether the record set of a Region carries the health check of the switch: itself, or among the children of a
// calculated one.
func (c SwitchChecks) On(region Region, e Endpoint) bool {
	return c[region] != "" && (e.HealthCheck == c[region] || e.HealthCheck != "" && e.SwitchCheck == c[region])
}

// ChecksOf are the health checks of a switch: those of its routing controls, or of those that the stacks have published.
func (s Switch) ChecksOf(published map[string]SwitchChecks) SwitchChecks {
	if s.RoutingControl != nil {
		return s.RoutingControl.HealthChecks
	}
	return published[s.Name]
}

var (
	switchName     = regexp.MustCompile(`^[a-z][a-z0-9-]{0,19}$`)
	routingControl = regexp.MustCompile(`^arn:aws[a-z-]*:route53-recovery-control::\d{12}:controlpanel/[a-f0-9]{1,32}/routingcontrol/[a-f0-9]{1,16}$`)
	healthCheckID  = regexp.MustCompile(`^[a-f0-9-]{1,64}$`)
)

// SwitchName returns what is wrong with the name of a switch, or nothing.
func SwitchName(name string) string {
	if switchName.MatchString(name) && name != NoSwitch {
		return ""
	}
	return fmt.Sprintf("%q; expected a lower-case letter and then up to 19 of a-z, 0-9 and -, and not %q", name, NoSwitch)
}

// validateSwitches checks the plan's switches.
func (p Plan) validateSwitches() error {
	var problems []error
	for i, s := range p.Switches {
		add := func(field, format string, args ...any) {
			problems = append(problems, fmt.Errorf("switches[%d].%s: %s", i, field, fmt.Sprintf(format, args...)))
		}
		if wrong := SwitchName(s.Name); wrong != "" {
			add("name", "%s", wrong)
		}
		if slices.ContainsFunc(p.Switches[:i], func(before Switch) bool { return before.Name == s.Name }) {
			add("name", "%q is declared twice; expected each name once", s.Name)
		}
		if !slices.Contains(Levers, s.Lever) {
			add("lever", "%q; expected %s, %s or %s", s.Lever, EndpointLever, MetricLever, RoutingControlLever)
		}
		switch {
		case s.Lever == RoutingControlLever && s.RoutingControl == nil:
			add("routingControl", "missing; expected endpoints, controls and healthChecks, for the lever is %s", s.Lever)
		case s.Lever != RoutingControlLever && s.RoutingControl != nil:
			add("routingControl", "given; expected it only with the lever %s", RoutingControlLever)
		case s.RoutingControl != nil:
			p.validateRoutingControl(*s.RoutingControl, add)
		}
	}
	return errors.Join(problems...)
}

func (p Plan) validateRoutingControl(rc RoutingControl, add func(field, format string, args ...any)) {
	if len(rc.Endpoints) != ClusterEndpoints {
		add("routingControl.endpoints", "%d; expected the cluster's %d Regional endpoints (aws route53-recovery-control-config describe-cluster)", len(rc.Endpoints), ClusterEndpoints)
	}
	for i, e := range rc.Endpoints {
		field := fmt.Sprintf("routingControl.endpoints[%d]", i)
		if _, err := ParseRegion(string(e.Region)); err != nil {
			add(field+".region", "%s", err)
		}
		if u, err := url.Parse(e.URL); err != nil || u.Scheme != "https" || u.Host == "" {
			add(field+".url", "%q; expected a URL such as https://host-aaaaaa.us-east-1.example.com/v1", e.URL)
		}
		if slices.ContainsFunc(rc.Endpoints[:i], func(before ClusterEndpoint) bool { return before.URL == e.URL }) {
			add(field+".url", "%q is there twice; expected each endpoint once", e.URL)
		}
	}
	p.validatePair("routingControl.controls", rc.Controls, routingControl, "the ARN of a routing control", add)
	p.validatePair("routingControl.healthChecks", rc.HealthChecks, healthCheckID, "the id of a Route 53 health check", add)
}

// validatePair checks a map that has one value for each Region of the plan.
func (p Plan) validatePair(field string, of map[Region]string, form *regexp.Regexp, expected string, add func(field, format string, args ...any)) {
	for _, region := range slices.Sorted(maps.Keys(of)) {
		switch {
		case !p.Has(region):
			add(field, "%q is not a Region of the plan; expected %s and %s", region, p.Primary, p.Standby)
		case !form.MatchString(of[region]):
			add(field+"."+string(region), "%q; expected %s", of[region], expected)
		}
	}
	for _, region := range []Region{p.Primary, p.Standby} {
		if _, ok := of[region]; !ok {
			add(field, "%s is missing; expected %s and %s", region, p.Primary, p.Standby)
		}
	}
	if of[p.Primary] != "" && strings.EqualFold(of[p.Primary], of[p.Standby]) {
		add(field, "the same for both Regions; expected one for each")
	}
}

// MetricNamespace is the one namespace into which Drover writes metrics.
const MetricNamespace = "Drover"

// EvacuatedMetric is the metric of a [MetricLever], in [MetricNamespace] of the Region that users move to: 1 makes users
// leave the Region of its dimension, 0 does not.
const EvacuatedMetric = "Evacuated"

// Dimension is one dimension of a CloudWatch metric.
type Dimension struct{ Name, Value string }

// EvacuatedDimensions are those of [EvacuatedMetric] for the Region that users of a switch are to leave.
func EvacuatedDimensions(plan Plan, s Switch, leaves Region) []Dimension {
	return []Dimension{{"Plan", plan.Name}, {"Switch", s.Name}, {"Region", string(leaves)}}
}

// SwitchAlarm is the name of the alarm whose metric the health check of a [MetricLever] reads.
func SwitchAlarm(plan Plan, s Switch) string { return plan.Name + "-switch-" + s.Name }

// LeverFunction is the name of the function that health checkers ask.
func LeverFunction(plan Plan) string { return plan.Name + "-lever" }

// DrivenByEndpoint says whether a switch of the plan has an [EndpointLever].
func (p Plan) DrivenByEndpoint() bool {
	return slices.ContainsFunc(p.Switches, func(s Switch) bool { return s.Lever == EndpointLever })
}

// ParseSwitchChecks reads the value of [SwitchChecksVariable]: ids of health checks by the name of their switch.
func ParseSwitchChecks(text string) map[string]string {
	checks := map[string]string{}
	for pair := range strings.SplitSeq(text, ",") {
		if name, id, ok := strings.Cut(pair, "="); ok {
			checks[name] = id
		}
	}
	return checks
}
