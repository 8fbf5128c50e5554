package jsonata

import (
	"math"
	"strconv"
	"strings"
)

func replaceFunction(ev *evaluator, args []any) (any, error) {
	s, ok := at(args, 0).(string)
	if !ok {
		return nil, unless(at(args, 0) == nil, misuse("replace"))
	}
	pattern, isText := at(args, 1).(string)
	if isText && pattern == "" {
		return nil, &Error{Code: "D3010", Value: ""}
	}
	most, err := limit(at(args, 3), "D3011")
	if err != nil || !(most > 0) {
		return anyText(s, err)
	}
	replacement, isPlain := at(args, 2).(string)
	if isText {
		if !isPlain {
			return nil, refuse("$replace of a string by what a function returns")
		}
		times := -1
		if !math.IsInf(most, 1) {
			times = int(math.Ceil(min(most, float64(len(s)+1))))
		}
		return rejoin(strings.Replace(s, pattern, replacement, times)), nil
	}
	var b strings.Builder
	text, position := units(s), 0
	err = ev.each(at(args, 1), s, most, func(hit *found) error {
		b.WriteString(part(text, position, hit.start))
		by := any(substitute(replacement, hit))
		if !isPlain {
			if by, err = ev.callback(at(args, 2), hit.object); err != nil {
				return err
			}
		}
		piece, ok := by.(string)
		if !ok {
			return &Error{Code: "D3012", Value: by}
		}
		b.WriteString(piece)
		position = hit.start + len(units(hit.match))
		return nil
	})
	b.WriteString(part(text, position, len(text)))
	return anyText(rejoin(b.String()), err)
}

// substitute puts the groups of a match in the place of $1, $2 and so on.
func substitute(replacement string, hit *found) string {
	var b strings.Builder
	for {
		before, after, more := strings.Cut(replacement, "$")
		b.WriteString(before)
		if !more {
			return b.String()
		}
		replacement = after
		switch {
		case strings.HasPrefix(after, "$"):
			b.WriteString("$")
			replacement = after[1:]
		case strings.HasPrefix(after, "0"):
			b.WriteString(hit.match)
			replacement = after[1:]
		default:
			digits := 1
			if n := len(hit.groups); n > 0 {
				digits = int(math.Floor(math.Log(float64(n))*math.Log10E)) + 1
			}
			index, ok := leadingNumber(after, digits)
			if digits > 1 && index > len(hit.groups) {
				index, ok = leadingNumber(after, digits-1)
			}
			if !ok {
				b.WriteString("$")
				continue
			}
			if index >= 1 && index <= len(hit.groups) {
				group, _ := hit.groups[index-1].(string)
				b.WriteString(group)
			}
			replacement = after[len(strconv.Itoa(index)):]
		}
	}
}

func leadingNumber(s string, digits int) (int, bool) {
	end := 0
	for end < len(s) && end < digits && '0' <= s[end] && s[end] <= '9' {
		end++
	}
	n, err := strconv.Atoi(s[:end])
	return n, err == nil
}
