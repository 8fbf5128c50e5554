package notify

import (
	"encoding/json"
	"errors"
	"io"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/plainbody"
	"github.com/drover-dr/drover/lambdas/internal/entry"
	"github.com/drover-dr/drover/statemachine/fakeaws"
)

// newHandler returns the handler in us-west-2 and a World in which the named applications, each with a record and a
// database, are wholly in us-east-1.
func newHandler(t *testing.T, names ...string) (Handler, *fakeaws.World) {
	t.Helper()
	world := fakeaws.New("111122223333", outage, string(east), string(west))
	server := httptest.NewServer(world)
	t.Cleanup(server.Close)
	h := New(entry.Environment{
		Metrics: entry.MetricLog{Out: io.Discard},
		Plan:    failover.DefaultPlan(), Region: west, Table: "registry", Bucket: "reports", TopicARN: world.AddTopic(string(west), "drover"),
		Config: aws.Config{
			Region:       string(west),
			Credentials:  credentials.NewStaticCredentialsProvider(fakeaws.Administrator, "secret", ""),
			BaseEndpoint: aws.String(server.URL),
			HTTPClient:   plainbody.New(),
			Retryer:      func() aws.Retryer { return aws.NopRetryer{} },
		},
	})
	err := errors.Join(world.AddTable("registry", string(east), string(west)), world.AddZone(zone, "example.com"), world.AddBucket(string(west), "reports"))
	var apps []failover.Application
	for _, name := range names {
		app := application(name)
		apps = append(apps, app)
		err = errors.Join(err, setWeights(world, name, 100, 0), world.AddGlobalCluster(globalCluster(app)))
	}
	_, registerErr := h.Registry.Register(t.Context(), failover.DefaultPlan(), apps, outage)
	if err := errors.Join(err, registerErr); err != nil {
		t.Fatal(err)
	}
	return h, world
}

func application(name string) failover.Application {
	clusters := map[failover.Region]string{}
	for _, r := range []failover.Region{east, west} {
		clusters[r] = "arn:aws:rds:" + string(r) + ":111122223333:cluster:" + name + "-" + string(r)
	}
	return failover.Application{
		Name: name, Wave: 1,
		Records: []failover.Record{{
			Name: name + ".example.com", Type: "A", Zone: zone, ZoneName: "example.com", TTL: 60,
			Endpoints: map[failover.Region]failover.Endpoint{east: {Value: "192.0.2.1"}, west: {Value: "192.0.2.1"}},
		}},
		Databases: []failover.Database{{GlobalCluster: name, Clusters: clusters}},
		Health:    []failover.HealthRule{{Namespace: "App", Metric: "Served", Statistic: "Average", PeriodSeconds: 60, AtLeast: new(99.0)}},
	}
}

func globalCluster(app failover.Application) fakeaws.GlobalCluster {
	g := fakeaws.GlobalCluster{ID: app.Name, Primary: string(east)}
	for _, r := range []failover.Region{east, west} {
		g.Members = append(g.Members, fakeaws.Member{Region: string(r), ClusterARN: app.Databases[0].Clusters[r], ClusterID: app.Name + "-" + string(r)})
	}
	return g
}

func setWeights(world *fakeaws.World, name string, inEast, inWest int) error {
	set := fakeaws.RecordSet{Name: name + ".example.com", Type: "A", TTL: 60, Values: []string{"192.0.2.1"}}
	set.SetIdentifier, set.Weight = string(east), inEast
	err := world.PutRecordSet(zone, set)
	set.SetIdentifier, set.Weight = string(west), inWest
	return errors.Join(err, world.PutRecordSet(zone, set))
}

// move makes an application's traffic be in us-west-2, in Route 53 and in the registry. Its database stays where it is.
func move(t *testing.T, h Handler, world *fakeaws.World, name string) {
	t.Helper()
	_, err := h.Registry.SetLive(t.Context(), application(name), failover.Live{
		Active: west, Weights: map[failover.Region]int{east: 0, west: 100}, Epoch: 7,
	})
	if err := errors.Join(err, setWeights(world, name, 0, 100)); err != nil {
		t.Fatal(err)
	}
}

func request(outcome failover.Outcome) failover.NotifyRequest {
	return failover.NotifyRequest{
		Run: sampleRun(), Outcome: outcome, StagesDone: 1, Stages: 1, LagMillis: 800, Now: outage.Add(432 * time.Second),
	}
}

func handle(t *testing.T, h Handler, req failover.NotifyRequest) failover.NotifyAnswer {
	t.Helper()
	answer, err := h.End(t.Context(), req)
	if err != nil {
		t.Fatal(err)
	}
	return answer
}

func readReport(t *testing.T, world *fakeaws.World) failover.Report {
	t.Helper()
	text, ok := world.Object("reports", failover.ReportKey("run-1"))
	if !ok {
		t.Fatal("there is no report")
	}
	var r failover.Report
	if err := json.Unmarshal(text, &r); err != nil {
		t.Fatal(err)
	}
	return r
}

// theMessage is the one message that was published.
func theMessage(t *testing.T, world *fakeaws.World) fakeaws.Message {
	t.Helper()
	all := world.Messages()
	if len(all) != 1 {
		t.Fatalf("got %d messages; want one", len(all))
	}
	return all[0]
}

// calls counts the calls of an operation.
func calls(world *fakeaws.World, operation string) int {
	n := 0
	for _, c := range world.Calls() {
		if c.Operation == operation {
			n++
		}
	}
	return n
}

// unhealthy is what VerifyHealth has found in its last check.
func unhealthy(reason string) failover.StepFailure {
	return failover.StepFailure{State: failover.VerifyHealth, Wave: 1, Cause: reason}
}
