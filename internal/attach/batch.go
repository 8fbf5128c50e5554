package attach

import (
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/route53/types"

	"github.com/drover-dr/drover/internal/changebatch"
)

// batches are the changes of a zone, in as few batches as Route 53 accepts. The two changes of a record set are always in the
// same batch, and each batch is behind the fences.
func (z Zone) batches() [][]types.Change {
	var guard []types.Change
	for _, fence := range z.fences {
		guard = append(guard, changebatch.Replace(fence, fence)...)
	}
	var units [][]types.Change
	for _, s := range z.Sets {
		after := s.live
		if after.HealthCheckId = nil; s.To != "" {
			after.HealthCheckId = aws.String(s.To)
		}
		units = append(units, changebatch.Replace(s.live, after))
	}
	var all [][]types.Change
	for _, b := range changebatch.Split(guard, units) {
		all = append(all, b.Changes)
	}
	return all
}
