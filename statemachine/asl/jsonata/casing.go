package jsonata

import (
	"strconv"
	"strings"
	"unicode"
)

// upper is JavaScript's toUpperCase: some letters become several. Letters that are newer than Go's version of Unicode stay.
func upper(s string) string {
	var b strings.Builder
	for _, char := range characters(s) {
		if several, ok := severalUpper[char]; ok {
			b.WriteString(several)
		} else if _, half := surrogate(char); half {
			b.WriteString(char)
		} else {
			b.WriteString(strings.ToUpper(char))
		}
	}
	return b.String()
}

// lower is JavaScript's toLowerCase: a sigma at the end of a word has a form of its own.
func lower(s string) string {
	chars := characters(s)
	var b strings.Builder
	for i, char := range chars {
		_, half := surrogate(char)
		switch {
		case half:
			b.WriteString(char)
		case char == "İ":
			b.WriteString("i\u0307")
		case char == "Σ" && wordBefore(chars[:i]) && !wordAfter(chars[i+1:]):
			b.WriteString("ς")
		default:
			b.WriteString(strings.ToLower(char))
		}
	}
	return b.String()
}

func wordBefore(chars []string) bool {
	for i := len(chars) - 1; i >= 0; i-- {
		if r, _ := next(chars[i]); !ignorable(r) {
			return cased(r)
		}
	}
	return false
}

func wordAfter(chars []string) bool {
	for _, char := range chars {
		if r, _ := next(char); !ignorable(r) {
			return cased(r)
		}
	}
	return false
}

func cased(r rune) bool {
	return unicode.In(r, unicode.Lu, unicode.Ll, unicode.Lt, unicode.Other_Lowercase, unicode.Other_Uppercase)
}

// ignorable says whether a character between letters does not end their word.
func ignorable(r rune) bool {
	return unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf, unicode.Lm, unicode.Sk) || strings.ContainsRune("'.:^`\u00b7\u2018\u2019\u2024\u2027", r)
}

// severalUpper are the letters whose capital form is several characters.
var severalUpper = func() map[string]string {
	table := map[string]string{}
	for _, entry := range strings.Fields(severalUpperTable) {
		from, to, _ := strings.Cut(entry, ":")
		var capital strings.Builder
		for _, code := range strings.Split(to, "+") {
			capital.WriteRune(codePoint(code))
		}
		table[string(codePoint(from))] = capital.String()
	}
	return table
}()

func codePoint(hex string) rune {
	n, _ := strconv.ParseInt(hex, 16, 32)
	return rune(n)
}

const severalUpperTable = `
df:53+53 149:2bc+4e 1f0:4a+30c 390:399+308+301 3b0:3a5+308+301 587:535+552 1e96:48+331 1e97:54+308 1e98:57+30a
1e99:59+30a 1e9a:41+2be 1f50:3a5+313 1f52:3a5+313+300 1f54:3a5+313+301 1f56:3a5+313+342 1f80:1f08+399
1f81:1f09+399 1f82:1f0a+399 1f83:1f0b+399 1f84:1f0c+399 1f85:1f0d+399 1f86:1f0e+399 1f87:1f0f+399
1f88:1f08+399 1f89:1f09+399 1f8a:1f0a+399 1f8b:1f0b+399 1f8c:1f0c+399 1f8d:1f0d+399 1f8e:1f0e+399
1f8f:1f0f+399 1f90:1f28+399 1f91:1f29+399 1f92:1f2a+399 1f93:1f2b+399 1f94:1f2c+399 1f95:1f2d+399
1f96:1f2e+399 1f97:1f2f+399 1f98:1f28+399 1f99:1f29+399 1f9a:1f2a+399 1f9b:1f2b+399 1f9c:1f2c+399
1f9d:1f2d+399 1f9e:1f2e+399 1f9f:1f2f+399 1fa0:1f68+399 1fa1:1f69+399 1fa2:1f6a+399 1fa3:1f6b+399
1fa4:1f6c+399 1fa5:1f6d+399 1fa6:1f6e+399 1fa7:1f6f+399 1fa8:1f68+399 1fa9:1f69+399 1faa:1f6a+399
1fab:1f6b+399 1fac:1f6c+399 1fad:1f6d+399 1fae:1f6e+399 1faf:1f6f+399 1fb2:1fba+399 1fb3:391+399 1fb4:386+399
1fb6:391+342 1fb7:391+342+399 1fbc:391+399 1fc2:1fca+399 1fc3:397+399 1fc4:389+399 1fc6:397+342
1fc7:397+342+399 1fcc:397+399 1fd2:399+308+300 1fd3:399+308+301 1fd6:399+342 1fd7:399+308+342 1fe2:3a5+308+300
1fe3:3a5+308+301 1fe4:3a1+313 1fe6:3a5+342 1fe7:3a5+308+342 1ff2:1ffa+399 1ff3:3a9+399 1ff4:38f+399
1ff6:3a9+342 1ff7:3a9+342+399 1ffc:3a9+399 fb00:46+46 fb01:46+49 fb02:46+4c fb03:46+46+49 fb04:46+46+4c
fb05:53+54 fb06:53+54 fb13:544+546 fb14:544+535 fb15:544+53b fb16:54e+546 fb17:544+53d`
