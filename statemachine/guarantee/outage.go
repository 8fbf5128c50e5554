package guarantee

import (
	"slices"
	"time"
)

// Outage is a time in which a Region was dark: nothing ran there, and nothing could be sent from there.
type Outage struct {
	Region string
	From   time.Time
	// To is zero when the Region was dark until the end.
	To time.Time
}

// lostAt is since when a Region was dark until the end of the history; ok is false when it was not.
func (e Evidence) lostAt(region string) (since time.Time, ok bool) {
	i := slices.IndexFunc(e.Outages, func(o Outage) bool { return o.Region == region && o.To.IsZero() })
	if i < 0 {
		return time.Time{}, false
	}
	return e.Outages[i].From, true
}

// darkAt says whether a Region was dark at a time.
func (e Evidence) darkAt(region string, at time.Time) bool {
	return slices.ContainsFunc(e.Outages, func(o Outage) bool {
		return o.Region == region && !o.From.After(at) && (o.To.IsZero() || o.To.After(at))
	})
}

// darkWithin says whether a Region was dark at any moment of a time that begins at from.
func (e Evidence) darkWithin(region string, from time.Time, long time.Duration) bool {
	return slices.ContainsFunc(e.Outages, func(o Outage) bool {
		return o.Region == region && o.From.Before(from.Add(long)) && (o.To.IsZero() || o.To.After(from))
	})
}

// had says whether a Region could act for so long after a time, before it went dark for good and before the history ended. What
// happens there within that time cannot be expected otherwise.
func (e Evidence) had(region string, from time.Time, long time.Duration) bool {
	until := e.Until
	if lost, ok := e.lostAt(region); ok && (until.IsZero() || lost.Before(until)) {
		until = lost
	}
	if until.IsZero() {
		return true
	}
	left := until.Sub(from)
	for _, o := range e.Outages {
		if o.Region == region && !o.To.IsZero() && o.To.After(from) {
			left -= o.To.Sub(later(o.From, from))
		}
	}
	return left >= long
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
