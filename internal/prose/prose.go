// Package prose has the few ways in which Drover writes numbers, lists and long texts into a sentence, so that messages,
// findings, reports and transcripts do it alike: [Count] and [More] for numbers of things, [Or], [Some] and [Limit] for lists,
// [Weights] for DNS weights, [Cut] for what is too long.
package prose

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// mark stands for what was cut off.
const mark = " …"

// Cut is a text of at most limit bytes, cut between characters and marked where it was cut.
func Cut(text string, limit int) string {
	if len(text) <= limit {
		return text
	}
	return strings.TrimRight(strings.ToValidUTF8(text[:max(0, limit-len(mark))], ""), " ") + mark
}

// Count is such as "1 record", "12 records", "2 batches" or "3 queries".
func Count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	switch noun[len(noun)-1] {
	case 'h', 's', 'x':
		return fmt.Sprintf("%d %ses", n, noun)
	case 'y':
		return fmt.Sprintf("%d %sies", n, noun[:len(noun)-1])
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// More is such as "and 3 more", for the end of a list of which n are not shown.
func More(n int) string { return fmt.Sprintf("and %d more", n) }

// Limit returns the first of a list, at most so many, and how many more there are.
func Limit[T any](list []T, most int) (shown []T, more int) {
	if len(list) > most {
		return list[:most], len(list) - most
	}
	return list, 0
}

// Some joins at most so many of the texts, and counts the rest: "a, b and 3 more".
func Some(texts []string, most int, separator string) string {
	shown, more := Limit(texts, most)
	line := strings.Join(shown, separator)
	if more == 0 {
		return line
	}
	if strings.TrimSpace(separator) == "," {
		return line + " " + More(more)
	}
	return line + separator + More(more)
}

// Or joins names for a choice: "a, b or c".
func Or(names []string) string {
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	last := len(names) - 1
	return strings.Join(names[:last], ", ") + " or " + names[last]
}

// Line makes one line of a text, so that it cannot break the form of what it stands in.
func Line(text string) string { return strings.Join(strings.Fields(text), " ") }

// Weights is such as "us-east-1 100, us-west-2 0".
func Weights[Region ~string](weights map[Region]int) string {
	var parts []string
	for _, r := range slices.Sorted(maps.Keys(weights)) {
		parts = append(parts, fmt.Sprintf("%s %d", r, weights[r]))
	}
	return strings.Join(parts, ", ")
}
