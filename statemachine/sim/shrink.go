package sim

import (
	"slices"
	"strings"
	"time"
)

// maxPlays bounds how often a situation is played to make it smaller.
const maxPlays = 300

// Shrink makes a situation smaller as long as what is wrong stays: it leaves out events and applications, returns settings to their
// defaults, and makes the rest simpler. wrong plays a situation; it says false for one that cannot be played.
func Shrink(s Situation, wrong func(Situation) bool) Situation {
	plays := 0
	try := func(smaller Situation) bool {
		if plays >= maxPlays {
			return false
		}
		plays++
		if !wrong(smaller) {
			return false
		}
		s = smaller
		return true
	}
	for again := true; again; {
		again = false
		for i := len(s.Events) - 1; i >= 0; i-- {
			again = try(s.without(i)) || again
		}
		for i := len(s.Applications) - 1; i >= 0 && len(s.Applications) > 1; i-- {
			smaller := s
			smaller.Applications = slices.Delete(slices.Clone(s.Applications), i, i+1)
			again = try(smaller) || again
		}
		for i := len(s.Settings) - 1; i >= 0; i-- {
			again = s.simplifySetting(i, try) || again
		}
	}
	if rounded := s.rounded(); len(rounded.Events) > 0 {
		try(rounded)
	}
	return s
}

func (s Situation) without(i int) Situation {
	s.Events = slices.Delete(slices.Clone(s.Events), i, i+1)
	return s
}

// simplifySetting leaves out a line of the settings, or its keys one by one.
func (s Situation) simplifySetting(i int, try func(Situation) bool) bool {
	smaller := s
	smaller.Settings = slices.Delete(slices.Clone(s.Settings), i, i+1)
	if try(smaller) {
		return true
	}
	head, inner, ok := strings.Cut(s.Settings[i], ": {")
	if !ok {
		return false
	}
	keys := split(strings.TrimSuffix(inner, "}"))
	for k := len(keys) - 1; k >= 0 && len(keys) > 1; k-- {
		smaller := s
		smaller.Settings = slices.Clone(s.Settings)
		smaller.Settings[i] = head + ": {" + strings.Join(slices.Delete(slices.Clone(keys), k, k+1), ", ") + "}"
		if try(smaller) {
			return true
		}
	}
	return false
}

// split splits a YAML flow mapping at its commas, but not those inside brackets.
func split(text string) []string {
	var parts []string
	depth, from := 0, 0
	for i, c := range text {
		switch c {
		case '{', '[':
			depth++
		case '}', ']':
			depth--
		case ',':
			if depth == 0 {
				parts = append(parts, strings.TrimSpace(text[from:i]))
				from = i + 1
			}
		}
	}
	return append(parts, strings.TrimSpace(text[from:]))
}

// rounded has the events at whole ten seconds, in the same order.
func (s Situation) rounded() Situation {
	events := s.sorted()
	for i := range events {
		events[i].At = events[i].At.Round(10 * time.Second)
	}
	s.Events = events
	return s
}
