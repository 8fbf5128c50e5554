package jsonata

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"time"
)

// timestamp is the reference's pattern, and instant what of it JavaScript reads as its own format.
var (
	timestamp = regexp.MustCompile(`^\d{4}(-[01]\d)*(-[0-3]\d)*(T[0-2]\d:[0-5]\d:[0-5]\d)*(\.\d+)?([+-][0-2]\d:?[0-5]\d|Z)?$`)
	instant   = regexp.MustCompile(`^(\d{4})(?:-(\d\d)(?:-(\d\d))?)?(?:T(\d\d):(\d\d):(\d\d)(?:\.(\d+))?(?:(Z)|([+-])(\d\d):?(\d\d))?)?$`)
)

func toMillisFunction(_ *evaluator, args []any) (any, error) {
	s, ok := at(args, 0).(string)
	if !ok {
		return nil, unless(at(args, 0) == nil, misuse("toMillis"))
	}
	if at(args, 1) != nil {
		return nil, refuse("$toMillis with a picture")
	}
	if !timestamp.MatchString(s) {
		return nil, &Error{Code: "D3110", Value: s}
	}
	parts := instant.FindStringSubmatch(s)
	if parts == nil {
		return nil, refuse("the timestamp %q, which is no ISO 8601 to JavaScript,", s)
	}
	return millis(parts), nil
}

// millis is the time of the parts of a timestamp. One without an offset is UTC.
func millis(parts []string) float64 {
	number := func(i, missing int) int {
		if parts[i] == "" {
			return missing
		}
		n, _ := strconv.Atoi(parts[i])
		return n
	}
	month, day, hour := number(2, 1), number(3, 1), number(4, 0)
	minute, second := number(5, 0), number(6, 0)
	if month < 1 || month > 12 || day < 1 || day > 31 || hour > 24 || hour == 24 && (minute > 0 || second > 0) {
		return math.NaN()
	}
	fraction := (parts[7] + "000")[:3]
	if hour == 24 && fraction != "000" {
		return math.NaN()
	}
	ms, _ := strconv.Atoi(fraction)
	t := time.Date(number(1, 0), time.Month(month), day, hour, minute, second, ms*1e6, time.UTC)
	offset := time.Duration(number(10, 0))*time.Hour + time.Duration(number(11, 0))*time.Minute
	if parts[9] == "-" {
		offset = -offset
	}
	return float64(t.Add(-offset).UnixMilli())
}

// maxMillis is the latest time that JavaScript knows.
const maxMillis = 8.64e15

func fromMillisFunction(_ *evaluator, args []any) (any, error) {
	n, ok := at(args, 0).(float64)
	if !ok {
		return nil, unless(at(args, 0) == nil, misuse("fromMillis"))
	}
	if at(args, 1) != nil || at(args, 2) != nil {
		return nil, refuse("$fromMillis with a picture or a time zone")
	}
	if math.IsNaN(n) || math.Abs(n) > maxMillis {
		return nil, refuse("$fromMillis of a time that JavaScript does not know")
	}
	t := time.UnixMilli(int64(n)).UTC()
	if t.Year() < 0 || t.Year() > 9999 {
		return nil, refuse("$fromMillis of a year that has not four digits")
	}
	return fmt.Sprintf("%s.%03dZ", t.Format("2006-01-02T15:04:05"), t.Nanosecond()/1e6), nil
}
