package wire

import (
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/aws/smithy-go/encoding/cbor"
)

// maxPath is how many parts the name of a parameter may have; the deepest of CloudWatch has eleven.
const maxPath = 20

// branch is a parameter of a form whose name has further parts.
type branch = map[string]any

// readForm reads a request as a form: Outer.member.1.Inner.Name=value. In a form all values are text; the shape of the
// operation says which are numbers, times and booleans, and which are lists and maps.
func readForm(req *Request, operations map[string]Structure) (operation string, params Fields, err error) {
	form, err := url.ParseQuery(string(req.Body))
	if err != nil {
		return "", nil, fmt.Errorf("decode body: %w", err)
	}
	tree := branch{}
	for _, name := range slices.Sorted(maps.Keys(form)) {
		path := strings.SplitN(name, ".", maxPath+1)
		if len(path) > maxPath {
			return "", nil, fmt.Errorf("decode body: a parameter with more than %d parts in its name", maxPath)
		}
		if name != "Action" && name != "Version" {
			plant(tree, path, form.Get(name))
		}
	}
	operation = form.Get("Action")
	grown, err := growStructure(tree, operations[operation])
	return operation, Fields(grown), err
}

// plant puts a value into the tree, at the place that its name says.
func plant(tree branch, path []string, value string) {
	if len(path) == 1 {
		tree[path[0]] = value
		return
	}
	inner, ok := tree[path[0]].(branch)
	if !ok {
		inner = branch{}
		tree[path[0]] = inner
	}
	plant(inner, path[1:], value)
}

// grow turns a part of the tree into a value. What its shape does not describe stays as it is, for fit to reject.
func grow(name string, v any, shape Shape) (cbor.Value, error) {
	tree, isBranch := v.(branch)
	if !isBranch {
		text, _ := v.(string)
		switch shape.(type) {
		case List:
			if text == "" { // how AWS's clients write an empty list
				return cbor.List{}, nil
			}
		case Map:
			if text == "" {
				return cbor.Map{}, nil
			}
		}
		return typed(text, shape), nil
	}
	switch s := shape.(type) {
	case List:
		if elements, ok := level(tree, s.Flat, s.elementName()); ok {
			return growList(name, elements, s)
		}
	case Map:
		if entries, ok := level(tree, s.Flat, entryName); ok {
			return growMap(name, entries, s)
		}
	case Structure:
		return growStructure(tree, s)
	}
	return growStructure(tree, nil)
}

// level is the level of the elements of a list, or of the entries of a map.
func level(tree branch, flat bool, name string) (inner branch, ok bool) {
	if flat {
		return tree, true
	}
	inner, ok = tree[name].(branch)
	return inner, ok && len(tree) == 1
}

func growStructure(tree branch, s Structure) (cbor.Map, error) {
	object := cbor.Map{}
	for name, value := range tree {
		member, shape := s.memberAt(name)
		grown, err := grow(name, value, shape)
		if err != nil {
			return nil, err
		}
		object[member] = grown
	}
	return object, nil
}

// numbered are the parts that are numbered from 1 on, without a gap.
func numbered(name string, parts branch) ([]any, error) {
	all := make([]any, 0, len(parts))
	for i := 1; i <= len(parts); i++ {
		part, ok := parts[strconv.Itoa(i)]
		if !ok {
			return nil, fmt.Errorf("%s.member.%d is missing; expected members that are numbered from 1 on", name, i)
		}
		all = append(all, part)
	}
	return all, nil
}

func growList(name string, elements branch, s List) (cbor.Value, error) {
	list := cbor.List{}
	parts, err := numbered(name, elements)
	for _, part := range parts {
		grown, err := grow(name, part, bare(s.Of))
		if err != nil {
			return nil, err
		}
		list = append(list, grown)
	}
	return list, err
}

// growMap makes a map of entries. Two entries of one name are an error, as they are in a map of JSON.
func growMap(name string, entries branch, s Map) (cbor.Value, error) {
	object := cbor.Map{}
	parts, err := numbered(name, entries)
	for _, part := range parts {
		entry, _ := part.(branch)
		key, hasKey := entry[s.keyName()].(string)
		value, hasValue := entry[s.valueName()]
		if !hasKey || !hasValue || len(entry) != 2 {
			return nil, fmt.Errorf("an entry of %s has not %s and %s alone", name, s.keyName(), s.valueName())
		}
		if object[key] != nil {
			return nil, fmt.Errorf("%s has %q more than once", name, key)
		}
		if object[key], err = grow(name, value, bare(s.Of)); err != nil {
			return nil, err
		}
	}
	return object, err
}
