package failover

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/drover-dr/drover/internal/prose"
	"github.com/drover-dr/drover/internal/untrusted"
)

// DecodeObject reads a JSON object that a person has typed into the struct that into points to, and says everything
// that is wrong with it at once. It is stricter than encoding/json: a key must be written exactly as it is known, and
// only once, because a key that is overlooked or overruled would make a run do what its input did not ask for. The ignored keys may
// be there, with whatever value.
func DecodeObject(text []byte, into any, ignored ...string) error {
	text = bytes.TrimSpace(text)
	if len(text) == 0 {
		return errors.New("empty; expected a JSON object")
	}
	if err := untrusted.CheckJSON(text, MaxInput); err != nil {
		return err
	}
	if err := json.Unmarshal(text, new(json.RawMessage)); err != nil {
		var syntax *json.SyntaxError
		if errors.As(err, &syntax) {
			return fmt.Errorf("not JSON at character %d: %w", syntax.Offset, err)
		}
		return fmt.Errorf("not JSON: %w", err)
	}
	if text[0] != '{' {
		return fmt.Errorf("%s; expected a JSON object", untrusted.Short(string(text)))
	}
	fields := fieldsOf(into)
	seen := map[string]bool{}
	var problems []error
	more := 0
	dec := json.NewDecoder(bytes.NewReader(text))
	_, _ = dec.Token() // the brace; from here on nothing can fail, because the text is JSON
	for dec.More() {
		if len(problems) > maxProblems {
			problems, more = problems[:maxProblems], more+1
		}
		token, _ := dec.Token()
		key, _ := token.(string)
		var value json.RawMessage
		_ = dec.Decode(&value)
		switch target, known := fields.find(key); {
		case slices.Contains(ignored, key):
		case !known:
			problems = append(problems, fmt.Errorf("unknown field %q; expected %s", key, prose.Or(fields.names())))
		case seen[key]:
			problems = append(problems, fmt.Errorf("%s: is there twice; expected it once", key))
		case !decode(value, target):
			problems = append(problems, fmt.Errorf("%s: %s; expected %s", key, untrusted.Short(string(value)), wanted(target.Type())))
		}
		seen[key] = true
	}
	if more > 0 {
		problems = append(problems[:min(len(problems), maxProblems)], fmt.Errorf("and at least %d more mistakes", more))
	}
	return errors.Join(problems...)
}

// MaxInput is the largest input, in bytes, that Step Functions passes on, and maxProblems how many mistakes are listed.
const (
	MaxInput    = 256 << 10
	maxProblems = 20
)

// decode sets the target to what the JSON says, or not at all.
func decode(value json.RawMessage, target reflect.Value) bool {
	decoded := reflect.New(target.Type())
	decoded.Elem().Set(target)
	if json.Unmarshal(value, decoded.Interface()) != nil {
		return false
	}
	target.Set(decoded.Elem())
	return true
}

// fields are the fields of a struct by their names in JSON, in the order in which they are declared.
type fields []struct {
	name  string
	value reflect.Value
}

func fieldsOf(into any) fields {
	v := reflect.ValueOf(into).Elem()
	all := make(fields, v.NumField())
	for i := range all {
		all[i].name, _, _ = strings.Cut(v.Type().Field(i).Tag.Get("json"), ",")
		all[i].value = v.Field(i)
	}
	return all
}

func (all fields) find(name string) (reflect.Value, bool) {
	for _, f := range all {
		if f.name == name {
			return f.value, true
		}
	}
	return reflect.Value{}, false
}

func (all fields) names() []string {
	names := make([]string, len(all))
	for i, f := range all {
		names[i] = f.name
	}
	return names
}

// wanted says in words what JSON a field of this type takes.
func wanted(t reflect.Type) string {
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch t.Kind() {
	case reflect.String:
		return "a string"
	case reflect.Bool:
		return "true or false"
	case reflect.Int:
		return "a whole number"
	case reflect.Slice:
		if t.Elem().Kind() == reflect.Int {
			return "a list of whole numbers"
		}
		return "a list of strings"
	}
	if t == reflect.TypeFor[time.Time]() {
		return `an RFC 3339 time such as "2026-01-31T03:00:00Z"`
	}
	if t.Kind() == reflect.Struct {
		return "a JSON object"
	}
	return "a JSON " + t.Kind().String()
}

// labelled puts what was read before each of the problems of a joined error.
func labelled(label string, err error) error {
	joined, ok := err.(interface{ Unwrap() []error })
	if !ok {
		return fmt.Errorf("%s: %w", label, err)
	}
	var problems []error
	for _, problem := range joined.Unwrap() {
		problems = append(problems, labelled(label, problem))
	}
	return errors.Join(problems...)
}
