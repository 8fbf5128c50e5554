package kernel

import "time"

// Bucket is a token bucket in virtual time, with which services throttle requests.
type Bucket struct {
	capacity, rate int64
	// level is in billionths of a token, so that refilling by the nanosecond is exact.
	level  int64
	filled time.Time
}

// NewBucket returns a full bucket that holds capacity tokens and is refilled at rate tokens a second.
func NewBucket(capacity, rate int) *Bucket {
	return &Bucket{capacity: int64(capacity), rate: int64(rate)}
}

const wholeToken = int64(time.Second)

// fill adds what has been refilled since the last call.
func (b *Bucket) fill(now time.Time) {
	full := b.capacity * wholeToken
	missing := time.Duration((full-b.level)/b.rate + 1)
	if passed := now.Sub(b.filled); b.filled.IsZero() || passed >= missing {
		b.level = full
	} else {
		b.level += b.rate * int64(passed)
	}
	b.filled = now
}

// Take takes tokens out of the bucket. It takes none, and returns false, when the bucket has fewer.
func (b *Bucket) Take(tokens int, now time.Time) bool {
	need := int64(tokens) * wholeToken
	if b.fill(now); b.level < need {
		return false
	}
	b.level -= need
	return true
}
