package contract_test

import (
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/route53/types"
)

var _ = ask("R53-12", "makes an alias to a record set of the zone that does not exist", func(a *account) verdict {
	if a.zone == "" {
		return cannotKnow("needs -zone")
	}
	z := a.route53()
	set := &types.ResourceRecordSet{Name: aws.String(z.full("contract-r53-12")), Type: types.RRTypeA, AliasTarget: &types.AliasTarget{
		HostedZoneId: &a.zone, DNSName: aws.String(z.full("contract-r53-12-none")),
	}}
	_, err := z.submit(types.Change{Action: types.ChangeActionUpsert, ResourceRecordSet: set})
	if err == nil {
		_, _ = z.submit(types.Change{Action: types.ChangeActionDelete, ResourceRecordSet: set})
	}
	return expect(codeOf(err) == "InvalidChangeBatch", "answered with %q; assumed InvalidChangeBatch", codeOf(err))
})
