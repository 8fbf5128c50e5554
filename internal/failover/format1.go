package failover

import (
	"bytes"
	"cmp"
	"encoding/json"
	"slices"
)

// The names that format 2 has given to fields, and to the values of two of them; all else has kept its name.
var (
	renamedFields = map[string]string{
		"leg": "phase", "legs": "phases", "legStartedAt": "phaseStartedAt", "leftovers": "unrecorded", "told": "notified",
	}
	renamedValues = map[string]map[string]string{
		"phase":   {"out": string(Outbound), "back": string(Return), "retreat": string(ReturnRollback)},
		"verdict": {"looked": string(Checked)},
	}
	oldFields, oldValues = invert(renamedFields), invertValues(renamedValues)
	// format1Words are the names that only format 1 has, as JSON. A text with none of them has nothing to rename.
	format1Words = wordsOf(renamedFields, renamedValues)
)

// format1Initials are the first letters of these names. Most names of a text begin with another one.
var format1Initials = func() (initials [256]bool) {
	for _, word := range format1Words {
		initials[word[1]] = true
	}
	return initials
}()

func wordsOf(fields map[string]string, values map[string]map[string]string) [][]byte {
	var words [][]byte
	for was := range fields {
		words = append(words, quoted(was))
	}
	for _, names := range values {
		for was := range names {
			words = append(words, quoted(was))
		}
	}
	return words
}

// OldName is the name of a field in format 1. An attribute that both formats have keeps it.
func OldName(field string) string { return cmp.Or(oldFields[field], field) }

// asGiven is the field of a request whose value is not Drover's own: the input of an execution.
const asGiven = "input"

// Decode reads JSON that this version or the release before has written: a payload, a record in the registry or an object
// in S3.
func Decode(text []byte, into any) error { return json.Unmarshal(fromFormat1(text), into) }

// Encoded is JSON as a version that reads the format knows it. In format 1, release 0.1.0 reads it.
func Encoded(text []byte, format int) []byte {
	if format > OldestFormat {
		return text
	}
	return rewrite(text, func(name string, value json.RawMessage) (string, json.RawMessage) {
		if old, ok := oldFields[name]; ok {
			return old, renamed(value, oldValues[name])
		}
		return name, renamed(value, oldValues[name])
	})
}

// fromFormat1 gives fields and values of format 1 the names that they have now. JSON of a later format has none of them.
func fromFormat1(text []byte) []byte {
	if !hasFormat1Word(text) {
		return text // most of what is read: each application of a large wave is one
	}
	return rewrite(text, func(name string, value json.RawMessage) (string, json.RawMessage) {
		if is, ok := renamedFields[name]; ok {
			name = is
		}
		return name, renamed(value, renamedValues[name])
	})
}

// hasFormat1Word says whether a text has one of the names. It goes through the text once, from quotation mark to quotation mark.
func hasFormat1Word(text []byte) bool {
	for {
		at := bytes.IndexByte(text, '"')
		if at < 0 {
			return false
		}
		text = text[at:]
		if len(text) > 1 && format1Initials[text[1]] && slices.ContainsFunc(format1Words, func(word []byte) bool { return bytes.HasPrefix(text, word) }) {
			return true
		}
		text = text[1:]
	}
}

// rewrite renames the fields of all objects in a JSON text. What is no JSON stays as it is: whoever decodes it says so.
func rewrite(text []byte, rename func(string, json.RawMessage) (string, json.RawMessage)) []byte {
	if !json.Valid(text) {
		return text
	}
	return rewriteValid(text, rename)
}

func rewriteValid(text []byte, rename func(string, json.RawMessage) (string, json.RawMessage)) []byte {
	dec := json.NewDecoder(bytes.NewReader(text))
	open, err := dec.Token()
	delim, composed := open.(json.Delim)
	if err != nil || !composed {
		return text
	}
	parts := [][]byte{}
	for dec.More() {
		var name string
		if delim == '{' {
			token, _ := dec.Token()
			name, _ = token.(string) // the text is JSON
		}
		var value json.RawMessage
		if dec.Decode(&value) != nil {
			return text
		}
		if name != asGiven {
			value = rewriteValid(value, rename)
		}
		if delim == '{' {
			name, value = rename(name, value)
			value = slices.Concat(quoted(name), []byte(":"), value)
		}
		parts = append(parts, value)
	}
	closing := map[json.Delim]string{'{': "}", '[': "]"}[delim]
	return slices.Concat([]byte(delim.String()), bytes.Join(parts, []byte(",")), []byte(closing))
}

func quoted(text string) []byte {
	out, _ := json.Marshal(text) // a text is always JSON
	return out
}

// renamed is the value with the name that it has in the map, if it has one there.
func renamed(value json.RawMessage, names map[string]string) json.RawMessage {
	var text string
	if names == nil || json.Unmarshal(value, &text) != nil || names[text] == "" {
		return value
	}
	return quoted(names[text])
}

func invert(names map[string]string) map[string]string {
	all := make(map[string]string, len(names))
	for was, is := range names {
		all[is] = was
	}
	return all
}

func invertValues(values map[string]map[string]string) map[string]map[string]string {
	all := make(map[string]map[string]string, len(values))
	for field, names := range values {
		all[field] = invert(names)
	}
	return all
}
