package contract_test

import (
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/route53"
	"github.com/aws/aws-sdk-go-v2/service/route53/types"
)

var _ = ask("R53-8", "lists the record sets at the name of a zone, and reads its delegation set", func(a *account) verdict {
	z := a.route53()
	id, name := z.anyZone()
	if id == "" {
		return cannotKnow("the account has no hosted zone that ListHostedZonesByName shows")
	}
	got, err := z.GetHostedZone(a.ctx, &route53.GetHostedZoneInput{Id: &id})
	if err != nil {
		return cannotKnow("GetHostedZone: %v", err)
	}
	sets, err := z.ListResourceRecordSets(a.ctx, &route53.ListResourceRecordSetsInput{HostedZoneId: &id})
	if err != nil {
		return cannotKnow("ListResourceRecordSets: %v", err)
	}
	own := 0
	for _, s := range sets.ResourceRecordSets {
		if aws.ToString(s.Name) == name && (s.Type == types.RRTypeNs || s.Type == types.RRTypeSoa) {
			own++
		}
	}
	servers := 0
	if got.DelegationSet != nil {
		servers = len(got.DelegationSet.NameServers)
	}
	return expect(own == 0 && servers == 4, "%d record sets of the types NS and SOA at the zone's name, assumed 0 (AWS documents 2); %d name servers, assumed 4", own, servers)
})

// anyZone is the scratch zone, or the first zone of the account.
func (z *r53) anyZone() (id, name string) {
	out, err := z.ListHostedZonesByName(z.a.ctx, &route53.ListHostedZonesByNameInput{MaxItems: aws.Int32(1)})
	if err != nil || len(out.HostedZones) == 0 {
		return "", ""
	}
	return aws.ToString(out.HostedZones[0].Id), aws.ToString(out.HostedZones[0].Name)
}
