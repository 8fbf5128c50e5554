package untrusted

import "fmt"

// MaxDepth is how deeply objects and lists may be nested in a text from outside. DynamoDB's own limit is 32 levels of a
// value, each of which is two of JSON; nothing that Drover reads needs more.
const MaxDepth = 100

// CheckJSON returns what keeps a JSON text from being parsed, or nil: more than most bytes, or objects and lists nested
// deeper than [MaxDepth]. It says nothing of whether the text is JSON. Its work is linear in the text.
//
// Readers that go through nested parts again at each level take quadratic time for a deep text, and readers that call
// themselves take stack for each level; a text that passes has neither effect.
func CheckJSON(text []byte, most int) error {
	if err := CheckSize(text, most); err != nil {
		return err
	}
	depth, quoted := 0, false
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '[', c == '{':
			if depth++; depth > MaxDepth {
				return tooDeep(i)
			}
		case c == ']', c == '}':
			depth--
		}
	}
	return nil
}

// CheckNesting returns what keeps an expression of another language from being parsed, or nil: more than most bytes, or
// more than [MaxDepth] brackets open at once, those in quoted texts included.
func CheckNesting(text string, most int) error {
	if err := CheckSize([]byte(text), most); err != nil {
		return err
	}
	depth := 0
	for i := range len(text) {
		switch text[i] {
		case '(', '[', '{':
			if depth++; depth > MaxDepth {
				return tooDeep(i)
			}
		case ')', ']', '}':
			depth--
		}
	}
	return nil
}

// CheckSize returns an error for a text of more than most bytes.
func CheckSize(text []byte, most int) error {
	if len(text) > most {
		return fmt.Errorf("%d bytes; expected at most %d", len(text), most)
	}
	return nil
}

func tooDeep(at int) error {
	return fmt.Errorf("byte %d begins level %d of nested objects and lists; expected at most %d levels", at+1, MaxDepth+1, MaxDepth)
}
