package schedule

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// cron has the six fields of AWS's cron expressions.
type cron struct {
	minutes, hours, months, years field
	days                          dayField
	weekdays                      dayField
}

// field is the set of values that match; nil is all.
type field map[int]bool

func (f field) has(n int) bool { return f == nil || f[n] }

// dayField is a field of days, which has more forms than numbers.
type dayField struct {
	// unused is ?: the other of the two day fields decides.
	unused bool
	plain  field
	// last is L, the last day of the month, or nL, the last of that weekday; -1 is none.
	last int
	// nearest is nW, the weekday (Monday to Friday) nearest to that day of the month.
	nearest int
	// nth is weekday#n: the nth of that weekday in the month.
	nth [2]int
}

// months and weekdays are the names, at the places of their numbers; Sunday is 1.
var (
	months   = []string{"", "JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"}
	weekdays = []string{"", "SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"}
)

const lastYear = 2199

func parseCron(body string) (*cron, error) {
	parts := strings.Fields(body)
	if len(parts) != 6 {
		return nil, fmt.Errorf("%d fields; expected 6: minutes, hours, day of the month, month, day of the week, year", len(parts))
	}
	c := &cron{}
	var err error
	read := func(name, text string, from, to int, names []string) field {
		f, bad := parseField(text, from, to, names)
		if bad != nil && err == nil {
			err = fmt.Errorf("%s %q: %w", name, text, bad)
		}
		return f
	}
	c.minutes = read("minutes", parts[0], 0, 59, nil)
	c.hours = read("hours", parts[1], 0, 23, nil)
	c.months = read("month", parts[3], 1, 12, months)
	c.years = read("year", parts[5], 1970, lastYear, nil)
	if err != nil {
		return nil, err
	}
	if c.days, err = parseDays(parts[2]); err != nil {
		return nil, fmt.Errorf("day of the month %q: %w", parts[2], err)
	}
	if c.weekdays, err = parseWeekdays(parts[4]); err != nil {
		return nil, fmt.Errorf("day of the week %q: %w", parts[4], err)
	}
	if c.days.unused == c.weekdays.unused {
		return nil, fmt.Errorf("day of the month %q and day of the week %q; expected one of them, and only one, to be ?", parts[2], parts[4])
	}
	return c, nil
}

// parseField reads numbers, names, ranges and steps, separated by commas.
func parseField(text string, from, to int, names []string) (field, error) {
	if text == "*" {
		return nil, nil
	}
	f := field{}
	for part := range strings.SplitSeq(text, ",") {
		span, stepText, stepped := strings.Cut(part, "/")
		step := 1
		if stepped {
			var err error
			if step, err = strconv.Atoi(stepText); err != nil || step < 1 || step > to {
				return nil, fmt.Errorf("step %q; expected 1 to %d", stepText, to)
			}
		}
		first, last, err := parseSpan(span, from, to, names, stepped)
		if err != nil {
			return nil, err
		}
		for n := first; n <= last; n += step {
			f[n] = true
		}
	}
	return f, nil
}

// parseSpan reads one value, or a range; a value with a step is the beginning of a range to the end.
func parseSpan(span string, from, to int, names []string, stepped bool) (first, last int, err error) {
	if span == "*" {
		return from, to, nil
	}
	low, high, isRange := strings.Cut(span, "-")
	first, err = parseValue(low, from, to, names)
	last = first
	if err == nil && isRange {
		last, err = parseValue(high, from, to, names)
	} else if stepped {
		last = to
	}
	if err == nil && first > last {
		err = fmt.Errorf("range %s; expected the smaller value first", span)
	}
	return first, last, err
}

func parseValue(text string, from, to int, names []string) (int, error) {
	if i := slices.Index(names, strings.ToUpper(text)); i > 0 {
		return i, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < from || n > to {
		return 0, fmt.Errorf("%q; expected %d to %d", text, from, to)
	}
	return n, nil
}

func parseDays(text string) (dayField, error) {
	d := dayField{last: -1}
	var err error
	switch {
	case text == "?":
		d.unused = true
	case text == "L":
		d.last = 0
	case strings.HasSuffix(text, "W"):
		d.nearest, err = parseValue(strings.TrimSuffix(text, "W"), 1, 31, nil)
	default:
		d.plain, err = parseField(text, 1, 31, nil)
	}
	return d, err
}

func parseWeekdays(text string) (dayField, error) {
	d := dayField{last: -1}
	var err error
	day, nth, isNth := strings.Cut(text, "#")
	switch {
	case text == "?":
		d.unused = true
	case text == "L":
		d.plain = field{7: true}
	case strings.HasSuffix(text, "L"):
		d.last, err = parseValue(strings.TrimSuffix(text, "L"), 1, 7, weekdays)
	case isNth:
		if d.nth[0], err = parseValue(day, 1, 7, weekdays); err == nil {
			d.nth[1], err = parseValue(nth, 1, 5, nil)
		}
	default:
		d.plain, err = parseField(text, 1, 7, weekdays)
	}
	return d, err
}

// next searches day by day, and within a day minute by minute.
func (c *cron) next(t time.Time) (time.Time, bool) {
	t = t.Truncate(time.Minute).Add(time.Minute)
	for day := time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, t.Location()); day.Year() <= lastYear; {
		switch {
		case !c.years.has(day.Year()):
			day = time.Date(day.Year()+1, 1, 1, 0, 0, 0, 0, day.Location())
			continue
		case !c.months.has(int(day.Month())):
			day = time.Date(day.Year(), day.Month()+1, 1, 0, 0, 0, 0, day.Location())
			continue
		case c.onDay(day):
			if due, ok := c.within(day, t); ok {
				return due, true
			}
		}
		day = day.AddDate(0, 0, 1)
	}
	return time.Time{}, false
}

// within finds the first minute of a day that matches and is not before t.
func (c *cron) within(day, t time.Time) (time.Time, bool) {
	for hour := range 24 {
		if !c.hours.has(hour) {
			continue
		}
		for minute := range 60 {
			if !c.minutes.has(minute) {
				continue
			}
			due := time.Date(day.Year(), day.Month(), day.Day(), hour, minute, 0, 0, day.Location())
			if !due.Before(t) && due.Hour() == hour { // not an hour that the clock skips
				return due, true
			}
		}
	}
	return time.Time{}, false
}

func (c *cron) onDay(day time.Time) bool {
	lastDay := time.Date(day.Year(), day.Month()+1, 0, 0, 0, 0, 0, day.Location()).Day()
	if !c.days.unused {
		switch d := c.days; {
		case d.last == 0:
			return day.Day() == lastDay
		case d.nearest > 0:
			return day.Day() == nearestWeekday(day, min(d.nearest, lastDay), lastDay)
		default:
			return d.plain.has(day.Day())
		}
	}
	weekday := int(day.Weekday()) + 1
	switch d := c.weekdays; {
	case d.last > 0:
		return weekday == d.last && day.Day() > lastDay-7
	case d.nth[0] > 0:
		return weekday == d.nth[0] && (day.Day()-1)/7+1 == d.nth[1]
	default:
		return d.plain.has(weekday)
	}
}

// nearestWeekday is the day from Monday to Friday that is nearest to a day, within its month.
func nearestWeekday(month time.Time, day, lastDay int) int {
	switch time.Date(month.Year(), month.Month(), day, 0, 0, 0, 0, month.Location()).Weekday() {
	case time.Saturday:
		if day == 1 {
			return 3
		}
		return day - 1
	case time.Sunday:
		if day == lastDay {
			return day - 2
		}
		return day + 1
	}
	return day
}
