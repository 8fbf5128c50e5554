package jsonata

import (
	"os"
	"strings"
	"testing"
)

// FuzzExpression gives any text to Compile, and evaluates what it accepts with any input: nothing panics, all of it ends, and the
// same evaluation has the same result.
func FuzzExpression(f *testing.F) {
	text, err := os.ReadFile("testdata/battery.txt")
	if err != nil {
		f.Fatal(err)
	}
	for _, line := range strings.Split(string(text), "\n") {
		f.Add(line, `{"a":[1,{"b":"x"}],"l":[3,1,2],"s":"a😀b"}`)
	}
	f.Fuzz(func(t *testing.T, expression, input string) {
		if len(expression) > 500 || len(input) > 500 || strings.Count(expression, "..") > 1 {
			return // the bounds on depth and on sizes are those of package asl
		}
		e, err := Compile(expression)
		if err != nil {
			return
		}
		show := func() string {
			value, err := Parse([]byte(input))
			if err != nil {
				value = nil
			}
			if value, err = e.Evaluate(value); err != nil {
				return err.Error()
			}
			text, err := Stringify(value)
			if err != nil {
				return err.Error()
			}
			return text
		}
		if first, again := show(), show(); first != again {
			t.Errorf("%s of %s is %s, and then %s", expression, input, first, again)
		}
	})
}
