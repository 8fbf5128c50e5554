package config

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	_ "time/tzdata" // time zones are checked the same on every machine
)

// Never is the schedule of what is not scheduled.
const Never = "none"

// field is one of the six of a cron expression of EventBridge Scheduler.
type field struct {
	name   string
	lo, hi int
	// names may stand for the numbers from lo on.
	names []string
	// letters are the special forms that it takes besides.
	letters *regexp.Regexp
}

var (
	cronFields = []field{
		{name: "minutes", lo: 0, hi: 59},
		{name: "hours", lo: 0, hi: 23},
		{name: "day of month", lo: 1, hi: 31, letters: regexp.MustCompile(`^(\?|L|LW|([1-9]|[12]\d|3[01])W)$`)},
		{name: "month", lo: 1, hi: 12, names: strings.Fields("JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC")},
		{name: "day of week", lo: 1, hi: 7, names: strings.Fields("SUN MON TUE WED THU FRI SAT"), letters: regexp.MustCompile(`^(\?|L|[1-7]L|[1-7]#[1-5])$`)},
		{name: "year", lo: 1970, hi: 2199},
	}
	rateForm = regexp.MustCompile(`^rate\(([1-9]\d{0,4}) (minute|hour|day)s?\)$`)
	cronForm = regexp.MustCompile(`^cron\((.*)\)$`)
)

// checkSchedule says what is wrong with an expression, or nothing.
func checkSchedule(key, expression string) []error {
	if expression == Never || rateForm.MatchString(expression) {
		return nil
	}
	parts := cronForm.FindStringSubmatch(expression)
	if parts == nil {
		return []error{fmt.Errorf("%s: %q; expected rate(30 minutes), cron(0 3 ? * SUN *) or %s", key, expression, Never)}
	}
	if err := checkCron(strings.Fields(parts[1])); err != nil {
		return []error{fmt.Errorf("%s: %q: %w", key, expression, err)}
	}
	return nil
}

func checkCron(values []string) error {
	if len(values) != len(cronFields) {
		return fmt.Errorf("%d fields; expected six: minutes, hours, day of month, month, day of week, year", len(values))
	}
	for i, f := range cronFields {
		for _, part := range strings.Split(values[i], ",") {
			if !f.takes(part) {
				return fmt.Errorf("%s %q; expected %d to %d, or a form that EventBridge Scheduler knows for it", f.name, values[i], f.lo, f.hi)
			}
		}
	}
	if (values[2] == "?") == (values[4] == "?") {
		return fmt.Errorf("day of month %q and day of week %q; expected ? for exactly one of them", values[2], values[4])
	}
	return nil
}

// takes says whether the field can be one of *, n, n-m and each of them followed by /step, or a special form.
func (f field) takes(part string) bool {
	if f.letters != nil && f.letters.MatchString(part) {
		return true
	}
	span, step, stepped := strings.Cut(part, "/")
	if n, err := strconv.Atoi(step); stepped && (err != nil || n < 1 || n > f.hi) {
		return false
	}
	if span == "*" {
		return true
	}
	from, to, ranged := strings.Cut(span, "-")
	lo, ok := f.number(from)
	if !ranged {
		return ok
	}
	hi, alright := f.number(to)
	return ok && alright && lo <= hi
}

func (f field) number(text string) (int, bool) {
	if i := slices.Index(f.names, text); i >= 0 {
		return f.lo + i, true
	}
	n, err := strconv.Atoi(text)
	return n, err == nil && n >= f.lo && n <= f.hi
}

// every is the time between two runs of a rate; cron expressions have none that is always the same.
func every(expression string) (time.Duration, bool) {
	parts := rateForm.FindStringSubmatch(expression)
	if parts == nil {
		return 0, false
	}
	n, err := strconv.Atoi(parts[1])
	units := map[string]time.Duration{"minute": time.Minute, "hour": time.Hour, "day": 24 * time.Hour}
	return time.Duration(n) * units[parts[2]], err == nil
}

func (c Config) scheduleProblems() []error {
	problems := append(checkSchedule("checkSchedule", c.CheckSchedule), checkSchedule("drillSchedule", c.DrillSchedule)...)
	if _, err := time.LoadLocation(c.Timezone); err != nil || c.Timezone == "" || c.Timezone == "Local" {
		problems = append(problems, fmt.Errorf("timezone: %q is not known; expected UTC or a name such as Europe/Berlin", c.Timezone))
	}
	if m := c.CheckWithinMinutes; m < 5 || m > 1440 || m%5 != 0 {
		problems = append(problems, fmt.Errorf("checkWithinMinutes: %d; expected a multiple of 5 from 5 to 1440", m))
	}
	if gap, ok := every(c.CheckSchedule); ok && gap > time.Duration(c.CheckWithinMinutes)*time.Minute {
		problems = append(problems, fmt.Errorf("checkWithinMinutes: %d; checkSchedule is %s, so the alarm would go off between two checks", c.CheckWithinMinutes, c.CheckSchedule))
	}
	return problems
}
