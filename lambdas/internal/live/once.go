package live

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/route53"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/lambdas/internal/entry"
)

// Lister lists the record sets of hosted zones; a Route 53 client does.
type Lister = recordLister

// Changer lists and changes the record sets of hosted zones.
type Changer interface {
	Lister
	ChangeResourceRecordSets(context.Context, *route53.ChangeResourceRecordSetsInput, ...func(*route53.Options)) (*route53.ChangeResourceRecordSetsOutput, error)
}

// Once makes one attempt of every call: where a run can do without the Route 53 control plane, it does not wait for the SDK's
// retries.
type Once struct {
	OnceLister
	changer Changer
}

// OnceOf makes one attempt of every call of a client.
func OnceOf(client Changer) Once { return Once{OnceLister{client}, client} }

func once(o *route53.Options) { o.RetryMaxAttempts = 1 }

// ChangeResourceRecordSets changes record sets.
func (c Once) ChangeResourceRecordSets(ctx context.Context, in *route53.ChangeResourceRecordSetsInput, _ ...func(*route53.Options)) (*route53.ChangeResourceRecordSetsOutput, error) {
	return c.changer.ChangeResourceRecordSets(ctx, in, once)
}

// OnceLister makes one attempt of every call of a client that only lists.
type OnceLister struct{ Client Lister }

// ListResourceRecordSets lists record sets.
func (c OnceLister) ListResourceRecordSets(ctx context.Context, in *route53.ListResourceRecordSetsInput, _ ...func(*route53.Options)) (*route53.ListResourceRecordSetsOutput, error) {
	return c.Client.ListResourceRecordSets(ctx, in, once)
}

// Unrepeated lists record sets like its client, but does not repeat a request that was not answered: that takes as long as the
// time-out of one request each time. A request that was throttled is repeated.
type Unrepeated struct{ Client Lister }

// ListResourceRecordSets lists record sets.
func (c Unrepeated) ListResourceRecordSets(ctx context.Context, in *route53.ListResourceRecordSetsInput, options ...func(*route53.Options)) (*route53.ListResourceRecordSetsOutput, error) {
	out, err := c.Client.ListResourceRecordSets(ctx, in, append(options, once)...)
	if err != nil && entry.ConditionOf(err) == failover.Throttled {
		return c.Client.ListResourceRecordSets(ctx, in, options...)
	}
	return out, err
}
