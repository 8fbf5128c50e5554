package validate

import (
	"fmt"
	"slices"
	"strings"

	"github.com/drover-dr/drover/internal/failover"
)

// regionsOf are the keys of a map by Region, in order.
func regionsOf[V any](m map[failover.Region]V) []failover.Region {
	regions := make([]failover.Region, 0, len(m))
	for r := range m {
		regions = append(regions, r)
	}
	slices.Sort(regions)
	return regions
}

// weightsText is such as "us-east-1 100, us-west-2 0".
func weightsText(weights map[failover.Region]int) string {
	regions := regionsOf(weights)
	parts := make([]string, len(regions))
	for i, r := range regions {
		parts[i] = fmt.Sprintf("%s %d", r, weights[r])
	}
	return strings.Join(parts, ", ")
}

// count is such as "1 record" or "12 records".
func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// truncate cuts text to at most n bytes, between characters.
func truncate(text string, n int) string {
	if len(text) <= n {
		return text
	}
	const mark = "…"
	return strings.ToValidUTF8(text[:n-len(mark)], "") + mark
}
