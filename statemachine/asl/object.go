package asl

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
)

// object is a JSON object of the definition while it is read. Each reader takes the fields that it knows; done refuses the others,
// so that no field is ignored. encoding/json cannot do this: it takes names in any case, takes the last of two equal names, and
// does not say in which state a mistake is.
type object struct {
	p *parser
	// where names the object in messages: state "Validate", Retry[0].
	where string
	// field is the object's path inside its state, such as "Catch[0]".
	field   string
	order   []string
	members map[string]json.RawMessage
}

type member struct {
	name string
	raw  json.RawMessage
}

// decodeMembers reads an object in the order of its text and refuses a name that comes twice, of which encoding/json
// would silently take the last.
func decodeMembers(raw json.RawMessage) ([]member, error) {
	dec := json.NewDecoder(bytes.NewReader(raw))
	if t, err := dec.Token(); err != nil {
		return nil, err
	} else if t != json.Delim('{') {
		return nil, fmt.Errorf("is %s; expected an object", typeOf(bytes.TrimSpace(raw)))
	}
	var members []member
	seen := map[string]bool{}
	for dec.More() {
		key, err := dec.Token()
		if err != nil {
			return nil, err
		}
		name, _ := key.(string)
		if seen[name] {
			return nil, fmt.Errorf("has %q twice", name)
		}
		seen[name] = true
		var value json.RawMessage
		if err := dec.Decode(&value); err != nil {
			return nil, err
		}
		members = append(members, member{name, value})
	}
	if _, err := dec.Token(); err != nil {
		return nil, err
	}
	if dec.More() {
		return nil, errors.New("has text after its end")
	}
	return members, nil
}

func (p *parser) object(where string, raw json.RawMessage) *object {
	o := &object{p: p, where: where, members: map[string]json.RawMessage{}}
	members, err := decodeMembers(raw)
	if err != nil {
		p.problems = append(p.problems, fmt.Errorf("%s: %w", where, err))
	}
	for _, m := range members {
		o.order = append(o.order, m.name)
		o.members[m.name] = m.raw
	}
	return o
}

// refuse reports a mistake in a field.
func (o *object) refuse(field, format string, args ...any) {
	o.p.problems = append(o.p.problems, fmt.Errorf("%s: %s "+format, append([]any{o.where, field}, args...)...))
}

// unsupported reports what Step Functions knows and this interpreter does not.
func (o *object) unsupported(field, value, hint string) {
	o.p.problems = append(o.p.problems, fmt.Errorf("%s: %s %s is %w; %s", o.where, field, value, ErrUnsupported, hint))
}

func (o *object) take(field string) (json.RawMessage, bool) {
	raw, given := o.members[field]
	delete(o.members, field)
	return raw, given
}

// jsonPath are the fields of the other query language, for a better hint than "unknown".
var jsonPath = []string{"InputPath", "OutputPath", "Parameters", "Result", "ResultPath", "ResultSelector", "Variable",
	"SecondsPath", "TimestampPath", "TimeoutSecondsPath", "HeartbeatSecondsPath", "ErrorPath", "CausePath"}

// done refuses every field that no reader took.
func (o *object) done() {
	for _, name := range o.order {
		if _, left := o.members[name]; !left {
			continue
		}
		hint := "no such field is known here"
		if slices.Contains(jsonPath, name) {
			hint = "it belongs to JSONPath; expected JSONata"
		}
		o.p.problems = append(o.p.problems, fmt.Errorf("%s: field %q is %w; %s", o.where, name, ErrUnsupported, hint))
	}
}

// text takes a field that is a plain string; a missing one is empty.
func (o *object) text(field string) string {
	raw, given := o.take(field)
	var s string
	if given && json.Unmarshal(raw, &s) != nil {
		o.refuse(field, "is %s; expected a string", raw)
	}
	return s
}

func (o *object) required(field string) string {
	s := o.text(field)
	if s == "" {
		o.refuse(field, "is missing")
	}
	return s
}

func (o *object) queryLanguage(mustBeGiven bool) {
	language := o.text("QueryLanguage")
	switch {
	case language == "JSONata" || language == "" && !mustBeGiven:
	case language == "" || language == "JSONPath":
		o.unsupported("QueryLanguage", "JSONPath", `expected "QueryLanguage": "JSONata"`)
	default:
		o.refuse("QueryLanguage", `is %q; expected "JSONata"`, language)
	}
}

func (o *object) template(field string) *template {
	raw, given := o.take(field)
	if !given {
		return nil
	}
	t, err := parseTemplate(raw)
	if err != nil {
		o.refuse(field, "%w", err)
		return nil
	}
	return t
}

// seconds takes a field that is a number of seconds or an expression for one.
func (o *object) seconds(field string) *template {
	t := o.template(field)
	if t != nil && t.expr == nil {
		o.wholeNumber(field, t.literal, 0, maxSeconds)
	}
	return t
}

func (o *object) wholeNumber(field string, raw json.RawMessage, lo, hi int) int {
	var n int
	if err := json.Unmarshal(raw, &n); err != nil || n < lo || n > hi {
		o.refuse(field, "is %s; expected a whole number from %d to %d", raw, lo, hi)
	}
	return n
}

// list takes a field that is an array of objects.
func (o *object) list(field string) []*object {
	raw, given := o.take(field)
	if !given {
		return nil
	}
	var items []json.RawMessage
	if err := json.Unmarshal(raw, &items); err != nil {
		o.refuse(field, "is not an array of objects")
		return nil
	}
	var list []*object
	for i, item := range items {
		path := fmt.Sprintf("%s[%d]", field, i)
		child := o.p.object(o.where+", "+path, item)
		child.field = path
		list = append(list, child)
	}
	return list
}

var variableName = regexp.MustCompile(`^[\p{L}_][\p{L}\p{N}_]*$`)

// exit takes Assign and Output. The prefix is the path of the object inside its state.
func (o *object) exit(prefix string) exit {
	e := exit{field: prefix, output: o.template("Output")}
	raw, given := o.take("Assign")
	if !given {
		return e
	}
	members, err := decodeMembers(raw)
	if err != nil {
		o.refuse("Assign", "%w", err)
	}
	for _, m := range members {
		if !variableName.MatchString(m.name) || len(m.name) > maxName || m.name == "states" {
			o.refuse("Assign", "has %q, which cannot be a variable; expected a name of letters, digits and _", m.name)
		}
		value, err := parseTemplate(m.raw)
		if err != nil {
			o.refuse("Assign", "%s: %w", m.name, err)
			continue
		}
		e.assign = append(e.assign, assignment{name: m.name, value: value})
	}
	return e
}

// nextOrEnd takes the two fields of which a state has one.
func (o *object) nextOrEnd(e *exit) {
	var end bool
	e.next = o.text("Next")
	if raw, given := o.take("End"); given && json.Unmarshal(raw, &end) != nil {
		o.refuse("End", "is %s; expected true", raw)
	}
	if end == (e.next != "") {
		o.refuse("Next", "or End is needed, and not both")
	}
}
