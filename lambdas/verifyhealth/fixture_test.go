package verifyhealth

import (
	"errors"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/rds"
	"github.com/aws/aws-sdk-go-v2/service/route53"
	"github.com/aws/aws-sdk-go-v2/service/route53/types"
	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/plainbody"
	"github.com/drover-dr/drover/internal/registry"
	"github.com/drover-dr/drover/statemachine/fakeaws"
)

// stand is the handler in us-west-2, the World it looks at, and what a test needs to change that.
type stand struct {
	Handler
	t     *testing.T
	world *fakeaws.World
	dns   *route53.Client
	apps  []failover.Application
}

// newStand sets up applications of wave 1, each with a record, a database and a health rule, after all of them was moved
// manually to us-west-2: nothing is wrong.
func newStand(t *testing.T, names ...string) *stand {
	t.Helper()
	return newStandWriting(t, west, names...)
}

// newStandWriting is the same with the writers in a Region.
func newStandWriting(t *testing.T, writer failover.Region, names ...string) *stand {
	t.Helper()
	world := fakeaws.New("111122223333", begin, string(east), string(west))
	server := httptest.NewServer(world)
	t.Cleanup(server.Close)
	config := func(region failover.Region) aws.Config {
		return aws.Config{
			Region:       string(region),
			Credentials:  credentials.NewStaticCredentialsProvider(fakeaws.Administrator, "secret", ""),
			BaseEndpoint: aws.String(server.URL),
			HTTPClient:   plainbody.New(),
			Retryer:      func() aws.Retryer { return aws.NopRetryer{} },
		}
	}
	s := &stand{t: t, world: world, dns: route53.NewFromConfig(config(west))}
	s.Handler = Handler{
		Registry:   &registry.Store{Table: "registry", Plan: failover.DefaultPlan(), Client: dynamodb.NewFromConfig(config(west))},
		Route53:    s.dns,
		RDS:        func(r failover.Region) *rds.Client { return rds.NewFromConfig(config(r)) },
		CloudWatch: func(r failover.Region) *cloudwatch.Client { return cloudwatch.NewFromConfig(config(r)) },
	}
	s.must(errors.Join(world.AddTable("registry", string(east), string(west)), world.AddZone(zone, "example.com")))
	for _, name := range names {
		s.apps = append(s.apps, s.add(name, writer))
	}
	_, err := s.Registry.Register(t.Context(), failover.DefaultPlan(), s.apps, begin)
	s.must(err)
	return s
}

func (s *stand) must(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

// add puts one application into the World: its records, global cluster and metric.
func (s *stand) add(name string, writer failover.Region) failover.Application {
	s.t.Helper()
	g := fakeaws.GlobalCluster{ID: name, Primary: string(writer)}
	clusters := map[failover.Region]string{}
	endpoints := map[failover.Region]failover.Endpoint{}
	for _, r := range []failover.Region{east, west} {
		id := name + "-" + string(r)
		clusters[r] = "arn:aws:rds:" + string(r) + ":111122223333:cluster:" + id
		endpoints[r] = failover.Endpoint{Value: "192.0.2.1"}
		g.Members = append(g.Members, fakeaws.Member{Region: string(r), ClusterARN: clusters[r], ClusterID: id})
	}
	s.must(s.world.AddGlobalCluster(g))
	s.setWeight(name, east, 0)
	s.setWeight(name, west, 100)
	s.serve(name, 100)
	atLeast := 99.0
	return failover.Application{
		Name: name, Wave: 1,
		Records:   []failover.Record{{Name: name + ".example.com", Type: "A", Zone: zone, ZoneName: "example.com", TTL: 60, Endpoints: endpoints}},
		Databases: []failover.Database{{GlobalCluster: name, Clusters: clusters}},
		Health: []failover.HealthRule{{
			Namespace: "Application", Metric: "ServedPercent", Dimensions: failover.SameDimensions(map[string]string{"Application": name, "Region": "{region}"}),
			Statistic: "Average", PeriodSeconds: 10, AtLeast: &atLeast,
		}},
	}
}

func (s *stand) setWeight(name string, region failover.Region, weight int) {
	s.t.Helper()
	s.must(s.world.PutRecordSet(zone, fakeaws.RecordSet{
		Name: name + ".example.com", Type: "A", SetIdentifier: string(region), Weight: weight, TTL: 60, Values: []string{"192.0.2.1"},
	}))
}

// serve publishes the share of requests that the application serves in us-west-2.
func (s *stand) serve(name string, percent float64) {
	dimensions := map[string]string{"Application": name, "Region": string(west)}
	s.world.PutMetric(string(west), "Application", "ServedPercent", dimensions, percent)
}

// change submits a change that is pending for 30 seconds, and returns its id.
func (s *stand) change() string {
	s.t.Helper()
	out, err := s.dns.ChangeResourceRecordSets(s.t.Context(), &route53.ChangeResourceRecordSetsInput{
		HostedZoneId: aws.String(zone),
		ChangeBatch: &types.ChangeBatch{Changes: []types.Change{{Action: types.ChangeActionUpsert, ResourceRecordSet: &types.ResourceRecordSet{
			Name: aws.String("_drover-drover.example.com"), Type: types.RRTypeTxt, TTL: aws.Int64(60),
			ResourceRecords: []types.ResourceRecord{{Value: aws.String(`"x"`)}},
		}}}},
	})
	s.must(err)
	return strings.TrimPrefix(*out.ChangeInfo.Id, "/change/")
}

// promote asks for the promotion of an application's database in us-west-2.
func (s *stand) promote(app failover.Application) {
	s.t.Helper()
	_, err := s.RDS(west).FailoverGlobalCluster(s.t.Context(), &rds.FailoverGlobalClusterInput{
		GlobalClusterIdentifier: aws.String(app.Name), AllowDataLoss: aws.Bool(true),
		TargetDbClusterIdentifier: aws.String(app.Databases[0].Clusters[west]),
	})
	s.must(err)
}

// attempt asks for a check now, at a stage that has moved all traffic, does not promote, and needs one pass. What is verified
// of the records is for the tests of last_test.go.
func (s *stand) attempt(adjust ...func(*failover.VerifyRequest)) failover.VerifyAnswer {
	s.t.Helper()
	answer := s.checkOnce(adjust...)
	answer.Inventory = nil
	return answer
}

func (s *stand) checkOnce(adjust ...func(*failover.VerifyRequest)) failover.VerifyAnswer {
	s.t.Helper()
	answer, err := s.Handle(s.t.Context(), s.request(adjust...))
	s.must(err)
	return answer
}

func (s *stand) request(adjust ...func(*failover.VerifyRequest)) failover.VerifyRequest {
	percent := 100
	req := failover.VerifyRequest{
		Run:   failover.Run{ID: "run-1", Action: failover.Failover, From: east, To: west, Epoch: 7, AllowDataLoss: true},
		Stage: failover.Stage{Wave: 1, From: east, To: west, Percent: &percent, Passes: 1},
		Now:   s.world.Now(),
	}
	for _, f := range adjust {
		f(&req)
	}
	return req
}
