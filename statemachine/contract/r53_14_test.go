package contract_test

import (
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/route53/types"
)

var _ = ask("R53-14", "submits a weighted and a latency record set of one name and type in one batch", func(a *account) verdict {
	if a.zone == "" {
		return cannotKnow("needs -zone")
	}
	z := a.route53()
	weighted, latency := z.txt(types.ChangeActionUpsert, "contract-r53-14", `"a"`), z.txt(types.ChangeActionUpsert, "contract-r53-14", `"b"`)
	weighted.ResourceRecordSet.SetIdentifier, weighted.ResourceRecordSet.Weight = aws.String("a"), aws.Int64(1)
	latency.ResourceRecordSet.SetIdentifier, latency.ResourceRecordSet.Region = aws.String("b"), types.ResourceRecordSetRegionUsWest2
	_, err := z.submit(weighted, latency)
	if err == nil {
		weighted.Action, latency.Action = types.ChangeActionDelete, types.ChangeActionDelete
		_, _ = z.submit(weighted, latency)
	}
	return expect(codeOf(err) == "InvalidChangeBatch", "answered with %q; assumed InvalidChangeBatch: one routing policy for each name and type", codeOf(err))
})
