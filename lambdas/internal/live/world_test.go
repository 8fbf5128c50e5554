package live

import (
	"fmt"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/drover-dr/drover/internal/failover"
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

// newWorld returns a World and the configuration of clients in us-west-2.
func newWorld(t *testing.T) (*fakeaws.World, aws.Config) {
	t.Helper()
	world := fakeaws.New("111122223333", start, string(east), string(west))
	server := httptest.NewServer(world)
	t.Cleanup(server.Close)
	env, err := entry.LoadEnvironment(func(name string) string {
		return map[string]string{
			failover.PlanVariable: `{}`, failover.TableVariable: "registry", "AWS_REGION": string(west), "AWS_ENDPOINT_URL": server.URL,
			"AWS_ACCESS_KEY_ID": fakeaws.Administrator, "AWS_SECRET_ACCESS_KEY": "secret", "AWS_MAX_ATTEMPTS": "1",
		}[name]
	})
	must(t, err)
	return world, env.Config
}

// application has one record in the zone and one global cluster, both named after it.
func application(name, zone string) failover.Application {
	return failover.Application{
		Name: name, Wave: 1,
		Records: []failover.Record{{
			Name: name + ".shop.example", Type: "A", Zone: zone, ZoneName: "shop.example", TTL: 60,
			Endpoints: map[failover.Region]failover.Endpoint{east: {Value: "192.0.2.10"}, west: {Value: "192.0.2.20"}},
		}},
		Databases: []failover.Database{{
			GlobalCluster: name, Clusters: map[failover.Region]string{east: clusterARN(name, east), west: clusterARN(name, west)},
		}},
		Live: failover.Live{Active: east, Weights: map[failover.Region]int{east: 100, west: 0}},
	}
}

func clusterARN(name string, r failover.Region) string {
	return fmt.Sprintf("arn:aws:rds:%s:111122223333:cluster:%s-%s", r, name, r)
}

func applications(n int, zone string) []failover.Application {
	apps := make([]failover.Application, n)
	for i := range apps {
		apps[i] = application(fmt.Sprintf("app-%04d", i), zone)
	}
	return apps
}

// build makes what the applications say, with these weights, and a writer in us-east-1.
func build(t *testing.T, world *fakeaws.World, apps []failover.Application, eastern, western int) {
	t.Helper()
	zones := map[string]bool{}
	for _, app := range apps {
		for _, r := range app.Records {
			if !zones[r.Zone] {
				zones[r.Zone] = true
				must(t, world.AddZone(r.Zone, r.ZoneName))
			}
			putWeight(t, world, r, east, eastern)
			putWeight(t, world, r, west, western)
		}
		for _, db := range app.Databases {
			must(t, world.AddGlobalCluster(fakeaws.GlobalCluster{
				ID: db.GlobalCluster, Primary: string(east), Lag: 200 * time.Millisecond,
				Members: []fakeaws.Member{
					{Region: string(east), ClusterARN: db.Clusters[east], ClusterID: ClusterID(db.Clusters[east])},
					{Region: string(west), ClusterARN: db.Clusters[west], ClusterID: ClusterID(db.Clusters[west])},
				},
			}))
		}
	}
}

func putWeight(t *testing.T, world *fakeaws.World, r failover.Record, region failover.Region, weight int) {
	t.Helper()
	must(t, world.PutRecordSet(r.Zone, fakeaws.RecordSet{
		Name: r.Name, Type: r.Type, SetIdentifier: string(region), Weight: weight, TTL: r.TTL, Values: []string{r.Endpoints[region].Value},
	}))
}

// countCalls counts the calls of an operation.
func countCalls(world *fakeaws.World, operation string) int {
	n := 0
	for _, c := range world.Calls() {
		if c.Operation == operation {
			n++
		}
	}
	return n
}
