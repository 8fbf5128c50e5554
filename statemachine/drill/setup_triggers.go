package drill

import (
	"fmt"
	"math"

	"github.com/drover-dr/drover/statemachine/assembly"
	"github.com/drover-dr/drover/statemachine/fakeaws"
)

// deployTriggers adds rules, schedules, alarms and APIs: queues first, which the others name.
func (r *rehearsal) deployTriggers() error {
	for _, q := range r.assembly.Queues {
		if _, err := r.world.AddQueue(q.Region, q.Name); err != nil {
			return err
		}
	}
	for _, a := range r.assembly.Alarms {
		if err := r.world.AddAlarm(alarmOf(a)); err != nil {
			return fmt.Errorf("alarm %s: %w", a.Name, err)
		}
	}
	if err := r.addNamedAlarms(); err != nil {
		return err
	}
	if err := r.addLevers(); err != nil {
		return err
	}
	for _, rule := range r.assembly.Rules {
		err := r.world.AddRule(fakeaws.Rule{
			Name: rule.Name, ARN: rule.ARN, Region: rule.Region, Disabled: !rule.Enabled, Pattern: rule.Pattern, Targets: targetsOf(rule.Targets),
		})
		if err != nil {
			return err
		}
	}
	for _, s := range r.assembly.Schedules {
		err := r.world.AddSchedule(fakeaws.Schedule{
			Name: s.Name, ARN: s.ARN, Region: s.Region, Disabled: !s.Enabled, Expression: s.Expression, Timezone: s.Timezone,
			Target: targetOf(s.Target),
		})
		if err != nil {
			return err
		}
	}
	for _, api := range r.assembly.APIs {
		if err := r.world.AddAPI(apiOf(api)); err != nil {
			return err
		}
	}
	return nil
}

func alarmOf(a assembly.Alarm) fakeaws.Alarm {
	return fakeaws.Alarm{
		Region: a.Region, Name: a.Name, Actions: a.Actions,
		Rule: fakeaws.AlarmRule{
			Namespace: a.Namespace, Metric: a.Metric, Dimensions: a.Dimensions, Statistic: a.Statistic,
			PeriodSeconds: int(a.Period.Seconds()), Comparison: a.Comparison, Threshold: a.Threshold, Periods: a.Periods, Datapoints: a.Datapoints,
			TreatMissing: a.MissingData,
		},
	}
}

func targetsOf(targets []assembly.Target) []fakeaws.Target {
	var all []fakeaws.Target
	for _, t := range targets {
		all = append(all, targetOf(t))
	}
	return all
}

func targetOf(t assembly.Target) fakeaws.Target {
	target := fakeaws.Target{
		ARN: t.ARN, RoleARN: t.RoleARN, Input: t.Input, Attempts: t.Attempts, MaxAge: t.MaxAge, DeadLetterARN: t.DeadLetterARN,
	}
	if t.Transformer != nil {
		target.Transformer = &fakeaws.Transformer{Paths: t.Transformer.Paths, Template: t.Transformer.Template}
	}
	return target
}

func apiOf(a assembly.API) fakeaws.API {
	api := fakeaws.API{ID: a.ID, Name: a.Name, Region: a.Region, RatePerSecond: int(math.Ceil(a.RatePerSecond)), Burst: a.Burst, LogGroup: a.LogGroup, LogFormat: a.LogFormat}
	for _, route := range a.Routes {
		api.Routes = append(api.Routes, fakeaws.Route{
			Key: route.Key, Authorization: route.Authorization, FunctionARN: route.FunctionARN, RoleARN: route.RoleARN,
		})
	}
	return api
}
