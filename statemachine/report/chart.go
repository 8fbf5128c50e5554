package report

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/drover-dr/drover/statemachine/drill"
)

// The chart's measures, in the units of its view box.
const (
	chartWidth  = 960
	plotHeight  = 200
	lanesTop    = plotHeight + 12
	laneHeight  = 18
	axisHeight  = 24
	labelHeight = 14
	labelRows   = 4
	letterWidth = 6.2 // on average
	maxMarks    = 20  // more are a thicket; the transcript has them
	narrowest   = 2.5 // most states take no time, and want to be seen
)

// chart is the share of requests served by each Region over time, with what happened above and the runs' states below.
type chart struct {
	Width, Height, Plot int
	// Top is the height of the labels above the plot, Axis where the labels of the time axis stand.
	Top, Axis int
	Areas     []area
	Marks     []mark
	Lanes     []lane
	Ticks     []tick
}

// area is one Region's share, stacked on those before it.
type area struct {
	Name, Points string
	// Class is the number of its colour; the last one is what failed.
	Class string
}

// mark is a vertical line for something that happened.
type mark struct {
	X     float64
	Label string
	// Row keeps labels of neighbours apart; 0 is the topmost. Anchor is the end of the label at the line.
	Row    int
	Anchor string
	Bad    bool
}

// lane holds the states of one run.
type lane struct {
	Run    string
	Y      int
	States []bar
}

type bar struct {
	X, Width float64
	State    string
	// Kind is step, wait or end.
	Kind string
}

type tick struct {
	X     float64
	Label string
}

func newChart(r *drill.Result) chart {
	felt := drill.Feel(r.Evidence.Traffic, chartWidth, time.Second)
	c := chart{Width: chartWidth, Plot: plotHeight, Top: labelRows*labelHeight + 4}
	total := time.Duration(len(felt.Failed)) * felt.Interval
	if total == 0 {
		return c
	}
	x := func(t time.Time) float64 {
		return chartWidth * min(max(t.Sub(drill.Start).Seconds()/total.Seconds(), 0), 1)
	}
	base := make([]float64, len(felt.Failed))
	for i, curve := range felt.Regions {
		c.Areas = append(c.Areas, area{Name: curve.Region, Points: stack(base, curve.Shares), Class: fmt.Sprintf("region%d", i)})
	}
	c.Areas = append(c.Areas, area{Name: "failed", Points: stack(base, felt.Failed), Class: "failed"})
	if len(r.Milestones) <= maxMarks {
		for _, e := range r.Milestones {
			c.mark(x(e.At), e)
		}
	}
	for i, run := range r.Evidence.Runs {
		c.Lanes = append(c.Lanes, newLane(run, lanesTop+i*(laneHeight+4), x))
	}
	for minute := time.Duration(0); minute <= total; minute += tickEvery(total) {
		c.Ticks = append(c.Ticks, tick{X: x(drill.Start.Add(minute)), Label: span(minute)})
	}
	c.Axis = lanesTop + len(c.Lanes)*(laneHeight+4) + axisHeight/2
	c.Height = c.Top + c.Axis + axisHeight/2
	return c
}

// mark adds a line with its label, in the lowest row in which the label covers no other.
func (c *chart) mark(x float64, e drill.Milestone) {
	width := letterWidth * float64(len(e.Text)+2)
	m := mark{X: x, Label: e.Text, Anchor: "start", Bad: e.Bad, Row: labelRows - 1}
	left := x
	if x+width > chartWidth {
		m.Anchor, left = "end", x-width
	}
	for ; m.Row > 0; m.Row-- {
		covered := slices.ContainsFunc(c.Marks, func(o mark) bool {
			from, w := o.X, letterWidth*float64(len(o.Label)+2)
			if o.Anchor == "end" {
				from -= w
			}
			return o.Row == m.Row && left < from+w && from < left+width
		})
		if !covered {
			break
		}
	}
	c.Marks = append(c.Marks, m)
}

// Y is where the label stands, above the plot.
func (m mark) Y() int { return (m.Row-labelRows+1)*labelHeight - 4 }

// Shift is the distance between the line and its label.
func (m mark) Shift() int {
	if m.Anchor == "end" {
		return -3
	}
	return 3
}

// stack makes the outline of shares on top of base, and adds them to it.
func stack(base, shares []float64) string {
	var upper, lower []string
	step := float64(chartWidth) / float64(len(base))
	for i, share := range shares {
		left, right := float64(i)*step, float64(i+1)*step
		lower = append(lower, point(left, base[i]), point(right, base[i]))
		base[i] += share
		upper = append(upper, point(left, base[i]), point(right, base[i]))
	}
	for i := len(lower) - 1; i >= 0; i-- {
		upper = append(upper, lower[i])
	}
	return strings.Join(upper, " ")
}

func point(x, share float64) string { return fmt.Sprintf("%.1f,%.1f", x, plotHeight*(1-share)) }

// newLane draws the states of a run from one entering to the next.
func newLane(run drill.RunEvidence, y int, x func(time.Time) float64) lane {
	l := lane{Run: run.Name, Y: y}
	for _, e := range run.History {
		if e.StateEntered == nil {
			continue
		}
		if n := len(l.States); n > 0 {
			l.States[n-1].Width = max(x(e.Time)-l.States[n-1].X, narrowest)
		}
		l.States = append(l.States, bar{X: x(e.Time), State: e.StateEntered.Name, Kind: kind(e.StateEntered.Name)})
	}
	if n := len(l.States); n > 0 {
		l.States[n-1].Width = narrowest
	}
	return l
}

func kind(state string) string {
	switch state {
	case "Settle", "Soak", "AwaitApproval", "Refill":
		return "wait"
	case "Completed":
		return "good"
	case "Held", "Refused", "RolledBack", "MayRollBack?", "Overtaken":
		return "bad"
	}
	return "step"
}

func tickEvery(total time.Duration) time.Duration {
	for _, every := range []time.Duration{time.Minute, 2 * time.Minute, 5 * time.Minute, 10 * time.Minute} {
		if total <= 12*every {
			return every
		}
	}
	return 30 * time.Minute
}
