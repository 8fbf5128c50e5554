// Package schedule computes when the expressions of EventBridge Scheduler are due: rate(…), cron(…) and at(…), each in a time
// zone (EventBridge Scheduler User Guide, "Schedule types in EventBridge Scheduler").
//
// A cron expression is parsed into one set of values for each of its six fields. The next time is found day by day, and then
// minute by minute, so that L, W, # and clock changes need no arithmetic of their own: a time that the clock skips in spring
// is skipped, and one that it repeats in autumn is due once.
//
// Libraries: robfig/cron has neither years nor L, W and #. The parser of go-quartz (tried at v0.15.2) agrees with all
// times of this package's test, but fires at 03:30 for the 02:30 that the clock skips, where Scheduler skips it; it
// accepts two day fields without a ?, which Scheduler rejects; and its errors do not name the field. It would replace 100
// of these lines and add a job scheduler.
package schedule

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Schedule is a parsed expression.
type Schedule struct {
	every time.Duration
	once  time.Time
	cron  *cron
	zone  *time.Location
}

// maxExpression is the longest expression that EventBridge Scheduler accepts.
const maxExpression = 256

// Parse reads an expression, in the named time zone or, when that is empty, in UTC.
func Parse(expression, timezone string) (*Schedule, error) {
	if len(expression) > maxExpression {
		return nil, fmt.Errorf("schedule of %d characters; expected at most %d", len(expression), maxExpression)
	}
	zone, err := time.LoadLocation(timezone)
	if err != nil {
		return nil, fmt.Errorf("time zone %q: %w", timezone, err)
	}
	kind, rest, _ := strings.Cut(expression, "(")
	body, closed := strings.CutSuffix(rest, ")")
	if !closed {
		kind = ""
	}
	s := &Schedule{zone: zone}
	switch kind {
	case "rate":
		s.every, err = parseRate(body)
	case "cron":
		s.cron, err = parseCron(body)
	case "at":
		s.once, err = time.ParseInLocation("2006-01-02T15:04:05", body, zone)
	default:
		err = fmt.Errorf("expected rate(…), cron(…) or at(…)")
	}
	if err != nil {
		return nil, fmt.Errorf("schedule %q: %w", expression, err)
	}
	return s, nil
}

// Next is the first time after t at which the schedule is due, and whether there is one. A rate counts from t, so the
// caller passes the previous time, and at first the time at which the schedule begins.
func (s *Schedule) Next(t time.Time) (next time.Time, ok bool) {
	switch {
	case s.every > 0:
		return t.Add(s.every), true
	case s.cron != nil:
		return s.cron.next(t.In(s.zone))
	}
	return s.once, s.once.After(t)
}

var units = map[string]time.Duration{"minute": time.Minute, "hour": time.Hour, "day": 24 * time.Hour}

// maxRate is the largest number in a rate, which is far below an overflow.
const maxRate = 100_000

func parseRate(body string) (time.Duration, error) {
	value, unit, _ := strings.Cut(strings.TrimSpace(body), " ")
	n, err := strconv.Atoi(value)
	length, known := units[strings.TrimSuffix(unit, "s")]
	if err != nil || n < 1 || n > maxRate || !known {
		return 0, fmt.Errorf("rate %q; expected a positive number and minutes, hours or days", body)
	}
	return time.Duration(n) * length, nil
}
