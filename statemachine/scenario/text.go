package scenario

import (
	"fmt"
	"time"
)

// Plural writes a number with its noun: 1 batch, 2 batches.
func Plural(n int, noun string) string {
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

// Clock writes a point of virtual time, counted from the start of the scenario, as mm:ss.
func Clock(d time.Duration) string {
	seconds := int(d.Round(time.Second).Seconds())
	return fmt.Sprintf("%02d:%02d", seconds/60, seconds%60)
}

// Span writes a length of virtual time: 0:45, 12:05.
func Span(d time.Duration) string {
	seconds := int(d.Round(time.Second).Seconds())
	return fmt.Sprintf("%d:%02d", seconds/60, seconds%60)
}
