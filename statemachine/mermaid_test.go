package statemachine

import (
	"fmt"
	"slices"
	"strings"

	"github.com/drover-dr/drover/statemachine/asl"
)

// mermaid draws a machine as a Mermaid flowchart. The states of a loop stand in a frame of their own. The Catch of a Task
// is a dashed line; states in the frame share one, and there is none where it leads to the same state as Next. The same
// definition gives the same text.
func mermaid(m *asl.Machine) string {
	d := &drawing{states: m.States(), loops: map[string]int{}}
	d.findLoops()
	d.line("flowchart TD")
	d.line("  start((start)) --> %s", id(m.StartAt()))
	d.nodes()
	for _, s := range d.states {
		d.edges(s)
	}
	return d.text.String()
}

type drawing struct {
	text   strings.Builder
	states []asl.State
	// loops holds, for each state that can come back to itself, the number of its loop from 1.
	loops map[string]int
	// drawn are the dashed lines that are there already.
	drawn []string
}

func (d *drawing) line(format string, args ...any) { fmt.Fprintf(&d.text, format+"\n", args...) }

// findLoops gives two states the same loop when each can be reached from the other.
func (d *drawing) findLoops() {
	reach := map[string]map[string]bool{}
	for _, s := range d.states {
		reach[s.Name] = d.reachable(s.Name)
	}
	n := 0
	for _, s := range d.states {
		if !reach[s.Name][s.Name] || d.loops[s.Name] > 0 {
			continue
		}
		n++
		for _, other := range d.states {
			if reach[s.Name][other.Name] && reach[other.Name][s.Name] {
				d.loops[other.Name] = n
			}
		}
	}
}

// reachable lists the states to which some way leads from a state, failures aside.
func (d *drawing) reachable(from string) map[string]bool {
	byName := map[string]asl.State{}
	for _, s := range d.states {
		byName[s.Name] = s
	}
	found := map[string]bool{}
	for queue := []string{from}; len(queue) > 0; queue = queue[1:] {
		for _, e := range byName[queue[0]].Edges {
			if e.Kind != asl.Caught && !found[e.To] {
				found[e.To] = true
				queue = append(queue, e.To)
			}
		}
	}
	return found
}

// nodes draws each state once, those of a loop together where the first of them comes.
func (d *drawing) nodes() {
	drawn := map[int]bool{}
	for _, s := range d.states {
		loop := d.loops[s.Name]
		switch {
		case loop == 0:
			d.line("  %s%s", id(s.Name), shape(s))
		case !drawn[loop]:
			drawn[loop] = true
			d.frame(loop)
		}
	}
}

// stages is the state that takes the next stage: the loop with it plays them.
const stages = "NextStage"

func (d *drawing) frame(loop int) {
	title := "until everything is read"
	if d.loops[stages] == loop {
		title = "one stage after the other"
	}
	d.line("  subgraph loop%d [%s]", loop, title)
	for _, s := range d.states {
		if d.loops[s.Name] == loop {
			d.line("  %s%s", id(s.Name), shape(s))
		}
	}
	d.line("  end")
}

// shape is the shape of a kind of state.
func shape(s asl.State) string {
	switch s.Kind {
	case asl.Choice:
		return fmt.Sprintf("{%q}", s.Name)
	case asl.Wait:
		return fmt.Sprintf("{{%q}}", s.Name)
	case asl.Succeed, asl.Fail:
		return fmt.Sprintf("([%q])", s.Name)
	case asl.Map, asl.Parallel:
		return fmt.Sprintf("[[%q]]", s.Name+": "+strings.Join(within(s), ", "))
	}
	return fmt.Sprintf("[%q]", s.Name)
}

// within lists the states of the branches of a Parallel, or of a Map's processor.
func within(s asl.State) []string {
	var names []string
	for _, branch := range s.Branches {
		for _, inner := range branch {
			names = append(append(names, inner.Name), within(inner)...)
		}
	}
	return names
}

func (d *drawing) edges(s asl.State) {
	plain := map[string]bool{}
	for _, e := range s.Edges {
		switch e.Kind {
		case asl.Next:
			d.line("  %s --> %s", id(s.Name), id(e.To))
		case asl.Match:
			d.line("  %s -- %q --> %s", id(s.Name), label(e.Comment), id(e.To))
		case asl.Default:
			d.line("  %s -- otherwise --> %s", id(s.Name), id(e.To))
		case asl.Caught:
			if !plain[e.To] {
				d.dashed(s, e)
			}
			continue
		}
		plain[e.To] = true
	}
}

func (d *drawing) dashed(s asl.State, e asl.Edge) {
	from := id(s.Name)
	if loop := d.loops[s.Name]; loop > 0 && loop != d.loops[e.To] {
		from = fmt.Sprintf("loop%d", loop)
	}
	edge := from + " " + e.To
	if slices.Contains(d.drawn, edge) {
		return
	}
	d.drawn = append(d.drawn, edge)
	d.line("  %s -. %q .-> %s", from, label(e.Comment), id(e.To))
}

// label is the first clause of a comment.
func label(comment string) string {
	if i := strings.IndexAny(comment, ".;:"); i >= 0 {
		comment = comment[:i]
	}
	return comment
}

// id is a state's name without what Mermaid does not take in an identifier.
func id(name string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' || r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z' {
			return r
		}
		return -1
	}, name)
}
