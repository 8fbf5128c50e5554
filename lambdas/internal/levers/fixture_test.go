package levers_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/route53recoverycluster"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/registry"
	"github.com/drover-dr/drover/lambdas/internal/levers"
	"github.com/drover-dr/drover/statemachine/fakeaws"
	"github.com/drover-dr/drover/statemachine/fakeaws/fakeawstest"
)

const (
	east = failover.Region(fakeawstest.East)
	west = failover.Region(fakeawstest.West)

	panel = "arn:aws:route53-recovery-control::111122223333:controlpanel/0a"
	rule  = panel + "/safetyrule/0b"
	both  = panel + "/safetyrule/0c"
)

var clusterRegions = []string{string(east), string(west), "eu-west-1", "ap-northeast-1", "ap-southeast-2"}

// fixture is a plan in the West with its registry, and AWS as the levers see it.
type fixture struct {
	fakeawstest.Served
	levers.Switches
	store *registry.Store
	// asked are the hosts of the cluster's endpoints that were asked, by their Regions.
	asked *[]string
}

func newFixture(t *testing.T, switches ...failover.Switch) *fixture {
	t.Helper()
	f := &fixture{Served: fakeawstest.Serve(t), asked: &[]string{}}
	must(t, f.AddTable("registry", string(east), string(west)))
	plan := failover.DefaultPlan()
	plan.Switches = switches
	f.store = &registry.Store{Table: "registry", Plan: plan, Client: dynamodb.NewFromConfig(f.Config(string(west), fakeaws.Administrator))}
	literal := f.Config(string(west), fakeaws.Administrator)
	literal.BaseEndpoint = nil // as in AWS: the plan has the endpoints
	f.Switches = levers.Switches{
		Plan: plan, Registry: f.store,
		Clients: levers.Clients{
			Metrics: func(region failover.Region) levers.Metrics {
				return cloudwatch.NewFromConfig(f.Config(string(region), fakeaws.Administrator))
			},
			Cluster: route53recoverycluster.NewFromConfig(literal),
		},
	}
	return f
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// by is a run that makes users leave the East.
func (f *fixture) by(epoch int64, id string) levers.Writer {
	return levers.Writer{Run: failover.Run{ID: id, Epoch: epoch, Action: failover.Failover, From: east, To: west}, Now: f.Now(), Round: 1}
}

func (f *fixture) evacuate(t *testing.T, w levers.Writer, names ...string) map[string]error {
	t.Helper()
	failed, err := f.Evacuate(t.Context(), w, w.Run.From, names)
	must(t, err)
	return failed
}

func (f *fixture) state(t *testing.T, name string) registry.SwitchState {
	t.Helper()
	state, err := f.store.Switch(t.Context(), name)
	must(t, err)
	return state
}

// calls are those from a point on, as service and operation, without the tries that read.
func (f *fixture) callsSince(before int) []string {
	var all []string
	for _, c := range f.Calls()[before:] {
		if c.Mutating || c.Operation == "PutMetricData" || c.Operation == "UpdateRoutingControlStates" {
			text := c.Region + " " + c.Operation
			if c.Code != "" {
				text += " " + c.Code
			}
			all = append(all, text)
		}
	}
	return all
}

func metricSwitch(name string) failover.Switch {
	return failover.Switch{Name: name, Lever: failover.MetricLever}
}

// withMetric adds alarm and health check of a metric switch for each Region, driven from the other one.
func (f *fixture) withMetric(t *testing.T, name string) {
	t.Helper()
	for _, leaves := range []failover.Region{east, west} {
		dims := map[string]string{}
		for _, d := range failover.EvacuatedDimensions(f.Plan, metricSwitch(name), leaves) {
			dims[d.Name] = d.Value
		}
		alarm, home := "switch-"+name, string(f.Plan.Other(leaves))
		must(t, f.AddAlarm(fakeaws.Alarm{Region: home, Name: alarm, Rule: fakeaws.AlarmRule{
			Namespace: "Drover", Metric: failover.EvacuatedMetric, Dimensions: dims, Statistic: "Maximum", PeriodSeconds: 60,
			Comparison: "GreaterThanOrEqualToThreshold", Threshold: 1, Datapoints: 1, TreatMissing: "ignore",
		}}))
		must(t, f.AddHealthCheck(fakeaws.HealthCheck{ID: string(leaves), Type: fakeaws.CheckMetric, Alarm: alarm, AlarmRegion: home, InsufficientData: fakeaws.MissingLastKnown}))
	}
}

// healthy are the health checks of East and West.
func (f *fixture) healthy() string {
	a, _ := f.Healthy(string(east))
	b, _ := f.Healthy(string(west))
	return fmt.Sprint(a, " ", b)
}

// control is the ARN of a routing control.
func control(n int, region failover.Region) string {
	return fmt.Sprintf("%s/routingcontrol/%02x%s", panel, n, map[failover.Region]string{east: "e", west: "f"}[region])
}

// withCluster gives the plan n switches with routing controls, arc-0 and so on, of one cluster with five endpoints, each at a
// host of its own. A safety rule asserts that one control of the first switch is on; another one that both of the second are.
func withCluster(t *testing.T, n int) *fixture {
	t.Helper()
	f := newFixture(t)
	var endpoints []failover.ClusterEndpoint
	for _, region := range clusterRegions {
		server := httptest.NewServer(http.StripPrefix("/v1", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			*f.asked = append(*f.asked, region)
			f.ServeHTTP(w, r)
		})))
		t.Cleanup(server.Close)
		endpoints = append(endpoints, failover.ClusterEndpoint{Region: failover.Region(region), URL: server.URL + "/v1"})
	}
	cluster := fakeaws.RoutingCluster{Regions: clusterRegions, Rules: []fakeaws.SafetyRule{
		{ARN: rule, Name: "one-on", Controls: []string{control(0, east), control(0, west)}, AtLeast: 1},
	}}
	if n > 1 {
		cluster.Rules = append(cluster.Rules, fakeaws.SafetyRule{ARN: both, Name: "both-on", Controls: []string{control(1, east), control(1, west)}, AtLeast: 2})
	}
	for i := range n {
		s := failover.Switch{Name: fmt.Sprintf("arc-%d", i), Lever: failover.RoutingControlLever, RoutingControl: &failover.RoutingControl{Endpoints: endpoints, Controls: map[failover.Region]string{}}}
		for _, region := range []failover.Region{east, west} {
			s.RoutingControl.Controls[region] = control(i, region)
			cluster.Controls = append(cluster.Controls, fakeaws.RoutingControl{ARN: control(i, region), Name: control(i, region), PanelARN: panel, PanelName: "drover", On: true})
		}
		f.Plan.Switches = append(f.Plan.Switches, s)
	}
	f.store.Plan = f.Plan
	must(t, f.AddRoutingCluster(cluster))
	return f
}

// on says of each switch which of its controls Route 53 sees on, East and West.
func (f *fixture) on(t *testing.T, n int) string {
	t.Helper()
	f.Pass(6 * time.Second)
	e, ok := f.RoutingControl(control(n, east))
	w, _ := f.RoutingControl(control(n, west))
	if !ok {
		t.Fatalf("there is no routing control %d", n)
	}
	return fmt.Sprint(e, " ", w)
}
