package schedule

import (
	"testing"
	"time"

	"github.com/drover-dr/drover/internal/untrusted/workbound"
)

func FuzzSchedule(f *testing.F) {
	for _, seed := range []string{
		"rate(30 minutes)", "cron(0 3 ? * SUN *)", "cron(0/5 8-17 ? * MON-FRI *)", "cron(15 10 L * ? 2026-2030)", "cron(0 0 1W FEB ? *)",
		"cron(1/9223372036854775807 * * * ? *)", "cron(0 0 31 2 ? *)", "at(2026-01-31T03:00:00)", "rate(9223372036854775807 days)",
	} {
		f.Add(seed)
	}
	now := time.Date(2026, 1, 31, 3, 0, 0, 0, time.UTC)
	f.Fuzz(func(t *testing.T, text string) {
		workbound.Check(t, len(text), func() {
			s, err := Parse(text, "UTC")
			if err != nil {
				return
			}
			if next, ok := s.Next(now); ok && !next.After(now) {
				t.Errorf("%q after %s is due at %s", text, now, next)
			}
		})
	})
}
