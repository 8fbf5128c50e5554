package iam

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/drover-dr/drover/statemachine/fakeaws/wire"
)

// statement is one statement of a policy document, ready to be matched.
type statement struct {
	deny                   bool
	actions, notActions    []string
	resources, notResource []string
	conditions             []policyCondition
}

// policyCondition is one key of a Condition block; all conditions of a statement must hold.
type policyCondition struct {
	operator string
	// forAll and forAny are the set operators ForAllValues and ForAnyValue, ifExists the suffix IfExists.
	forAll, forAny, ifExists bool
	key                      string
	values                   []string
}

// oneOrMany reads an element of a policy that may be a single value or a list.
type oneOrMany[T any] []T

func (o *oneOrMany[T]) UnmarshalJSON(text []byte) error {
	if bytes.HasPrefix(bytes.TrimSpace(text), []byte("[")) {
		return json.Unmarshal(text, (*[]T)(o))
	}
	var one T
	if err := strictly(text, &one); err != nil {
		return err
	}
	*o = oneOrMany[T]{one}
	return nil
}

// strictly reads JSON without unknown fields.
func strictly(text []byte, into any) error {
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.DisallowUnknownFields()
	return dec.Decode(into)
}

// wireStatement is a statement as it is written. Elements that it does not have, such as Principal, are rejected.
type wireStatement struct {
	Sid, Effect       string
	Action, NotAction oneOrMany[string]
	Resource          oneOrMany[string]
	NotResource       oneOrMany[string]
	Condition         map[string]map[string]oneOrMany[any]
}

func parsePolicy(document json.RawMessage) ([]statement, error) {
	var policy struct {
		Version, ID string
		Statement   oneOrMany[json.RawMessage]
	}
	if err := strictly(document, &policy); err != nil {
		return nil, err
	}
	var out []statement
	for i, text := range policy.Statement {
		var wire wireStatement
		if err := strictly(text, &wire); err != nil {
			return nil, fmt.Errorf("statement %d: %w", i+1, err)
		}
		s, err := wire.parse()
		if err != nil {
			return nil, fmt.Errorf("statement %d %s: %w", i+1, wire.Sid, err)
		}
		out = append(out, s)
	}
	return out, nil
}

func (wire wireStatement) parse() (statement, error) {
	s := statement{
		deny: wire.Effect == "Deny", actions: lower(wire.Action), notActions: lower(wire.NotAction),
		resources: wire.Resource, notResource: wire.NotResource,
	}
	switch {
	case wire.Effect != "Allow" && wire.Effect != "Deny":
		return s, fmt.Errorf("the Effect %q; expected Allow or Deny", wire.Effect)
	case (len(s.actions) == 0) == (len(s.notActions) == 0):
		return s, fmt.Errorf("expected either Action or NotAction")
	case (len(s.resources) == 0) == (len(s.notResource) == 0):
		return s, fmt.Errorf("expected either Resource or NotResource")
	}
	for _, text := range slices.Concat(wire.Resource, wire.NotResource) {
		if strings.Contains(text, "${") {
			return s, fmt.Errorf("the AWS simulator does not have policy variables: %s", text)
		}
	}
	conditions, err := parseConditions(wire.Condition)
	s.conditions = conditions
	return s, err
}

// lower are actions in lower case, in which they are compared.
func lower(actions []string) []string {
	var all []string
	for _, action := range actions {
		all = append(all, strings.ToLower(action))
	}
	return all
}

func parseConditions(block map[string]map[string]oneOrMany[any]) ([]policyCondition, error) {
	var all []policyCondition
	for _, operator := range slices.Sorted(maps.Keys(block)) {
		for _, key := range slices.Sorted(maps.Keys(block[operator])) {
			c, err := parseCondition(operator, key, block[operator][key])
			if err != nil {
				return nil, err
			}
			all = append(all, c)
		}
	}
	return all, nil
}

func parseCondition(operator, key string, values []any) (policyCondition, error) {
	c := policyCondition{operator: operator, key: strings.ToLower(key)}
	c.operator, c.ifExists = strings.CutSuffix(c.operator, "IfExists")
	c.operator, c.forAll = strings.CutPrefix(c.operator, "ForAllValues:")
	c.operator, c.forAny = strings.CutPrefix(c.operator, "ForAnyValue:")
	if conditionOperators[c.operator] == nil && c.operator != "Null" {
		return c, fmt.Errorf("the AWS simulator does not have the condition operator %s", operator)
	}
	for _, v := range values {
		text := fmt.Sprint(v)
		if strings.Contains(text, "${") {
			return c, fmt.Errorf("the AWS simulator does not have policy variables: %s", text)
		}
		c.values = append(c.values, text)
	}
	return c, nil
}

// matches says whether the statement is about a permission, whose action is given in lower case too. context has the values of a
// condition key.
func (s statement) matches(p wire.Permission, lowerAction string, context func(key string) []string) bool {
	action := func(pattern string) bool { return glob(pattern, lowerAction) }
	resource := func(pattern string) bool { return globARN(pattern, p.Resource) }
	switch {
	case len(s.actions) > 0 && !slices.ContainsFunc(s.actions, action),
		len(s.notActions) > 0 && slices.ContainsFunc(s.notActions, action),
		len(s.resources) > 0 && !slices.ContainsFunc(s.resources, resource),
		len(s.notResource) > 0 && slices.ContainsFunc(s.notResource, resource):
		return false
	}
	for _, c := range s.conditions {
		if !c.holds(context(c.key)) {
			return false
		}
	}
	return true
}

// conditionOperators compare one value of the policy with one of the request. A negated operator has the function of
// the operator that it negates, see holds.
var conditionOperators = map[string]func(pattern, value string) bool{
	"StringEquals":              func(pattern, value string) bool { return pattern == value },
	"StringNotEquals":           func(pattern, value string) bool { return pattern == value },
	"StringEqualsIgnoreCase":    strings.EqualFold,
	"StringNotEqualsIgnoreCase": strings.EqualFold,
	"StringLike":                glob,
	"StringNotLike":             glob,
	"ArnEquals":                 globARN,
	"ArnNotEquals":              globARN,
	"ArnLike":                   globARN,
	"ArnNotLike":                globARN,
	"Bool":                      strings.EqualFold,
}

// holds evaluates a condition on the request's values of its key, none when the request does not have the key.
func (c policyCondition) holds(values []string) bool {
	if c.operator == "Null" {
		return slices.Contains(c.values, "true") == (len(values) == 0)
	}
	negated := strings.Contains(c.operator, "Not")
	matches := func(value string) bool {
		match := slices.ContainsFunc(c.values, func(pattern string) bool { return conditionOperators[c.operator](pattern, value) })
		return match != negated
	}
	switch {
	case c.forAll:
		return !slices.ContainsFunc(values, func(v string) bool { return !matches(v) })
	case c.forAny:
		return slices.ContainsFunc(values, matches)
	case len(values) == 0:
		return negated || c.ifExists
	}
	return slices.ContainsFunc(values, matches)
}

// globARN matches the six parts of an ARN one by one: a wildcard does not match a colon, except in the last part.
func globARN(pattern, arn string) bool {
	if pattern == "*" {
		return true
	}
	for range 5 {
		wanted, restWanted, more := strings.Cut(pattern, ":")
		part, rest, moreParts := strings.Cut(arn, ":")
		if more != moreParts || !glob(wanted, part) {
			return false
		}
		if !more {
			return true
		}
		pattern, arn = restWanted, rest
	}
	return glob(pattern, arn)
}

// glob matches * with any text and ? with any one character.
func glob(pattern, text string) bool {
	star, resume := -1, 0
	p, t := 0, 0
	for t < len(text) {
		switch {
		case p < len(pattern) && pattern[p] == '*':
			star, resume = p, t
			p++
		case p < len(pattern) && (pattern[p] == '?' || pattern[p] == text[t]):
			p++
			t++
		case star >= 0:
			resume++
			p, t = star+1, resume
		default:
			return false
		}
	}
	return strings.Trim(pattern[p:], "*") == ""
}
