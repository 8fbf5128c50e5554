package validate

import (
	"encoding/json"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/rds"
	"github.com/aws/aws-sdk-go-v2/service/route53"
	"github.com/aws/aws-sdk-go-v2/service/sfn"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/registry"
	"github.com/drover-dr/drover/internal/release"
	"github.com/drover-dr/drover/lambdas/internal/entry"
	"github.com/drover-dr/drover/statemachine/fakeaws"
)

const (
	east failover.Region = "us-east-1"
	west failover.Region = "us-west-2"
)

var start = time.Date(2026, 3, 14, 3, 0, 0, 0, time.UTC)

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// shop is an application with one of everything.
func shop() failover.Application {
	return failover.Application{
		Name: "shop", Wave: 1,
		Records: []failover.Record{{
			Name: "www.shop.example", Type: "A", Zone: "Z1", ZoneName: "shop.example", TTL: 60,
			Endpoints: map[failover.Region]failover.Endpoint{east: {Value: "192.0.2.10"}, west: {Value: "192.0.2.20"}},
		}},
		Databases: []failover.Database{{
			GlobalCluster: "orders", Clusters: map[failover.Region]string{east: clusterARN(east), west: clusterARN(west)},
		}},
		Health: []failover.HealthRule{{
			Namespace: "Shop", Metric: "Served", Dimensions: failover.SameDimensions(map[string]string{"Region": "{region}"}),
			Statistic: "Average", PeriodSeconds: 10, AtLeast: new(99.0),
		}},
		Alarms: []string{"shop-5xx"},
	}
}

// blog is an application of the second wave without a database or alarms, as healthy as shop.
func blog() failover.Application {
	return failover.Application{
		Name: "blog", Wave: 2,
		Records: []failover.Record{{
			Name: "blog.shop.example", Type: "A", Zone: "Z1", ZoneName: "shop.example", TTL: 60,
			Endpoints: map[failover.Region]failover.Endpoint{east: {Value: "192.0.2.11"}, west: {Value: "192.0.2.21"}},
		}},
		Health: shop().Health,
	}
}

func clusterARN(r failover.Region) string {
	return "arn:aws:rds:" + string(r) + ":111122223333:cluster:orders-" + string(r)
}

// scene is a World in which the applications live in us-east-1 and all is well, and the handler in us-west-2.
type scene struct {
	t     *testing.T
	world *fakeaws.World
	store *registry.Store
	h     Handler
}

func newScene(t *testing.T, apps ...failover.Application) *scene {
	t.Helper()
	world := fakeaws.New("111122223333", start, string(east), string(west))
	world.SetMetricDelay(fakeaws.MetricDelay{}) // what is measured is known at once
	must(t, world.AddTable("registry", string(east), string(west)))
	must(t, world.AddZone("Z1", "shop.example"))
	must(t, world.AddGlobalCluster(fakeaws.GlobalCluster{
		ID: "orders", Primary: string(east), Lag: 200 * time.Millisecond,
		Members: []fakeaws.Member{
			{Region: string(east), ClusterARN: clusterARN(east), ClusterID: "orders-us-east-1"},
			{Region: string(west), ClusterARN: clusterARN(west), ClusterID: "orders-us-west-2"},
		},
	}))
	must(t, world.AddAlarm(fakeaws.Alarm{Region: string(west), Name: "shop-5xx", State: "OK"}))
	s := &scene{t: t, world: world}
	server := httptest.NewServer(world)
	t.Cleanup(server.Close)
	env, err := entry.LoadEnvironment(func(name string) string {
		return map[string]string{
			failover.PlanVariable: `{}`, failover.TableVariable: "registry", "AWS_REGION": string(west), "AWS_ENDPOINT_URL": server.URL,
			"AWS_ACCESS_KEY_ID": fakeaws.Administrator, "AWS_SECRET_ACCESS_KEY": "secret", "AWS_MAX_ATTEMPTS": "1",
		}[name]
	})
	must(t, err)
	cfg := env.Config
	s.store = &registry.Store{Client: dynamodb.NewFromConfig(cfg), Table: "registry", Plan: failover.DefaultPlan()}
	for _, region := range []failover.Region{east, west} {
		must(t, s.store.PublishRelease(t.Context(), registry.Release{Region: region, Version: release.Version, Format: failover.Format, Since: start.Add(-time.Hour)}))
		must(t, s.store.PublishPlan(t.Context(), region, failover.DefaultPlan()))
	}
	if len(apps) > 0 {
		_, err := s.store.Register(t.Context(), failover.DefaultPlan(), apps, start)
		must(t, err)
	}
	for _, app := range apps {
		for _, r := range app.Records {
			s.putWeights(r, 100, 0)
		}
	}
	s.h = Handler{
		Plan: failover.DefaultPlan(), Region: west, Table: "registry",
		Route53:       route53.NewFromConfig(cfg),
		RDS:           func(r failover.Region) *rds.Client { return rds.NewFromConfig(env.In(r)) },
		CloudWatch:    func(r failover.Region) *cloudwatch.Client { return cloudwatch.NewFromConfig(env.In(r)) },
		StepFunctions: func(r failover.Region) Executions { return sfn.NewFromConfig(env.In(r)) },
		Registry:      s.store,
	}
	s.pass(5 * time.Minute)
	return s
}

func (s *scene) putWeights(r failover.Record, eastern, western int) {
	s.t.Helper()
	for region, weight := range map[failover.Region]int{east: eastern, west: western} {
		must(s.t, s.world.PutRecordSet(r.Zone, fakeaws.RecordSet{
			Name: r.Name, Type: r.Type, SetIdentifier: string(region), Weight: weight, TTL: r.TTL, Values: []string{r.Endpoints[region].Value},
		}))
	}
}

// pass lets time pass while the shop is served well in both Regions.
func (s *scene) pass(d time.Duration) {
	s.world.AdvanceTo(s.world.Now().Add(d))
	for _, region := range []string{string(east), string(west)} {
		s.world.PutMetric(region, "Shop", "Served", map[string]string{"Region": region}, 100)
	}
	s.world.AdvanceTo(s.world.Now().Add(5 * time.Second))
}

func (s *scene) request(input string) failover.ValidateRequest {
	return failover.ValidateRequest{
		Execution: failover.ExecutionContext{
			ID: "arn:aws:states:us-west-2:111122223333:execution:drover:run-1", Name: "run-1", StartTime: s.world.Now(),
		},
		Input: json.RawMessage(input), Phase: failover.Outbound, Now: s.world.Now(),
	}
}

func (s *scene) validate(input string) failover.ValidateAnswer {
	s.t.Helper()
	answer, err := s.h.Handle(s.t.Context(), s.request(input))
	must(s.t, err)
	return answer
}

// mutations are the calls that could have changed anything, except the setting up.
func (s *scene) mutations() []string {
	var all []string
	for _, c := range s.world.Calls() {
		if c.Mutating && !c.At.Before(start.Add(time.Minute)) {
			all = append(all, c.Service+":"+c.Operation+" "+c.Region)
		}
	}
	return all
}

// codes are the findings of a severity in short.
func codes(answer failover.ValidateAnswer, severity failover.Severity) []string {
	all := []string{}
	for _, f := range answer.Findings {
		if f.Severity == severity {
			all = append(all, f.Code)
		}
	}
	return all
}

func (s *scene) contains(text, want string) {
	s.t.Helper()
	if !strings.Contains(text, want) {
		s.t.Errorf("%q is not in:\n%s", want, text)
	}
}
