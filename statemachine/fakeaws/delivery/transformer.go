package delivery

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// placeholder is <name> in a template, jsonPath what a path may be: names and numbered elements.
var (
	placeholder = regexp.MustCompile(`<([A-Za-z0-9_.-]+)>`)
	jsonPath    = regexp.MustCompile(`^\$(\.[A-Za-z0-9_-]+|\[\d+\])*$`)
	pathStep    = regexp.MustCompile(`\.([A-Za-z0-9_-]+)|\[(\d+)\]`)
)

// Check rejects paths that cannot be parsed, and names in the template that have no path. A nil transformer is valid.
func (t *Transformer) Check() error {
	if t == nil {
		return nil
	}
	for name, path := range t.Paths {
		if !jsonPath.MatchString(path) {
			return fmt.Errorf("input path %s: %q; expected a path such as $.detail.state.value", name, path)
		}
	}
	for _, match := range placeholder.FindAllStringSubmatch(t.Template, -1) {
		if _, ok := t.Paths[match[1]]; !ok && !strings.HasPrefix(match[1], "aws.events.") {
			return fmt.Errorf("input template: <%s> has no input path", match[1])
		}
	}
	return nil
}

// Apply makes the input out of an event; known are the values of the names that begin with aws.events. Within a string of
// the template a value is inserted as text, and outside of strings as JSON; a path that finds nothing gives empty text
// within a string, and null outside (EVB-4).
func (t *Transformer) Apply(known map[string]any, event map[string]any) string {
	for name, path := range t.Paths {
		known[name] = find(event, path)
	}
	var out strings.Builder
	rest := t.Template
	inString := false
	for {
		at := placeholder.FindStringSubmatchIndex(rest)
		if at == nil {
			out.WriteString(rest)
			return out.String()
		}
		inString = endsInString(rest[:at[0]], inString)
		out.WriteString(rest[:at[0]])
		out.WriteString(insert(known[rest[at[2]:at[3]]], inString))
		rest = rest[at[1]:]
	}
}

// endsInString says whether a piece of JSON ends within a string.
func endsInString(text string, inString bool) bool {
	for i := 0; i < len(text); i++ {
		switch {
		case text[i] == '\\' && inString:
			i++
		case text[i] == '"':
			inString = !inString
		}
	}
	return inString
}

func insert(value any, inString bool) string {
	encoded, err := json.Marshal(value)
	if err != nil {
		panic("encode a value of an event: " + err.Error()) // it was decoded from JSON
	}
	text, isText := value.(string)
	switch {
	case !inString:
		return string(encoded)
	case value == nil:
		return ""
	case !isText:
		text = string(encoded)
	}
	quoted, err := json.Marshal(text)
	if err != nil {
		panic("encode a string: " + err.Error())
	}
	return string(quoted[1 : len(quoted)-1])
}

// find returns the value at a path of an event; nil when there is none.
func find(value any, path string) any {
	for _, step := range pathStep.FindAllStringSubmatch(path, -1) {
		switch v := value.(type) {
		case map[string]any:
			value = v[step[1]]
		case []any:
			i, err := strconv.Atoi(step[2])
			if err != nil || i >= len(v) {
				return nil
			}
			value = v[i]
		default:
			return nil
		}
	}
	return value
}
