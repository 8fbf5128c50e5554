package guarantee

import (
	"fmt"
	"slices"
	"time"

	"github.com/drover-dr/drover/statemachine/fakeaws"
	"github.com/drover-dr/drover/statemachine/scenario"
)

// Impact is the client impact, ready to be drawn: one number for each interval.
type Impact struct {
	fakeaws.Impact
	// Interval is the length of the interval that one number stands for.
	Interval time.Duration
	// Regions holds, for each Region in alphabetical order, the share of all requests that it served.
	Regions []Curve
	// Failed is the share of all requests that failed.
	Failed []float64
}

// Curve is one Region's share over time.
type Curve struct {
	Region string
	Shares []float64
}

// ImpactOf sums the traffic up in intervals: the shortest of which there are at most so many, and no shorter than given.
func ImpactOf(samples []fakeaws.Sample, atMost int, shortest time.Duration) Impact {
	f := Impact{Impact: fakeaws.ImpactOf(samples), Interval: shortest}
	if len(samples) == 0 {
		return f
	}
	total := samples[len(samples)-1].At.Sub(scenario.Start)
	for _, seconds := range []time.Duration{1, 2, 5, 10, 15, 20, 30, 60, 120, 300, 600, 1800} {
		f.Interval = max(shortest, seconds*time.Second)
		if total < f.Interval*time.Duration(atMost) {
			break
		}
	}
	for _, r := range samples[0].Regions {
		f.Regions = append(f.Regions, Curve{Region: r.Region})
	}
	for len(samples) > 0 {
		end := samples[0].At.Sub(scenario.Start)/f.Interval + 1
		n := slices.IndexFunc(samples, func(s fakeaws.Sample) bool { return s.At.Sub(scenario.Start)/f.Interval >= end })
		if n < 0 {
			n = len(samples)
		}
		f.add(samples[:n])
		samples = samples[n:]
	}
	return f
}

// add appends one interval.
func (f *Impact) add(samples []fakeaws.Sample) {
	var requests, served float64
	byRegion := make([]float64, len(f.Regions))
	for _, s := range samples {
		requests, served = requests+s.Requests, served+s.Served
		for i, r := range s.Regions {
			byRegion[i] += r.Served
		}
	}
	if requests == 0 {
		requests = 1
	}
	for i := range f.Regions {
		f.Regions[i].Shares = append(f.Regions[i].Shares, byRegion[i]/requests)
	}
	f.Failed = append(f.Failed, (requests-served)/requests)
}

// Summary is the client impact in one sentence.
func (f Impact) Summary() string {
	if f.Requests == 0 {
		return "There were no requests."
	}
	text := fmt.Sprintf("%.0f of %.0f requests were served (%.2f %%)", f.Served, f.Requests, 100*f.Served/f.Requests)
	if f.FirstFailed.IsZero() {
		return text + "; no request failed."
	}
	return text + fmt.Sprintf("; requests failed in %d seconds, the first at %s, the last at %s.",
		f.FailedSeconds, scenario.Clock(f.FirstFailed.Sub(scenario.Start)), scenario.Clock(f.LastFailed.Sub(scenario.Start)))
}
