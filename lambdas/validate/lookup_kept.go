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
	// listBudget is how many calls one try makes at most. Route 53 allows an account 50 calls at once and then 10 a second. A
	// failover does not wait for the rest, and its ShiftTraffic needs some calls too.
	listBudget = 40
	// manyPages is how many answers show that Route 53 is healthy, and that the run only has too much to read.
	manyPages = 10
	// patientTries is how many tries of the step the state machine makes.
	patientTries = 4
	// readWait is the wait before the next part is read, and readTime how long a run continues like this: hundreds of hosted
	// zones with a few names each take some minutes.
	readWait = 5 * time.Second
	readTime = 6 * time.Minute
)

// Kept has the answers of Route 53 to a request that needs more calls than the quota allows at once: the next try of the same
// phase of the run continues there. It exists as long as the function's environment, which is minutes after the last
// invocation. If the next try runs in another environment, it starts again; if the time is then too short, a planned run ends
// before it has changed anything.
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

// goesOn says whether another try can continue after an error: this one has used up its calls or its time.
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

// pause ends a call that reads the rest later, with the same number of tries again.
func (k *Kept) pause() {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.tries = 0
}

// keptDNS answers from what is kept, and calls Route 53 within the budget.
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

// kept returns the answer that is kept under a key, or calls Route 53 within the budget and keeps the answer. It reads the map
// under the lock, because another try may have emptied it.
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
