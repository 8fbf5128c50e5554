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
