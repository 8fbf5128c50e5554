package awsmodel

import (
	"regexp"
	"regexp/syntax"
	"strings"
	"unicode/utf8"
)

// textFor is a text that a shape allows: its first value, or the shortest text of its pattern that is long enough.
func textFor(shape Shape) string {
	if len(shape.Enum) > 0 {
		return shape.Enum[0]
	}
	least := 1
	if shape.Min != nil {
		least = max(1, int(*shape.Min))
	}
	for more := 0; more <= least+1; more++ {
		text := "a" + strings.Repeat("a", more)
		if tree, err := syntax.Parse(shape.Pattern, syntax.Perl); err == nil && shape.Pattern != "" {
			text = sample(tree.Simplify(), more)
		}
		if utf8.RuneCountInString(text) >= least && matches(shape, text) {
			return text
		}
	}
	return strings.Repeat("a", least)
}

// matches says whether a text as a whole fits the pattern of a shape. A pattern that Go cannot read fits everything.
func matches(shape Shape, text string) bool {
	re, err := regexp.Compile(`^(?s:` + shape.Pattern + `)$`)
	return shape.Pattern == "" || err != nil || re.MatchString(text)
}

// misfit is a text of allowed length that does not fit the pattern of a shape.
func misfit(shape Shape, base string) (string, bool) {
	for _, bad := range []string{"!", " ", "/", "#", "é", "\x01", "aé", base + "!", base + " ", base + "\x01", base + "/"} {
		length := utf8.RuneCountInString(bad)
		tooLong := shape.Max != nil && float64(length) > *shape.Max
		tooShort := shape.Min != nil && float64(length) < *shape.Min
		if !tooLong && !tooShort && !matches(shape, bad) {
			return bad, true
		}
	}
	return "", false
}

// sample is a text of a pattern, with more repetitions where the pattern leaves them open.
func sample(re *syntax.Regexp, more int) string {
	switch re.Op {
	case syntax.OpLiteral:
		return string(re.Rune)
	case syntax.OpCharClass:
		return string(plainRune(re.Rune))
	case syntax.OpAnyChar, syntax.OpAnyCharNotNL:
		return "a"
	case syntax.OpCapture, syntax.OpPlus:
		text := sample(re.Sub[0], more)
		if re.Op == syntax.OpPlus {
			text += strings.Repeat(text, more)
		}
		return text
	case syntax.OpStar:
		return strings.Repeat(sample(re.Sub[0], 0), more)
	case syntax.OpQuest:
		if more > 0 {
			return sample(re.Sub[0], more-1)
		}
	case syntax.OpRepeat:
		n := re.Min
		if more > 0 {
			n = re.Min + more
			if re.Max >= 0 {
				n = min(n, re.Max)
			}
		}
		return strings.Repeat(sample(re.Sub[0], 0), n)
	case syntax.OpConcat:
		var b strings.Builder
		for _, sub := range re.Sub {
			b.WriteString(sample(sub, more))
		}
		return b.String()
	case syntax.OpAlternate:
		return sample(re.Sub[0], more)
	}
	return ""
}

// plainRune is a character of a class: a letter or a digit where the class has one.
func plainRune(class []rune) rune {
	for _, wanted := range "a0A-" {
		for i := 0; i+1 < len(class); i += 2 {
			if class[i] <= wanted && wanted <= class[i+1] {
				return wanted
			}
		}
	}
	return class[0]
}
