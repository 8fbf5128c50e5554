package asl

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// template is a JSON value of the definition in which any string may be an expression. Keys never are.
type template struct {
	// literal is set for a scalar that is no expression; exactly one of the four fields is set.
	literal json.RawMessage
	expr    *expression
	members []namedTemplate
	items   []*template
}

type namedTemplate struct {
	// key is the name, and text the name as it is written in JSON.
	key   string
	text  json.RawMessage
	value *template
}

func parseTemplate(raw json.RawMessage) (*template, error) {
	switch typeOf(raw) {
	case "object":
		return parseObjectTemplate(raw)
	case "array":
		return parseArrayTemplate(raw)
	case "string":
		var s string
		if err := json.Unmarshal(raw, &s); err != nil {
			return nil, err
		}
		if isExpression(s) {
			expr, err := compileExpression(s)
			return &template{expr: expr}, err
		}
	}
	var compact bytes.Buffer
	if err := json.Compact(&compact, raw); err != nil {
		return nil, err
	}
	return &template{literal: compact.Bytes()}, nil
}

func parseObjectTemplate(raw json.RawMessage) (*template, error) {
	members, err := decodeMembers(raw)
	if err != nil {
		return nil, err
	}
	t := &template{members: []namedTemplate{}}
	for _, m := range members {
		value, err := parseTemplate(m.raw)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", m.name, err)
		}
		text, err := marshal(m.name)
		if err != nil {
			return nil, err
		}
		t.members = append(t.members, namedTemplate{key: m.name, text: text, value: value})
	}
	return t, nil
}

func parseArrayTemplate(raw json.RawMessage) (*template, error) {
	var items []json.RawMessage
	if err := json.Unmarshal(raw, &items); err != nil {
		return nil, err
	}
	t := &template{items: []*template{}}
	for i, item := range items {
		value, err := parseTemplate(item)
		if err != nil {
			return nil, fmt.Errorf("[%d]: %w", i, err)
		}
		t.items = append(t.items, value)
	}
	return t, nil
}

// evaluate returns the template's value as JSON text, its keys in the order of the definition. The field is the
// template's path inside the state, for error texts.
func (t *template) evaluate(field string, vars scope) (json.RawMessage, *evaluationError) {
	if t.literal != nil {
		return t.literal, nil
	}
	if t.expr != nil {
		return t.expr.evaluate(field, vars)
	}
	var b bytes.Buffer
	if t.members != nil {
		return t.evaluateMembers(&b, field, vars)
	}
	b.WriteByte('[')
	for i, item := range t.items {
		if i > 0 {
			b.WriteByte(',')
		}
		text, err := item.evaluate(fmt.Sprintf("%s[%d]", field, i), vars)
		if err != nil {
			return nil, err
		}
		b.Write(text)
	}
	b.WriteByte(']')
	return b.Bytes(), nil
}

func (t *template) evaluateMembers(b *bytes.Buffer, field string, vars scope) (json.RawMessage, *evaluationError) {
	b.WriteByte('{')
	for i, m := range t.members {
		if i > 0 {
			b.WriteByte(',')
		}
		text, err := m.value.evaluate(field+"/"+m.key, vars)
		if err != nil {
			return nil, err
		}
		b.Write(m.text)
		b.WriteByte(':')
		b.Write(text)
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

// wrongType is the error of a field whose expression gave a value of another type than the field wants.
func (t *template) wrongType(field, want string, got json.RawMessage) *evaluationError {
	why := fmt.Sprintf("returned an unexpected result type. Expected '%s', but was '%s' for value: %s", want, typeOf(got), got)
	if t.expr == nil {
		return &evaluationError{location: field, cause: fmt.Sprintf("The field '%s' %s", field, why)}
	}
	return t.expr.failed(field, "%s", why)
}
