package permission

import (
	"slices"

	"github.com/drover-dr/drover/infra/names"
	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/registry"
)

// The kinds of items in the registry, each under partition keys of its own.
var (
	applications = registry.ApplicationKeys
	lock         = registry.LockKeys
	runs         = registry.RunKeys
	approvals    = registry.ApprovalKeys
	drills       = registry.DrillKeys
	starters     = registry.StarterKeys
	versions     = registry.VersionKeys
	switches     = registry.SwitchKeys
	switchChecks = registry.SwitchCheckKeys
)

// readWaves reads applications; writeWaves also writes what a run has made of them. A function that may not write runs or
// approvals cannot plant a question whose answer lets another run go on.
func (s Scope) readWaves() Grant { return s.items("Registry", []string{"Query"}, applications) }

func (s Scope) writeWaves() Grant {
	return s.items("Registry", []string{"Query", "UpdateItem"}, applications)
}

// lockAndRelease is all that Validate may write in the registry: the lock, and the release of its Region. So a run that it
// refuses has changed nothing.
func (s Scope) lockAndRelease() Grant {
	return s.items("Lock", []string{"GetItem", "UpdateItem"}, lock, versions)
}

// lock is the only item of the registry that ShiftTraffic may write.
func (s Scope) lock() Grant { return s.items("Lock", []string{"GetItem", "UpdateItem"}, lock) }

// ownRun is the record of a run that has ended: a late repetition of ShiftTraffic, PromoteDatabase or UpdateRegistry reads it and changes
// nothing. RDS and the registry have no fence as hosted zones have, the fence of a zone may be the run's own, and the lock may have
// forgotten that the run has ended.
func (s Scope) ownRun() Grant { return s.items("OwnRun", []string{"GetItem"}, runs) }

// renewLock is the only item that VerifyHealth may write.
func (s Scope) renewLock() Grant { return s.items("Lock", []string{"UpdateItem"}, lock) }

// otherLock is whether a run of the other Region has superseded this one, which is asked before a planned promotion, and before
// planned weights in a plan with switches: RDS has no fence, a failover by switch may not have written that of the zones yet, and
// a run that continues in a Region which was dark finds its own replica of the lock unchanged.
func (s Scope) otherLock() Grant {
	other := names.Region{Plan: s.Names.Plan, Code: s.Names.Plan.Other(s.Names.Code)}
	g := s.items("OtherLock", []string{"GetItem"}, lock)
	g.Resources = []string{other.TableARN()}
	return g
}

// readOutcome is what Notify reads by its key: the question that a run has asked, and the run that has superseded it.
func (s Scope) readOutcome() Grant {
	return s.items("ReadOutcome", []string{"GetItem"}, approvals, lock)
}

// remember is all that Notify may write: the questions of runs, and the results of drills.
func (s Scope) remember() Grant {
	return s.items("Remember", []string{"PutItem", "UpdateItem"}, approvals, drills)
}

// items grants operations on some kinds of items of the registry and no other. ForAllValues holds for a request without the
// key too, hence Null: see "Using IAM policy conditions for fine-grained access control" in the DynamoDB Developer Guide.
func (s Scope) items(sid string, operations []string, kinds ...[]string) Grant {
	g := Grant{Sid: sid, Resources: []string{s.Names.TableARN()}}
	for _, op := range operations {
		g.Actions = append(g.Actions, "dynamodb:"+op)
	}
	const key = "dynamodb:LeadingKeys"
	g.Conditions = map[string]map[string][]string{
		"ForAllValues:StringLike": {key: slices.Concat(kinds...)}, "Null": {key: {"false"}},
	}
	return g
}

// ifSwitched are grants that a plan without switches does not need.
func (s Scope) ifSwitched(grants ...Grant) []Grant {
	if len(s.Names.Plan.Switches) == 0 {
		return nil
	}
	return grants
}

// levers are the grants for the levers of the plan's switches that are outside of the registry. A switch is flipped by the
// function that moves traffic, and reset by the one that closes runs.
func (s Scope) levers() []Grant {
	plan := s.Names.Plan
	var grants []Grant
	var controls []string
	for _, of := range plan.Switches {
		if of.RoutingControl != nil {
			controls = append(controls, of.RoutingControl.Controls[plan.Primary], of.RoutingControl.Controls[plan.Standby])
		}
	}
	if slices.ContainsFunc(plan.Switches, func(of failover.Switch) bool { return of.Lever == failover.MetricLever }) {
		grants = append(grants, writeMetrics())
	}
	if len(controls) > 0 {
		grants = append(grants,
			Grant{Sid: "ReadControls", Actions: []string{"route53-recovery-cluster:GetRoutingControlState"}, Resources: controls},
			Grant{
				Sid: "ChangeControls", Actions: []string{"route53-recovery-cluster:UpdateRoutingControlStates"}, Resources: controls,
				Conditions: overrides(plan),
			})
	}
	return grants
}

// overrides narrow a change of routing controls to what their safety rules allow, unless the plan leaves it to an input to
// override them: see "Actions, resources, and condition keys for Amazon Route 53 Recovery Cluster" in the Service Authorization
// Reference.
func overrides(plan failover.Plan) map[string]map[string][]string {
	if plan.MayBeLoosened(failover.SafetySetting) {
		return nil
	}
	return map[string]map[string][]string{"Bool": {"route53-recovery-cluster:AllowSafetyRulesOverrides": {"false"}}}
}
