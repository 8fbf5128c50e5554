package jsonata

import (
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// base64encode takes the low byte of each 16-bit unit, as the reference does.
func base64encode(s string) (any, error) {
	var bytes []byte
	for _, unit := range units(s) {
		bytes = append(bytes, byte(unit))
	}
	return base64.StdEncoding.EncodeToString(bytes), nil
}

// base64decode makes a character of each byte. Node.js skips what is no base64; here it is an error.
func base64decode(s string) (any, error) {
	text := strings.NewReplacer("-", "+", "_", "/").Replace(strings.TrimRight(s, "="))
	bytes, err := base64.RawStdEncoding.DecodeString(text)
	if err != nil {
		return nil, refuse("$base64decode of text that is no base64")
	}
	var b strings.Builder
	for _, c := range bytes {
		b.WriteRune(rune(c))
	}
	return b.String(), nil
}

const (
	marks    = "-_.!~*'()"
	reserved = ";/?:@&=+$,"
)

func isWord(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
}

// encodeURL escapes all bytes but letters, digits and those that it is given.
func encodeURL(name, s, keep string) (any, error) {
	if !utf8.ValidString(s) {
		return nil, &Error{Code: "D3140", Token: name, Value: s}
	}
	var b strings.Builder
	for i := range len(s) {
		if c := s[i]; isWord(c) || strings.IndexByte(keep, c) >= 0 {
			b.WriteByte(c)
		} else {
			fmt.Fprintf(&b, "%%%02X", c)
		}
	}
	return b.String(), nil
}

// decodeURL decodes all escapes but those of the characters that it is given.
func decodeURL(name, s, keep string) (any, error) {
	malformed := &Error{Code: "D3140", Token: name, Value: s}
	var b strings.Builder
	for i := 0; i < len(s); {
		if s[i] != '%' {
			b.WriteByte(s[i])
			i++
			continue
		}
		start := i
		var bytes []byte
		for i < len(s) && s[i] == '%' && !utf8.FullRune(bytes) {
			if i+3 > len(s) {
				return nil, malformed
			}
			n, err := strconv.ParseUint(s[i+1:i+3], 16, 8)
			if err != nil {
				return nil, malformed
			}
			bytes = append(bytes, byte(n))
			i += 3
		}
		r, size := utf8.DecodeRune(bytes)
		if r == utf8.RuneError && size <= 1 || size != len(bytes) {
			return nil, malformed
		}
		if r < utf8.RuneSelf && strings.ContainsRune(keep, r) {
			b.WriteString(s[start:i])
		} else {
			b.WriteRune(r)
		}
	}
	return b.String(), nil
}
