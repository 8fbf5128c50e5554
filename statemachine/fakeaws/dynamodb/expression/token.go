package expression

import (
	"slices"
	"unicode/utf8"
)

// token is the length of the first token of a text that is not empty: a word, perhaps with the sign of a placeholder, an operator, or
// one character.
func token(text string) int {
	word := 0
	if text[0] == '#' || text[0] == ':' {
		word = 1
	}
	if end := wordEnd(text, word); end > word {
		return end
	}
	if len(text) > 1 && slices.Contains([]string{"<>", "<=", ">="}, text[:2]) {
		return 2
	}
	_, size := utf8.DecodeRuneInString(text)
	return size
}

// isPlaceholder says whether a text is a name or a value that an expression can refer to, such as #name and :value.
func isPlaceholder(text string, sign byte) bool {
	return len(text) > 1 && text[0] == sign && wordEnd(text, 1) == len(text)
}

// areSound says whether no name and no value of a request is one that checkPlaceholders rejects, in whatever order.
func areSound(names map[string]string, values map[string]map[string]any) bool {
	for key, name := range names {
		if !isPlaceholder(key, '#') || name == "" {
			return false
		}
	}
	for key := range values {
		if !isPlaceholder(key, ':') {
			return false
		}
	}
	return true
}

// wordEnd is the end of the letters, digits and low lines of a text from a place on.
func wordEnd(text string, at int) int {
	for at < len(text) && isWord(text[at]) {
		at++
	}
	return at
}

func isWord(c byte) bool { return isLetter(c) || c >= '0' && c <= '9' || c == '_' }

func isLetter(c byte) bool { return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' }

// isAttributeName says whether a text may be the name of an attribute without a placeholder.
func isAttributeName(text string) bool {
	return text != "" && isLetter(text[0]) && wordEnd(text, 0) == len(text)
}
