package jsonata

import (
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

var controls = map[rune]rune{'t': '\t', 'n': '\n', 'v': '\v', 'f': '\f', 'r': '\r'}

// character is the one that an escape sequence means.
func (t *translator) character(c rune) rune {
	if control, ok := controls[c]; ok {
		return control
	}
	switch {
	case c == '0' && (t.pos >= len(t.text) || t.text[t.pos] < '0' || t.text[t.pos] > '9'):
		return 0
	case '0' <= c && c <= '9':
		t.refuse(`a reference to a group (\1)`)
	case c == 'x':
		return t.hex(2)
	case c == 'u':
		r := t.hex(4)
		if utf16.IsSurrogate(r) {
			return halves + r
		}
		return r
	case c == 'c':
		letter := t.take()
		if !unicode.IsLetter(letter) || letter >= utf8.RuneSelf {
			t.refuse(`\c without a letter`)
		}
		return letter % 32
	case c == 'p' || c == 'P' || c == 'k':
		t.refuse(`\` + string(c))
	}
	return c
}

func (t *translator) hex(digits int) rune {
	if t.pos+digits > len(t.text) {
		t.refuse("an escape sequence without its digits")
		return 0
	}
	var r rune
	for range digits {
		i := strings.IndexRune("0123456789abcdef", unicode.ToLower(t.take()))
		if i < 0 {
			t.refuse("an escape sequence without its digits")
			return 0
		}
		r = r*16 + rune(i)
	}
	return r
}
