package jsonata

import (
	"encoding/json"
	"errors"
	"strconv"
	"strings"
)

// errJSON is the error of text that is not JSON.
var errJSON = errors.New("it is not JSON text")

// Parse reads JSON text as JSON.parse does: numbers have the precision of 64 bits, and the last of two equal keys counts.
func Parse(text []byte) (any, error) {
	if !json.Valid(text) {
		return nil, errJSON
	}
	d := &decoder{text: string(text)}
	return d.value(), nil
}

// decoder reads text that is known to be valid.
type decoder struct {
	text string
	pos  int
}

func (d *decoder) skip() {
	for d.pos < len(d.text) && strings.IndexByte(" \t\r\n", d.text[d.pos]) >= 0 {
		d.pos++
	}
}

func (d *decoder) value() any {
	d.skip()
	switch d.text[d.pos] {
	case '{':
		return d.object()
	case '[':
		return d.array()
	case '"':
		return d.str()
	case 't':
		d.pos += len("true")
		return true
	case 'f':
		d.pos += len("false")
		return false
	case 'n':
		d.pos += len("null")
		return Null
	}
	start := d.pos
	for d.pos < len(d.text) && strings.IndexByte("+-.0123456789eE", d.text[d.pos]) >= 0 {
		d.pos++
	}
	n, _ := strconv.ParseFloat(d.text[start:d.pos], 64)
	return n
}

// more passes over a comma, or the closing bracket.
func (d *decoder) more(closing byte) bool {
	d.skip()
	c := d.text[d.pos]
	if c == ',' || c == closing {
		d.pos++
	}
	return c != closing
}

func (d *decoder) array() *Array {
	d.pos++
	a := &Array{}
	for d.more(']') {
		a.items = append(a.items, d.value())
	}
	return a
}

func (d *decoder) object() *Object {
	d.pos++
	o := &Object{}
	for d.more('}') {
		d.skip()
		key := d.str()
		d.skip()
		d.pos++ // the colon
		o.Set(key, d.value())
	}
	return o
}

func (d *decoder) str() string {
	d.pos++
	start := d.pos
	for d.text[d.pos] != '"' {
		if d.text[d.pos] == '\\' {
			return d.escaped(start)
		}
		d.pos++
	}
	d.pos++
	return strings.ToValidUTF8(d.text[start:d.pos-1], "\uFFFD")
}

// escaped reads a string from its start that has an escape sequence.
func (d *decoder) escaped(start int) string {
	var b strings.Builder
	b.WriteString(d.text[start:d.pos])
	for d.text[d.pos] != '"' {
		if d.text[d.pos] != '\\' {
			b.WriteByte(d.text[d.pos])
			d.pos++
			continue
		}
		var run []uint16
		for d.text[d.pos] == '\\' && d.text[d.pos+1] == 'u' {
			n, _ := strconv.ParseUint(d.text[d.pos+2:d.pos+6], 16, 16)
			run = append(run, uint16(n))
			d.pos += 6
		}
		if len(run) > 0 {
			b.WriteString(fromUnits(run))
			continue
		}
		b.WriteString(escapes[d.text[d.pos+1]])
		d.pos += 2
	}
	d.pos++
	return rejoin(b.String())
}
