package verifyhealth

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/rds"
	"github.com/aws/aws-sdk-go-v2/service/rds/types"
	"github.com/aws/smithy-go/middleware"
	"github.com/google/go-cmp/cmp"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/statemachine/fakeaws"
)

// without is a client to which AWS shows nothing of one cluster, although that exists.
func without(client *rds.Client, id string) *rds.Client {
	return rds.New(client.Options(), func(o *rds.Options) {
		o.APIOptions = append(o.APIOptions, func(stack *middleware.Stack) error {
			return stack.Initialize.Add(middleware.InitializeMiddlewareFunc("Without", func(ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler) (middleware.InitializeOutput, middleware.Metadata, error) {
				out, metadata, err := next.HandleInitialize(ctx, in)
				if answer, ok := out.Result.(*rds.DescribeDBClustersOutput); ok && err == nil {
					answer.DBClusters = slices.DeleteFunc(answer.DBClusters, func(c types.DBCluster) bool { return aws.ToString(c.DBClusterIdentifier) == id })
				}
				return out, metadata, err
			}), middleware.After)
		})
	})
}

// only gives the client of one Region, and that of another one is an error.
func only(t *testing.T, clients func(failover.Region) *rds.Client, region failover.Region) func(failover.Region) *rds.Client {
	return func(asked failover.Region) *rds.Client {
		if asked != region {
			t.Errorf("RDS in %s is asked; want that in %s, to which users go back, alone", asked, region)
		}
		return clients(asked)
	}
}

// TestOnlyTheClusterThatIsNotAvailableIsAwaited: the health of applications on the others is judged.
func TestOnlyTheClusterThatIsNotAvailableIsAwaited(t *testing.T) {
	for _, gone := range []string{"checkout", "orders", "search"} {
		s := newStandWriting(t, west, "checkout", "orders", "search")
		clients := s.RDS
		s.RDS = func(region failover.Region) *rds.Client { return without(clients(region), gone+"-us-west-2") }
		s.world.AdvanceTo(begin.Add(61 * time.Second))
		l := newAttempt(nil)
		s.must(s.writers(t.Context(), l, s.request(promoting), s.apps))
		if diff := cmp.Diff(map[string]bool{gone: true}, l.clusters); diff != "" || len(l.pending) != 1 {
			t.Errorf("without %s: pending %q (-want +got):\n%s", gone, l.pending, diff)
		}
	}
}

// TestEachApplicationKeepsItsOwnDatabases, of those that the run promotes.
func TestEachApplicationKeepsItsOwnDatabases(t *testing.T) {
	var apps []failover.Application
	for _, name := range []string{"checkout", "orders", "search"} {
		apps = append(apps, failover.Application{Name: name, Databases: []failover.Database{{GlobalCluster: name}}})
	}
	for _, app := range ownDatabases(failover.Run{}, apps) {
		if len(app.Databases) != 1 || app.Databases[0].GlobalCluster != app.Name {
			t.Errorf("%s has %+v; want its own", app.Name, app.Databases)
		}
	}
}

// TestAListingThatIsThrottledGoesOnFromWhereItCame: one that came nowhere is an error, so that the check is repeated.
func TestAListingThatIsThrottledGoesOnFromWhereItCame(t *testing.T) {
	for answered, fails := range map[int]bool{0: true, 1: false} {
		s := newStand(t, "checkout")
		app := s.apps[0]
		other := app.Records[0]
		other.Zone, other.ZoneName, other.Name = "Z9", "example.org", "checkout.example.org"
		s.must(s.world.AddZone("Z9", "example.org"))
		for region, weight := range map[failover.Region]int{east: 0, west: 100} {
			s.must(s.world.PutRecordSet("Z9", fakeaws.RecordSet{Name: other.Name, Type: "A", SetIdentifier: string(region), Weight: weight, TTL: 60, Values: []string{"192.0.2.1"}}))
		}
		app.Records = append(app.Records[:1:1], other)
		l := newAttempt(nil)
		first := failover.Position{Zone: zone}
		l.inventory = &failover.Inventory{Position: first}
		s.world.Inject(fakeaws.Fault{Operation: "ListResourceRecordSets", After: answered, Error: &fakeaws.APIError{Code: "Throttling", Message: "Rate exceeded"}})
		err := s.weights(t.Context(), l, s.request(), []failover.Application{app})
		if (err != nil) != fails || (l.inventory.Position == first) != fails || l.inventory.Complete {
			t.Errorf("throttled after %d calls: %v, %+v; want an error: %v", answered, err, l.inventory, fails)
		}
	}
}
