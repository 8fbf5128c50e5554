package drill

import (
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/drover-dr/drover/statemachine/assembly"
	"github.com/drover-dr/drover/statemachine/fakeaws"
)

// AlarmFired is an alarm of the deployment that has gone into ALARM.
type AlarmFired struct {
	At           time.Time
	Region, Name string
	// About are the values of the dimensions of what it watches: a state machine's ARN, a function's name.
	About []string
}

// deployAlarms adds the alarms that the stacks declare.
func (r *rehearsal) deployAlarms() error {
	for _, alarm := range r.assembly.Alarms {
		err := r.world.AddAlarm(fakeaws.Alarm{Region: alarm.Region, Name: alarm.Name, Rule: ruleOf(alarm)})
		if err != nil {
			return err
		}
	}
	return nil
}

// ruleOf is the rule of an alarm of the deployment: all of them count what must not happen, and one is too many.
func ruleOf(alarm assembly.Alarm) fakeaws.AlarmRule {
	return fakeaws.AlarmRule{
		Namespace: alarm.Namespace, Metric: alarm.Metric, Dimensions: alarm.Dimensions, Statistic: "Sum", PeriodSeconds: 60,
		Comparison: "GreaterThanOrEqualToThreshold", Threshold: 1, TreatMissing: "notBreaching",
	}
}

// watchAlarms looks at the alarms at the end of every minute, as CloudWatch does, and tells which of them fire.
func (p *performance) watchAlarms() {
	states := map[string]string{}
	var look func()
	look = func() {
		if p.tell.quiet {
			return
		}
		for _, alarm := range p.assembly.Alarms {
			key := alarm.Region + " " + alarm.Name
			state := p.world.AlarmState(alarm.Region, alarm.Name)
			if state == fakeaws.AlarmInAlarm && states[key] != state {
				p.alarms = append(p.alarms, AlarmFired{
					At: p.world.Now(), Region: alarm.Region, Name: alarm.Name, About: slices.Sorted(maps.Values(alarm.Dimensions)),
				})
				p.say("cloudwatch", Warn, "alarm %s in %s fires", alarm.Name, alarm.Region)
			}
			states[key] = state
		}
		p.world.At(p.world.Now().Add(time.Minute), look)
	}
	p.world.At(Start.Add(time.Minute), look)
}

// fired says whether an alarm, as NAME in REGION, has fired.
func (e Evidence) fired(alarm string) bool {
	name, region, _ := strings.Cut(alarm, " in ")
	return slices.ContainsFunc(e.Alarms, func(a AlarmFired) bool { return a.Name == name && a.Region == region })
}
