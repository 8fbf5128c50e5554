package jsonata

import (
	"math"
	"regexp"
	"strings"
)

var textLibrary = []entry{
	{"string", "<x-b?:s>", "arg prettify", stringFunction, 1},
	{"substring", "<s-nn?:s>", "str start length", substringFunction, -1},
	{"substringBefore", "<s-s:s>", "str chars", around("substringBefore", func(before, _ string) string { return before }), -1},
	{"substringAfter", "<s-s:s>", "str chars", around("substringAfter", func(_, after string) string { return after }), -1},
	{"lowercase", "<s-:s>", "str", ofText("lowercase", func(s string) (any, error) { return lower(s), nil }), -1},
	{"uppercase", "<s-:s>", "str", ofText("uppercase", func(s string) (any, error) { return upper(s), nil }), -1},
	{"length", "<s-:n>", "str", ofText("length", func(s string) (any, error) { return float64(len(characters(s))), nil }), -1},
	{"trim", "<s-:s>", "str", ofText("trim", trim), -1},
	{"pad", "<s-ns?:s>", "str width char", padFunction, -1},
	{"join", "<a<s>s?:s>", "strs separator", joinFunction, -1},
	{"base64encode", "<s-:s>", "str", ofText("base64encode", base64encode), -1},
	{"base64decode", "<s-:s>", "str", ofText("base64decode", base64decode), -1},
	{"encodeUrlComponent", "<s-:s>", "str", ofText("encodeUrlComponent", func(s string) (any, error) { return encodeURL("encodeUrlComponent", s, marks) }), -1},
	{"encodeUrl", "<s-:s>", "str", ofText("encodeUrl", func(s string) (any, error) { return encodeURL("encodeUrl", s, marks+reserved+"#") }), -1},
	{"decodeUrlComponent", "<s-:s>", "str", ofText("decodeUrlComponent", func(s string) (any, error) { return decodeURL("decodeUrlComponent", s, "") }), -1},
	{"decodeUrl", "<s-:s>", "str", ofText("decodeUrl", func(s string) (any, error) { return decodeURL("decodeUrl", s, reserved+"#") }), -1},
	{"toMillis", "<s-s?:n>", "timestamp picture", toMillisFunction, -1},
	{"fromMillis", "<n-s?s?:s>", "millis picture timezone", fromMillisFunction, -1},
}

func stringFunction(_ *evaluator, args []any) (any, error) {
	if at(args, 0) == nil {
		return nil, nil
	}
	pretty, _ := at(args, 1).(bool)
	return anyText(toString(args[0], pretty))
}

// anyText keeps an empty text out of the result of an error.
func anyText(s string, err error) (any, error) {
	if err != nil {
		return nil, err
	}
	return s, nil
}

// toString is $string: strings are themselves, and all else is JSON text with numbers of 15 digits.
func toString(v any, pretty bool) (string, error) {
	switch v := v.(type) {
	case string:
		return v, nil
	case *Function:
		return "", nil
	case float64:
		if math.IsInf(v, 0) || math.IsNaN(v) {
			return "", &Error{Code: "D3001", Value: v}
		}
	case *Array:
		if v.wrapper {
			return toString2(v.items[0], pretty)
		}
	}
	return toString2(v, pretty)
}

func toString2(v any, pretty bool) (string, error) {
	e := &encoder{forString: true}
	if pretty {
		e.indent = 2
	}
	err := e.value(v, 0)
	return e.String(), err
}

func substringFunction(_ *evaluator, args []any) (any, error) {
	s, ok := at(args, 0).(string)
	if !ok {
		return nil, unless(at(args, 0) == nil, misuse("substring"))
	}
	start, _ := at(args, 1).(float64)
	chars := characters(s)
	count := float64(len(chars))
	if count+start < 0 {
		start = 0
	}
	end := count
	if length, given := at(args, 2).(float64); given {
		if length <= 0 {
			return "", nil
		}
		if end = start + length; start < 0 {
			end += count
		}
	}
	from, to := place(start, len(chars)), place(end, len(chars))
	if from >= to {
		return "", nil
	}
	return strings.Join(chars[from:to], ""), nil
}

// place is what JavaScript's slice makes of a position.
func place(n float64, length int) int {
	if math.IsNaN(n) {
		return 0
	}
	n = math.Trunc(n)
	if n < 0 {
		n += float64(length)
	}
	return int(min(max(n, 0), float64(length)))
}

// around makes a function of what is before and after the first occurrence of a string in another one.
func around(name string, choose func(before, after string) string) func(*evaluator, []any) (any, error) {
	return func(_ *evaluator, args []any) (any, error) {
		s, ok := at(args, 0).(string)
		if !ok {
			return nil, unless(at(args, 0) == nil, misuse(name))
		}
		// JavaScript searches for the text undefined where there is nothing to search for.
		separator, given := at(args, 1).(string)
		if !given {
			separator = "undefined"
		}
		before, after, found := strings.Cut(s, separator)
		if !found {
			return s, nil
		}
		return choose(before, after), nil
	}
}

var blankRun = regexp.MustCompile(`[ \t\n\r]+`)

func trim(s string) (any, error) {
	s = blankRun.ReplaceAllString(s, " ")
	return strings.TrimSuffix(strings.TrimPrefix(s, " "), " "), nil
}

func padFunction(ev *evaluator, args []any) (any, error) {
	s, ok := at(args, 0).(string)
	if !ok {
		return nil, unless(at(args, 0) == nil, misuse("pad"))
	}
	width, _ := at(args, 1).(float64)
	char, _ := at(args, 2).(string)
	if char == "" {
		char = " "
	}
	missing := math.Abs(width) - float64(len(characters(s)))
	if !(missing > 0) {
		return s, nil
	}
	if missing != math.Trunc(missing) || missing >= math.MaxUint32 {
		return nil, misuse("pad")
	}
	if err := ev.spend(int(missing)); err != nil {
		return nil, err
	}
	padding := strings.Repeat(char, int(missing))
	if len(units(char)) > 1 {
		padding = strings.Join(characters(padding)[:int(missing)], "")
	}
	if width > 0 {
		return s + padding, nil
	}
	return padding + s, nil
}

func joinFunction(_ *evaluator, args []any) (any, error) {
	array, ok := at(args, 0).(*Array)
	if !ok {
		return nil, unless(at(args, 0) == nil, misuse("join"))
	}
	separator, _ := at(args, 1).(string)
	texts := make([]string, len(array.items))
	for i, item := range array.items {
		if texts[i], ok = item.(string); !ok {
			return nil, misuse("join")
		}
	}
	return rejoin(strings.Join(texts, separator)), nil
}
