package eventpattern

import (
	"fmt"
	"slices"
	"strings"
)

func parseMatchers(path string, list []any) ([]matcher, error) {
	if len(list) == 0 {
		return nil, fmt.Errorf("event pattern: %s is an empty list, which matches nothing", path)
	}
	var matchers []matcher
	for _, element := range list {
		m, err := parseMatcher(element)
		if err != nil {
			return nil, fmt.Errorf("event pattern: %s: %w", path, err)
		}
		matchers = append(matchers, m)
	}
	return matchers, nil
}

func parseMatcher(element any) (matcher, error) {
	filter, ok := element.(map[string]any)
	if !ok {
		if _, isList := element.([]any); isList {
			return matcher{}, fmt.Errorf("a list within a list")
		}
		return matcher{value: func(v any) bool { return v == element }}, nil
	}
	if len(filter) != 1 {
		return matcher{}, fmt.Errorf("%v; expected one comparison", filter)
	}
	for name, operand := range filter {
		return parseFilter(name, operand)
	}
	return matcher{}, nil
}

// parseFilter parses the comparison operators of the EventBridge User Guide, except cidr.
func parseFilter(name string, operand any) (matcher, error) {
	switch name {
	case "exists":
		want, ok := operand.(bool)
		if !ok {
			return matcher{}, fmt.Errorf("exists %v; expected true or false", operand)
		}
		if want {
			return matcher{value: func(any) bool { return true }}, nil
		}
		return matcher{absent: true}, nil
	case "numeric":
		return parseNumeric(operand)
	case "anything-but":
		return parseAnythingBut(operand)
	case "prefix", "suffix", "equals-ignore-case", "wildcard":
		compare, err := parseText(name, operand)
		return matcher{value: compare}, err
	}
	return matcher{}, fmt.Errorf("the comparison %q is not supported", name)
}

func parseText(name string, operand any) (func(any) bool, error) {
	fold := false
	if inner, ok := operand.(map[string]any); ok && (name == "prefix" || name == "suffix") && len(inner) == 1 {
		operand, fold = inner["equals-ignore-case"], true
	}
	want, ok := operand.(string)
	if !ok {
		return nil, fmt.Errorf("%s %v; expected a string", name, operand)
	}
	compare := map[string]func(text, want string) bool{
		"prefix": strings.HasPrefix, "suffix": strings.HasSuffix, "equals-ignore-case": strings.EqualFold, "wildcard": wildcard,
	}[name]
	return func(v any) bool {
		text, isText := v.(string)
		if !isText {
			return false
		}
		if fold {
			return compare(strings.ToLower(text), strings.ToLower(want))
		}
		return compare(text, want)
	}, nil
}

// wildcard matches * with any text; a backslash makes the next character literal. Each literal between two stars is
// matched at its first place after the previous one, because a later place would leave less text for the rest; so there
// is no backtracking.
func wildcard(text, pattern string) bool {
	literal, rest, star := cutStar(pattern)
	if !star {
		return text == literal
	}
	text, begins := strings.CutPrefix(text, literal)
	if !begins {
		return false
	}
	for {
		literal, rest, star = cutStar(rest)
		if !star {
			return strings.HasSuffix(text, literal)
		}
		at := strings.Index(text, literal)
		if at < 0 {
			return false
		}
		text = text[at+len(literal):]
	}
}

func cutStar(pattern string) (literal, rest string, found bool) {
	var b strings.Builder
	for i := 0; i < len(pattern); i++ {
		switch {
		case pattern[i] == '\\' && i+1 < len(pattern):
			i++
			b.WriteByte(pattern[i])
		case pattern[i] == '*':
			return b.String(), pattern[i+1:], true
		default:
			b.WriteByte(pattern[i])
		}
	}
	return b.String(), "", false
}

func parseAnythingBut(operand any) (matcher, error) {
	if filter, ok := operand.(map[string]any); ok {
		inner, err := parseMatcher(filter)
		if err != nil || inner.value == nil {
			return matcher{}, fmt.Errorf("anything-but %v is not supported", operand)
		}
		return matcher{value: func(v any) bool { return !inner.value(v) }}, nil
	}
	but, ok := operand.([]any)
	if !ok {
		but = []any{operand}
	}
	for _, value := range but {
		switch value.(type) {
		case []any, map[string]any:
			return matcher{}, fmt.Errorf("anything-but %v is not supported", operand)
		}
	}
	return matcher{value: func(v any) bool { return !slices.Contains(but, v) }}, nil
}

func parseNumeric(operand any) (matcher, error) {
	list, ok := operand.([]any)
	if !ok || len(list) == 0 || len(list)%2 != 0 {
		return matcher{}, fmt.Errorf("numeric %v; expected pairs of a comparison and a number", operand)
	}
	var all []func(n float64) bool
	for i := 0; i < len(list); i += 2 {
		limit, isNumber := list[i+1].(float64)
		compare, known := map[any]func(n float64) bool{
			"<":  func(n float64) bool { return n < limit },
			"<=": func(n float64) bool { return n <= limit },
			"=":  func(n float64) bool { return n == limit },
			">=": func(n float64) bool { return n >= limit },
			">":  func(n float64) bool { return n > limit },
		}[list[i]]
		if !known || !isNumber {
			return matcher{}, fmt.Errorf("numeric %v %v; expected <, <=, =, >= or > and a number", list[i], list[i+1])
		}
		all = append(all, compare)
	}
	return matcher{value: func(v any) bool {
		n, isNumber := v.(float64)
		return isNumber && !slices.ContainsFunc(all, func(holds func(float64) bool) bool { return !holds(n) })
	}}, nil
}
