package scenario

import (
	"fmt"
	"time"
)

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
