package config

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/untrusted"
)

// setter takes the value of one key, and says everything that is wrong with it.
type setter func(json.RawMessage) []error

// into is the setter of a value that JSON has a word for.
func into(target any) setter {
	return func(value json.RawMessage) []error {
		if err := unmarshal(value, target); err != nil {
			return []error{err}
		}
		var plain any
		_ = json.Unmarshal(value, &plain) // as it just was
		if err := untrusted.CheckTexts(plain); err != nil {
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

// fields returns, for each key, what sets it.
func (c *Config) fields() map[string]setter {
	fields := map[string]setter{}
	for key, target := range c.targets() {
		fields[key] = into(target)
	}
	fields["trafficMetrics"], fields["pipeline"] = c.decodeTraffic, c.decodePipeline
	return fields
}

// targets returns, for each key, where its value is. The keys of the plan are taken from the plan itself, so that a
// setting that is added there needs nothing here.
func (c *Config) targets() map[string]any {
	targets := map[string]any{
		"hostedZones":                 &c.HostedZones,
		"globalClusters":              &c.GlobalClusters,
		"account":                     &c.Account,
		"logRetentionDays":            &c.LogRetentionDays,
		"tags":                        &c.Tags,
		"emails":                      &c.Emails,
		"consistency":                 &c.Consistency,
		"witness":                     &c.Witness,
		"replica":                     &c.Replica,
		"failoverAlarms":              &c.FailoverAlarms,
		"failoverAlarmsAllowDataLoss": &c.FailoverAlarmsAllowDataLoss,
		"checkSchedule":               &c.CheckSchedule,
		"checkWithinMinutes":          &c.CheckWithinMinutes,
		"drillSchedule":               &c.DrillSchedule,
		"timezone":                    &c.Timezone,
		"trafficMetrics":              &c.TrafficMetrics,
		"pipeline":                    &c.Pipeline,
	}
	plan := reflect.ValueOf(&c.Plan).Elem()
	for i := range plan.NumField() {
		key, _, _ := strings.Cut(reflect.TypeFor[failover.Plan]().Field(i).Tag.Get("json"), ",")
		targets[key] = plan.Field(i).Addr().Interface()
	}
	return targets
}

// Defaults returns the default of each key as it would be written in cdk.json; null where there is none.
func Defaults() map[string]string {
	c := Default()
	texts := map[string]string{}
	for key, target := range c.targets() {
		texts[key] = written(reflect.ValueOf(target).Elem())
	}
	return texts
}

// written is a value as JSON. Lists and objects of nothing are written as such, for null is refused.
func written(value reflect.Value) string {
	switch {
	case value.Kind() == reflect.Slice && value.Len() == 0:
		return "[]"
	case value.Kind() == reflect.Map && value.Len() == 0:
		return "{}"
	}
	text, err := json.Marshal(value.Interface())
	if err != nil {
		panic(err) // Texts, numbers and lists of them are always JSON.
	}
	return string(text)
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
