package jsonata

import (
	"errors"
	"strings"
	"testing"
)

// TestWhatIsRefused lists every construct of the reference that this package refuses, and where it says so: in Compile, or only
// in the evaluation where the values decide.
func TestWhatIsRefused(t *testing.T) {
	for _, tt := range []struct{ expression, message string }{
		{`a.%`, "JSONata operator % (the parent) is not supported"},
		{`a@$v.b`, "JSONata operator @ (a variable for each item of a step) is not supported"},
		{`a#$i`, "JSONata operator # (a variable for each item of a step) is not supported"},
		{`$formatNumber(1, "0")`, "JSONata function $formatNumber is not supported"},
		{`$map([1], $formatInteger)`, "JSONata function $formatInteger is not supported"},
		{`$parseInteger("1", "0")`, "JSONata function $parseInteger is not supported"},
		{`$eval("1")`, "JSONata function $eval is not supported"},
		{`$now()`, "JSONata function $now is not supported"},
		{`$millis()`, "JSONata function $millis is not supported"},
		{`$random()`, "JSONata function $random is not supported"},
		{`$shuffle([1])`, "JSONata function $shuffle is not supported"},
		{`$fromMillis(0, "[Y]")`, "JSONata function $fromMillis with a picture is not supported"},
		{`$toMillis("2020", "[Y]")`, "JSONata function $toMillis with a picture is not supported"},
		{`$toMillis(?, "[Y]")`, "JSONata function $toMillis with a picture is not supported"},
		{`a.constructor`, `the key "constructor", which every object of JavaScript has, is not supported`},
		{`/a(?=b)/`, "lookahead in the regular expression /a(?=b)/ is not supported"},
		{`/a(?!b)/`, "lookahead in the regular expression /a(?!b)/ is not supported"},
		{`/(?<=a)b/`, "lookbehind in the regular expression /(?<=a)b/ is not supported"},
		{`/(?<!a)b/`, "lookbehind in the regular expression /(?<!a)b/ is not supported"},
		{`/(?<n>a)/`, "a group with a name in the regular expression /(?<n>a)/ is not supported"},
		{`/(a)\1/`, `a reference to a group (\1) in the regular expression /(a)\1/ is not supported`},
		{`/(a*)*/`, "a repeated group that can be empty in the regular expression /(a*)*/ is not supported"},
		{`/(a|(b))+/`, "a group within a repeated group in the regular expression /(a|(b))+/ is not supported"},
		{`/a{1001}/`, "a count above 1000 in the regular expression /a{1001}/ is not supported"},
		{`/\p{L}/`, `\p in the regular expression /\p{L}/ is not supported`},
		{`/\u00g0/`, `an escape sequence without its digits in the regular expression /\u00g0/ is not supported`},
		{`/\c1/`, `\c without a letter in the regular expression /\c1/ is not supported`},
		{`/é/i`, "the flag i with a letter outside of ASCII in the regular expression /é/ is not supported"},
		{`/[à-é]/i`, "the flag i with a letter outside of ASCII in the regular expression /[à-é]/ is not supported"},
		{`/[\d-z]/`, `a range with a set of characters at one end in the regular expression /[\d-z]/ is not supported`},
		{`function($x)<n??:n>{$x}`, `"?" in the signature <n??:n> is not supported`},
	} {
		if _, err := Compile(tt.expression); !errors.Is(err, ErrUnsupported) || !strings.Contains(err.Error(), tt.message) {
			t.Errorf("Compile(%s): %v; want it refused: %s", tt.expression, err, tt.message)
		}
	}
}

func TestWhatIsRefusedForItsValues(t *testing.T) {
	for _, tt := range []struct{ expression, message string }{
		{`$lookup({}, "toString")`, `the key "toString", which every object of JavaScript has, is not supported`},
		{`{"__proto__": 1}`, `the key "__proto__" of an object is not supported`},
		{`$base64decode("a b")`, "$base64decode of text that is no base64 is not supported"},
		{`($p := "[Y]"; 0 ~> $fromMillis($p))`, "$fromMillis with a picture or a time zone is not supported"},
		{`($p := "[Y]"; "2020" ~> $toMillis($p))`, "$toMillis with a picture is not supported"},
		{`$fromMillis(1e16)`, "$fromMillis of a time that JavaScript does not know is not supported"},
		{`$fromMillis(-1e14)`, "$fromMillis of a year that has not four digits is not supported"},
		{`$toMillis("2017-01-01-01")`, `the timestamp "2017-01-01-01", which is no ISO 8601 to JavaScript, is not supported`},
		{`$replace("a", "a", function($m) {"b"})`, "$replace of a string by what a function returns is not supported"},
		{`$map([1], /1/)`, "a regular expression applied to a value that is no string is not supported"},
		{`$match("a\rb", /^b/m)`, `the flag m for text with line ends other than \n is not supported`},
		{`5 ~> |$$|{"a": 1}|`, "T0410"},
		{`[5] ~> |$|{"a": 1}|`, "a transformation of a value that is no object is not supported"},
		{`[1, 2].$substring(?, 1)($)`, "a function with a part of its arguments (TypeError: $substring cannot use its argument), which the reference does not check, is not supported"},
	} {
		e, err := Compile(tt.expression)
		if err != nil {
			t.Errorf("Compile(%s): %v", tt.expression, err)
			continue
		}
		if _, err := e.Evaluate(nil); err == nil || !strings.Contains(err.Error(), tt.message) {
			t.Errorf("%s: %v; want it refused: %s", tt.expression, err, tt.message)
		}
	}
}

// TestEveryFunctionOfTheReferenceIsThereOrRefused: the list is that of the reference's static environment.
func TestEveryFunctionOfTheReferenceIsThereOrRefused(t *testing.T) {
	const all = `sum count max min average string substring substringBefore substringAfter lowercase uppercase length trim pad match
		contains replace split join formatNumber formatBase formatInteger parseInteger number floor ceil round abs sqrt power random
		boolean not map zip filter single reduce sift keys lookup append exists spread merge reverse each error assert type sort shuffle
		distinct base64encode base64decode encodeUrlComponent encodeUrl decodeUrlComponent decodeUrl eval toMillis fromMillis clone now millis`
	text := strings.Fields(all)
	for _, name := range text {
		_, err := Compile("$" + name)
		if there := library[name] != nil; there == errors.Is(err, ErrUnsupported) {
			t.Errorf("$%s: in the library %t, Compile %v; want it there or refused", name, there, err)
		}
	}
	if len(library)+len(refused) != len(text) {
		t.Errorf("%d functions and %d refused; the reference has %d", len(library), len(refused), len(text))
	}
}

func TestEveryEvaluationEnds(t *testing.T) {
	for _, tt := range []struct {
		expression string
		want       error
	}{
		{`($f := function() {$f()}; $f())`, errSteps},
		{`($f := function() {1 + $f()}; $f())`, errDepth},
		{`$map([1..9999999], function($v) {$sum([1..9999999])})`, errSteps},
		{`($f := function($x) {$map([$x], $f)[0] + 1}; $f(1))`, errDepth},
	} {
		e, err := Compile(tt.expression)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := e.Evaluate(nil); !errors.Is(err, tt.want) {
			t.Errorf("%s: %v; want %v", tt.expression, err, tt.want)
		}
	}
}

func TestVariablesOfTheCallerStayAsTheyAre(t *testing.T) {
	e, err := Compile(`($x := 2; $o ~> |$|{"a": $x}|; $x)`)
	if err != nil {
		t.Fatal(err)
	}
	o := &Object{}
	variables := map[string]any{"x": 1.0, "o": o}
	if _, err := e.Evaluate(nil, map[string]any{"x": 0.0}, variables); err != nil || variables["x"] != 1.0 || o.Get("a") != nil {
		t.Errorf("after the evaluation (%v): x is %v, o has %v; want 1 and nothing", err, variables["x"], o.Get("a"))
	}
	if got := strings.Join(e.Names(), ","); got != "o,,x" {
		t.Errorf("Names() = %s; want o, the context and x", got)
	}
}

func TestNumbersAreWrittenAsInJavaScript(t *testing.T) {
	for text, want := range map[string]string{
		`9007199254740993`: `9007199254740992`, `1e21`: `1e+21`, `123456789012345678901`: `123456789012345680000`, `1e-7`: `1e-7`,
		`0.000001`: `0.000001`, `-0`: `0`, `1.0`: `1`, `-1.5e-10`: `-1.5e-10`,
	} {
		v, err := Parse([]byte(text))
		if got, _ := Stringify(v); err != nil || got != want {
			t.Errorf("%s is written %s (%v); want %s", text, got, err, want)
		}
	}
}

func TestParseRefusesWhatIsNotJSON(t *testing.T) {
	for _, text := range []string{``, `{`, `[1,]`, `{} {}`, `nul`, `"\x"`} {
		if v, err := Parse([]byte(text)); err == nil {
			t.Errorf("Parse(%s) = %v; want an error", text, v)
		}
	}
}
