package drill

import (
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/drover-dr/drover/statemachine/assembly"
	"github.com/drover-dr/drover/statemachine/fakeaws"
)

// AlarmFired is an alarm of the deployment that has gone off.
type AlarmFired struct {
	At           time.Time
	Region, Name string
	// About are the values of the dimensions of what it watches: a state machine's ARN, a function's name.
	About []string
}

// deployAlarms adds the alarms that the stacks declare.
func (r *rehearsal) deployAlarms() error {
	for _, alarm := range r.assembly.Alarms {
		err := r.world.AddAlarm(fakeaws.Alarm{Region: alarm.Region, Name: alarm.Name, Rule: ruleOf(alarm), Actions: alarm.Actions})
		if err != nil {
			return err
		}
	}
	return nil
}

func ruleOf(alarm assembly.Alarm) fakeaws.AlarmRule {
	return fakeaws.AlarmRule{
		Namespace: alarm.Namespace, Metric: alarm.Metric, Dimensions: alarm.Dimensions,
		Statistic: alarm.Statistic, PeriodSeconds: int(alarm.Period / time.Second),
		Comparison: alarm.Comparison, Threshold: alarm.Threshold, Periods: alarm.Periods, Datapoints: alarm.Datapoints,
		TreatMissing: alarm.MissingData,
	}
}

// alarmsFired are the alarms of the deployment that have gone off, in the order of time.
func (p *performance) alarmsFired() []AlarmFired {
	var fired []AlarmFired
	for _, entry := range p.world.Journal() {
		region, off := strings.CutPrefix(entry.Text, "is "+fakeaws.AlarmInAlarm+" in ")
		if entry.Kind != "alarm" || !off {
			continue
		}
		for _, alarm := range p.assembly.Alarms {
			if alarm.Name == entry.Object && alarm.Region == region {
				fired = append(fired, AlarmFired{At: entry.At, Region: region, Name: alarm.Name, About: slices.Sorted(maps.Values(alarm.Dimensions))})
			}
		}
	}
	return fired
}

// fired says whether an alarm, as NAME REGION, has gone off.
func (e Evidence) fired(alarm string) bool {
	name, region, _ := strings.Cut(alarm, " ")
	return slices.ContainsFunc(e.Alarms, func(a AlarmFired) bool { return a.Name == name && a.Region == region })
}
