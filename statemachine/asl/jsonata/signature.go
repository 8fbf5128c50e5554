package jsonata

import "strings"

// signature is what a function says of its parameters, such as <s-nn?:s>.
type signature struct{ params []parameter }

type parameter struct {
	// types has a letter for each type that the parameter takes.
	types string
	// name is the letter of the type as it was written.
	name byte
	// subtype is that of an array's items, with its own brackets.
	subtype    string
	hasSubtype bool
	// context says that the context value stands in for a missing argument.
	context, optional, repeated bool
}

const anyType = "asnblfom"

// parseSignature reads the text of a signature, from < to >.
func parseSignature(text string) (*signature, error) {
	s := &signature{}
	for i := 1; i < len(text) && text[i] != ':'; i++ {
		var last *parameter
		if len(s.params) > 0 {
			last = &s.params[len(s.params)-1]
		}
		switch c := text[i]; c {
		case 's', 'n', 'b', 'l', 'o':
			s.params = append(s.params, parameter{types: string(c) + "m", name: c})
		case 'f':
			s.params = append(s.params, parameter{types: "f", name: c})
		case 'j':
			s.params = append(s.params, parameter{types: "asnblom", name: c})
		case 'a', 'x':
			s.params = append(s.params, parameter{types: anyType, name: c})
		case '-', '?', '+':
			if last == nil || last.optional || last.repeated {
				return nil, refuse("%q in the signature %s", string(c), text)
			}
			last.context, last.optional, last.repeated = c == '-', c != '+', c == '+'
		case '(':
			end := closing(text, i, '(', ')')
			choice := text[i+1 : end]
			if strings.Contains(choice, "<") {
				return nil, &Error{Code: "S0402"}
			}
			s.params = append(s.params, parameter{types: choice + "m", name: '('})
			i = end
		case '<':
			if last == nil || last.name != 'a' && last.name != 'f' {
				return nil, &Error{Code: "S0401"}
			}
			end := closing(text, i, '<', '>')
			last.subtype, last.hasSubtype = text[i+1:end], true
			i = end
		}
	}
	return s, nil
}

// closing finds the bracket that closes the one at start, or the end.
func closing(text string, start int, open, closed byte) int {
	depth := 1
	for i := start + 1; i < len(text); i++ {
		switch text[i] {
		case closed:
			if depth--; depth == 0 {
				return i
			}
		case open:
			depth++
		}
	}
	return len(text)
}

// typeLetter is the letter of a value's type; m is missing.
func typeLetter(v any) byte {
	switch v.(type) {
	case nil:
		return 'm'
	case *Function:
		return 'f'
	case string:
		return 's'
	case float64:
		return 'n'
	case bool:
		return 'b'
	case *Array:
		return 'a'
	case *Object:
		return 'o'
	}
	return 'l'
}

// match distributes the types of arguments over the parameters: how many each takes, greedily, as a regular expression does.
func (s *signature) match(types string, param int, counts []int) bool {
	if param == len(s.params) {
		return types == ""
	}
	p := s.params[param]
	most, least := 1, 1
	if p.optional {
		least = 0
	}
	if p.repeated {
		most = len(types)
	}
	n := 0
	for n < most && n < len(types) && strings.IndexByte(p.types, types[n]) >= 0 {
		n++
	}
	for ; n >= least; n-- {
		counts[param] = n
		if s.match(types[n:], param+1, counts) {
			return true
		}
	}
	return false
}

// validate checks the arguments of a call, and completes them.
func (s *signature) validate(args []any, context any) ([]any, error) {
	if s == nil {
		return args, nil
	}
	types := make([]byte, len(args))
	for i, arg := range args {
		types[i] = typeLetter(arg)
	}
	counts := make([]int, len(s.params))
	if !s.match(string(types), 0, counts) {
		return nil, s.mismatch(string(types))
	}
	var valid []any
	at := 0
	argument := func() any {
		if at < len(args) {
			return args[at]
		}
		return nil
	}
	for i, p := range s.params {
		switch {
		case counts[i] == 0 && p.context:
			if strings.IndexByte(p.types, typeLetter(context)) < 0 {
				return nil, &Error{Code: "T0411", Value: context, Index: at + 1}
			}
			valid = append(valid, context)
		case counts[i] == 0:
			valid = append(valid, argument())
			at++
		default:
			// As in the reference, a repeated parameter that is no array gets its first argument each time.
			arg, matched := argument(), string(types[at:at+counts[i]])
			for n := range counts[i] {
				if p.name == 'a' {
					arg = argument()
				}
				accepted, err := p.accept(arg, matched[n:n+1], matched, at)
				if err != nil {
					return nil, err
				}
				valid = append(valid, accepted)
				at++
			}
		}
	}
	return valid, nil
}

// accept makes an array of an argument where one is wanted, and checks its items.
func (p parameter) accept(arg any, single, matched string, at int) (any, error) {
	if p.name != 'a' || single == "m" {
		return arg, nil
	}
	array, isArray := arg.(*Array)
	if p.hasSubtype {
		ok := isArray || matched == p.subtype
		if isArray && len(array.items) > 0 {
			first := typeLetter(array.items[0])
			ok = p.subtype != "" && first == p.subtype[0]
			for _, item := range array.items {
				ok = ok && typeLetter(item) == first
			}
		}
		if !ok {
			return nil, &Error{Code: "T0412", Value: arg, Index: at + 1, Value2: plural[p.subtype]}
		}
	}
	if !isArray {
		return NewArray(arg), nil
	}
	return arg, nil
}

// plural names the types of an array's items in messages.
var plural = map[string]any{"a": "arrays", "b": "booleans", "f": "functions", "n": "numbers", "o": "objects", "s": "strings"}

// mismatch finds the first argument that does not fit.
func (s *signature) mismatch(types string) error {
	good := 0
	for n := range s.params {
		length, ok := s.prefix(types, 0, n+1)
		if !ok {
			break
		}
		good = length
	}
	return &Error{Code: "T0410", Index: good + 1}
}

// prefix is how many arguments the first parameters take.
func (s *signature) prefix(types string, param, params int) (int, bool) {
	for length := len(types); length >= 0; length-- {
		first := &signature{params: s.params[:params]}
		if first.match(types[:length], param, make([]int, params)) {
			return length, true
		}
	}
	return 0, false
}
