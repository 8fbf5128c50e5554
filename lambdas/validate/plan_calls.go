package validate

import (
	"fmt"
	"strings"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/prose"
	"github.com/drover-dr/drover/lambdas/internal/live"
	"github.com/drover-dr/drover/lambdas/shifttraffic"
)

// calls lists the calls with which the run would change something, from the steps' own plans, and how long each part may take.
func (p *planning) calls() []string {
	if len(p.stages) == 0 {
		return nil
	}
	calls := []string{fmt.Sprintf("dynamodb:UpdateItem on table %s: take the lock for %d s, which each step renews", p.Table, int(failover.Lease.Seconds()))}
	if p.run.Approval == failover.BeforeStart {
		calls = append(calls, p.approvalCall("before the start"))
	} else {
		calls = append(calls, "sns:Publish: start notification", "s3:PutObject "+failover.AnnouncementKey(p.run.ID))
	}
	calls = append(calls, p.phaseCalls("", failover.Outbound, p.stages)...)
	if len(p.back) > 0 {
		calls = append(calls, fmt.Sprintf("soak: %d s, then return", p.run.SoakSeconds))
		calls = append(calls, p.phaseCalls("return, ", failover.Return, p.back)...)
	}
	calls = append(calls,
		fmt.Sprintf("dynamodb:PutItem on table %s: write the run", p.Table),
		fmt.Sprintf("dynamodb:UpdateItem on table %s: release the lock", p.Table),
		"sns:Publish: notification of the result",
		"s3:PutObject "+failover.ReportKey(p.run.ID),
		"cloudwatch:PutMetricData: RTO and RPO",
	)
	calls = append(calls, p.phaseCalls("if the outbound phase fails, of what has moved: rollback, ", failover.Rollback, p.rollback)...)
	return append(calls, p.phaseCalls("if the return fails, of what has returned: return-rollback, ", failover.ReturnRollback, p.returnRollback)...)
}

func (p *planning) phaseCalls(prefix string, phase failover.Phase, stages []failover.Stage) []string {
	var calls []string
	for _, s := range stages {
		at := fmt.Sprintf("%sstage %d: ", prefix, s.Index)
		calls = append(calls, at+p.stageText(phase, s))
		for _, call := range p.stageCalls(phase, s) {
			calls = append(calls, at+call)
		}
	}
	return calls
}

// stageText is such as "wave 1, 10 % to us-west-2, at most 3h5m0s".
func (p *planning) stageText(phase failover.Phase, s failover.Stage) string {
	text := fmt.Sprintf("wave %d", s.Wave)
	if s.Wave == 0 {
		text = "all waves"
	}
	switch {
	case s.Prove != "":
		text = fmt.Sprintf("%s of %s away from %s, which has no users, seen by Route 53's health checkers", s.Prove, switchesText(p.run.Proves), s.From)
	case s.Closing():
		text = "all that has moved, verified once more"
	case s.Percent != nil && s.Restore:
		text += ", traffic as before the run"
	case s.Percent != nil:
		text += fmt.Sprintf(", %d %% to %s", *s.Percent, s.To)
	}
	if s.Promote && len(p.promoteCalls(phase, s, p.wave(s.Wave))) > 0 {
		text += ", databases to " + string(s.To)
	}
	return fmt.Sprintf("%s, at most %v", text, failover.StageBound(p.run, s))
}

func (p *planning) stageCalls(phase failover.Phase, s failover.Stage) []string {
	apps := p.wave(s.Wave)
	var calls []string
	if s.Percent != nil {
		calls = append(calls, p.shiftCalls(s, apps)...)
		calls = append(calls, fmt.Sprintf("dynamodb:UpdateItem on table %s for %s: %s", p.Table, prose.Count(len(apps), "application"), stageWeights(s)))
	}
	if s.Prove != "" {
		calls = append(calls, fmt.Sprintf("dynamodb:UpdateItem on table %s: %s", p.Table, switchesText(p.run.Proves)))
	}
	if s.Approve {
		calls = append(calls, p.approvalCall("before the promotion"))
	}
	if s.Promote {
		calls = append(calls, p.promoteCalls(phase, s, apps)...)
	}
	return calls
}

func (p *planning) approvalCall(when string) string {
	return fmt.Sprintf("sns:Publish: ask for approval %s, and wait %d s at most", when, p.run.ApprovalSeconds)
}

func stageWeights(s failover.Stage) string {
	if s.Restore {
		return "weights as before the run"
	}
	return "weights " + prose.Weights(s.Weights())
}

func (p *planning) shiftCalls(s failover.Stage, apps []failover.Application) []string {
	plans, faults := shifttraffic.Plan(apps, s, p.run.Epoch)
	var calls []string
	for _, f := range faults { // each fault is a finding already
		calls = append(calls, f.Err.Error())
	}
	for _, p := range plans {
		for i, b := range p.Batches {
			text := fmt.Sprintf("route53:ChangeResourceRecordSets in zone %s (%s), batch %d of %d: %s, %s",
				p.Zone, p.Name, i+1, len(p.Batches), prose.Count(b.Sets(), "record set"), b.Records[0].Name)
			if n := len(b.Records); n > 1 {
				text += " to " + b.Records[n-1].Name
			}
			calls = append(calls, text+": "+strings.TrimPrefix(stageWeights(s), "weights "))
		}
	}
	return calls
}

// promoteCalls are the calls for the databases whose writers are not in the target Region yet. The outbound phase notes each
// promotion.
func (p *planning) promoteCalls(phase failover.Phase, s failover.Stage, apps []failover.Application) []string {
	var calls []string
	seen := map[string]bool{}
	for _, app := range apps {
		for _, db := range app.Databases {
			one := failover.Application{Databases: []failover.Database{db}}
			if seen[db.GlobalCluster] || (p.clustersRead && len(live.WhyNotWriting(p.clusters, one, p.run.To)) == 0) {
				continue
			}
			seen[db.GlobalCluster] = true
			if p.run.Action.Planned() && !phase.Returns() {
				calls = append(calls, fmt.Sprintf("dynamodb:UpdateItem on table %s for %s: note the promotion of %s", p.Table, app.Name, db.GlobalCluster))
			}
			operation, where := "SwitchoverGlobalCluster", s.From
			if p.outage() {
				operation, where = "FailoverGlobalCluster with AllowDataLoss", s.To
			}
			calls = append(calls, fmt.Sprintf("rds:%s in %s: %s to %s", operation, where, db.GlobalCluster, db.Clusters[s.To]))
		}
	}
	return calls
}
