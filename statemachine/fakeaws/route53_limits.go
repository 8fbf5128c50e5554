package fakeaws

import "time"

// tokenBucket holds capacity tokens at most and is refilled at rate tokens a second of virtual time.
type tokenBucket struct {
	capacity, rate int64
	// level is in billionths of a token, so that refilling by the nanosecond is exact.
	level  int64
	filled time.Time
}

const wholeToken = int64(time.Second)

// fill adds what has been refilled since the last time.
func (b *tokenBucket) fill(now time.Time) {
	full := b.capacity * wholeToken
	missing := time.Duration((full-b.level)/b.rate + 1)
	if passed := now.Sub(b.filled); b.filled.IsZero() || passed >= missing {
		b.level = full
	} else {
		b.level += b.rate * int64(passed)
	}
	b.filled = now
}

// limits are the throttles of Route 53, all of them of the whole account, as the Developer Guide's "Throttling for
// Amazon Route 53 API requests" lists them.
type limits struct {
	account *tokenBucket
	changes *tokenBucket
}

func newLimits() *limits {
	return &limits{
		account: &tokenBucket{capacity: 50, rate: 10},
		changes: &tokenBucket{capacity: 1500, rate: 100},
	}
}

// admit takes a token for one request, or says that there is none. Each of the actions here also has a bucket of its
// own, but of the same size and rate as the account's, so it is never the first to be empty.
func (l *limits) admit(now time.Time) *APIError { return l.account.take(1, now) }

// admitChanges takes the tokens of a batch: 1 for a CREATE or DELETE, 2 for an UPSERT.
func (l *limits) admitChanges(changes []Change, now time.Time) *APIError {
	tokens := 0
	for _, c := range changes {
		tokens += cost(c.Action)
	}
	return l.changes.take(tokens, now)
}

// cost is how often an action counts, in tokens and in the limits of a request: an UPSERT counts twice.
func cost(action string) int {
	if action == "UPSERT" {
		return 2
	}
	return 1
}

// take takes tokens out of the bucket, or leaves it alone when they are not all there (R53-4).
func (b *tokenBucket) take(tokens int, now time.Time) *APIError {
	need := int64(tokens) * wholeToken
	if b.fill(now); b.level < need {
		return badRequest("Throttling", "Rate exceeded")
	}
	b.level -= need
	return nil
}
