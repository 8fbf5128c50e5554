package config

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/drover-dr/drover/internal/failover"
)

// decode fills c from a JSON object, key by key, so that one wrong key does not hide the next.
func (c *Config) decode(text []byte) []error {
	var object map[string]json.RawMessage
	if err := json.Unmarshal(text, &object); err != nil {
		return []error{explain("", err)}
	}
	fields := c.fields()
	var problems []error
	for _, key := range sortedKeys(object) {
		if set, known := fields[key]; !known {
			problems = append(problems, fmt.Errorf("%s: not a key; expected one of %s", key, strings.Join(sortedKeys(fields), ", ")))
		} else if err := set(object[key]); err != nil {
			problems = append(problems, explain(key, err))
		}
	}
	return problems
}

// fields returns, for each key, what sets it. The keys of the plan are taken from the plan itself, so that a setting
// that is added there needs nothing here.
func (c *Config) fields() map[string]func(json.RawMessage) error {
	into := func(target any) func(json.RawMessage) error {
		return func(value json.RawMessage) error { return unmarshal(value, target) }
	}
	fields := map[string]func(json.RawMessage) error{
		"hostedZones":      into(&c.HostedZones),
		"globalClusters":   into(&c.GlobalClusters),
		"account":          into(&c.Account),
		"logRetentionDays": into(&c.LogRetentionDays),
		"tags":             into(&c.Tags),
		"emails":           into(&c.Emails),
	}
	plan := reflect.ValueOf(&c.Plan).Elem()
	for i := range plan.NumField() {
		key, _, _ := strings.Cut(reflect.TypeFor[failover.Plan]().Field(i).Tag.Get("json"), ",")
		fields[key] = into(plan.Field(i).Addr().Interface())
	}
	return fields
}

// unmarshal refuses null, which encoding/json takes for "leave as it is".
func unmarshal(value json.RawMessage, target any) error {
	if string(value) == "null" {
		return errors.New("null; leave the key out for its default")
	}
	return json.Unmarshal(value, target)
}

// explain says what a decoder's error means to the person who typed the text.
func explain(key string, err error) error {
	var wrong *json.UnmarshalTypeError
	if !errors.As(err, &wrong) {
		return fmt.Errorf("%s: %w", key, err)
	}
	where := strings.Trim(key+"."+wrong.Field, ".")
	if where == "" {
		return fmt.Errorf("a JSON %s; expected an object", wrong.Value)
	}
	return fmt.Errorf("%s: a JSON %s; expected %s", where, wrong.Value, expected(wrong.Type))
}

func expected(t reflect.Type) string {
	switch t.Kind() {
	case reflect.String:
		return "a string"
	case reflect.Bool:
		return "true or false"
	case reflect.Int:
		return "a whole number"
	case reflect.Slice:
		return "a list of strings"
	}
	return "an object of strings"
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for key := range m {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}
