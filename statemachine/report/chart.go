package report

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/drover-dr/drover/statemachine/drill"
	"github.com/drover-dr/drover/statemachine/guarantee"
	"github.com/drover-dr/drover/statemachine/scenario"
)

// The chart's measures, in the units of its view box.
const (
	chartWidth  = 960
	plotHeight  = 200
	lanesTop    = plotHeight + 12
	laneHeight  = 18
	axisHeight  = 24
	labelHeight = 14
	maxLevels   = 8   // of labels above each other
	letterWidth = 6.2 // on average
	tickWidth   = 36
	maxMarks    = 20  // with more the labels are unreadable; the transcript has them
	nameGap     = 6   // between the states of a run and its name
	narrowest   = 2.5 // most states take no time, and must be visible
)

// chart shows the requests that each Region serves over time, with the events above and the states of the runs below.
type chart struct {
	Width, Height, Plot int
	// Top is the height of the labels above the plot, Axis where the labels of the time axis stand.
	Top, Axis int
	Areas     []area
	Marks     []mark
	Lanes     []lane
	Ticks     []tick
}

// area is what one Region serves, stacked on those before it.
type area struct {
	Name, Points string
	// Class is the number of its colour; the last one is for failed requests.
	Class string
}

// mark is a vertical line for an event.
type mark struct {
	X     float64
	Label string
	// Level keeps labels of neighbours apart; 0 is the lowest. Anchor is the end of the label at the line.
	Level  int
	Anchor string
	Bad    bool
}

// lane holds the states of one run, with its name beside them.
type lane struct {
	Run    string
	Y      int
	States []bar
	// NameX is where the name stands, Anchor which end of it.
	NameX  float64
	Anchor string
}

type bar struct {
	X, Width float64
	State    string
	// Kind is step, wait or end.
	Kind string
}

type tick struct {
	X             float64
	Label, Anchor string
}

func newChart(r *drill.Result) chart {
	impact := guarantee.ImpactOf(r.Evidence.Traffic, chartWidth, time.Second)
	c := chart{Width: chartWidth, Plot: plotHeight}
	total := time.Duration(len(impact.Failed)) * impact.Interval
	if total == 0 {
		return c
	}
	x := func(t time.Time) float64 {
		return chartWidth * min(max(t.Sub(scenario.Start).Seconds()/total.Seconds(), 0), 1)
	}
	base := make([]float64, len(impact.Failed))
	for i, curve := range impact.Regions {
		c.Areas = append(c.Areas, area{Name: curve.Region, Points: stack(base, curve.Shares), Class: fmt.Sprintf("region%d", i)})
	}
	c.Areas = append(c.Areas, area{Name: "failed", Points: stack(base, impact.Failed), Class: "failed"})
	if len(r.Milestones) <= maxMarks {
		for _, e := range slices.Backward(r.Milestones) {
			c.mark(x(e.At), e)
		}
	}
	for _, m := range c.Marks {
		c.Top = max(c.Top, (m.Level+1)*labelHeight)
	}
	c.Top += 4
	for i, run := range r.Evidence.Runs {
		c.Lanes = append(c.Lanes, newLane(run, lanesTop+i*(laneHeight+4), x))
	}
	for minute := time.Duration(0); minute <= total; minute += tickEvery(total) {
		t := tick{X: x(scenario.Start.Add(minute)), Label: span(minute), Anchor: "start"}
		if t.X+tickWidth > chartWidth {
			t.Anchor = "end"
		}
		c.Ticks = append(c.Ticks, t)
	}
	c.Axis = lanesTop + len(c.Lanes)*(laneHeight+4) + axisHeight/2
	c.Height = c.Top + c.Axis + axisHeight/2
	return c
}

// mark adds a line with its label, on the lowest level on which neither crosses another; or, when there is none, on which
// it covers no label. Later events get lower levels, so marks are added from the last to the first.
func (c *chart) mark(x float64, e drill.Milestone) {
	m := mark{X: x, Label: e.Text, Anchor: "start", Bad: e.Bad}
	if x+m.width() > chartWidth {
		m.Anchor = "end"
	}
	for _, fits := range []func(mark) bool{c.crossesNothing, c.coversNoLabel} {
		for m.Level = 0; m.Level < maxLevels && !fits(m); m.Level++ {
		}
		if m.Level < maxLevels {
			break
		}
	}
	m.Level = min(m.Level, maxLevels-1)
	c.Marks = append(c.Marks, m)
}

func (m mark) width() float64 { return letterWidth * float64(len(m.Label)+2) }

// span is from where to where the label stands.
func (m mark) span() (from, to float64) {
	if m.Anchor == "end" {
		return m.X - m.width(), m.X
	}
	return m.X, m.X + m.width()
}

// coversNoLabel says whether the label is beside those on its level.
func (c *chart) coversNoLabel(m mark) bool {
	from, to := m.span()
	return !slices.ContainsFunc(c.Marks, func(o mark) bool {
		left, right := o.span()
		return o.Level == m.Level && from < right && left < to
	})
}

// crossesNothing says whether, besides, no line goes through the label and its own line through no other label. A line
// goes from its label down to the plot.
func (c *chart) crossesNothing(m mark) bool {
	through := func(line, label mark) bool {
		from, to := label.span()
		return line.Level > label.Level && from < line.X && line.X < to
	}
	return c.coversNoLabel(m) && !slices.ContainsFunc(c.Marks, func(o mark) bool { return through(o, m) || through(m, o) })
}

// Y is where the label stands, above the plot.
func (m mark) Y() int { return -m.Level*labelHeight - 4 }

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
func newLane(run guarantee.RunEvidence, y int, x func(time.Time) float64) lane {
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
	n := len(l.States)
	if n == 0 {
		return l
	}
	l.States[n-1].Width = narrowest
	l.NameX, l.Anchor = l.States[n-1].X+narrowest+nameGap, "start"
	if l.NameX+letterWidth*float64(len(l.Run)) > chartWidth { // the name fits before the states
		l.NameX, l.Anchor = l.States[0].X-nameGap, "end"
	}
	return l
}

// kind is the class of a state in the picture; a test holds the names to the definition.
func kind(state string) string {
	switch state {
	case "AskAgain", "AwaitApproval", "AwaitLag", "AwaitStart", "LastStep", "Refill", "Settle", "Soak":
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
