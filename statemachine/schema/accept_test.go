package schema

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
)

// wrong says what of a value a schema does not accept; it knows the words that the schemas here use.
func wrong(schema map[string]any, v any, path string) []string {
	if choices, ok := schema["anyOf"].([]any); ok {
		var all []string
		for _, one := range choices {
			found := wrong(one.(map[string]any), v, path)
			if len(found) == 0 {
				return nil
			}
			all = append(all, found...)
		}
		return all
	}
	if enum, ok := schema["enum"].([]any); ok && !slices.Contains(enum, v) {
		return []string{fmt.Sprintf("%s: %v is none of %v", path, v, enum)}
	}
	if pattern, ok := schema["pattern"].(string); ok && !regexp.MustCompile(pattern).MatchString(fmt.Sprint(v)) {
		return []string{fmt.Sprintf("%s: %v does not match", path, v)}
	}
	switch schema["type"] {
	case "object":
		return wrongObject(schema, v, path)
	case "array":
		list, ok := v.([]any)
		if !ok {
			return []string{path + ": no list"}
		}
		var all []string
		for i, element := range list {
			all = append(all, wrong(schema["items"].(map[string]any), element, fmt.Sprintf("%s[%d]", path, i))...)
		}
		return all
	case nil:
		return nil
	}
	if kind := kindOf(v); kind != schema["type"] && !(kind == "integer" && schema["type"] == "number") {
		return []string{fmt.Sprintf("%s: %v is of type %s; expected %s", path, v, kind, schema["type"])}
	}
	return nil
}

func wrongObject(schema map[string]any, v any, path string) []string {
	object, ok := v.(map[string]any)
	if !ok {
		return []string{path + ": no object"}
	}
	var all []string
	properties, _ := schema["properties"].(map[string]any)
	for key, value := range object {
		below, known := properties[key].(map[string]any)
		if !known {
			if below, known = schema["additionalProperties"].(map[string]any); !known {
				all = append(all, path+"."+key+" is unknown")
				continue
			}
		}
		all = append(all, wrong(below, value, path+"."+key)...)
	}
	required, _ := schema["required"].([]any)
	for _, key := range required {
		if _, ok := object[key.(string)]; !ok {
			all = append(all, fmt.Sprintf("%s.%s is missing", path, key))
		}
	}
	return all
}

func kindOf(v any) string {
	switch v := v.(type) {
	case string:
		return "string"
	case bool:
		return "boolean"
	case float64:
		if v == math.Trunc(v) {
			return "integer"
		}
		return "number"
	case int, int64, uint64:
		return "integer"
	}
	return "other"
}

func read(t *testing.T, text []byte) map[string]any {
	t.Helper()
	schema := map[string]any{}
	if err := json.Unmarshal(text, &schema); err != nil {
		t.Fatal(err)
	}
	return schema
}

func value(t *testing.T, text []byte) any {
	t.Helper()
	var v any
	if err := yaml.Unmarshal(text, &v); err != nil {
		t.Fatal(err)
	}
	return v
}

// TestTheSchemasAcceptWhatDroverComesWith, every scenario and every applications file.
func TestTheSchemasAcceptWhatDroverComesWith(t *testing.T) {
	for pattern, schema := range map[string]map[string]any{"../drills/*.yaml": read(t, Scenario()), "../drills/applications/*.yaml": read(t, Applications())} {
		files, err := filepath.Glob(pattern)
		if err != nil || len(files) == 0 {
			t.Fatalf("%s: %v", pattern, err)
		}
		for _, file := range files {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			for _, w := range wrong(schema, value(t, text), "") {
				t.Errorf("%s: %s", file, w)
			}
		}
	}
}

func TestTheSchemasRefuseMistakes(t *testing.T) {
	const app = "applications: [{name: a, records: [{name: a.b, type: A, zone: Z, zoneName: b, endpoints: {r: {value: v}}}], health: [{periodSeconds: 60}]}]"
	for text, want := range map[string]string{
		strings.Replace(app, "zoneName", "zonename", 1):                  ".zonename is unknown",
		strings.Replace(app, "type: A", "type: NS", 1):                   "NS is none of",
		strings.Replace(app, "periodSeconds: 60", "periodSeconds: x", 1): "is of type string; expected integer",
		strings.Replace(app, "name: a, ", "", 1):                         ".name is missing",
		strings.Replace(app, "value: v", "switchCheck: v", 1):            ".switchCheck is unknown",
		"applications: {}": "no list",
		app:                "",
	} {
		if got := strings.Join(wrong(read(t, Applications()), value(t, []byte(text)), ""), "; "); !strings.Contains(got, want) || (want == "") != (got == "") {
			t.Errorf("%s: %q; want %q", text, got, want)
		}
	}
	for text, want := range map[string]string{
		"{name: a, title: b, description: c, until: soon}":                         "soon does not match",
		"{name: a, title: b, description: c, timeline: [{at: 1m, regionDrak: x}]}": ".regionDrak is unknown",
		"{name: a, title: b}": ".description is missing",
		"{name: a, title: b, description: c, timeline: [{at: 1m30s, start: {outcome: Done}}]}": "Done is none of",
	} {
		if got := strings.Join(wrong(read(t, Scenario()), value(t, []byte(text)), ""), "; "); !strings.Contains(got, want) {
			t.Errorf("%s: %q; want %q", text, got, want)
		}
	}
}
