package jsonata

import (
	"math"
	"strings"
	"unicode/utf8"
)

var matchLibrary = []entry{
	{"contains", "<s-(sf):b>", "str token", containsFunction, -1},
	{"match", "<s-f<s:o>n?:a<o>>", "str regex limit", matchFunction, -1},
	{"replace", "<s-(sf)(sf)n?:s>", "str pattern replacement limit", replaceFunction, -1},
	{"split", "<s-(sf)n?:a<s>>", "str separator limit", splitFunction, -1},
}

// found is what a matcher has found: a regular expression, or a function of the expression that returns the same structure.
type found struct {
	match      string
	start, end int
	// groups are strings, or no value.
	groups []any
	next   any
	object *Object
}

// matcher invokes a function that finds; nil is nothing found.
func (ev *evaluator) matcher(function any, args ...any) (*found, error) {
	result, err := ev.callback(function, args...)
	if err != nil || result == nil {
		return nil, err
	}
	if !truthy(result) {
		return nil, misuse("match")
	}
	return structured(result)
}

// structured reads the structure that a matcher must return.
func structured(result any) (*found, error) {
	object, ok := result.(*Object)
	if !ok {
		return nil, &Error{Code: "T1010"}
	}
	f := &found{object: object, next: object.Get("next")}
	start, hasStart := object.Get("start").(float64)
	end, _ := object.Get("end").(float64)
	groups, hasGroups := object.Get("groups").(*Array)
	if !hasStart && !hasGroups && !isFunction(f.next) {
		return nil, &Error{Code: "T1010"}
	}
	f.start, f.end = int(start), int(end)
	f.match, _ = object.Get("match").(string)
	if hasGroups {
		f.groups = groups.items
	}
	return f, nil
}

// limit is how often something is done; a negative one is an error, and none is no limit.
func limit(v any, code string) (float64, error) {
	n, given := v.(float64)
	if !given {
		return math.Inf(1), nil
	}
	if n < 0 {
		return 0, &Error{Code: code, Value: n}
	}
	return n, nil
}

// each visits what a matcher finds, as often as the limit allows.
func (ev *evaluator) each(function any, s string, most float64, visit func(*found) error) error {
	hit, err := ev.matcher(function, s)
	for n := 0; err == nil && hit != nil && float64(n) < most; n++ {
		if err = visit(hit); err == nil {
			hit, err = ev.matcher(hit.next)
		}
	}
	return err
}

func containsFunction(ev *evaluator, args []any) (any, error) {
	s, ok := at(args, 0).(string)
	if !ok {
		return nil, unless(at(args, 0) == nil, misuse("contains"))
	}
	if token, ok := at(args, 1).(string); ok {
		return strings.Contains(s, token), nil
	}
	// As in the reference, a function that returns anything but no value has found something, false too.
	result, err := ev.callback(at(args, 1), s)
	if err == nil && truthy(result) {
		_, err = structured(result)
	}
	return result != nil, err
}

func matchFunction(ev *evaluator, args []any) (any, error) {
	s, ok := at(args, 0).(string)
	if !ok {
		return nil, unless(at(args, 0) == nil, misuse("match"))
	}
	most, err := limit(at(args, 2), "D3040")
	if err != nil {
		return nil, err
	}
	result := NewSequence()
	if !(most > 0) {
		return result, nil
	}
	err = ev.each(at(args, 1), s, most, func(hit *found) error {
		o := &Object{}
		o.Set("match", hit.object.Get("match"))
		o.Set("index", hit.object.Get("start"))
		o.Set("groups", hit.object.Get("groups"))
		result.push(o)
		return nil
	})
	return result, err
}

func splitFunction(ev *evaluator, args []any) (any, error) {
	s, ok := at(args, 0).(string)
	if !ok {
		return nil, unless(at(args, 0) == nil, misuse("split"))
	}
	most, err := limit(at(args, 2), "D3020")
	if err != nil {
		return nil, err
	}
	result := &Array{}
	if !(most > 0) {
		return result, nil
	}
	if separator, ok := at(args, 1).(string); ok {
		for _, part := range splitText(s, separator) {
			if float64(len(result.items)) >= math.Trunc(most) {
				break
			}
			result.push(part)
		}
		return result, nil
	}
	text, start, any := units(s), 0, false
	err = ev.each(at(args, 1), s, most, func(hit *found) error {
		result.push(part(text, start, hit.start))
		start, any = hit.end, true
		return nil
	})
	if !any {
		result.push(s)
	} else if float64(len(result.items)) < most {
		result.push(part(text, start, len(text)))
	}
	return result, err
}

func splitText(s, separator string) []string {
	if separator != "" {
		return strings.Split(s, separator)
	}
	var list []string
	for _, unit := range units(s) {
		list = append(list, fromUnits([]uint16{unit}))
	}
	return list
}

// part is JavaScript's substring.
func part(text []uint16, from, to int) string {
	from, to = min(max(from, 0), len(text)), min(max(to, 0), len(text))
	return fromUnits(text[min(from, to):max(from, to)])
}

// function is the regular expression as a function that finds the first match after a place, and says how to find the next.
func (r *regex) function() *Function {
	f := &Function{name: "regex", arity: 2, params: []string{"str", "fromIndex"}, closure: true}
	f.native = func(_ *evaluator, args []any, _ any) (any, error) {
		s, ok := at(args, 0).(string)
		if !ok {
			return nil, refuse("a regular expression applied to a value that is no string")
		}
		from, _ := at(args, 1).(float64)
		return r.find(s, int(from))
	}
	return f
}

// find returns the first match from a 16-bit unit on, or no value.
func (r *regex) find(s string, from int) (any, error) {
	subject := toRunes(s)
	if r.lines && strings.ContainsAny(subject, "\r\u2028\u2029") {
		return nil, refuse("the flag m for text with line ends other than \\n")
	}
	if r.empty || from > 0 {
		return r.findFrom(s, subject, from)
	}
	return r.chain(subject, r.code.FindAllStringSubmatchIndex(subject, -1)), nil
}

// chain makes the structure of the first of the matches; its next is that of the one after it.
func (r *regex) chain(subject string, matches [][]int) any {
	if len(matches) == 0 {
		return nil
	}
	return r.structure(subject, matches[0], func() (any, error) { return r.chain(subject, matches[1:]), nil })
}

// findFrom finds the matches of an expression that may match nothing, one after the other.
func (r *regex) findFrom(s, subject string, from int) (any, error) {
	runes := []rune(subject)
	if from > len(runes) {
		return nil, nil
	}
	at := r.code.FindStringSubmatchIndex(subject)
	if from > 0 {
		code, err := r.after(from)
		if err != nil {
			return nil, err
		}
		if at = code.FindStringSubmatchIndex(subject); at != nil {
			at = at[2:]
		}
	}
	if at == nil {
		return nil, nil
	}
	end := utf8.RuneCountInString(subject[:at[1]])
	return r.structure(subject, at, func() (any, error) {
		if end >= len(runes) {
			return nil, nil
		}
		next, err := r.find(s, end)
		if o, ok := next.(*Object); ok && o.Get("match") == "" {
			return nil, &Error{Code: "D1004"}
		}
		return next, err
	}), nil
}

// structure is what a matcher returns.
func (r *regex) structure(subject string, at []int, next func() (any, error)) *Object {
	result := &Object{}
	result.Set("match", fromRunes(subject[at[0]:at[1]]))
	result.Set("start", float64(utf8.RuneCountInString(subject[:at[0]])))
	result.Set("end", float64(utf8.RuneCountInString(subject[:at[1]])))
	groups := &Array{}
	for i := 2; i < len(at); i += 2 {
		if at[i] < 0 {
			groups.push(nil)
			continue
		}
		groups.push(fromRunes(subject[at[i]:at[i+1]]))
	}
	result.Set("groups", groups)
	result.Set("next", &Function{name: "next", closure: true, native: func(*evaluator, []any, any) (any, error) { return next() }})
	return result
}
