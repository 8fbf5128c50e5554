package attach

import (
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/route53/types"
)

// Route 53's limits of one batch ("Maximums on API requests", Amazon Route 53 Developer Guide). An alias counts as one element.
const (
	maxElements   = 1000
	maxCharacters = 32_000
)

// batches are the changes of a zone, in as few batches as Route 53 accepts. The two changes of a record set are always in the
// same batch, and each batch is behind the fences.
func (z Zone) batches() [][]types.Change {
	var guard []types.Change
	for _, fence := range z.fences {
		guard = append(guard, replace(fence, fence)...)
	}
	fenceElements, fenceLetters := sizeOf(guard)
	var all [][]types.Change
	elements, letters := maxElements, 0
	for _, s := range z.Sets {
		after := s.live
		if after.HealthCheckId = nil; s.To != "" {
			after.HealthCheckId = aws.String(s.To)
		}
		changes := replace(s.live, after)
		n, chars := sizeOf(changes)
		if elements+n > maxElements || letters+chars > maxCharacters {
			all = append(all, append([]types.Change{}, guard...))
			elements, letters = fenceElements, fenceLetters
		}
		last := &all[len(all)-1]
		*last = append(*last, changes...)
		elements, letters = elements+n, letters+chars
	}
	return all
}

func replace(before, after types.ResourceRecordSet) []types.Change {
	return []types.Change{
		{Action: types.ChangeActionDelete, ResourceRecordSet: &before},
		{Action: types.ChangeActionCreate, ResourceRecordSet: &after},
	}
}

func sizeOf(changes []types.Change) (elements, characters int) {
	for _, c := range changes {
		elements += max(1, len(c.ResourceRecordSet.ResourceRecords))
		for _, r := range c.ResourceRecordSet.ResourceRecords {
			characters += len(aws.ToString(r.Value))
		}
	}
	return elements, characters
}
