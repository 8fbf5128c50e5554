package wire

import (
	"encoding/json"
	"unicode/utf8"

	"github.com/aws/smithy-go/encoding/cbor"
)

// plainObject reads an object as clients write it, in one pass. ok is false for everything else, also for what is JSON and rare:
// [readObject] then reads the text with encoding/json, and says what is wrong with it.
func plainObject(body []byte, shape Structure) (fields Fields, ok bool) {
	r := plainReader{text: body}
	r.skip()
	if r.peek() != '{' {
		return nil, false
	}
	object := r.object(shape)
	r.skip()
	if r.odd || r.pos != len(body) {
		return nil, false
	}
	return Fields(object), true
}

// plainReader reads values. What it does not know makes it odd, and ends the text.
type plainReader struct {
	text []byte
	pos  int
	odd  bool
}

// peek is the next byte, or 0 at the end.
func (r *plainReader) peek() byte {
	if r.odd || r.pos >= len(r.text) {
		return 0
	}
	return r.text[r.pos]
}

func (r *plainReader) skip() {
	for r.pos < len(r.text) {
		switch r.text[r.pos] {
		case ' ', '\t', '\r', '\n':
			r.pos++
		default:
			return
		}
	}
}

// take takes a byte with the blanks around it, if it is the next one.
func (r *plainReader) take(c byte) bool {
	r.skip()
	if r.peek() != c {
		return false
	}
	r.pos++
	r.skip()
	return true
}

func (r *plainReader) expect(c byte) {
	if !r.take(c) {
		r.odd = true
	}
}

func (r *plainReader) value(shape Shape) cbor.Value {
	switch c := r.peek(); {
	case c == '{':
		return r.object(shape)
	case c == '[':
		return r.list(shape)
	case c == '"':
		return fromJSON(r.string(), shape)
	case c == '-' || c >= '0' && c <= '9':
		return numberOf(r.number(), shape)
	case r.word("true"):
		return cbor.Bool(true)
	case r.word("false"):
		return cbor.Bool(false)
	case r.word("null"):
		return &cbor.Nil{}
	}
	r.odd = true
	return nil
}

func (r *plainReader) word(word string) bool {
	if r.odd || len(r.text)-r.pos < len(word) || string(r.text[r.pos:r.pos+len(word)]) != word {
		return false
	}
	r.pos += len(word)
	return true
}

func (r *plainReader) object(shape Shape) cbor.Map {
	object := cbor.Map{}
	r.expect('{')
	if r.take('}') {
		return object
	}
	for !r.odd {
		name := r.string()
		r.expect(':')
		member, of := memberIn(shape, name)
		object[member] = r.value(of)
		if !r.take(',') {
			break
		}
	}
	r.expect('}')
	return object
}

func (r *plainReader) list(shape Shape) cbor.List {
	of, _ := shape.(List)
	list := cbor.List{}
	r.expect('[')
	if r.take(']') {
		return list
	}
	for !r.odd {
		list = append(list, r.value(bare(of.Of)))
		if !r.take(',') {
			break
		}
	}
	r.expect(']')
	return list
}

// number reads a number by the grammar of JSON.
func (r *plainReader) number() json.Number {
	start := r.pos
	if r.peek() == '-' {
		r.pos++
	}
	if r.peek() == '0' {
		r.pos++
	} else {
		r.digits()
	}
	if r.peek() == '.' {
		r.pos++
		r.digits()
	}
	if c := r.peek(); c == 'e' || c == 'E' {
		r.pos++
		if c := r.peek(); c == '+' || c == '-' {
			r.pos++
		}
		r.digits()
	}
	return json.Number(r.text[start:r.pos])
}

// digits reads one digit or more.
func (r *plainReader) digits() {
	start := r.pos
	for c := r.peek(); c >= '0' && c <= '9'; c = r.peek() {
		r.pos++
	}
	r.odd = r.odd || r.pos == start
}

// plainEscapes are the escape sequences of one character. The others are rare.
var plainEscapes = map[byte]byte{'"': '"', '\\': '\\', '/': '/', 'b': '\b', 'f': '\f', 'n': '\n', 'r': '\r', 't': '\t'}

func (r *plainReader) string() string {
	if r.peek() != '"' {
		r.odd = true
		return ""
	}
	r.pos++
	start, escaped := r.pos, []byte(nil)
	for {
		switch c := r.peek(); {
		case c == '"':
			text := append(escaped, r.text[start:r.pos]...)
			r.pos++
			r.odd = r.odd || !utf8.Valid(text)
			return string(text)
		case c < ' ': // the end, too
			r.odd = true
			return ""
		case c == '\\':
			escaped = append(escaped, r.text[start:r.pos]...)
			r.pos++
			meant, ok := plainEscapes[r.peek()]
			if !ok {
				r.odd = true
				return ""
			}
			escaped = append(escaped, meant)
			r.pos++
			start = r.pos
		default:
			r.pos++
		}
	}
}
