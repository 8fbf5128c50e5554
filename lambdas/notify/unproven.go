package notify

import (
	"fmt"
	"strings"

	"github.com/drover-dr/drover/internal/failover"
)

// withoutData counts the applications of which no health rule had data in the Region where they are now. Those that are not listed
// count with them: the list has room for all but many.
func withoutData(r failover.Report) int {
	n := 0
	for _, u := range r.Unproven {
		if u.Region == r.Target && u.NoData {
			n++
		}
	}
	if n > 0 {
		n += r.MoreUnproven[r.Target]
	}
	return n
}

// unproven lists the applications that were verified without the data of some or all of their health rules, by Region: a drill
// verifies both.
func unproven(b *strings.Builder, r failover.Report) {
	for _, region := range []failover.Region{r.Run.To, r.Run.From} {
		var lines []string
		for _, u := range r.Unproven {
			if u.Region == region {
				lines = append(lines, u.String())
			}
		}
		if more := r.MoreUnproven[region]; len(lines) > 0 {
			bullets(b, fmt.Sprintf("Verified without all of their health rules in %s (%d)", region, len(lines)+more), lines, more, "")
		}
	}
	if withoutData(r) > 0 {
		fmt.Fprintln(b, "No metric shows that applications without health data serve their users: check that they do.")
	}
}
