package jsonata

import (
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// JavaScript's strings are sequences of 16-bit units; a character outside of the first 65,536 has two. Here a string is UTF-8,
// and one half of such a character, a surrogate, is kept in the three bytes that UTF-8 would have for it.

// surrogate reads one half of a character of two at the start of a string.
func surrogate(s string) (uint16, bool) {
	if len(s) >= 3 && s[0] == 0xED && s[1] >= 0xA0 && s[1] <= 0xBF && s[2]&0xC0 == 0x80 {
		return 0xD000 | uint16(s[1]&0x3F)<<6 | uint16(s[2]&0x3F), true
	}
	return 0, false
}

// next reads one character, or one half of one.
func next(s string) (r rune, size int) {
	if unit, is := surrogate(s); is {
		return rune(unit), 3
	}
	return utf8.DecodeRuneInString(s)
}

// units are the 16-bit units of a string.
func units(s string) []uint16 {
	list := make([]uint16, 0, len(s))
	for i := 0; i < len(s); {
		r, size := next(s[i:])
		if r >= 0x10000 {
			high, low := utf16.EncodeRune(r)
			list = append(list, uint16(high), uint16(low))
		} else {
			list = append(list, uint16(r))
		}
		i += size
	}
	return list
}

// fromUnits makes a string of 16-bit units.
func fromUnits(list []uint16) string {
	var b strings.Builder
	for i := 0; i < len(list); i++ {
		u := rune(list[i])
		if utf16.IsSurrogate(u) && i+1 < len(list) {
			if r := utf16.DecodeRune(u, rune(list[i+1])); r != utf8.RuneError {
				b.WriteRune(r)
				i++
				continue
			}
		}
		if utf16.IsSurrogate(u) {
			b.Write([]byte{0xE0 | byte(u>>12), 0x80 | byte(u>>6)&0x3F, 0x80 | byte(u)&0x3F})
			continue
		}
		b.WriteRune(u)
	}
	return b.String()
}

// characters splits a string as JavaScript iterates over it.
func characters(s string) []string {
	list := make([]string, 0, len(s))
	for i := 0; i < len(s); {
		_, size := next(s[i:])
		list = append(list, s[i:i+size])
		i += size
	}
	return list
}

// plain says whether a string has only characters of one unit, and no halves: then runes are units.
func plain(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] >= 0xF0 || s[i] == 0xED && i+1 < len(s) && s[i+1] >= 0xA0 {
			return false
		}
	}
	return true
}

// rejoin puts halves together that a concatenation has brought next to each other.
func rejoin(s string) string {
	if plain(s) {
		return s
	}
	return fromUnits(units(s))
}

// compareText compares two strings by their 16-bit units, as JavaScript does.
func compareText(a, b string) int {
	if plain(a) && plain(b) {
		return strings.Compare(a, b)
	}
	x, y := units(a), units(b)
	for i := range min(len(x), len(y)) {
		if x[i] != y[i] {
			return int(x[i]) - int(y[i])
		}
	}
	return len(x) - len(y)
}
