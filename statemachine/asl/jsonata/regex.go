package jsonata

import (
	"fmt"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// regex is a regular expression of JavaScript, translated into one of Go. JavaScript matches 16-bit units; so each half of a
// character of two is a character of its own here, one that Unicode has not assigned.
type regex struct {
	source string
	code   *regexp.Regexp
	// lines says that ^ or $ match at the ends of lines.
	lines bool
	// empty says that it can match nothing.
	empty bool
}

// halves is added to a half of a character to make a character of it.
const halves = 0x100000

// toRunes makes a character of each 16-bit unit.
func toRunes(s string) string {
	if plain(s) {
		return s
	}
	var b strings.Builder
	for _, unit := range units(s) {
		if utf16.IsSurrogate(rune(unit)) {
			b.WriteRune(halves + rune(unit))
		} else {
			b.WriteRune(rune(unit))
		}
	}
	return b.String()
}

// fromRunes is the inverse of toRunes.
func fromRunes(s string) string {
	if plain(s) {
		return s
	}
	var list []uint16
	for _, r := range s {
		list = append(list, uint16(r&0xFFFF))
	}
	return fromUnits(list)
}

// after is the expression for a match after a number of characters.
func (r *regex) after(count int) (*regexp.Regexp, error) {
	const most = 1000 // the largest count that Go allows
	skip := strings.Repeat(fmt.Sprintf(`[\x{0}-\x{10FFFF}]{%d}`, most), count/most)
	code, err := regexp.Compile(fmt.Sprintf(`\A%s[\x{0}-\x{10FFFF}]{%d}[\x{0}-\x{10FFFF}]*?(%s)`, skip, count%most, r.code.String()))
	if err != nil {
		return nil, refuse("the regular expression /%s/ in so long a text", r.source)
	}
	return code, nil
}

// compileRegex translates a regular expression. What the two do not have in common is refused.
func compileRegex(pattern, flags string) (*regex, error) {
	for i := range flags {
		if strings.IndexByte(flags[:i], flags[i]) >= 0 {
			return nil, fmt.Errorf("the regular expression /%s/ has the flag %c twice", pattern, flags[i])
		}
	}
	t := &translator{source: pattern, text: []rune(toRunes(pattern)), anyCase: strings.Contains(flags, "i"), lines: strings.Contains(flags, "m")}
	translated := t.alternatives()
	if t.err == nil && t.pos < len(t.text) {
		t.invalid("it has a ) too many")
	}
	if t.err != nil {
		return nil, t.err
	}
	code, err := regexp.Compile(translated.text)
	if err != nil {
		return nil, fmt.Errorf("%w: the regular expression /%s/: %w", ErrUnsupported, pattern, err)
	}
	return &regex{source: pattern, code: code, lines: t.anchored && t.lines, empty: translated.empty}, nil
}

// translator reads a pattern of JavaScript.
type translator struct {
	source         string
	text           []rune
	pos            int
	anyCase, lines bool
	// anchored says that ^ or $ was read.
	anchored bool
	err      error
}

// atom is a part of a pattern, in Go's syntax.
type atom struct {
	text string
	// empty says that it can match nothing; captures that it has a group within.
	empty, captures bool
	// assertion is an atom that cannot be repeated.
	assertion bool
}

func (t *translator) refuse(what string) {
	if t.err == nil {
		t.err = refuse("%s in the regular expression /%s/", what, t.source)
	}
	t.pos = len(t.text)
}

func (t *translator) invalid(why string) {
	if t.err == nil {
		t.err = fmt.Errorf("the regular expression /%s/ is not valid: %s", t.source, why)
	}
	t.pos = len(t.text)
}

func (t *translator) peek(text string) bool {
	return t.pos < len(t.text) && strings.HasPrefix(string(t.text[t.pos:min(t.pos+len(text), len(t.text))]), text)
}

func (t *translator) take() rune {
	if t.pos >= len(t.text) {
		t.invalid("it ends too early")
		return utf8.RuneError
	}
	t.pos++
	return t.text[t.pos-1]
}

func (t *translator) alternatives() atom {
	result := t.sequence()
	for t.peek("|") {
		t.pos++
		other := t.sequence()
		result.text += "|" + other.text
		result.empty = result.empty || other.empty
		result.captures = result.captures || other.captures
	}
	return result
}

func (t *translator) sequence() atom {
	result := atom{empty: true}
	for t.err == nil && t.pos < len(t.text) && !t.peek("|") && !t.peek(")") {
		one := t.repeated()
		result.text += one.text
		result.empty = result.empty && one.empty
		result.captures = result.captures || one.captures
	}
	return result
}

// repeated reads an atom and its quantifier.
func (t *translator) repeated() atom {
	one := t.atom()
	least, most, text := t.quantifier()
	if text == "" || t.err != nil {
		return one
	}
	switch {
	case one.assertion:
		t.invalid("there is nothing to repeat")
	case one.empty && (most > 1 || least == 0):
		t.refuse("a repeated group that can be empty")
	case one.captures && most > 1 && strings.Count(one.text, "(") > 1:
		t.refuse("a group within a repeated group")
	}
	if t.peek("?") {
		t.pos++
		text += "?"
	}
	if _, _, again := t.quantifier(); again != "" {
		t.invalid("there is nothing to repeat")
	}
	return atom{text: one.text + text, empty: one.empty || least == 0, captures: one.captures}
}

// quantifier reads *, +, ? or {n,m}.
func (t *translator) quantifier() (least, most int, text string) {
	const unlimited = 1 << 30
	switch {
	case t.peek("*"):
		t.pos++
		return 0, unlimited, "*"
	case t.peek("+"):
		t.pos++
		return 1, unlimited, "+"
	case t.peek("?"):
		t.pos++
		return 0, 1, "?"
	case !t.peek("{"):
		return 0, 0, ""
	}
	counts := braces.FindStringSubmatch(string(t.text[t.pos:min(t.pos+20, len(t.text))]))
	if counts == nil {
		return 0, 0, ""
	}
	t.pos += len(counts[0])
	fmt.Sscan(counts[1], &least)
	switch {
	case counts[2] == "":
		most = least
	case counts[3] == "":
		most = unlimited
	default:
		fmt.Sscan(counts[3], &most)
	}
	if least > most {
		t.invalid("its counts are out of order")
	}
	if least > 1000 || most > 1000 && most < unlimited {
		t.refuse("a count above 1000")
	}
	return least, most, counts[0]
}

var braces = regexp.MustCompile(`^\{(\d+)(,(\d*))?\}`)

func (t *translator) atom() atom {
	switch c := t.take(); c {
	case '.':
		return atom{text: `[^\n\r\x{2028}\x{2029}]`}
	case '^':
		t.anchored = true
		if t.lines {
			return atom{text: `(?m:^)`, empty: true, assertion: true}
		}
		return atom{text: `\A`, empty: true, assertion: true}
	case '$':
		t.anchored = true
		if t.lines {
			return atom{text: `(?m:$)`, empty: true, assertion: true}
		}
		return atom{text: `\z`, empty: true, assertion: true}
	case '(':
		return t.group()
	case '[':
		return atom{text: t.class()}
	case '\\':
		return t.escape()
	case '*', '+', '?':
		t.invalid("there is nothing to repeat")
	case '{':
		if t.pos--; braces.MatchString(string(t.text[t.pos:min(t.pos+20, len(t.text))])) {
			t.invalid("there is nothing to repeat")
			return atom{}
		}
		t.pos++
		return atom{text: `\{`}
	default:
		return atom{text: t.literal(c)}
	}
	return atom{}
}

func (t *translator) group() atom {
	open := "("
	switch {
	case t.peek("?:"):
		t.pos += 2
		open = "(?:"
	case t.peek("?=") || t.peek("?!"):
		t.refuse("lookahead")
	case t.peek("?<=") || t.peek("?<!"):
		t.refuse("lookbehind")
	case t.peek("?<"):
		t.refuse("a group with a name")
	case t.peek("?"):
		t.invalid("it has a group of an unknown kind")
	}
	inner := t.alternatives()
	if t.err == nil && !t.peek(")") {
		t.invalid("a group is not closed")
	}
	t.pos++
	return atom{text: open + inner.text + ")", empty: inner.empty, captures: inner.captures || open == "("}
}

// literal is one character, in both cases if the flag i is set.
func (t *translator) literal(c rune) string {
	if t.anyCase && c < utf8.RuneSelf && unicode.IsLetter(c) {
		return fmt.Sprintf("[%c%c]", unicode.ToLower(c), unicode.ToUpper(c))
	}
	if t.anyCase && c >= utf8.RuneSelf && unicode.IsLetter(c) {
		t.refuse("the flag i with a letter outside of ASCII")
	}
	return fmt.Sprintf(`\x{%X}`, c)
}

// escape reads what follows a backslash outside of a class.
func (t *translator) escape() atom {
	switch c := t.take(); c {
	case 'b', 'B':
		return atom{text: `\` + string(c), empty: true, assertion: true}
	case 'd', 'D', 'w', 'W':
		return atom{text: `\` + string(c)}
	case 's', 'S':
		return atom{text: rangesText(namedRanges(c), false)}
	default:
		return atom{text: t.literal(t.character(c))}
	}
}
