package live

import (
	"fmt"
	"slices"
	"strings"

	"github.com/drover-dr/drover/internal/failover"
)

// weightsText is such as "us-east-1 100, us-west-2 0".
func weightsText(weights map[failover.Region]int) string {
	var regions []failover.Region
	for r := range weights {
		regions = append(regions, r)
	}
	slices.Sort(regions)
	parts := make([]string, len(regions))
	for i, r := range regions {
		parts[i] = fmt.Sprintf("%s %d", r, weights[r])
	}
	return strings.Join(parts, ", ")
}
