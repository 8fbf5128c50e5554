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
		case p.err != nil:
		case key == "pk" && !hasPK && holds.equality:
			keys.PK, hasPK = v, true
			p.err = CheckKey("pk", v)
		case key == "sk" && keys.Holds == nil:
			keys.Holds = holds.sk
		default:
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

// keyCondition is a comparison of a key attribute.
type keyCondition struct {
	equality bool
	sk       func(string) bool
}

// keyTerm reads one comparison of a key attribute. For equality it also returns the value.
func (p *parser) keyTerm() (key, equals string, holds keyCondition) {
	if p.accept("(") {
		key, equals, holds = p.keyTerm()
		p.expect(")")
		return key, equals, holds
	}
	if p.peekAt(0) == "begins_with" && p.peekAt(1) == "(" {
		p.pos += 2
		key = p.name()
		p.expect(",")
		prefix := p.keyValue(key)
		p.expect(")")
		return key, "", keyCondition{sk: func(s string) bool { return strings.HasPrefix(s, prefix) }}
	}
	key = p.name()
	operator := strings.ToUpper(p.next())
	v := p.keyValue(key)
	compared := func(holds func(string) bool) (string, string, keyCondition) { return key, "", keyCondition{sk: holds} }
	switch operator {
	case "=":
		return key, v, keyCondition{equality: true, sk: func(s string) bool { return s == v }}
	case "<":
		return compared(func(s string) bool { return s < v })
	case "<=":
		return compared(func(s string) bool { return s <= v })
	case ">":
		return compared(func(s string) bool { return s > v })
	case ">=":
		return compared(func(s string) bool { return s >= v })
	case "BETWEEN":
		p.expect("AND")
		high := p.keyValue(key)
		p.bounds(operand{isValue: true, constant: v}, operand{isValue: true, constant: high})
		return compared(func(s string) bool { return v <= s && s <= high })
	}
	p.fail("Invalid operator used in KeyConditionExpression: %s", operator)
	return "", "", keyCondition{}
}

// keyValue reads the value that a key attribute is compared with.
func (p *parser) keyValue(key string) string {
	v, ok := p.value().(string)
	if !ok && p.err == nil {
		p.err = invalid("One or more parameter values were invalid: Condition parameter type does not match schema type")
	}
	if p.err == nil {
		p.err = CheckKey(key, v)
	}
	return v
}

// The most bytes that the values of the two attributes of a key may have.
var maxKey = map[string]int{"pk": 2048, "sk": 1024}

// CheckKey rejects a value that a key attribute cannot have.
func CheckKey(name, value string) error {
	switch {
	case value == "":
		return invalid("One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty string value. Key: %s", name)
	case name == "pk" && len(value) > maxKey[name]:
		return invalid("One or more parameter values were invalid: Size of hashkey has exceeded the maximum size limit of%d bytes", maxKey[name])
	case name == "sk" && len(value) > maxKey[name]:
		return invalid("One or more parameter values were invalid: Aggregated size of all range keys has exceeded the size limit of %d bytes", maxKey[name])
	}
	return nil
}
