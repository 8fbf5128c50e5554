package validate

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/route53"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/lambdas/internal/entry"
	"github.com/drover-dr/drover/lambdas/internal/live"
)

const (
	// listBudget is how many calls one try makes at most. Route 53 lets an account make 50 at once and 10 a second after
	// that, and the shift of a failover, which does not wait for the rest, needs some too.
	listBudget = 40
	// manyPages is how many answers show that Route 53 answers well, and that there is only too much to ask.
	manyPages = 10
	// patientTries is how many tries of the step there are, as the state machine has it.
	patientTries = 4
	// readWait is after how long the rest is read when a try has used up its calls, and readTime how long a run goes on so:
	// hundreds of hosted zones with a few names each take some minutes.
	readWait = 5 * time.Second
	readTime = 6 * time.Minute
)

// Kept is what Route 53 has answered to a request that has more to ask than its quota lets pass at once: the next try of
// the same phase of the run goes on there. It lives as long as the function's environment, which is minutes after the last
// invocation. Should the next try find another environment, it begins again; if then the time does not suffice, a planned
// run ends before it has touched anything.
type Kept struct {
	mu    sync.Mutex
	of    string
	tries int
	zones map[string]*route53.GetHostedZoneOutput
	pages map[page]*route53.ListResourceRecordSetsOutput
}

// page is a call of ListResourceRecordSets.
type page struct {
	zone, name, kind, identifier string
	items                        int32
}

// begin notes one more try of a request, and returns the client for it.
func (k *Kept) begin(req failover.ValidateRequest, client dns) dns {
	k.mu.Lock()
	defer k.mu.Unlock()
	if of := req.Execution.ID + " " + string(req.Phase); k.of != of {
		k.forget()
		k.of = of
	}
	k.tries++
	return &keptDNS{client, k, listBudget}
}

// end is for when everything was read.
func (k *Kept) end() {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.forget()
}

func (k *Kept) forget() {
	k.of, k.tries = "", 0
	k.zones, k.pages = map[string]*route53.GetHostedZoneOutput{}, map[page]*route53.ListResourceRecordSetsOutput{}
}

// goesOn says whether a further try reads what was left to read after an error: when the calls, or the time, of this one
// were used up.
func (k *Kept) goesOn(err error) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.tries >= patientTries {
		return false
	}
	if errors.Is(err, live.ErrUnfinished) {
		return true
	}
	condition := entry.ConditionOf(err)
	return len(k.pages) >= manyPages && (condition == failover.Throttled || condition == failover.Unreachable)
}

// pause is for when the rest is read a little later, with as many tries as this time.
func (k *Kept) pause() {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.tries = 0
}

// keptDNS answers from what is kept, and asks Route 53 as long as there is budget.
type keptDNS struct {
	dns
	*Kept
	budget int
}

func (c *keptDNS) spend() error {
	if c.budget <= 0 {
		return failover.Fail(failover.Throttled, live.ErrUnfinished)
	}
	c.budget--
	return nil
}

// GetHostedZone is that of Route 53.
func (c *keptDNS) GetHostedZone(ctx context.Context, in *route53.GetHostedZoneInput, opts ...func(*route53.Options)) (*route53.GetHostedZoneOutput, error) {
	return kept(c, keptZones, aws.ToString(in.Id), func() (*route53.GetHostedZoneOutput, error) { return c.dns.GetHostedZone(ctx, in, opts...) })
}

// ListResourceRecordSets is that of Route 53.
func (c *keptDNS) ListResourceRecordSets(ctx context.Context, in *route53.ListResourceRecordSetsInput, opts ...func(*route53.Options)) (*route53.ListResourceRecordSetsOutput, error) {
	asked := page{aws.ToString(in.HostedZoneId), aws.ToString(in.StartRecordName), string(in.StartRecordType), aws.ToString(in.StartRecordIdentifier), aws.ToInt32(in.MaxItems)}
	return kept(c, keptPages, asked, func() (*route53.ListResourceRecordSetsOutput, error) {
		return c.dns.ListResourceRecordSets(ctx, in, opts...)
	})
}

func keptZones(k *Kept) map[string]*route53.GetHostedZoneOutput { return k.zones }

func keptPages(k *Kept) map[page]*route53.ListResourceRecordSetsOutput { return k.pages }

// kept returns the answer that is kept under a key, or asks Route 53 within the budget and keeps what it answers. The map
// is looked up under the lock, for another try may have emptied it meanwhile.
func kept[K comparable, Answer any](c *keptDNS, answers func(*Kept) map[K]Answer, key K, ask func() (Answer, error)) (Answer, error) {
	c.mu.Lock()
	out, known := answers(c.Kept)[key]
	var err error
	if !known {
		err = c.spend()
	}
	c.mu.Unlock()
	if known || err != nil {
		return out, err
	}
	if out, err = ask(); err == nil {
		c.mu.Lock()
		defer c.mu.Unlock()
		answers(c.Kept)[key] = out
	}
	return out, err
}
