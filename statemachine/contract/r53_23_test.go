package contract_test

import "github.com/aws/aws-sdk-go-v2/service/route53"

var _ = ask("R53-23", "reads the features of a zone", func(a *account) verdict {
	z := a.route53()
	id, _ := z.anyZone()
	if id == "" {
		return cannotKnow("the account has no hosted zone that ListHostedZonesByName shows")
	}
	out, err := z.GetHostedZone(a.ctx, &route53.GetHostedZoneInput{Id: &id})
	if err != nil {
		return cannotKnow("GetHostedZone: %v", err)
	}
	private := out.HostedZone.Config != nil && out.HostedZone.Config.PrivateZone
	if private {
		return expect(out.HostedZone.Features == nil, "a private zone with features: %v, assumed none", out.HostedZone.Features != nil)
	}
	if out.HostedZone.Features == nil {
		return refuted("a public zone without features; assumed the status DISABLED")
	}
	status := out.HostedZone.Features.AcceleratedRecoveryStatus
	if status != "DISABLED" && a.world == nil {
		return cannotKnow("accelerated recovery of the first zone is %s; it has been set", status)
	}
	return expect(status == "DISABLED", "accelerated recovery of a zone in which it was never set is %s; assumed DISABLED", status)
})
