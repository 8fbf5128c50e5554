package validate

import (
	"strings"
	"testing"
	"time"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/lambdas/internal/live"
)

// TestDatabasesThatAreNotWell says of every state of a global cluster what it means for an outage and for a planned
// action: impossible blocks both, doubtful blocks only what can wait.
func TestDatabasesThatAreNotWell(t *testing.T) {
	for _, c := range []struct {
		name            string
		spoil           func(*live.GlobalCluster, *live.Cluster)
		outage, planned failover.Severity // empty for no finding
		want            string
	}{
		{"well", func(*live.GlobalCluster, *live.Cluster) {}, "", "", ""},
		{"no instance", func(_ *live.GlobalCluster, c *live.Cluster) { c.Instances = 0 }, failover.Warning, failover.Blocker, "has no instance"},
		{"gone", func(_ *live.GlobalCluster, c *live.Cluster) { c.ARN = "" }, failover.Warning, failover.Blocker, "does not exist in us-west-2"},
		{"backing up", func(_ *live.GlobalCluster, c *live.Cluster) { c.Status = "backing-up" }, failover.Warning, failover.Blocker, "is backing-up; expected available"},
		{"modifying", func(g *live.GlobalCluster, _ *live.Cluster) { g.Status = "modifying" }, failover.Warning, failover.Blocker, "is modifying; expected available"},
		{"no writer", func(g *live.GlobalCluster, _ *live.Cluster) { g.Members[0].Writer = false }, failover.Warning, failover.Blocker, "its writer is none"},
		{"in flight", func(g *live.GlobalCluster, _ *live.Cluster) {
			g.Operation = &live.Operation{Status: "switching-over", To: "arn:x"}
		}, failover.Warning, failover.Blocker, "is switching-over to arn:x already"},
		{"resync", func(g *live.GlobalCluster, _ *live.Cluster) { g.Members[1].Synchronization = "pending-resync" }, failover.Warning, failover.Blocker, "pending-resync; expected connected"},
		{"there already, whatever its state", func(g *live.GlobalCluster, c *live.Cluster) {
			g.Members[0].Writer, g.Members[1].Writer = false, true
			g.Status, c.Instances = "modifying", 0
		}, "", "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			for action, want := range map[failover.Action]failover.Severity{failover.Failover: c.outage, failover.Switchover: c.planned, failover.Check: c.planned} {
				global := live.GlobalCluster{ID: "orders", Status: "available", Members: []live.Member{{ClusterARN: clusterARN(east), Writer: true}, {ClusterARN: clusterARN(west)}}}
				cluster := live.Cluster{ARN: clusterARN(west), Status: "available", Instances: 1}
				c.spoil(&global, &cluster)
				j := judgementOf(question{input: failover.Input{Action: action}, run: failover.Run{From: east, To: west}}, facts{
					apps: []failover.Application{shop()}, clustersListed: true, clustersRead: true,
					clusters: map[string]live.GlobalCluster{"orders": global}, members: map[string]live.Cluster{cluster.ARN: cluster},
				})
				j.checkDatabases()
				switch {
				case want == "" && len(j.findings) > 0:
					t.Errorf("%s: got %v, want nothing", action, j.findings)
				case want != "" && (len(j.findings) != 1 || j.findings[0].Severity != want || !strings.Contains(j.findings[0].Found, c.want)):
					t.Errorf("%s: got %+v, want a %s saying %q", action, j.findings, want, c.want)
				}
			}
		})
	}
}

func TestALagThatWasNotMeasuredLatelyIsNotSmall(t *testing.T) {
	now := start.Add(time.Hour)
	for _, c := range []struct {
		name string
		lag  live.ReplicationLag
		code string
	}{
		{"small", live.ReplicationLag{Known: true, Millis: 200, At: now.Add(-time.Minute)}, ""},
		{"as much as is allowed", live.ReplicationLag{Known: true, Millis: 10_000, At: now}, ""},
		{"large", live.ReplicationLag{Known: true, Millis: 10_001, At: now}, failover.CodeLag},
		{"old", live.ReplicationLag{Known: true, Millis: 200, At: now.Add(-6 * time.Minute)}, failover.CodeNoData},
		{"never", live.ReplicationLag{}, failover.CodeNoData},
	} {
		j := judgementOf(question{
			setting: setting{Plan: failover.DefaultPlan()}, input: failover.Input{Action: failover.Switchover},
			req: failover.ValidateRequest{Now: now}, run: failover.Run{To: west},
		}, facts{lags: []live.ReplicationLag{c.lag}})
		j.checkLag()
		got := ""
		if len(j.findings) > 0 {
			got = j.findings[0].Code
		}
		if got != c.code {
			t.Errorf("%s: got %q, want %q", c.name, got, c.code)
		}
	}
}

// TestAWriterInAThirdRegionIsBroughtBack by the command of the finding, in the Region where it is.
func TestAWriterInAThirdRegionIsBroughtBack(t *testing.T) {
	third := "arn:aws:rds:eu-west-1:111122223333:cluster:orders-eu-west-1"
	for action, want := range map[failover.Action]string{
		failover.Switchover: "aws rds switchover-global-cluster --region eu-west-1 --global-cluster-identifier orders --target-db-cluster-identifier " + clusterARN(east),
		failover.Failover:   "aws rds describe-global-clusters --region us-west-2 --global-cluster-identifier orders",
	} {
		j := judgementOf(question{input: failover.Input{Action: action}, run: failover.Run{From: east, To: west}}, facts{
			apps: []failover.Application{shop()}, clustersListed: true, clustersRead: true,
			clusters: map[string]live.GlobalCluster{"orders": {ID: "orders", Status: "available", Members: []live.Member{{ClusterARN: third, Writer: true}, {ClusterARN: clusterARN(west)}}}},
			members:  map[string]live.Cluster{clusterARN(west): {Status: "available", Instances: 1}},
		})
		j.checkDatabases()
		if len(j.findings) != 1 || j.findings[0].Command != want {
			t.Errorf("%s: got %+v; want the command %s", action, j.findings, want)
		}
	}
}
