package drill

import (
	"maps"
	"slices"
	"strings"

	"github.com/drover-dr/drover/statemachine/fakeaws"
	"github.com/drover-dr/drover/statemachine/guarantee"
)

// recovered are the health checks that have become healthy, in order of time.
func (p *performance) recovered() []guarantee.HealthCheckRecovered {
	var all []guarantee.HealthCheckRecovered
	for _, entry := range p.world.Journal() {
		if entry.Kind == "healthcheck" && entry.Text == "is healthy" {
			all = append(all, guarantee.HealthCheckRecovered{At: entry.At, Check: entry.Object})
		}
	}
	return all
}

// alarmsFired are the alarms of the deployment that have gone to ALARM, in order of time.
func (p *performance) alarmsFired() []guarantee.AlarmFired {
	var fired []guarantee.AlarmFired
	for _, entry := range p.world.Journal() {
		if entry.Kind != "alarm" {
			continue
		}
		region, off := strings.CutPrefix(entry.Text, "is "+fakeaws.AlarmInAlarm+" in ")
		if !off {
			for i := range fired {
				if f := &fired[i]; f.Name == entry.Object && f.Until.IsZero() && strings.HasSuffix(entry.Text, " in "+f.Region) {
					f.Until = entry.At
				}
			}
			continue
		}
		for _, alarm := range p.assembly.Alarms {
			if alarm.Name == entry.Object && alarm.Region == region {
				fired = append(fired, guarantee.AlarmFired{At: entry.At, Region: region, Name: alarm.Name, About: slices.Sorted(maps.Values(alarm.Dimensions))})
			}
		}
	}
	return fired
}
