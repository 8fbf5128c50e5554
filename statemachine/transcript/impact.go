package transcript

import (
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/drover-dr/drover/statemachine/guarantee"
	"github.com/drover-dr/drover/statemachine/scenario"
)

// Beside is how many columns of a line that draws intervals are used for its label.
const Beside = 2 + actorWidth + 2 + 1

// MaxIntervals is how many intervals fit into a line of a transcript.
const MaxIntervals = Columns - Beside

// bars draws shares as blocks whose height is the share. More than 0 is never drawn as 0, and less than all never as all.
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
func axis(f guarantee.Impact, room int) string {
	const every = 12
	var b strings.Builder
	for i := 0; i < len(f.Failed); i += every {
		label := "╵" + scenario.Span(time.Duration(i)*f.Interval)
		if i+utf8.RuneCountInString(label) > room {
			break
		}
		b.WriteString(pad(label, every))
	}
	return strings.TrimRight(b.String(), " ")
}

// impact draws the client impact.
func (p *Printer) impact(f guarantee.Impact) {
	if len(f.Failed) == 0 {
		return
	}
	p.heading(fmt.Sprintf("Client impact: served requests, one character for each %.0f seconds", f.Interval.Seconds()))
	for _, curve := range f.Regions {
		p.line("  " + pad(curve.Region, actorWidth) + "  " + p.paint(Good, bars(curve.Shares)))
	}
	p.line("  " + pad("failed", actorWidth) + "  " + p.paint(Bad, bars(f.Failed)))
	p.line("  " + pad("", actorWidth) + "  " + p.paint(Dim, axis(f, p.Columns()-Beside+1)))
	p.paragraph(2, f.Summary())
}
