// Package untrusted has the rules for text that comes from outside: which characters are accepted, what is left of a text
// that is printed, and how large and how deeply nested a JSON text may be before anything parses it. Its subpackage yamltext
// has the same for YAML.
//
// A terminal obeys some characters instead of showing them: it moves the cursor, rewrites what stands above, sets the
// window's title or the clipboard. Bidirectional controls make a text read otherwise than it is ("Trojan Source"). None
// of them has a place in a reason, a comment or a name, so they are refused where a text is accepted ([CheckText]) and
// removed where it is printed ([Line], [Lines], [Writer], [Scrub]), whatever let them in.
package untrusted

import (
	"cmp"
	"fmt"
	"strings"
	"unicode/utf8"
)

// obeyed says whether a terminal may obey a character instead of showing it: the C0 and C1 controls, DEL, the
// bidirectional controls, and the separators of lines and paragraphs that are no newline.
func obeyed(r rune) bool {
	switch {
	case r < 0x20, 0x7f <= r && r <= 0x9f: // C0, DEL and C1
		return true
	case r == 0x061c, r == 0x200e, r == 0x200f, 0x2028 <= r && r <= 0x202e, 0x2066 <= r && r <= 0x2069:
		return true
	}
	return false
}

// CheckText returns what keeps a text from being accepted, or nil: a control character, a line break among them, or bytes
// that are no UTF-8.
func CheckText(text string) error {
	for i, r := range text {
		if r == utf8.RuneError && !strings.HasPrefix(text[i:], string(utf8.RuneError)) {
			return fmt.Errorf("byte %d is not UTF-8; expected text without control characters", i+1)
		}
		if obeyed(r) {
			return fmt.Errorf("control character %U at character %d; expected text without control characters and line breaks",
				r, utf8.RuneCountInString(text[:i])+1)
		}
	}
	return nil
}

// CheckTexts is [CheckText] for all texts of a decoded JSON value, the keys of its objects included.
func CheckTexts(v any) error {
	switch v := v.(type) {
	case string:
		return CheckText(v)
	case []any:
		for _, element := range v {
			if err := CheckTexts(element); err != nil {
				return err
			}
		}
	case map[string]any:
		for key, value := range v {
			if err := cmp.Or(CheckText(key), CheckTexts(value)); err != nil {
				return err
			}
		}
	}
	return nil
}

// Line is what may be printed of a text inside a line: line breaks and tabs become blanks, other control characters are
// removed, and bytes that are no UTF-8 become U+FFFD.
func Line(text string) string { return strip(text, "") }

// maxShown is how many characters of what was found a message shows.
const maxShown = 100

// Short is what a message shows of a text that was found in the place of another one: the beginning of its [Line].
func Short(text string) string {
	if runes := []rune(text); len(runes) > maxShown {
		return Line(string(runes[:maxShown])) + "…"
	}
	return Line(text)
}

// Lines is what may be printed of a text of several lines: it keeps line breaks and tabs.
func Lines(text string) string { return strip(text, "\n\t") }

func strip(text, keep string) string {
	if clean(text, keep) {
		return text
	}
	return strings.Map(func(r rune) rune {
		switch {
		case strings.ContainsRune(keep, r), !obeyed(r):
			return r
		case r == '\n', r == '\r' && keep == "", r == '\t':
			return ' '
		}
		return -1
	}, strings.ToValidUTF8(text, string(utf8.RuneError)))
}

func clean(text, keep string) bool {
	return utf8.ValidString(text) && strings.IndexFunc(text, func(r rune) bool { return obeyed(r) && !strings.ContainsRune(keep, r) }) < 0
}

// JSONText is JSON text that may be printed and means the same: in it, control characters that are not blanks between
// values become escapes.
func JSONText(text []byte) []byte {
	if clean(string(text), "\n\t") {
		return text
	}
	var b strings.Builder
	for _, r := range strings.ToValidUTF8(string(text), string(utf8.RuneError)) {
		if obeyed(r) && r != '\n' && r != '\t' && r != '\r' {
			fmt.Fprintf(&b, `\u%04x`, r)
		} else if r != '\r' {
			b.WriteRune(r)
		}
	}
	return []byte(b.String())
}
