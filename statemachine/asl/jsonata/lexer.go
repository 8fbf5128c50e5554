package jsonata

import (
	"math"
	"strconv"
	"strings"
	"unicode/utf8"
)

type tokenKind int

const (
	tokenEnd tokenKind = iota
	tokenName
	tokenVariable
	tokenOperator
	tokenString
	tokenNumber
	tokenValue
	tokenRegex
)

type token struct {
	kind tokenKind
	// text is the operator, the name or the string.
	text  string
	value any
	regex *regex
}

func (t token) is(operator string) bool { return t.kind == tokenOperator && t.text == operator }

// shown is the token as an error message shows it.
func (t token) shown() any {
	switch t.kind {
	case tokenEnd:
		return "(end)"
	case tokenNumber, tokenValue:
		return t.value
	}
	return t.text
}

const (
	blanks    = " \t\n\r\v"
	stoppers  = ".[]{}(),@#;:?+-*/%|=<>^&!~"
	hexDigits = "0123456789abcdefABCDEF"
)

// doubles are the operators of two characters, in the order in which they are tried.
var doubles = []string{"..", ":=", "!=", ">=", "<=", "**", "~>"}

type lexer struct {
	text string
	pos  int
}

// next reads a token. In the place of an infix operator, / divides; in any other it starts a regular expression.
func (l *lexer) next(infix bool) (token, error) {
	if err := l.skip(); err != nil || l.pos >= len(l.text) {
		return token{}, err
	}
	rest := l.text[l.pos:]
	c := rest[0]
	if c == '/' && !infix {
		l.pos++
		return l.regex()
	}
	for _, operator := range doubles {
		if strings.HasPrefix(rest, operator) {
			l.pos += 2
			return token{kind: tokenOperator, text: operator}, nil
		}
	}
	switch {
	case strings.IndexByte(stoppers, c) >= 0:
		l.pos++
		return token{kind: tokenOperator, text: string(c)}, nil
	case c == '"' || c == '\'':
		l.pos++
		return l.quoted(c)
	case '0' <= c && c <= '9':
		return l.number(rest)
	case c == '`':
		name, _, closed := strings.Cut(rest[1:], "`")
		if !closed {
			return token{}, &Error{Code: "S0105"}
		}
		l.pos += len(name) + 2
		return token{kind: tokenName, text: name}, nil
	}
	return l.name(rest), nil
}

// skip passes over blanks and comments.
func (l *lexer) skip() error {
	for l.pos < len(l.text) {
		switch {
		case strings.IndexByte(blanks, l.text[l.pos]) >= 0:
			l.pos++
		case strings.HasPrefix(l.text[l.pos:], "/*"):
			end := strings.Index(l.text[l.pos+2:], "*/")
			if end < 0 {
				return &Error{Code: "S0106"}
			}
			l.pos += 2 + end + 2
		default:
			return nil
		}
	}
	return nil
}

var escapes = map[byte]string{'"': `"`, '\\': `\`, '/': `/`, 'b': "\b", 'f': "\f", 'n': "\n", 'r': "\r", 't': "\t"}

func (l *lexer) quoted(quote byte) (token, error) {
	var b strings.Builder
	// high is the first half of a character of two.
	var units []uint16
	flush := func() {
		if len(units) > 0 {
			b.WriteString(fromUnits(units))
			units = nil
		}
	}
	for ; l.pos < len(l.text); l.pos++ {
		c := l.text[l.pos]
		if c == quote {
			l.pos++
			flush()
			return token{kind: tokenString, text: b.String()}, nil
		}
		if c != '\\' {
			flush()
			b.WriteByte(c)
			continue
		}
		l.pos++
		if l.pos >= len(l.text) {
			break
		}
		c = l.text[l.pos]
		if c == 'u' {
			unit, err := l.unit()
			if err != nil {
				return token{}, err
			}
			units = append(units, unit)
			continue
		}
		flush()
		plain, known := escapes[c]
		if !known {
			r, _ := utf8.DecodeRuneInString(l.text[l.pos:])
			return token{}, &Error{Code: "S0103", Token: string(r)}
		}
		b.WriteString(plain)
	}
	return token{}, &Error{Code: "S0101"}
}

// unit reads the four hexadecimal digits after \u; the position stays on the last one.
func (l *lexer) unit() (uint16, error) {
	digits := l.text[l.pos+1 : min(l.pos+5, len(l.text))]
	n, err := strconv.ParseUint(digits, 16, 16)
	if err != nil || len(digits) < 4 {
		return 0, &Error{Code: "S0104"}
	}
	l.pos += 4
	return uint16(n), nil
}

func (l *lexer) number(rest string) (token, error) {
	digits := func(i int) int {
		for i < len(rest) && '0' <= rest[i] && rest[i] <= '9' {
			i++
		}
		return i
	}
	end := 1
	if rest[0] != '0' {
		end = digits(1)
	}
	if end < len(rest) && rest[end] == '.' {
		if fraction := digits(end + 1); fraction > end+1 {
			end = fraction
		}
	}
	if end < len(rest) && (rest[end] == 'e' || rest[end] == 'E') {
		start := end + 1
		if start < len(rest) && (rest[start] == '+' || rest[start] == '-') {
			start++
		}
		if exponent := digits(start); exponent > start {
			end = exponent
		}
	}
	n, err := strconv.ParseFloat(rest[:end], 64)
	if math.IsInf(n, 0) {
		return token{}, &Error{Code: "S0102", Token: rest[:end]}
	}
	if err != nil && n != 0 {
		return token{}, err
	}
	l.pos += end
	return token{kind: tokenNumber, value: n}, nil
}

func (l *lexer) name(rest string) token {
	end := strings.IndexAny(rest, blanks+stoppers)
	if end < 0 {
		end = len(rest)
	}
	l.pos += end
	name := rest[:end]
	if variable, is := strings.CutPrefix(name, "$"); is {
		return token{kind: tokenVariable, text: variable}
	}
	switch name {
	case "or", "in", "and":
		return token{kind: tokenOperator, text: name}
	case "true", "false":
		return token{kind: tokenValue, value: name == "true"}
	case "null":
		return token{kind: tokenValue, value: Null}
	}
	return token{kind: tokenName, text: name}
}

// regex reads a regular expression after its first slash. It ends with a slash that is neither escaped nor within brackets.
func (l *lexer) regex() (token, error) {
	start, depth := l.pos, 0
	for ; l.pos < len(l.text); l.pos++ {
		escaped := false
		for i := l.pos - 1; i >= 0 && l.text[i] == '\\'; i-- {
			escaped = !escaped
		}
		switch c := l.text[l.pos]; {
		case c == '/' && depth == 0 && !escaped:
			return l.flags(l.text[start:l.pos])
		case strings.IndexByte("([{", c) >= 0 && l.text[l.pos-1] != '\\':
			depth++
		case strings.IndexByte(")]}", c) >= 0 && l.text[l.pos-1] != '\\':
			depth--
		}
	}
	return token{}, &Error{Code: "S0302"}
}

func (l *lexer) flags(pattern string) (token, error) {
	if pattern == "" {
		return token{}, &Error{Code: "S0301"}
	}
	l.pos++
	start := l.pos
	for l.pos < len(l.text) && (l.text[l.pos] == 'i' || l.text[l.pos] == 'm') {
		l.pos++
	}
	compiled, err := compileRegex(pattern, l.text[start:l.pos])
	return token{kind: tokenRegex, text: pattern, regex: compiled}, err
}
