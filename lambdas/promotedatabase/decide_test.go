package promotedatabase

import (
	"testing"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/lambdas/internal/entry"
	"github.com/drover-dr/drover/lambdas/internal/live"
)

const (
	east  = failover.Region("us-east-1")
	west  = failover.Region("us-west-2")
	third = "arn:aws:rds:eu-west-1:111122223333:cluster:checkout-eu-west-1"
)

func clusterARN(id string, region failover.Region) string {
	return "arn:aws:rds:" + string(region) + ":111122223333:cluster:" + id + "-" + string(region)
}

func database(id string) failover.Database {
	return failover.Database{GlobalCluster: id, Clusters: map[failover.Region]string{
		east: clusterARN(id, east), west: clusterARN(id, west),
	}}
}

// stageRequest asks for the promotion of wave 1 in us-west-2.
func stageRequest(action failover.Action) failover.PromoteRequest {
	return failover.PromoteRequest{
		Run:   failover.Run{ID: "run-1", ARN: "arn:run-1", Action: action, From: east, To: west, Epoch: 1, AllowDataLoss: action == failover.Failover},
		Stage: failover.Stage{Wave: 1, From: east, To: west, Promote: true},
		Now:   now,
	}
}

func TestDecide(t *testing.T) {
	here, there := clusterARN("checkout", west), clusterARN("checkout", east)
	const none = failover.Condition("")
	for _, tt := range []struct {
		name   string
		action failover.Action
		// consentless takes the consent to data loss away.
		consentless bool
		writer      string
		operation   *live.Operation
		want        task
		condition   failover.Condition
	}{
		{name: "the writer is elsewhere: failover", action: failover.Failover, writer: there, want: start},
		{name: "the writer is elsewhere: switchover", action: failover.Switchover, writer: there, want: start},
		{name: "no writer: failover", action: failover.Failover, want: start},
		{name: "no writer: switchover", action: failover.Switchover, condition: failover.Rejected},
		{name: "no consent to data loss", action: failover.Failover, consentless: true, writer: there, condition: failover.Rejected},
		{name: "no consent needed when it is done", action: failover.Failover, consentless: true, writer: here, want: alreadyDone},
		{name: "no consent needed when planned", action: failover.Failback, consentless: true, writer: there, want: start},
		{name: "done", action: failover.Switchover, writer: here, want: alreadyDone},
		{
			name: "the promotion of another cluster is being cancelled: failover", action: failover.Failover, writer: there,
			operation: &live.Operation{Status: "cancelling", From: there, To: third, DataLoss: true}, condition: failover.Rejected,
		},
		{
			name: "the promotion of another cluster is being cancelled: switchover", action: failover.Switchover, writer: there,
			operation: &live.Operation{Status: "cancelling", From: there, To: third}, condition: failover.Rejected,
		},
		{
			name: "under way", action: failover.Failover, writer: there,
			operation: &live.Operation{Status: "failing-over", From: there, To: here, DataLoss: true}, want: inFlight,
		},
		{
			name: "under way, the writer is there already", action: failover.Switchover, writer: here,
			operation: &live.Operation{Status: "switching-over", From: there, To: here}, want: inFlight,
		},
		{
			name: "being cancelled", action: failover.Failover, writer: there,
			operation: &live.Operation{Status: "cancelling", From: there, To: here, DataLoss: true}, condition: failover.Busy,
		},
		{
			name: "another failover to a third cluster", action: failover.Failover, writer: there,
			operation: &live.Operation{Status: "failing-over", From: there, To: third, DataLoss: true}, condition: failover.Rejected,
		},
		{
			name: "a failback was under way when its target died", action: failover.Failover, writer: there,
			operation: &live.Operation{Status: "switching-over", From: here, To: there}, condition: failover.Busy,
		},
		{
			name: "another switchover to a third cluster", action: failover.Switchover, writer: there,
			operation: &live.Operation{Status: "switching-over", From: there, To: third}, condition: failover.Rejected,
		},
		{name: "a third Region writes: failover", action: failover.Failover, writer: third, condition: failover.Rejected},
		{name: "a third Region writes: switchover", action: failover.Switchover, writer: third, condition: failover.Rejected},
	} {
		t.Run(tt.name, func(t *testing.T) {
			g := live.GlobalCluster{ID: "checkout", Status: "available", Operation: tt.operation}
			for _, arn := range []string{there, here, third} {
				g.Members = append(g.Members, live.Member{ClusterARN: arn, Writer: arn == tt.writer})
			}
			req := stageRequest(tt.action)
			req.Run.AllowDataLoss = !tt.consentless
			got, err := decide(req, database("checkout"), g)
			condition := none
			if err != nil {
				condition = entry.ConditionOf(err)
			}
			if got != tt.want || condition != tt.condition {
				t.Errorf("got %v, %q (%v); want %v, %q", got, condition, err, tt.want, tt.condition)
			}
		})
	}
}

func TestDecideNamesTheMembersThatThereAre(t *testing.T) {
	g := live.GlobalCluster{ID: "checkout", Members: []live.Member{{ClusterARN: third, Writer: true}}}
	_, err := decide(stageRequest(failover.Failover), database("checkout"), g)
	want := "it has no member " + clusterARN("checkout", west) + "; it has " + third
	if err == nil || err.Error() != want || entry.ConditionOf(err) != failover.Rejected {
		t.Errorf("got  %v\nwant %s", err, want)
	}
}
