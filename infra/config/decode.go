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

// setter takes the value of one key, and says everything that is wrong with it.
type setter func(json.RawMessage) []error

// into is the setter of a value that JSON has a word for.
func into(target any) setter {
	return func(value json.RawMessage) []error {
		if err := unmarshal(value, target); err != nil {
			return []error{err}
		}
		return nil
	}
}

// decodeObject takes a JSON object apart, key by key, so that one wrong key does not hide the next. The prefix leads to
// the object in what is said of its keys.
func decodeObject(prefix string, text []byte, fields map[string]setter) []error {
	var object map[string]json.RawMessage
	if err := unmarshal(text, &object); err != nil {
		return []error{explain(strings.TrimSuffix(prefix, "."), err)}
	}
	var problems []error
	for _, key := range sortedKeys(object) {
		set, known := fields[key]
		if !known {
			problems = append(problems, located{fmt.Errorf("%s%s: not a key; expected one of %s", prefix, key, strings.Join(sortedKeys(fields), ", "))})
			continue
		}
		for _, err := range set(object[key]) {
			problems = append(problems, explain(prefix+key, err))
		}
	}
	return problems
}

// located is a mistake that already says which key it is about.
type located struct{ error }

// decode fills c from the object under [Key].
func (c *Config) decode(text []byte) []error { return decodeObject("", text, c.fields()) }

// fields returns, for each key, what sets it. The keys of the plan are taken from the plan itself, so that a setting
// that is added there needs nothing here.
func (c *Config) fields() map[string]setter {
	fields := map[string]setter{
		"hostedZones":                 into(&c.HostedZones),
		"globalClusters":              into(&c.GlobalClusters),
		"account":                     into(&c.Account),
		"logRetentionDays":            into(&c.LogRetentionDays),
		"tags":                        into(&c.Tags),
		"emails":                      into(&c.Emails),
		"consistency":                 into(&c.Consistency),
		"witness":                     into(&c.Witness),
		"replica":                     into(&c.Replica),
		"failoverAlarms":              into(&c.FailoverAlarms),
		"failoverAlarmsAllowDataLoss": into(&c.FailoverAlarmsAllowDataLoss),
		"checkSchedule":               into(&c.CheckSchedule),
		"checkWithinMinutes":          into(&c.CheckWithinMinutes),
		"drillSchedule":               into(&c.DrillSchedule),
		"timezone":                    into(&c.Timezone),
		"trafficMetrics":              c.decodeTraffic,
		"pipeline":                    c.decodePipeline,
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
	if errors.As(err, new(located)) {
		return err
	}
	var wrong *json.UnmarshalTypeError
	if !errors.As(err, &wrong) {
		return located{fmt.Errorf("%s: %w", key, err)}
	}
	where := strings.Trim(key+"."+wrong.Field, ".")
	if where == "" {
		return fmt.Errorf("a JSON %s; expected an object", wrong.Value)
	}
	return located{fmt.Errorf("%s: a JSON %s; expected %s", where, wrong.Value, expected(wrong.Type))}
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
	if t == reflect.TypeFor[map[string]json.RawMessage]() {
		return "an object"
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
