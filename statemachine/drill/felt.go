package drill

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/drover-dr/drover/statemachine/fakeaws"
)

// Felt is what users felt, made ready to be drawn: one number for each interval.
type Felt struct {
	fakeaws.Felt
	// Interval is the length of what one number stands for.
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

// beside is what stands in a line of a transcript that draws intervals, beside them.
const beside = 2 + actorWidth + 2 + 1

// maxIntervals is how many intervals fit into a line of a transcript.
const maxIntervals = Columns - beside

// Feel sums the traffic up in intervals: the shortest of which there are at most so many, and no shorter than given.
func Feel(samples []fakeaws.Sample, atMost int, shortest time.Duration) Felt {
	f := Felt{Felt: fakeaws.FeltIn(samples), Interval: shortest}
	if len(samples) == 0 {
		return f
	}
	total := samples[len(samples)-1].At.Sub(Start)
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
		end := samples[0].At.Sub(Start)/f.Interval + 1
		n := slices.IndexFunc(samples, func(s fakeaws.Sample) bool { return s.At.Sub(Start)/f.Interval >= end })
		if n < 0 {
			n = len(samples)
		}
		f.add(samples[:n])
		samples = samples[n:]
	}
	return f
}

// add appends one interval.
func (f *Felt) add(samples []fakeaws.Sample) {
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

// bars draws shares as blocks whose height is the share. What is more than nothing is never drawn as nothing, and
// what is less than everything never as everything.
func bars(shares []float64) string {
	const blocks = "▁▂▃▄▅▆▇█"
	runes := []rune(blocks)
	var b strings.Builder
	for _, share := range shares {
		switch {
		case share < 1e-6:
			b.WriteRune('·')
		case share > 1-1e-6:
			b.WriteRune('█')
		default:
			b.WriteRune(runes[min(int(share*8), 6)])
		}
	}
	return b.String()
}

// axis is the time axis below the bars: a mark every so many intervals, as far as there is room.
func (f Felt) axis(room int) string {
	const every = 12
	var b strings.Builder
	for i := 0; i < len(f.Failed); i += every {
		label := "╵" + span(time.Duration(i)*f.Interval)
		if i+utf8.RuneCountInString(label) > room {
			break
		}
		b.WriteString(pad(label, every))
	}
	return strings.TrimRight(b.String(), " ")
}

// write draws what users felt.
func (f Felt) write(p *Printer) {
	if len(f.Failed) == 0 {
		return
	}
	p.heading(fmt.Sprintf("What users felt: served requests, one character for each %.0f seconds", f.Interval.Seconds()))
	for _, curve := range f.Regions {
		p.line("  " + pad(curve.Region, actorWidth) + "  " + p.paint(Good, bars(curve.Shares)))
	}
	p.line("  " + pad("failed", actorWidth) + "  " + p.paint(Bad, bars(f.Failed)))
	p.line("  " + pad("", actorWidth) + "  " + p.paint(Dim, f.axis(p.columns()-beside+1)))
	p.paragraph(2, f.Summary())
}

// Summary is what users felt in one sentence.
func (f Felt) Summary() string {
	if f.Requests == 0 {
		return "There were no users."
	}
	text := fmt.Sprintf("%.0f of %.0f requests were served (%.2f %%)", f.Served, f.Requests, 100*f.Served/f.Requests)
	if f.FirstFailed.IsZero() {
		return text + "; no user noticed anything."
	}
	return text + fmt.Sprintf("; requests failed in %d seconds, the first at %s, the last at %s.",
		f.FailedSeconds, clock(f.FirstFailed.Sub(Start)), clock(f.LastFailed.Sub(Start)))
}
