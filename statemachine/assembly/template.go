package assembly

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"github.com/drover-dr/drover/internal/untrusted"
)

// template is a CloudFormation template with its parts in the order in which they are written.
type template struct {
	parameters map[string]parameter
	conditions map[string]any
	resources  []declaration
	outputs    []declaration
}

// parameter has the value of its default: a drill has no other values.
type parameter struct {
	Type    string
	Default any
}

// declaration is a resource or an output as it is written.
type declaration struct {
	id             string
	Type           string
	Condition      string
	DeletionPolicy string
	Properties     map[string]any
	Value          any
}

// member is one key of a JSON object with its value.
type member struct {
	key   string
	value json.RawMessage
}

// maxFile is the largest manifest or template in bytes. CloudFormation accepts templates of 1 MB.
const maxFile = 16 << 20

func parseTemplate(text []byte) (*template, error) {
	var whole struct {
		Parameters map[string]parameter
		Conditions map[string]any
		Resources  json.RawMessage
		Outputs    json.RawMessage
		Transform  any
	}
	if err := untrusted.CheckJSON(text, maxFile); err != nil {
		return nil, err
	}
	if err := json.Unmarshal(text, &whole); err != nil {
		return nil, err
	}
	if whole.Transform != nil {
		return nil, fmt.Errorf("the transform %v is not known here", whole.Transform)
	}
	resources, err := declarations(whole.Resources)
	if err != nil {
		return nil, fmt.Errorf("in Resources: %w", err)
	}
	outputs, err := declarations(whole.Outputs)
	if err != nil {
		return nil, fmt.Errorf("in Outputs: %w", err)
	}
	return &template{parameters: whole.Parameters, conditions: whole.Conditions, resources: resources, outputs: outputs}, nil
}

func declarations(object json.RawMessage) ([]declaration, error) {
	parts, err := members(object)
	if err != nil {
		return nil, err
	}
	var list []declaration
	for _, part := range parts {
		d := declaration{id: part.key}
		if err := json.Unmarshal(part.value, &d); err != nil {
			return nil, fmt.Errorf("%s: %w", part.key, err)
		}
		list = append(list, d)
	}
	return list, nil
}

// members takes a JSON object apart in the order in which it is written, which a map would lose.
func members(object json.RawMessage) ([]member, error) {
	if len(object) == 0 {
		return nil, nil
	}
	dec := json.NewDecoder(bytes.NewReader(object))
	if open, err := dec.Token(); err != nil || open != json.Delim('{') {
		return nil, fmt.Errorf("not a JSON object: %.40s", object)
	}
	var list []member
	for dec.More() {
		key, err := dec.Token()
		if err != nil {
			return nil, err
		}
		m := member{key: key.(string)} // In an object the decoder gives nothing else here.
		if err := dec.Decode(&m.value); err != nil {
			return nil, err
		}
		list = append(list, m)
	}
	return list, nil
}

func sortedKeys(m map[string]any) []string {
	return slices.Sorted(maps.Keys(m))
}
