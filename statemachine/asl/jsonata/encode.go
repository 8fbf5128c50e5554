package jsonata

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Stringify writes a value as JSON.stringify does. A value that has no JSON text, such as a function, is an error.
func Stringify(v any) (string, error) {
	e := &encoder{}
	err := e.value(v, 0)
	return e.String(), err
}

// encoder writes JSON text.
type encoder struct {
	strings.Builder
	// indent is the blanks of one level; 0 writes everything in one line.
	indent int
	// forString writes as $string does: numbers with 15 digits, functions as empty strings.
	forString bool
}

func (e *encoder) value(v any, depth int) error {
	switch v := v.(type) {
	case nil, null:
		e.WriteString("null")
	case bool:
		e.WriteString(strconv.FormatBool(v))
	case string:
		e.text(v)
	case float64:
		return e.number(v)
	case *Array:
		return e.array(v, depth)
	case *Object:
		return e.object(v, depth)
	case *Function:
		if !e.forString {
			return fmt.Errorf("a function has no JSON text")
		}
		e.WriteString(`""`)
	}
	return nil
}

func (e *encoder) number(n float64) error {
	switch {
	case e.forString && math.IsNaN(n):
		e.WriteString("null")
		return nil
	case e.forString && math.IsInf(n, 0):
		return &Error{Code: "D1001", Value: n}
	case math.IsNaN(n) || math.IsInf(n, 0):
		return fmt.Errorf("a number out of range has no JSON text")
	}
	if e.forString {
		n = precise(n)
	}
	e.WriteString(formatNumber(n))
	return nil
}

// line starts a new line of an indented text.
func (e *encoder) line(depth int) {
	if e.indent > 0 {
		e.WriteByte('\n')
		e.WriteString(strings.Repeat(" ", e.indent*depth))
	}
}

func (e *encoder) array(a *Array, depth int) error {
	e.WriteByte('[')
	for i, item := range a.items {
		if i > 0 {
			e.WriteByte(',')
		}
		e.line(depth + 1)
		if err := e.value(item, depth+1); err != nil {
			return err
		}
	}
	if len(a.items) > 0 {
		e.line(depth)
	}
	e.WriteByte(']')
	return nil
}

func (e *encoder) object(o *Object, depth int) error {
	e.WriteByte('{')
	written := false
	for _, m := range o.members {
		if m.value == nil {
			continue
		}
		if written {
			e.WriteByte(',')
		}
		written = true
		e.line(depth + 1)
		e.text(m.key)
		e.WriteByte(':')
		if e.indent > 0 {
			e.WriteByte(' ')
		}
		if err := e.value(m.value, depth+1); err != nil {
			return err
		}
	}
	if written {
		e.line(depth)
	}
	e.WriteByte('}')
	return nil
}

// shortEscapes are the characters that JSON.stringify escapes with a letter.
var shortEscapes = map[byte]string{'"': `\"`, '\\': `\\`, '\b': `\b`, '\f': `\f`, '\n': `\n`, '\r': `\r`, '\t': `\t`}

func (e *encoder) text(s string) {
	e.WriteByte('"')
	start := 0
	for i := 0; i < len(s); {
		c := s[i]
		if c >= utf8.RuneSelf {
			unit, is := surrogate(s[i:])
			if !is {
				i++
				continue
			}
			e.WriteString(s[start:i])
			fmt.Fprintf(e, `\u%04x`, unit)
			i += 3
			start = i
			continue
		}
		if c >= ' ' && c != '"' && c != '\\' {
			i++
			continue
		}
		e.WriteString(s[start:i])
		if short := shortEscapes[c]; short != "" {
			e.WriteString(short)
		} else {
			fmt.Fprintf(e, `\u%04x`, c)
		}
		i++
		start = i
	}
	e.WriteString(s[start:])
	e.WriteByte('"')
}

// formatNumber writes a number as JavaScript does.
func formatNumber(n float64) string {
	abs := math.Abs(n)
	switch {
	case n == 0:
		return "0"
	case math.IsNaN(n):
		return "NaN"
	case math.IsInf(n, 0):
		return strings.TrimPrefix(strconv.FormatFloat(n, 'f', -1, 64)[:1], "+") + "Infinity"
	case abs >= 1e21 || abs < 1e-6:
		mantissa, exponent, _ := strings.Cut(strconv.FormatFloat(n, 'e', -1, 64), "e")
		return mantissa + "e" + exponent[:1] + strings.TrimLeft(exponent[1:], "0")
	}
	return strconv.FormatFloat(n, 'f', -1, 64)
}

// precise rounds a number to 15 digits, as JavaScript's toPrecision does: exact halves go up.
func precise(n float64) float64 {
	const digits = 15
	rounded := strconv.FormatFloat(n, 'e', digits-1, 64)
	exact := strconv.FormatFloat(math.Abs(n), 'e', 60, 64)
	mantissa, exponent, _ := strings.Cut(exact, "e")
	rest := mantissa[digits+1:]
	if strings.TrimRight(rest, "0") == "5" {
		kept := strings.Replace(mantissa[:digits+1], ".", "", 1)
		whole, _ := strconv.ParseInt(kept, 10, 64)
		power, _ := strconv.Atoi(exponent)
		rounded = fmt.Sprintf("%de%d", whole+1, power-digits+1)
		if n < 0 {
			rounded = "-" + rounded
		}
	}
	value, _ := strconv.ParseFloat(rounded, 64)
	return value
}
