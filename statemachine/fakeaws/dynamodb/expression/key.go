package expression

import "strings"

// KeyRange is a compiled key condition: one partition, and a condition on the sort key.
type KeyRange struct {
	// PK is the partition.
	PK string
	// Holds says whether the range has an item with this sort key.
	Holds func(sk string) bool
}

// Key compiles a key condition: equality on pk, and at most one comparison of sk.
func (e *Expressions) Key(text string) (KeyRange, error) {
	p := e.parser("KeyConditionExpression", text)
	var keys KeyRange
	hasPK := false
	for {
		key, v, holds := p.keyTerm()
		switch {
		case key == "pk" && !hasPK && v != "":
			keys.PK, hasPK = v, true
		case key == "sk" && keys.Holds == nil:
			keys.Holds = holds
		case p.err == nil:
			p.err = invalid("Query key condition not supported")
		}
		if !p.accept("AND") {
			break
		}
	}
	p.end()
	if p.err == nil && !hasPK {
		p.err = invalid("Query condition missed key schema element: pk")
	}
	if keys.Holds == nil {
		keys.Holds = func(string) bool { return true }
	}
	return keys, p.err
}

// keyTerm reads one comparison of a key attribute. For equality it also returns the value.
func (p *parser) keyTerm() (key, equals string, holds func(string) bool) {
	if p.accept("(") {
		key, equals, holds = p.keyTerm()
		p.expect(")")
		return key, equals, holds
	}
	if p.peek() == "BEGINS_WITH" && p.peekAt(1) == "(" {
		p.pos += 2
		key = p.name()
		p.expect(",")
		prefix := p.keyValue()
		p.expect(")")
		return key, "", func(s string) bool { return strings.HasPrefix(s, prefix) }
	}
	key = p.name()
	operator := strings.ToUpper(p.next())
	v := p.keyValue()
	switch operator {
	case "=":
		return key, v, func(s string) bool { return s == v }
	case "<":
		return key, "", func(s string) bool { return s < v }
	case "<=":
		return key, "", func(s string) bool { return s <= v }
	case ">":
		return key, "", func(s string) bool { return s > v }
	case ">=":
		return key, "", func(s string) bool { return s >= v }
	case "BETWEEN":
		p.expect("AND")
		high := p.keyValue()
		return key, "", func(s string) bool { return v <= s && s <= high }
	}
	p.fail("Invalid operator used in KeyConditionExpression: %s", operator)
	return "", "", nil
}

func (p *parser) keyValue() string {
	v, ok := p.value().(string)
	if !ok && p.err == nil {
		p.err = invalid("One or more parameter values were invalid: Condition parameter type does not match schema type")
	}
	return v
}
