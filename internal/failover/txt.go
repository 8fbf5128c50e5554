package failover

import (
	"fmt"
	"strconv"
	"strings"
)

// maxText is the longest string of a TXT value between its quotation marks ("TXT record type" in the Route 53 Developer Guide). An
// escape counts here with all its characters, in case that Route 53 counts so.
const maxText = 255

// quoteText is a text as the value of a TXT record: strings in quotation marks, with every byte outside of printable ASCII
// escaped as Route 53 does it.
func quoteText(text string) string {
	var b strings.Builder
	length := 0
	b.WriteByte('"')
	for i := range len(text) {
		part := EscapeText(text[i : i+1])
		if length+len(part) > maxText {
			b.WriteString(`" "`)
			length = 0
		}
		b.WriteString(part)
		length += len(part)
	}
	b.WriteByte('"')
	return b.String()
}

// EscapeText is a text in printable ASCII: every other byte, a quotation mark and a backslash are a backslash and three octal
// digits, as in the values of TXT records that Route 53 takes and lists.
func EscapeText(text string) string {
	var b strings.Builder
	for i := range len(text) {
		if c := text[i]; c < ' ' || c > '~' || c == '"' || c == '\\' {
			fmt.Fprintf(&b, `\%03o`, c)
		} else {
			b.WriteByte(c)
		}
	}
	return b.String()
}

// unquoteText is the opposite of quoteText: the text of a TXT value, however it is split and escaped. ok is false for a value
// that is no sequence of strings in quotation marks.
func unquoteText(value string) (text string, ok bool) {
	var b strings.Builder
	inside, seen := false, false
	for i := 0; i < len(value); i++ {
		switch c := value[i]; {
		case c == '"':
			inside, seen = !inside, true
		case !inside && c != ' ' && c != '\t':
			return "", false
		case !inside:
		case c != '\\':
			b.WriteByte(c)
		case i+3 < len(value) && isOctal(value[i+1:i+4]):
			n, _ := strconv.ParseUint(value[i+1:i+4], 8, 8) // isOctal has checked it
			b.WriteByte(byte(n))
			i += 3
		case i+1 < len(value):
			i++
			b.WriteByte(value[i])
		}
	}
	return b.String(), seen && !inside
}

// isOctal says whether three characters are the number of a byte in octal digits.
func isOctal(digits string) bool {
	_, err := strconv.ParseUint(digits, 8, 8)
	return err == nil
}
