package contract_test

import (
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/route53"
)

var _ = ask("R53-20", "lists the health checks", func(a *account) verdict {
	out, err := a.route53().ListHealthChecks(a.ctx, &route53.ListHealthChecksInput{})
	if err != nil {
		return cannotKnow("ListHealthChecks: %v", err)
	}
	var ids []string
	for _, h := range out.HealthChecks {
		ids = append(ids, aws.ToString(h.Id))
	}
	if len(ids) < 2 && a.world == nil {
		return cannotKnow("the account has %d health checks; an order needs 2", len(ids))
	}
	return expect(slices.IsSorted(ids), "%d health checks, in the order of their ids: %v, assumed true", len(ids), slices.IsSorted(ids))
})
