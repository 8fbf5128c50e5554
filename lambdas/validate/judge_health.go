package validate

import (
	"fmt"
	"slices"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/prose"
	"github.com/drover-dr/drover/internal/registry/rules"
	"github.com/drover-dr/drover/lambdas/internal/live"
)

// readsRule says whether the run reads a health rule.
func (q *question) readsRule(rule failover.HealthRule) bool { return q.run.Reads(rule, q.run.To) }

// checkHealth checks whether the applications are healthy in the target Region. No data counts as unhealthy, unless the rule says
// otherwise.
func (j *judgement) checkHealth() {
	data, silent := map[string]bool{}, map[string]live.Reading{}
	for _, r := range j.readings {
		switch {
		case r.Silent:
			silent[r.Application] = r
			continue
		case r.Known:
			data[r.Application] = true
		}
		if r.Healthy() {
			continue
		}
		code, next := failover.CodeUnhealthy, ""
		if !r.Known {
			code, next = failover.CodeNoData, rules.NoDataIn(j.Plan, r.Rule)
		}
		j.object(code, "application "+r.Application, r.String(), next).Command = r.Command(j.req.Now)
	}
	for _, app := range j.apps {
		if r, some := silent[app.Name]; some && !data[app.Name] {
			j.warn(failover.CodeNoData, "application "+app.Name, fmt.Sprintf("none of its health rules has data, and a run would take that as healthy, such as %s", r),
				"add a rule that has data in a Region without users, such as HealthyHostCount (docs/health.md)")
		}
	}
	j.checkReadElsewhere()
}

// checkReadElsewhere names the rules whose metrics are in another Region than the target. A failover does not read them, so that it
// depends on no other Region; every other run does, and depends on that Region.
func (j *judgement) checkReadElsewhere() {
	of := map[failover.Region][]string{}
	var first []failover.HealthRule
	var regions []failover.Region
	for _, app := range j.apps {
		for _, rule := range app.Health {
			region := rule.RegionOf(j.run.To)
			if region == j.run.To {
				continue
			}
			if len(of[region]) == 0 {
				regions, first = append(regions, region), append(first, rule)
			}
			if !slices.Contains(of[region], app.Name) {
				of[region] = append(of[region], app.Name)
			}
		}
	}
	for i, region := range regions {
		about := fmt.Sprintf("health rules of %s, such as %s, have their metrics in %s", prose.Some(of[region], 3, ", "), first[i].Title(), region)
		switch {
		case j.readsRule(first[i]):
			about += fmt.Sprintf("; this run depends on that Region, and a failover to %s does not read them", j.run.To)
		default:
			about += fmt.Sprintf("; a failover reads in %s alone, so they verify nothing of this run", j.run.To)
		}
		j.warn(failover.CodeHealthRegion, "health metrics in "+string(region), about, "")
	}
}

// triggerWithoutData says that the alarm which starts the failover can have no data in its Region, and is empty otherwise. It has gone
// off for want of data, which says nothing about the other Region.
func (q *question) triggerWithoutData() string {
	namespaces := q.input.Trigger.Namespaces()
	if len(namespaces) == 0 {
		return ""
	}
	for _, namespace := range namespaces {
		if only := rules.PublishedIn(q.Plan, namespace); only == "" || only == q.Region {
			return ""
		}
	}
	return fmt.Sprintf("%s watches %s, which has metrics in %s alone and never has data in %s; watch a metric of %[4]s, such as that of a canary there which calls %[5]s",
		q.input.Trigger, namespaces[0], rules.PublishedIn(q.Plan, namespaces[0]), q.Region, q.Plan.Other(q.Region))
}
