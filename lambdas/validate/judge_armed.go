package validate

import (
	"fmt"
	"slices"
	"strings"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/prose"
	"github.com/drover-dr/drover/lambdas/internal/live"
)

// unarmed are the applications of a switch, the run's and all others, whose record sets do not carry its health checks: while
// there is one, the switch moves none.
func (j *judgement) unarmed(s failover.Switch) []string {
	var without []string
	for _, app := range j.usersOf(s, slices.Concat(j.apps, j.others)) {
		if !j.checksOf(s).Carried(app) {
			without = append(without, app.Name)
		}
	}
	return without
}

// attachCommand puts the health checks of switches on all record sets.
func (j *judgement) attachCommand() string { return j.Plan.Drover("switch attach", j.Region) }

// checkArmed says, before a failover has to, that it would move the applications of a switch by weights.
func (j *judgement) checkArmed(s failover.Switch, users []failover.Application) {
	if without := j.unarmed(s); len(without) > 0 {
		j.warn(failover.CodeSwitch, "switch "+s.Name, fmt.Sprintf("it is not armed: the record sets of %s do not carry its health checks, and a failover moves its applications (%d) by weights", few(without), len(users)),
			"type: "+j.attachCommand())
	}
}

// checkPrivate notes that the name servers of private zones cannot be asked where a switch has moved users.
func (j *judgement) checkPrivate() {
	var private []string
	for _, app := range j.apps {
		s, ok := j.Plan.SwitchOf(app)
		for _, r := range app.Records {
			if ok && len(j.unarmed(s)) == 0 && j.zoneKinds[r.Zone].private && !slices.Contains(private, r.Zone) {
				private = append(private, r.Zone)
			}
		}
	}
	if len(private) > 0 {
		j.warn(failover.CodeSwitch, prose.Count(len(private), "private hosted zone"), fmt.Sprintf("the name servers of %s cannot be asked, so a failover by switch knows by the health metrics alone that users have moved", few(private)), "")
	}
}

// ownerOf is the switch that a health check belongs to, empty for one of a user's.
func (j *judgement) ownerOf(id string) string {
	for _, s := range j.Plan.Switches {
		for _, of := range j.checksOf(s) {
			if id != "" && id == of {
				return s.Name
			}
		}
	}
	return ""
}

// checkText is such as "none", "abc" or "abc, that of switch default".
func (j *judgement) checkText(id string) string {
	if owner := j.ownerOf(id); owner != "" {
		return id + ", that of switch " + owner
	}
	return orNone(id)
}

// lacksOnlyChecks says whether the live record sets of a record are as registered but for health checks of switches, which
// `drover switch attach` puts on them.
func (j *judgement) lacksOnlyChecks(r failover.Record, sets []live.RecordSet) bool {
	same := slices.Clone(sets)
	for i, set := range sets {
		region, _ := r.RegionOf(set.Identifier)
		e := r.Endpoints[region]
		if set.HealthCheck != e.HealthCheck && (set.HealthCheck != "" && j.ownerOf(set.HealthCheck) == "" || j.ownerOf(e.HealthCheck) == "") {
			return false
		}
		same[i].HealthCheck = e.HealthCheck
	}
	return len(j.drift(r, same)) == 0
}

// checkUnused finds record sets that carry the health check of a switch which their application does not use: the switch would
// move them with its own.
func (j *judgement) checkUnused() {
	carrying := map[string][]string{}
	for _, app := range j.apps {
		of, _ := j.Plan.SwitchOf(app)
		for _, r := range app.Records {
			for _, set := range j.sets.Of(r) {
				if owner := j.ownerOf(set.HealthCheck); owner != "" && owner != of.Name && !slices.Contains(carrying[owner], app.Name) {
					carrying[owner] = append(carrying[owner], app.Name)
				}
			}
		}
	}
	for _, s := range j.Plan.Switches {
		for _, name := range carrying[s.Name] {
			j.warn(failover.CodeSwitch, "switch "+s.Name, fmt.Sprintf("the record sets of %s carry its health checks, and %[1]s does not use it: the switch would move them", name), "type: "+j.attachCommand())
		}
	}
}

// checkControlPlane notes the applications that a failover can only move through the Route 53 control plane: those without a
// switch that is armed, or, in a failover, those that no switch of the run moves.
func (j *judgement) checkControlPlane() {
	if len(j.apps) == 0 || j.run.Phase.Undoes() || j.run.Phase.Returns() && len(j.Plan.Switches) > 0 {
		return
	}
	depend := j.dependent()
	if len(depend) == 0 {
		return
	}
	region := j.Region.Partition().GlobalRegion
	text := fmt.Sprintf("weights are changed through its control plane in %s; while that is down, nothing can be shifted", region)
	if len(depend) < len(j.apps) {
		text = fmt.Sprintf("the traffic of %s moves by weights, which are changed through its control plane in %s; while that is down, it cannot be shifted", few(names(depend)), region)
	}
	j.warn(failover.CodeControlPlane, "Route 53", text, j.recovery(depend))
}

// dependent are the applications that need the control plane.
func (j *judgement) dependent() []failover.Application {
	return slices.DeleteFunc(slices.Clone(j.apps), func(app failover.Application) bool {
		s, ok := j.Plan.SwitchOf(app)
		if j.outage() {
			return j.run.Switched(j.Plan, app)
		}
		return ok && len(j.unarmed(s)) == 0
	})
}

// recovery says, in a check and a dry run, in which hosted zones of applications accelerated recovery is off, and how to turn it
// on. With it, changes are accepted again about an hour after the control plane is lost.
func (j *judgement) recovery(apps []failover.Application) string {
	if !j.readOnly() {
		return ""
	}
	var off, private []string
	for _, app := range apps {
		for _, r := range app.Records {
			switch kind, read := j.zoneKinds[r.Zone]; {
			case !read || kind.accelerated:
			case kind.private:
				private = append(private, r.Zone)
			default:
				off = append(off, r.Zone)
			}
		}
	}
	slices.Sort(off)
	slices.Sort(private)
	off, private = slices.Compact(off), slices.Compact(private)
	var parts []string
	if len(off) > 0 {
		parts = append(parts, fmt.Sprintf("accelerated recovery, with which Route 53 takes changes again after about an hour, is off in %s (%s); to turn it on, type for each: %s",
			prose.Count(len(off), "zone"), few(off), failover.CommandLine("aws", "route53", "update-hosted-zone-features", "--enable-accelerated-recovery", "--hosted-zone-id", off[0])))
	}
	if len(private) > 0 {
		parts = append(parts, fmt.Sprintf("private zones (%s) have no accelerated recovery", few(private)))
	}
	return strings.Join(parts, "; ")
}
