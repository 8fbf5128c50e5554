package route53

import (
	"fmt"
	"maps"
	"slices"
	"time"
)

// healthCheck is a health check in use.
type healthCheck struct {
	HealthCheck
	// passes is the status before it is inverted; inARow counts the newest observations, in a row, that differ from it.
	passes bool
	inARow int
	// rule is the alarm's when the health check was created: the check does not follow later changes of the alarm.
	rule AlarmRule
	// fixed is the status that a scenario sets; the checkers then have no effect.
	fixed *bool
	// healthy is the status that the name servers have.
	healthy bool
	// report and reported are the newest observation of the checkers.
	report   string
	reported time.Time
}

// dataInterval is how often Route 53 reads the data of a check on an alarm (R53-17).
const dataInterval = 10 * time.Second

// AddHealthCheck creates a health check, which is evaluated from now on.
func (ctl Control) AddHealthCheck(h HealthCheck) error {
	ctl.s.k.Lock()
	defer ctl.s.k.Unlock()
	r, h := ctl.s, h.withDefaults()
	if err := r.checkHealthCheck(h); err != nil {
		return fmt.Errorf("add health check %s: %w", h.ID, err)
	}
	c := &healthCheck{HealthCheck: h, passes: !h.Settled || !h.Inverted}
	r.checks[h.ID] = c
	c.healthy = r.statusOf(c)
	r.generation++
	switch {
	case h.Disabled:
	case h.isEndpoint():
		r.k.After(c.interval(), func() { r.probe(c) })
	case h.Type == TypeMetric:
		c.rule, _ = r.alarms.Rule(h.AlarmRegion, h.Alarm)
		r.readData(c)
	}
	return nil
}

// SetHealthCheck fixes the status of a health check, and creates the check when there is none.
func (ctl Control) SetHealthCheck(id string, healthy bool) {
	ctl.s.k.Lock()
	defer ctl.s.k.Unlock()
	c := ctl.s.checks[id]
	if c == nil {
		c = &healthCheck{HealthCheck: HealthCheck{ID: id, Type: TypeHTTPS, Host: "set-by-the-scenario.example", Disabled: true}.withDefaults()}
		ctl.s.checks[id] = c
	}
	c.fixed, c.healthy = &healthy, healthy
	ctl.s.generation++
	ctl.s.Refresh()
}

// ReleaseHealthCheck ends what SetHealthCheck has fixed: the checkers decide again.
func (ctl Control) ReleaseHealthCheck(id string) error {
	ctl.s.k.Lock()
	defer ctl.s.k.Unlock()
	c := ctl.s.checks[id]
	if c == nil {
		return fmt.Errorf("release health check %s: there is none; there are %v", id, slices.Sorted(maps.Keys(ctl.s.checks)))
	}
	c.fixed = nil
	ctl.s.Refresh()
	return nil
}

// Healthy says whether Route 53 considers a health check healthy, and whether there is one.
func (ctl Control) Healthy(id string) (healthy, exists bool) {
	ctl.s.k.Lock()
	defer ctl.s.k.Unlock()
	c := ctl.s.checks[id]
	return c != nil && c.healthy, c != nil
}

// statusOf is the status of a health check. A disabled one counts as passing, and is inverted like any other ("Disabled"
// and "Inverted" of HealthCheckConfig in the API Reference).
func (r *Service) statusOf(c *healthCheck) bool {
	if c.fixed != nil {
		return *c.fixed
	}
	passes := c.passes
	switch {
	case c.Disabled:
		passes = true
	case c.Type == TypeCalculated:
		passes = r.healthyChildren(c) >= c.HealthThreshold
	case c.Type == TypeRecoveryControl:
		passes = r.controls.On(c.RoutingControl)
	}
	return passes != c.Inverted
}

func (r *Service) healthyChildren(c *healthCheck) int {
	healthy := 0
	for _, id := range c.Children {
		if r.statusOf(r.checks[id]) {
			healthy++
		}
	}
	return healthy
}

// Refresh updates the status of all health checks at the name servers (R53-18).
func (r *Service) Refresh() {
	for _, id := range slices.Sorted(maps.Keys(r.checks)) {
		c := r.checks[id]
		status := r.statusOf(c)
		if status == c.healthy {
			continue
		}
		c.healthy = status
		r.generation++
		r.k.Record("healthcheck", id, "is %s", map[bool]string{true: "healthy", false: "unhealthy"}[status])
	}
}

// observe takes one observation of the checkers. The status changes, in either direction, after as many in a row as the
// threshold says.
func (r *Service) observe(c *healthCheck, passes bool, report string) {
	c.report, c.reported = report, r.k.Now()
	if passes == c.passes {
		c.inARow = 0
		return
	}
	if c.inARow++; c.inARow < c.FailureThreshold {
		return
	}
	c.passes, c.inARow = passes, 0
	r.Refresh()
}

// readData evaluates a check on an alarm by the data of the alarm's metric, and does so again after dataInterval. Route
// 53 reads the data and not the state of the alarm, so SetAlarmState has no effect ("How Route 53 determines the status
// of health checks that monitor CloudWatch alarms"). A dark Region has no data to read.
func (r *Service) readData(c *healthCheck) {
	r.k.After(dataInterval, func() { r.readData(c) })
	beyond, known := false, false
	if !r.k.Dark(c.AlarmRegion) {
		beyond, known = r.alarms.Decide(c.AlarmRegion, c.rule)
	}
	switch {
	case known:
		c.passes = !beyond
	case c.InsufficientData != MissingLastKnown:
		c.passes = c.InsufficientData == MissingHealthy
	}
	r.Refresh()
}
