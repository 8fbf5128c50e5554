package scenario

import (
	"reflect"
	"strings"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/token"
)

// keysBeside are the keys that a tree for a type may have where an unknown one was found, in the order of the fields.
func keysBeside(tree *ast.File, t reflect.Type, unknown *token.Token) []string {
	if tree == nil || len(tree.Docs) == 0 || tree.Docs[0].Body == nil {
		return nil
	}
	search := &pathOf{position: *unknown.Position}
	ast.Walk(search, tree.Docs[0].Body)
	steps := strings.Split(search.path, ".")
	if len(steps) < 2 { // a key without a value has no path
		return keysOf(t)
	}
	for _, step := range steps[1 : len(steps)-1] { // the first is the root, the last the unknown key itself
		name, _, _ := strings.Cut(step, "[")
		if t = fieldType(t, name); t == nil {
			return nil
		}
	}
	return keysOf(t)
}

// pathOf finds the path of the key at a position.
type pathOf struct {
	position token.Position
	path     string
}

// Visit visits one node of the tree.
func (p *pathOf) Visit(node ast.Node) ast.Visitor {
	if pair, ok := node.(*ast.MappingValueNode); ok {
		at := pair.Key.GetToken().Position
		if at.Line == p.position.Line && at.Column == p.position.Column {
			p.path = pair.Value.GetPath()
		}
	}
	return p
}

// fieldType is the type behind a key, without the pointers and lists around it.
func fieldType(t reflect.Type, key string) reflect.Type {
	for field := range fields(t) {
		if field.Tag.Get("yaml") != key {
			continue
		}
		t = field.Type
		for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice {
			t = t.Elem()
		}
		return t
	}
	return nil
}

func keysOf(t reflect.Type) []string {
	var keys []string
	for field := range fields(t) {
		if key := field.Tag.Get("yaml"); key != "" && key != "-" {
			keys = append(keys, key)
		}
	}
	return keys
}

func fields(t reflect.Type) func(yield func(reflect.StructField) bool) {
	return func(yield func(reflect.StructField) bool) {
		if t.Kind() != reflect.Struct {
			return
		}
		for i := range t.NumField() {
			if !yield(t.Field(i)) {
				return
			}
		}
	}
}
