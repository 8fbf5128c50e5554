package schedule

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

const layout = "2006-01-02 15:04"

func TestNext(t *testing.T) {
	// The 2nd of March 2026 is a Monday.
	for _, c := range []struct {
		expression, zone, from string
		want                   string
	}{
		{"rate(1 minute)", "", "2026-03-02 09:00", "2026-03-02 09:01, 2026-03-02 09:02"},
		{"rate(30 minutes)", "", "2026-03-02 09:10", "2026-03-02 09:40, 2026-03-02 10:10"},
		{"rate(2 days)", "", "2026-03-02 09:10", "2026-03-04 09:10, 2026-03-06 09:10"},
		{"at(2026-03-02T10:30:00)", "", "2026-03-02 09:00", "2026-03-02 10:30"},
		{"at(2026-03-02T10:30:00)", "", "2026-03-02 10:30", ""},
		{"cron(0/30 * * * ? *)", "", "2026-03-02 09:10", "2026-03-02 09:30, 2026-03-02 10:00"},
		{"cron(0 3 ? * SUN *)", "", "2026-03-02 09:00", "2026-03-08 03:00, 2026-03-15 03:00"},
		{"cron(0 3 ? * MON-FRI *)", "", "2026-03-06 03:00", "2026-03-09 03:00, 2026-03-10 03:00"},
		{"cron(15,45 8-9 ? * 2 *)", "", "2026-03-02 08:20", "2026-03-02 08:45, 2026-03-02 09:15"},
		{"cron(0 0 L * ? *)", "", "2026-02-01 00:00", "2026-02-28 00:00, 2026-03-31 00:00"},
		{"cron(0 0 29 2 ? *)", "", "2026-03-01 00:00", "2028-02-29 00:00, 2032-02-29 00:00"},
		{"cron(0 12 1W * ? *)", "", "2026-07-31 00:00", "2026-08-03 12:00, 2026-09-01 12:00"},
		{"cron(0 12 31W 5 ? *)", "", "2026-05-01 00:00", "2026-05-29 12:00, 2027-05-31 12:00"},
		{"cron(0 12 ? * 6L *)", "", "2026-03-01 00:00", "2026-03-27 12:00, 2026-04-24 12:00"},
		{"cron(0 12 ? * TUE#1 *)", "", "2026-03-01 00:00", "2026-03-03 12:00, 2026-04-07 12:00"},
		{"cron(0 12 ? JAN/6 MON#2 2027)", "", "2026-03-01 00:00", "2027-01-11 12:00, 2027-07-12 12:00"},
		{"cron(0 12 1 1 ? 2025)", "", "2026-03-01 00:00", ""},
		{"cron(0 3 * * ? *)", "Europe/Berlin", "2026-03-02 09:00", "2026-03-03 02:00, 2026-03-04 02:00"},
		// On the 29th of March the clock skips 02:30, on the 25th of October it repeats it.
		{"cron(30 2 * * ? *)", "Europe/Berlin", "2026-03-28 12:00", "2026-03-30 00:30, 2026-03-31 00:30"},
		{"cron(30 2 * * ? *)", "Europe/Berlin", "2026-10-24 12:00", "2026-10-25 01:30, 2026-10-26 01:30"},
	} {
		s, err := Parse(c.expression, c.zone)
		if err != nil {
			t.Errorf("%s: %v", c.expression, err)
			continue
		}
		from, err := time.Parse(layout, c.from)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for range 2 {
			next, ok := s.Next(from)
			if !ok {
				break
			}
			got = append(got, next.UTC().Format(layout))
			from = next
		}
		if diff := cmp.Diff(c.want, strings.Join(got, ", ")); diff != "" {
			t.Errorf("%s after %s (-want +got):\n%s", c.expression, c.from, diff)
		}
	}
}

func TestWhatIsNoSchedule(t *testing.T) {
	for _, c := range []struct{ expression, zone, says string }{
		{"30 minutes", "", "rate(…)"},
		{"rate(30 minutes", "", "rate(…)"},
		{"rate(0 minutes)", "", "positive"},
		{"rate(5 weeks)", "", "minutes, hours or days"},
		{"at(tomorrow)", "", "tomorrow"},
		{"cron(0 3 * * ?)", "", "5 fields"},
		{"cron(60 3 * * ? *)", "", `minutes "60"`},
		{"cron(0 3 * * * *)", "", "to be ?"},
		{"cron(0 3 ? * ? *)", "", "to be ?"},
		{"cron(0 9-8 * * ? *)", "", "smaller value first"},
		{"cron(0/0 3 * * ? *)", "", "step"},
		{"cron(0 3 32 * ? *)", "", "day of the month"},
		{"cron(0 3 ? * FUNDAY *)", "", "day of the week"},
		{"cron(0 3 ? * MON#6 *)", "", "day of the week"},
		{"rate(1 hour)", "Atlantis", "Atlantis"},
	} {
		if _, err := Parse(c.expression, c.zone); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: error %v, want one that says %q", c.expression, err, c.says)
		}
	}
}
