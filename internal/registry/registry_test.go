package registry

import (
	"context"
	"fmt"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/plainbody"
	"github.com/drover-dr/drover/statemachine/fakeaws"
)

const (
	east = failover.Region("us-east-1")
	west = failover.Region("us-west-2")
)

var (
	ctx  = context.Background()
	noon = time.Date(2026, 1, 31, 12, 0, 0, 0, time.UTC)
)

// newStore returns a store in the standby, whose table is empty, behind the real SDK.
func newStore(t *testing.T) *Store {
	t.Helper()
	world := fakeaws.New("111122223333", noon, string(east), string(west))
	if err := world.AddTable("drover", string(east), string(west)); err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewServer(world)
	t.Cleanup(srv.Close)
	return &Store{Table: "drover", Plan: failover.DefaultPlan(), Client: dynamodb.New(dynamodb.Options{
		Region:       string(west),
		BaseEndpoint: &srv.URL,
		HTTPClient:   plainbody.New(),
		Credentials:  credentials.NewStaticCredentialsProvider(fakeaws.Administrator, "secret", ""),
	})}
}

// application returns one with everything that an application can have.
func application(name string, wave int) failover.Application {
	atLeast := 99.0
	return failover.Application{
		Name: name,
		Wave: wave,
		Records: []failover.Record{{
			Name: name + ".example.com", Type: "A", Zone: "Z0000000000EXAMPLE", ZoneName: "example.com", TTL: 60,
			Endpoints: map[failover.Region]failover.Endpoint{
				east: {Value: "192.0.2.10"},
				west: {Alias: &failover.Alias{Name: "lb.example.net", Zone: "Z1H1FL5HABSF5"}, HealthCheck: "abc"},
			},
		}},
		Databases: []failover.Database{{GlobalCluster: name, Clusters: map[failover.Region]string{
			east: "arn:aws:rds:us-east-1:111122223333:cluster:" + name,
			west: "arn:aws:rds:us-west-2:111122223333:cluster:" + name,
		}}},
		Health: []failover.HealthRule{{
			Namespace: "Application", Metric: "ServedPercent", Dimensions: failover.SameDimensions(map[string]string{"Region": "{region}"}),
			Statistic: "Average", PeriodSeconds: 10, AtLeast: &atLeast,
		}},
		Alarms: []string{name + "-5xx"},
	}
}

func register(t *testing.T, s *Store, apps ...failover.Application) Registration {
	t.Helper()
	done, err := s.Register(ctx, failover.DefaultPlan(), apps, noon)
	if err != nil {
		t.Fatal(err)
	}
	return done
}

func run(id string) failover.Run {
	return failover.Run{ID: id, ARN: "arn:aws:states:us-west-2:111122223333:execution:drover:" + id, StartedAt: noon}
}

// live is what a stage of a run makes of an application that moves west.
func live(epoch int64, stage, percent int) failover.Live {
	l := failover.Live{
		Active: east, Weights: map[failover.Region]int{east: 100 - percent, west: percent},
		Epoch: epoch, Stage: stage, Changed: noon,
	}
	if percent == 100 {
		l.Active = west
	}
	return l
}

// found is live with what the run has found.
func found(live, before failover.Live) failover.Live {
	live.Before = &failover.Place{Active: before.Active, Weights: before.Weights}
	return live
}

func names(apps []failover.Application) []string {
	var all []string
	for _, a := range apps {
		all = append(all, fmt.Sprintf("%d %s", a.Wave, a.Name))
	}
	return all
}

// paging makes a Query end its page after every second item, as a real one does after a megabyte.
type paging struct {
	Client
	queries int
}

func (p *paging) Query(ctx context.Context, in *dynamodb.QueryInput, opts ...func(*dynamodb.Options)) (*dynamodb.QueryOutput, error) {
	p.queries++
	page := *in
	page.Limit = aws.Int32(2)
	return p.Client.Query(ctx, &page, opts...)
}
