package live

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/rds"
	"github.com/aws/aws-sdk-go-v2/service/rds/types"
	"github.com/google/go-cmp/cmp"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/statemachine/fakeaws"
)

func withoutRecords(apps []failover.Application) []failover.Application {
	for i := range apps {
		apps[i].Records = nil
	}
	return apps
}

func TestDatabasesAreReadInFewCalls(t *testing.T) {
	for _, c := range []struct{ applications, calls int }{{1, 1}, {20, 20}, {21, 1}, {150, 2}} {
		world, cfg := newWorld(t)
		apps := withoutRecords(applications(c.applications, ""))
		build(t, world, apps, 0, 0)
		client := rds.NewFromConfig(cfg)
		clusters, err := Databases(t.Context(), client, apps)
		must(t, err)
		var arns []string
		for _, app := range apps {
			arns = append(arns, app.Databases[0].Clusters[west])
			if got, want := clusters[app.Name].Writer(), clusterARN(app.Name, east); got != want {
				t.Fatalf("%d applications: writer of %s: got %q, want %q", c.applications, app.Name, got, want)
			}
		}
		members, err := Clusters(t.Context(), client, arns)
		must(t, err)
		if len(members) != len(arns) || members[arns[0]].Status != "available" || members[arns[0]].Instances != 1 {
			t.Errorf("%d applications: got %d clusters, the first %+v", c.applications, len(members), members[arns[0]])
		}
		for _, operation := range []string{"DescribeGlobalClusters", "DescribeDBClusters"} {
			if got := countCalls(world, operation); got != c.calls {
				t.Errorf("%d applications: %d calls of %s, want %d", c.applications, got, operation, c.calls)
			}
		}
	}
}

func TestADatabaseThatIsNotThereIsAbsent(t *testing.T) {
	for _, n := range []int{1, 30} {
		world, cfg := newWorld(t)
		apps := withoutRecords(applications(n, ""))
		build(t, world, apps[1:], 0, 0)
		client := rds.NewFromConfig(cfg)
		clusters, err := Databases(t.Context(), client, apps)
		must(t, err)
		if _, ok := clusters["app-0000"]; ok || len(clusters) != n-1 {
			t.Errorf("of %d: got %d clusters", n, len(clusters))
		}
		members, err := Clusters(t.Context(), client, []string{clusterARN("app-0000", west)})
		must(t, err)
		if len(members) != 0 {
			t.Errorf("got %v", members)
		}
	}
}

func TestAPromotionInFlightIsSeen(t *testing.T) {
	world, cfg := newWorld(t)
	apps := withoutRecords(applications(1, ""))
	build(t, world, apps, 0, 0)
	client := rds.NewFromConfig(cfg)
	to := clusterARN("app-0000", west)
	allow := true
	_, err := client.FailoverGlobalCluster(t.Context(), &rds.FailoverGlobalClusterInput{
		GlobalClusterIdentifier: &apps[0].Name, TargetDbClusterIdentifier: &to, AllowDataLoss: &allow,
	})
	must(t, err)
	clusters, err := Databases(t.Context(), client, apps)
	must(t, err)
	op := clusters["app-0000"].Operation
	if op == nil || op.To != to || !op.DataLoss {
		t.Fatalf("got %+v", op)
	}
	if why := WhyNotWriting(clusters, apps[0], west); len(why) != 1 {
		t.Errorf("got %v; a promotion in flight is not there yet", why)
	}
	world.AdvanceTo(start.Add(10 * time.Minute))
	clusters, err = Databases(t.Context(), client, apps)
	must(t, err)
	if op := clusters["app-0000"].Operation; op != nil {
		t.Errorf("after its end: got %+v", op)
	}
	if why := WhyNotWriting(clusters, apps[0], west); len(why) != 0 {
		t.Errorf("after its end: got %v", why)
	}
}

func TestLagIsThatOfTheSecondaryAndAges(t *testing.T) {
	world, cfg := newWorld(t)
	apps := withoutRecords(applications(2, ""))
	apps[1].Databases = apps[0].Databases // shared: asked for once
	build(t, world, apps[:1], 0, 0)
	world.AdvanceTo(start.Add(3 * time.Minute))
	must(t, world.SetDark(string(east), true))
	client := cloudwatch.NewFromConfig(cfg)
	for _, c := range []struct {
		after        time.Duration
		known, fresh bool
	}{{3 * time.Minute, true, true}, {20 * time.Minute, true, false}, {3 * time.Hour, false, false}} {
		now := start.Add(c.after)
		lags, err := Lag(t.Context(), client, apps, west, now)
		must(t, err)
		if len(lags) != 1 {
			t.Fatalf("got %d lags, want 1", len(lags))
		}
		if lags[0].Known != c.known || lags[0].Fresh(now) != c.fresh || (c.known && lags[0].Millis != 200) {
			t.Errorf("after %v: got %+v; want known %v, fresh %v", c.after, lags[0], c.known, c.fresh)
		}
	}
}

func TestMaxLagOfNothingIsUnknown(t *testing.T) {
	if got := MaxLag([]ReplicationLag{{GlobalCluster: "a"}}); got.Millis != -1 || got.Known {
		t.Errorf("got %+v", got)
	}
	lags := []ReplicationLag{{GlobalCluster: "a", Known: true, Millis: 5}, {GlobalCluster: "b", Known: true, Millis: 9}, {GlobalCluster: "c"}}
	if got := MaxLag(lags); got != lags[1] {
		t.Errorf("got %+v; want the larger, %+v", got, lags[1])
	}
}

func TestAlarmsOfBothKindsAreReadAHundredAtATime(t *testing.T) {
	world, cfg := newWorld(t)
	apps := applications(120, "")
	want := map[string]string{}
	for i := range apps {
		apps[i].Alarms = []string{"shared", apps[i].Name}
		if i > 0 {
			must(t, world.AddAlarm(fakeaws.Alarm{Region: string(west), Name: apps[i].Name, State: "OK"}))
			want[apps[i].Name] = "OK"
		}
	}
	must(t, world.AddAlarm(fakeaws.Alarm{Region: string(west), Name: "shared", State: "ALARM"}))
	want["shared"] = "ALARM"
	got, err := Alarms(t.Context(), cloudwatch.NewFromConfig(cfg), apps)
	must(t, err)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if n := countCalls(world, "DescribeAlarms"); n != 2 {
		t.Errorf("%d calls, want 2", n)
	}
}

// talkative answers with more clusters than were asked for, the wanted one first, and in RDS's own spelling.
type talkative struct{}

func (talkative) DescribeGlobalClusters(context.Context, *rds.DescribeGlobalClustersInput, ...func(*rds.Options)) (*rds.DescribeGlobalClustersOutput, error) {
	return &rds.DescribeGlobalClustersOutput{GlobalClusters: []types.GlobalCluster{
		{GlobalClusterIdentifier: aws.String("orders"), GlobalClusterMembers: []types.GlobalClusterMember{{DBClusterArn: aws.String(clusterARN("orders", west)), IsWriter: aws.Bool(true)}}},
		{GlobalClusterIdentifier: aws.String("other")},
	}}, nil
}

func (talkative) DescribeDBClusters(context.Context, *rds.DescribeDBClustersInput, ...func(*rds.Options)) (*rds.DescribeDBClustersOutput, error) {
	return &rds.DescribeDBClustersOutput{DBClusters: []types.DBCluster{
		{DBClusterArn: aws.String(clusterARN("orders", west)), Status: aws.String("available")},
		{DBClusterArn: aws.String(clusterARN("other", west))},
	}}, nil
}

func TestADatabaseIsTheOneThatWasAskedFor(t *testing.T) {
	for _, id := range []string{"orders", "Orders"} {
		arn := strings.Replace(clusterARN("orders", west), "orders", id, 1)
		app := failover.Application{Databases: []failover.Database{{GlobalCluster: id, Clusters: map[failover.Region]string{west: arn}}}}
		clusters, err := Databases(t.Context(), talkative{}, []failover.Application{app})
		must(t, err)
		if got := clusters[id]; got.ID != "orders" {
			t.Errorf("%s: got %+v", id, got)
		}
		if m, ok := clusters[id].Member(arn); !ok || !m.Writer {
			t.Errorf("%s: member %s: %+v, %v", id, arn, m, ok)
		}
		members, err := Clusters(t.Context(), talkative{}, []string{arn})
		must(t, err)
		if members[arn].Status != "available" {
			t.Errorf("%s: got %+v", id, members)
		}
	}
}

// TestOneGlobalClusterThatIsDeniedKeepsNoOtherFromBeingRead, also when so many are read that they are listed first.
func TestOneGlobalClusterThatIsDeniedKeepsNoOtherFromBeingRead(t *testing.T) {
	for _, n := range []int{3, 21} {
		world, cfg := newWorld(t)
		apps := withoutRecords(applications(n, ""))
		build(t, world, apps, 0, 0)
		denied := &fakeaws.APIError{Code: "AccessDenied", Status: 403, Message: "not authorized"}
		times := 1
		if n > fewClusters { // the list, then the first of them
			times = 2
		}
		world.Inject(fakeaws.Fault{Service: "rds", Operation: "DescribeGlobalClusters", Error: denied, Times: times})
		clusters, err := Databases(t.Context(), rds.NewFromConfig(cfg), apps)
		unread := (*UnreadClusters)(nil)
		if !errors.As(err, &unread) || len(unread.Errors) != 1 || len(clusters) != n-1 {
			t.Errorf("of %d: got %d clusters and %v; want all but one", n, len(clusters), err)
		}
	}
}
