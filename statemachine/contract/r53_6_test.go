package contract_test

import (
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/route53/types"
)

var _ = ask("R53-6", "submits a TXT record set with one value twice, and a CNAME with two values", func(a *account) verdict {
	if a.zone == "" {
		return cannotKnow("needs -zone")
	}
	z := a.route53()
	_, same := z.change(types.ChangeActionUpsert, "contract-r53-6", `"a"`, `"a"`)
	set := &types.ResourceRecordSet{
		Name: aws.String(z.full("contract-r53-6c")), Type: types.RRTypeCname, TTL: aws.Int64(60),
		ResourceRecords: []types.ResourceRecord{{Value: aws.String("a.example.com")}, {Value: aws.String("b.example.com")}},
	}
	_, two := z.submit(types.Change{Action: types.ChangeActionUpsert, ResourceRecordSet: set})
	if same == nil {
		z.remove("contract-r53-6", `"a"`, `"a"`)
	}
	return expect(same != nil && two != nil, "one value twice: %q; a CNAME with two values: %q; both assumed refused", codeOf(same), codeOf(two))
})
