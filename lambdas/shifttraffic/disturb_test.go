package shifttraffic

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/route53"

	"github.com/drover-dr/drover/statemachine/fakeaws"
)

// disturbed strikes one call, counted from 1, with a fault.
type disturbed struct {
	dns
	world *fakeaws.World
	which int
	fault fakeaws.Fault
	calls int
}

func (d *disturbed) strike() (done func()) {
	d.calls++
	if d.calls != d.which {
		return func() {}
	}
	return d.world.Inject(d.fault)
}

func (d *disturbed) ListResourceRecordSets(ctx context.Context, in *route53.ListResourceRecordSetsInput, opts ...func(*route53.Options)) (*route53.ListResourceRecordSetsOutput, error) {
	defer d.strike()()
	return d.dns.ListResourceRecordSets(ctx, in, opts...)
}

func (d *disturbed) ChangeResourceRecordSets(ctx context.Context, in *route53.ChangeResourceRecordSetsInput, opts ...func(*route53.Options)) (*route53.ChangeResourceRecordSetsOutput, error) {
	defer d.strike()()
	return d.dns.ChangeResourceRecordSets(ctx, in, opts...)
}

// sickZone strikes every call about one zone that the fault's operation matches.
type sickZone struct {
	dns
	world *fakeaws.World
	zone  string
	fault fakeaws.Fault
}

func (s sickZone) strike(zone *string) (done func()) {
	if aws.ToString(zone) != s.zone {
		return func() {}
	}
	return s.world.Inject(s.fault)
}

func (s sickZone) ListResourceRecordSets(ctx context.Context, in *route53.ListResourceRecordSetsInput, opts ...func(*route53.Options)) (*route53.ListResourceRecordSetsOutput, error) {
	defer s.strike(in.HostedZoneId)()
	return s.dns.ListResourceRecordSets(ctx, in, opts...)
}

func (s sickZone) ChangeResourceRecordSets(ctx context.Context, in *route53.ChangeResourceRecordSetsInput, opts ...func(*route53.Options)) (*route53.ChangeResourceRecordSetsOutput, error) {
	defer s.strike(in.HostedZoneId)()
	return s.dns.ChangeResourceRecordSets(ctx, in, opts...)
}
