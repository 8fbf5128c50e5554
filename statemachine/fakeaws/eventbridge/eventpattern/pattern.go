// Package eventpattern matches events as the rules of EventBridge do (EventBridge User Guide, "Comparison operators for use in
// event patterns"). A pattern with an operator that it does not support exactly is rejected by name: to ignore the operator
// would start something else than on AWS, or nothing.
//
// A [Pattern] is a tree of fields with matchers at its leaves; it is matched against the decoded event.
//
// Libraries: quamina, by an author of EventBridge's own Ruler (Java), is made for many patterns at once, and its pattern
// language is another one: by the PATTERNS.md of its release 0.1.1 it has no numeric, no prefix and no $or, anything-but takes a
// list of strings only, and exists works on leaves only. A rule of a template that uses those would be rejected or, worse, matched otherwise.
package eventpattern

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"github.com/drover-dr/drover/internal/untrusted"
)

// Pattern is a parsed event pattern.
type Pattern struct {
	fields []fieldPattern
	// alternatives are $or: for each of them one pattern must match.
	alternatives [][]*Pattern
}

// fieldPattern is the pattern of one field: one of the matchers, or an object that matches inside.
type fieldPattern struct {
	name     string
	inside   *Pattern
	matchers []matcher
}

// matcher says whether it matches a value; absent says whether it matches a field that does not exist.
type matcher struct {
	value  func(v any) bool
	absent bool
}

// maxPattern is the largest pattern in bytes. The quota of EventBridge is 2,048 characters and can be raised.
const maxPattern = 64 << 10

// Parse reads a pattern.
func Parse(text []byte) (*Pattern, error) {
	if err := untrusted.CheckJSON(text, maxPattern); err != nil {
		return nil, fmt.Errorf("event pattern: %w", err)
	}
	dec := json.NewDecoder(bytes.NewReader(text))
	var object map[string]any
	if err := dec.Decode(&object); err != nil {
		return nil, fmt.Errorf("event pattern: %w", err)
	}
	if len(object) == 0 {
		return nil, fmt.Errorf("event pattern: is empty; expected at least one field")
	}
	return parseObject("", object)
}

func parseObject(at string, object map[string]any) (*Pattern, error) {
	p := &Pattern{}
	for _, name := range slices.Sorted(maps.Keys(object)) {
		path := at + name
		switch v := object[name].(type) {
		case map[string]any:
			inside, err := parseObject(path+".", v)
			if err != nil {
				return nil, err
			}
			p.fields = append(p.fields, fieldPattern{name: name, inside: inside})
		case []any:
			if name == "$or" {
				alternatives, err := parseOr(path, v)
				if err != nil {
					return nil, err
				}
				p.alternatives = append(p.alternatives, alternatives)
				continue
			}
			matchers, err := parseMatchers(path, v)
			if err != nil {
				return nil, err
			}
			p.fields = append(p.fields, fieldPattern{name: name, matchers: matchers})
		default:
			return nil, fmt.Errorf("event pattern: %s is %v; expected a list of what it may be, or an object", path, v)
		}
	}
	return p, nil
}

func parseOr(path string, list []any) ([]*Pattern, error) {
	var alternatives []*Pattern
	for _, element := range list {
		object, ok := element.(map[string]any)
		if !ok {
			return nil, fmt.Errorf("event pattern: %s holds %v; expected objects", path, element)
		}
		p, err := parseObject(path+".", object)
		if err != nil {
			return nil, err
		}
		alternatives = append(alternatives, p)
	}
	return alternatives, nil
}

// Match says whether an event, decoded from JSON, matches.
func (p *Pattern) Match(event map[string]any) bool {
	for _, f := range p.fields {
		value, there := event[f.name]
		if f.inside != nil {
			if !f.inside.matchInside(value) {
				return false
			}
		} else if !matchAny(f.matchers, value, there) {
			return false
		}
	}
	for _, alternatives := range p.alternatives {
		if !slices.ContainsFunc(alternatives, func(a *Pattern) bool { return a.Match(event) }) {
			return false
		}
	}
	return true
}

// MayMatch says whether an event of which only these fields are known, none of them a list or an object, may match.
func (p *Pattern) MayMatch(known map[string]any) bool {
	return !slices.ContainsFunc(p.fields, func(f fieldPattern) bool {
		value, there := known[f.name]
		return there && (f.inside != nil && !f.inside.matchInside(value) || f.inside == nil && !matchAny(f.matchers, value, true))
	})
}

// matchInside matches an object, or any of a list of objects. Other values have no fields.
func (p *Pattern) matchInside(value any) bool {
	if list, ok := value.([]any); ok {
		return slices.ContainsFunc(list, p.matchInside)
	}
	object, _ := value.(map[string]any)
	return p.Match(object)
}

// matchAny matches a value, or any element of a list.
func matchAny(matchers []matcher, value any, there bool) bool {
	list, isList := value.([]any)
	return slices.ContainsFunc(matchers, func(m matcher) bool {
		switch {
		case !there:
			return m.absent
		case m.value == nil:
			return false
		case isList:
			return slices.ContainsFunc(list, m.value)
		}
		return m.value(value)
	})
}
