package contract_test

import (
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/route53"
	"github.com/aws/aws-sdk-go-v2/service/route53/types"
)

var _ = ask("R53-2", "makes a TXT record set and asks for its change until it is INSYNC", func(a *account) verdict {
	if a.zone == "" {
		return cannotKnow("needs -zone")
	}
	z := a.route53()
	id, err := z.change(types.ChangeActionUpsert, "contract-r53-2", `"a"`)
	if err != nil {
		return cannotKnow("the change was refused: %v", err)
	}
	defer z.remove("contract-r53-2", `"a"`)
	took, done := a.until(5*time.Minute, time.Second, func() bool { return z.insync(id) })
	return expect(done && took <= time.Minute, "INSYNC after %v; assumed: 30 s, documented: generally within 60 s", took)
})

// r53 is Route 53 with the scratch zone.
type r53 struct {
	*route53.Client
	a    *account
	name string
}

func (a *account) route53() r53 { return r53{Client: route53.NewFromConfig(a.config(a.primary)), a: a} }

// full is a name in the zone.
func (z *r53) full(label string) string {
	if z.name == "" {
		if out, err := z.GetHostedZone(z.a.ctx, &route53.GetHostedZoneInput{Id: &z.a.zone}); err == nil {
			z.name = aws.ToString(out.HostedZone.Name)
		}
	}
	return label + "." + z.name
}

// txt is a change of a TXT record set.
func (z *r53) txt(action types.ChangeAction, label string, values ...string) types.Change {
	set := &types.ResourceRecordSet{Name: aws.String(z.full(label)), Type: types.RRTypeTxt, TTL: aws.Int64(60)}
	for _, v := range values {
		set.ResourceRecords = append(set.ResourceRecords, types.ResourceRecord{Value: aws.String(v)})
	}
	return types.Change{Action: action, ResourceRecordSet: set}
}

// submit submits a batch and returns the change's id.
func (z *r53) submit(changes ...types.Change) (string, error) {
	out, err := z.ChangeResourceRecordSets(z.a.ctx, &route53.ChangeResourceRecordSetsInput{HostedZoneId: &z.a.zone, ChangeBatch: &types.ChangeBatch{Changes: changes}})
	if err != nil {
		return "", err
	}
	return aws.ToString(out.ChangeInfo.Id), nil
}

func (z *r53) change(action types.ChangeAction, label string, values ...string) (string, error) {
	return z.submit(z.txt(action, label, values...))
}

// remove deletes what a program has made; a record set that is not there is as wanted.
func (z *r53) remove(label string, values ...string) {
	_, _ = z.change(types.ChangeActionDelete, label, values...)
}

func (z *r53) insync(id string) bool {
	out, err := z.GetChange(z.a.ctx, &route53.GetChangeInput{Id: &id})
	return err == nil && out.ChangeInfo.Status == types.ChangeStatusInsync
}
