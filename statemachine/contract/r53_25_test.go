package contract_test

import (
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/route53/types"
)

var _ = ask("R53-25", "submits a weighted TXT record set with two values", func(a *account) verdict {
	if a.zone == "" {
		return cannotKnow("needs -zone")
	}
	z := a.route53()
	weighted := z.txt(types.ChangeActionUpsert, "contract-r53-25", `"a"`, `"b"`)
	weighted.ResourceRecordSet.SetIdentifier, weighted.ResourceRecordSet.Weight = aws.String("a"), aws.Int64(1)
	_, err := z.submit(weighted)
	if err == nil {
		weighted.Action = types.ChangeActionDelete
		_, _ = z.submit(weighted)
	}
	return expect(err == nil, "answered with %q; assumed accepted", codeOf(err))
})
