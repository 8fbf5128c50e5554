package route53

import (
	"time"

	"github.com/drover-dr/drover/statemachine/fakeaws/kernel"
	"github.com/drover-dr/drover/statemachine/fakeaws/wire"
)

// limits are the throttles of Route 53, all of them of the whole account, as the Developer Guide's "Throttling for
// Amazon Route 53 API requests" lists them.
type limits struct{ account, changes, checkStatus *kernel.Bucket }

func newLimits() *limits {
	return &limits{account: kernel.NewBucket(50, 10), changes: kernel.NewBucket(1500, 100), checkStatus: kernel.NewBucket(4, 1)}
}

// admit takes a token for one request, or throttles it. Each of the actions here also has a bucket of its own. Only that
// of GetHealthCheckStatus is smaller than the account's; the others have the size and rate of the account's, so they are
// never empty first.
func (l *limits) admit(req *wire.Request, now time.Time) *wire.Error {
	_, status := req.Params.(checkStatusParams)
	if status {
		if err := throttle(l.checkStatus, 1, now); err != nil {
			return err
		}
	}
	err := throttle(l.account, 1, now)
	if err != nil && status {
		l.checkStatus.Take(-1, now) // a throttled request takes none (R53-4)
	}
	return err
}

// admitChanges takes the tokens of a batch: 1 for a CREATE or DELETE, 2 for an UPSERT.
func (l *limits) admitChanges(changes []Change, now time.Time) *wire.Error {
	tokens := 0
	for _, c := range changes {
		tokens += cost(c.Action)
	}
	return throttle(l.changes, tokens, now)
}

// cost is what an action counts in tokens and in the limits of a request: an UPSERT counts twice.
func cost(action string) int {
	if action == "UPSERT" {
		return 2
	}
	return 1
}

// throttle takes tokens out of a bucket. When they are not all there, the request is throttled and takes none (R53-4).
func throttle(b *kernel.Bucket, tokens int, now time.Time) *wire.Error {
	if !b.Take(tokens, now) {
		return wire.BadRequest("Throttling", "Rate exceeded")
	}
	return nil
}
