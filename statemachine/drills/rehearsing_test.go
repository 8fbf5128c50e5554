package drills

import (
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestThePageHasEveryKeyOfAScenario holds docs/rehearsing.md to the reader of scenarios, in both directions: each block of
// keys that it reads is there, as `PATH: {KEY, …}` with exactly its keys, and no other one. Each key is explained beside.
func TestThePageHasEveryKeyOfAScenario(t *testing.T) {
	s, err := Load(Default)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string][]string{}
	blocks(reflect.TypeOf(s), "scenario", want)
	got := map[string][]string{}
	events := map[string]string{}
	row := regexp.MustCompile("(?m)^\\| (`.*`) \\| (.*) \\|$")
	code := regexp.MustCompile("`([^`]*)`")
	for _, m := range row.FindAllStringSubmatch(page(t), -1) {
		for _, cell := range code.FindAllStringSubmatch(m[1], -1) {
			path, keys, ok := strings.Cut(cell[1], ": ")
			if !ok {
				continue // another table
			}
			events[path] = m[2]
			if list, block := strings.CutPrefix(keys, "{"); block {
				got[path] = strings.Split(strings.TrimSuffix(list, "}"), ", ")
				explained(t, path, got[path], m[2])
			}
		}
	}
	timeline := want["timeline"]
	delete(want, "timeline")
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("blocks of keys in docs/rehearsing.md (-read +described)\n%s", diff)
	}
	for _, key := range timeline {
		if _, ok := events[key]; !ok && key != "at" {
			t.Errorf("docs/rehearsing.md does not have the event %s", key)
		}
		delete(events, key)
	}
	for path := range events {
		if _, block := want[path]; !block {
			t.Errorf("docs/rehearsing.md has the event %s, which no scenario can have", path)
		}
	}
}

func page(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile("../../docs/rehearsing.md")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// explained holds that a text names each key in backquotes, alone or with a value.
func explained(t *testing.T, path string, keys []string, text string) {
	t.Helper()
	for _, key := range keys {
		if !regexp.MustCompile("`(world\\.)?" + key + "[`:]").MatchString(text) {
			t.Errorf("docs/rehearsing.md does not say what %s of %s is", key, path)
		}
	}
}

// blocks finds all blocks of keys below a type, by their paths in the file. Those of an event begin with its own key.
func blocks(t reflect.Type, path string, found map[string][]string) {
	for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice {
		t = t.Elem()
	}
	if t.Kind() != reflect.Struct {
		return
	}
	for i := range t.NumField() {
		field := t.Field(i)
		key := field.Tag.Get("yaml")
		if key == "" || key == "-" {
			continue
		}
		found[path] = append(found[path], key)
		below := path + "." + key
		if slices.Contains([]string{"scenario", "timeline"}, path) {
			below = key
		}
		blocks(field.Type, below, found)
	}
}
