package validate

import (
	"fmt"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/lambdas/internal/live"
	"github.com/drover-dr/drover/lambdas/shifttraffic"
)

// calls lists what the run would change, call by call, from the steps' own plans.
func (in *inspection) calls() []string {
	if len(in.stages) == 0 {
		return nil
	}
	calls := []string{fmt.Sprintf("dynamodb:UpdateItem on table %s: take the lock for %d s", in.Table, in.run.BoundSeconds)}
	for _, s := range in.stages {
		at := fmt.Sprintf("stage %d: ", s.Index)
		for _, call := range in.stageCalls(s) {
			calls = append(calls, at+call)
		}
	}
	return append(calls,
		fmt.Sprintf("dynamodb:PutItem on table %s: write the run", in.Table),
		fmt.Sprintf("dynamodb:UpdateItem on table %s: release the lock", in.Table),
		"sns:Publish: tell how it ended",
		"s3:PutObject "+failover.ReportKey(in.run.ID),
		"cloudwatch:PutMetricData: RTO and RPO",
	)
}

func (in *inspection) stageCalls(s failover.Stage) []string {
	apps := in.wave(s.Wave)
	var calls []string
	if s.Percent != nil {
		calls = append(calls, in.shiftCalls(s, apps)...)
	}
	if s.Percent != nil {
		calls = append(calls, fmt.Sprintf("dynamodb:UpdateItem on table %s for %s: weights %s", in.Table, count(len(apps), "application"), weightsText(s.Weights())))
	}
	if s.Promote {
		calls = append(calls, in.promoteCalls(apps)...)
	}
	return calls
}

func (in *inspection) shiftCalls(s failover.Stage, apps []failover.Application) []string {
	plans, err := shifttraffic.Plan(apps, s.Weights())
	if err != nil {
		return []string{err.Error()} // a blocker already
	}
	var calls []string
	for _, p := range plans {
		for i, b := range p.Batches {
			text := fmt.Sprintf("route53:ChangeResourceRecordSets in zone %s (%s), batch %d of %d: %s, %s",
				p.Zone, p.Name, i+1, len(p.Batches), count(len(b.Changes), "record set"), b.Records[0].Name)
			if n := len(b.Records); n > 1 {
				text += " to " + b.Records[n-1].Name
			}
			calls = append(calls, text+": "+weightsText(s.Weights()))
		}
	}
	return calls
}

func (in *inspection) promoteCalls(apps []failover.Application) []string {
	var calls []string
	seen := map[string]bool{}
	for _, app := range apps {
		for _, db := range app.Databases {
			one := failover.Application{Databases: []failover.Database{db}}
			if seen[db.GlobalCluster] || (in.clustersRead && len(live.WhyNotWriting(in.clusters, one, in.run.To)) == 0) {
				continue
			}
			seen[db.GlobalCluster] = true
			operation, where := "SwitchoverGlobalCluster", in.run.From
			if in.outage() {
				operation, where = "FailoverGlobalCluster with AllowDataLoss", in.run.To
			}
			calls = append(calls, fmt.Sprintf("rds:%s in %s: %s to %s", operation, where, db.GlobalCluster, db.Clusters[in.run.To]))
		}
	}
	return calls
}
