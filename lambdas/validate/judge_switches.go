package validate

import (
	"fmt"
	"slices"
	"strings"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/prose"
	"github.com/drover-dr/drover/internal/registry"
	"github.com/drover-dr/drover/lambdas/internal/entry"
)

// checkSwitches decides with which switches the run moves traffic.
func (j *judgement) checkSwitches() {
	if len(j.Plan.Switches) == 0 || j.run.Phase.Returns() {
		return
	}
	if j.switchesErr != nil {
		j.warn(failover.CodeSwitch, "switches of the plan "+j.Plan.Name, entry.CouldNot("be read", j.switchesErr)+"; their applications move by weights", "")
	}
	if rules := j.run.OverrideSafetyRules; len(rules) > 0 {
		j.warn(failover.CodeSwitch, "execution input", "overrideSafetyRules: the run changes routing controls against "+strings.Join(rules, ", "), "")
	}
	for _, s := range j.Plan.Switches {
		state, read := j.switches[s.Name]
		users := j.usersOf(s, j.apps)
		switch {
		case !read || len(users) == 0:
		case j.outage():
			j.checkSwitch(s, users, state)
		default:
			j.checkArmed(s, users)
			j.checkReset(s, users, state)
		}
	}
	if j.finishes() {
		j.apps = slices.DeleteFunc(j.apps, func(app failover.Application) bool { return !j.run.Switched(j.Plan, app) })
	}
}

// checkSwitch takes a switch into a failover if it moves exactly the applications that the run is about, and otherwise says why
// they move by weights.
func (j *judgement) checkSwitch(s failover.Switch, users []failover.Application, state registry.SwitchState) {
	if j.finishes() && !j.pendingBy(s, users, state) {
		return
	}
	byWeights := fmt.Sprintf("%s of it move by weights, which needs the Route 53 control plane in %s: ", prose.Count(len(users), "application"), j.Region.Partition().GlobalRegion)
	others := j.usersOf(s, j.others)
	without := j.unarmed(s)
	switch byItself := len(without)+len(others) == 0 && len(j.input.Percents) <= 1; {
	case !byItself && state.Evacuated == j.run.To:
		j.keptOut(s, users, state)
	case len(without) > 0:
		j.warn(failover.CodeSwitch, "switch "+s.Name, byWeights+fmt.Sprintf("it is not armed: the record sets of %s do not carry its health checks", few(without)),
			"after the failover, type: drover switch attach")
	case len(others) > 0:
		j.warn(failover.CodeSwitch, "switch "+s.Name, byWeights+fmt.Sprintf("it would move %s too, which the run is not about", few(names(others))),
			"leave applications out of the input to move all of them by the switch")
	case len(j.input.Percents) > 1:
		j.warn(failover.CodeSwitch, "switch "+s.Name, byWeights+"it moves all traffic at once, and the input has percents", "leave percents out to move them by the switch")
	default:
		j.run.Switches = append(j.run.Switches, s.Name)
	}
}

// keptOut says that weights bring no users to the Region that a switch makes them leave. It refuses a run that is about these
// applications alone: it would move nothing.
func (j *judgement) keptOut(s failover.Switch, users []failover.Application, state registry.SwitchState) {
	text := fmt.Sprintf("run %s has made its users leave %s by health checks, so that weights bring none of them there", state.Run, state.Evacuated)
	hint := "leave applications and percents out of the input, so that the switch moves all of them; or first write the weights of the run before"
	if len(users) == len(j.apps) {
		j.block(failover.CodeSwitch, "switch "+s.Name, text, hint).Command = j.startWeights()
		return
	}
	j.warn(failover.CodeSwitch, "switch "+s.Name, text, hint)
}

// checkReset lets a planned run reset a switch that still makes users leave the Region that the run moves them to, if it moves
// them all in one step. Any other has to wait until the weights of the failover before are written.
func (j *judgement) checkReset(s failover.Switch, users []failover.Application, state registry.SwitchState) {
	if state.Evacuated == "" {
		j.checkProof(s, users)
		return
	}
	waves := map[int]bool{}
	for _, app := range users {
		waves[app.Wave] = true
	}
	whole := len(j.usersOf(s, j.others)) == 0 && len(waves) == 1 && len(j.input.Percents) <= 1
	if moves := j.input.Action == failover.Switchover || j.input.Action == failover.Failback; state.Evacuated == j.run.To && whole && moves {
		j.run.Switches = append(j.run.Switches, s.Name)
		return
	}
	j.object(failover.CodeSwitch, "switch "+s.Name, fmt.Sprintf("run %s has made its users leave %s by health checks, and not all of its weights are written yet", state.Run, state.Evacuated),
		"write the weights first; a schedule does so as soon as the Route 53 control plane answers").Command = j.startWeights()
}

// checkProof lets a drill prove a switch at its end, if no user can move by that: the switch is armed, and all of its applications
// return to one Region. Any other is not proved, and the drill says so.
func (j *judgement) checkProof(s failover.Switch, users []failover.Application) {
	if j.input.Action != failover.Drill {
		return
	}
	others := j.usersOf(s, j.others)
	var without, stay []string
	for _, app := range slices.Concat(users, others) {
		if !j.checksOf(s).Carried(app) {
			without = append(without, app.Name)
		}
		if app.Live.Active != j.run.From {
			stay = append(stay, app.Name)
		}
	}
	const notProved = "this drill does not prove it: "
	switch {
	case len(without) > 0:
		j.warn(failover.CodeSwitch, "switch "+s.Name, notProved+fmt.Sprintf("it is not armed: the record sets of %s do not carry its health checks", few(without)),
			"type: drover switch attach")
	case len(others) > 0:
		j.warn(failover.CodeSwitch, "switch "+s.Name, notProved+fmt.Sprintf("it moves %s too, which the drill is not about", few(names(others))),
			"leave applications out of the input to prove it")
	case len(stay) > 0:
		j.warn(failover.CodeSwitch, "switch "+s.Name, notProved+fmt.Sprintf("%s would not return to %s, and users of both Regions cannot be left out of a proof", few(stay), j.run.From),
			"move them to "+string(j.run.From)+" first to prove it")
	default:
		j.run.Proves = append(j.run.Proves, s.Name)
	}
}

// switchesText is such as "switch default" or "switches default, batch".
func switchesText(all []string) string {
	if len(all) == 1 {
		return "switch " + all[0]
	}
	return "switches " + few(all)
}

// startWeights is the command that writes pending weights, in the Region that users are j.
func (j *judgement) startWeights() string {
	return j.start(j.activeRegion(), func(input *failover.Input) { *input = failover.Input{Action: failover.Weights} })
}

// activeRegion is where the applications of the run are active.
func (j *judgement) activeRegion() failover.Region {
	for _, app := range j.apps {
		return app.Live.Active
	}
	return j.Region
}

// notNow says why a run that writes pending weights has nothing to do yet, or nothing.
func (j *judgement) notNow() string {
	switch {
	case !j.finishes():
		return ""
	case len(j.run.Switches) == 0:
		return "no weights are pending: no switch makes users leave " + string(j.run.From)
	case !j.recordsRead || len(j.fences) == 0:
		return "the Route 53 control plane does not answer yet; the weights stay pending"
	}
	return ""
}

func names(apps []failover.Application) []string {
	var all []string
	for _, app := range apps {
		all = append(all, app.Name)
	}
	return all
}

// few are some names in a text.
func few(all []string) string {
	const most = 3
	if len(all) <= most {
		return strings.Join(all, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(all[:most], ", "), len(all)-most)
}
