package jsonata

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// runes is a range of characters.
type runes struct{ low, high rune }

var (
	digitRanges = []runes{{'0', '9'}}
	wordRanges  = []runes{{'0', '9'}, {'A', 'Z'}, {'_', '_'}, {'a', 'z'}}
	blankRanges = []runes{{'\t', '\r'}, {' ', ' '}, {0xA0, 0xA0}, {0x1680, 0x1680}, {0x2000, 0x200A}, {0x2028, 0x2029}, {0x202F, 0x202F},
		{0x205F, 0x205F}, {0x3000, 0x3000}, {0xFEFF, 0xFEFF}}
)

// namedRanges are the characters of \d, \w and \s; those of the capital letter are all others.
func namedRanges(c rune) []runes {
	ranges := map[rune][]runes{'d': digitRanges, 'w': wordRanges, 's': blankRanges}[unicode.ToLower(c)]
	if !unicode.IsUpper(c) {
		return ranges
	}
	var others []runes
	from := rune(0)
	for _, r := range ranges {
		if r.low > from {
			others = append(others, runes{from, r.low - 1})
		}
		from = r.high + 1
	}
	return append(others, runes{from, utf8.MaxRune})
}

func rangesText(ranges []runes, not bool) string {
	var b strings.Builder
	b.WriteByte('[')
	if not == (len(ranges) > 0) {
		b.WriteByte('^')
	}
	if len(ranges) == 0 {
		ranges = []runes{{0, utf8.MaxRune}}
	}
	for _, r := range ranges {
		fmt.Fprintf(&b, `\x{%X}-\x{%X}`, r.low, r.high)
	}
	b.WriteByte(']')
	return b.String()
}

// class reads a class of characters after its opening bracket.
func (t *translator) class() string {
	not := t.peek("^")
	if not {
		t.pos++
	}
	var ranges []runes
	for t.err == nil && !t.peek("]") {
		if t.pos >= len(t.text) {
			t.invalid("a class is not closed")
			break
		}
		low, set := t.classAtom()
		if t.err != nil {
			break
		}
		if !t.peek("-") || t.pos+1 >= len(t.text) || t.text[t.pos+1] == ']' {
			if set == nil {
				set = []runes{{low, low}}
				t.checkCase(low, low)
			}
			ranges = append(ranges, set...)
			continue
		}
		t.pos++
		high, other := t.classAtom()
		switch {
		case set != nil || other != nil:
			t.refuse("a range with a set of characters at one end")
		case low > high:
			t.invalid("a range is out of order")
		}
		t.checkCase(low, high)
		ranges = append(ranges, runes{low, high})
	}
	t.pos++
	if t.anyCase {
		ranges = bothCases(ranges)
	}
	return rangesText(ranges, not)
}

// classAtom reads one character, or the set of \d and the like.
func (t *translator) classAtom() (rune, []runes) {
	c := t.take()
	if c != '\\' {
		return c, nil
	}
	switch c = t.take(); c {
	case 'd', 'D', 'w', 'W', 's', 'S':
		return 0, namedRanges(c)
	case 'b':
		return '\b', nil
	case '-':
		return '-', nil
	}
	return t.character(c), nil
}

func (t *translator) checkCase(low, high rune) {
	if t.anyCase && high >= utf8.RuneSelf && (low != high || unicode.IsLetter(low)) {
		t.refuse("the flag i with a letter outside of ASCII")
	}
}

// bothCases adds the other case of each letter of ASCII.
func bothCases(ranges []runes) []runes {
	all := slices.Clone(ranges)
	for _, r := range ranges {
		for _, letters := range []struct {
			runes
			shift rune
		}{{runes{'a', 'z'}, 'A' - 'a'}, {runes{'A', 'Z'}, 'a' - 'A'}} {
			low, high := max(r.low, letters.low), min(r.high, letters.high)
			if low <= high {
				all = append(all, runes{low + letters.shift, high + letters.shift})
			}
		}
	}
	return all
}
