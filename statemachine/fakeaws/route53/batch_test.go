package route53_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/route53/types"
	"github.com/google/go-cmp/cmp"
)

func TestABatchMovesBothRegionsAtOnce(t *testing.T) {
	s := serveZone(t)
	s.MustChange(t, shift()...)
	want := map[string]int{east: 0, west: 100}
	if diff := cmp.Diff(want, s.Weights("WWW.example.com.", "A")); diff != "" {
		t.Errorf("weights (-want +got):\n%s", diff)
	}
	batches := s.Batches()
	if len(batches) != 1 || len(batches[0].Changes) != 2 || len(batches[0].After) != 2 {
		t.Fatalf("batches = %+v; want one of two changes, with two record sets after it", batches)
	}
	if got := batches[0].After[1].Weight; got != 100 {
		t.Errorf("weight in the west after the batch = %d; want 100", got)
	}
}

func TestDeleteAndCreateInOneBatchIsACompareAndSwap(t *testing.T) {
	s := serveZone(t)
	s.MustChange(t, txt(types.ChangeActionCreate, "_drover.example.com", `"epoch=1"`))
	swap := []types.Change{
		txt(types.ChangeActionDelete, "_drover.example.com", `"epoch=1"`), txt(types.ChangeActionCreate, "_drover.example.com", `"epoch=2"`),
	}
	s.MustChange(t, swap...)
	_, err := s.Change(append(swap, shift()...)...)
	if codeOf(err) != "InvalidChangeBatch" {
		t.Errorf("the same swap again = %v; want InvalidChangeBatch", err)
	}
	if got := s.Weights("www.example.com", "A")[west]; got != 0 {
		t.Errorf("weight in the west = %d; want 0, because the batch was rejected", got)
	}
}

func TestADeleteMatchesTheRecordSetThatTheZoneHas(t *testing.T) {
	s := serveZone(t)
	s.MustChange(t, txt(types.ChangeActionCreate, "many.example.com", `"a"`, `"b"`))
	s.MustChange(t, txt(types.ChangeActionDelete, "MANY.example.com.", `"b"`, `"a"`)) // in another order, with a capital name
	alias := types.ResourceRecordSet{
		Name: aws.String("alias.example.com"), Type: types.RRTypeA,
		AliasTarget: &types.AliasTarget{DNSName: aws.String("LB.us-east-1.elb.amazonaws.com."), HostedZoneId: aws.String("Z35SXDOTRQ7X7K"), EvaluateTargetHealth: true},
	}
	s.MustChange(t, types.Change{Action: types.ChangeActionCreate, ResourceRecordSet: &alias})
	otherwise := *alias.AliasTarget
	otherwise.EvaluateTargetHealth = false
	wrong := alias
	wrong.AliasTarget = &otherwise
	if _, err := s.Change(types.Change{Action: types.ChangeActionDelete, ResourceRecordSet: &wrong}); codeOf(err) != "InvalidChangeBatch" {
		t.Errorf("delete of another alias = %v; want InvalidChangeBatch", err)
	}
	s.MustChange(t, types.Change{Action: types.ChangeActionDelete, ResourceRecordSet: &alias})
}

func TestATTLChangesForAWholeGroupInOneBatch(t *testing.T) {
	s := serveZone(t)
	changes := shift()
	for _, c := range changes {
		c.ResourceRecordSet.TTL = aws.Int64(30)
	}
	s.MustChange(t, changes...)
}

func TestAnAliasAndAValueMayShareAWeightedGroup(t *testing.T) {
	s := serveZone(t)
	change := weigh(types.ChangeActionUpsert, "www.example.com", west, 0)
	change.ResourceRecordSet.TTL, change.ResourceRecordSet.ResourceRecords = nil, nil
	change.ResourceRecordSet.AliasTarget = &types.AliasTarget{DNSName: aws.String("lb.us-east-1.elb.amazonaws.com"), HostedZoneId: aws.String("Z35SXDOTRQ7X7K")}
	s.MustChange(t, change)
}
