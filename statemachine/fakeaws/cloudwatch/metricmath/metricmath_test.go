package metricmath

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// series has its values at 0, 60, 120 and so on; a dash is no value.
func series(values string) Series {
	s := Series{}
	for i, text := range strings.Fields(values) {
		if text != "-" {
			n := 0.0
			for _, digit := range text {
				n = 10*n + float64(digit-'0')
			}
			s[int64(60*i)] = n
		}
	}
	return s
}

// TestMetricMathIsAsTheUserGuideSays: the examples of "Using math expressions with CloudWatch metrics", and what its text says.
func TestMetricMathIsAsTheUserGuideSays(t *testing.T) {
	of := map[string]Series{
		"a": series("30 20 0 0"), "b": series("20 - 20 -"), // the guide's metric1 and metric2 of comparisons
		"c": series("1 1 0 0 -"), "d": series("30 - 0 0 30"), "e": series("0 0 20 - 20"), // and those of IF
		"none": nil, "requests": series("100 0 50 - 10"), "errors": series("1 - - 2 -"),
	}
	for text, want := range map[string]Series{
		"(a < b)":                    series("0 0 1 0"),
		"(a >= 30)":                  series("1 0 0 0"),
		"(a > 15 AND b > 15)":        series("1 0 0 0"),
		"a > 15 && b > 15":           series("1 0 0 0"),
		"a == 0 OR b == 20":          series("1 0 1 1"),
		"a != 0 || b == 20":          series("1 1 1 0"),
		"IF(c, d, e)":                series("30 0 20 - -"),
		"IF(c, 5, e)":                series("5 5 20 - -"),
		"IF(c, d, 5)":                series("30 0 5 5 -"),
		"IF(a<25, a)":                series("- 20 0 0"),
		"IF(1, d, e)":                series("30 - 0 0 30"),
		"IF(0, d)":                   {},
		"100 * errors / requests":    {0: 1, 120: 0, 240: 0}, // missing errors are 0, a division by 0 drops the datapoint
		"errors/FILL(requests, 1)":   {0: 0.01, 120: 0, 180: 2, 240: 0},
		"FILL(none, 0)":              series("0 0 0 0 0"),
		"none / requests":            {0: 0, 120: 0, 240: 0},
		"none + none":                {},
		"-a + 2 * a ^ 2 - a":         {0: 1740, 60: 760, 120: 0, 180: 0},
		"ABS(b - a)":                 series("10 20 20 0"),
		"CEIL(a/7) + FLOOR(a / 7)":   {0: 9, 60: 5, 120: 0, 180: 0},
		"(a + b) * (.5 + 1.5)":       {0: 100, 60: 40, 120: 40, 180: 0},
		"FILL(errors, 100/4) + 0*-1": {0: 1, 60: 25, 120: 25, 180: 2, 240: 25},
	} {
		e, err := Parse(text)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		got, err := e.Evaluate(of, []int64{0, 60, 120, 180, 240})
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Errorf("%s: %v (-want +got):\n%s", text, err, diff)
		}
	}
}

func TestWhatIsNotMetricMathIsRefused(t *testing.T) {
	for text, says := range map[string]string{
		"":                                "unexpected",
		"a +":                             `unexpected ""`,
		"a b":                             `unexpected "b"`,
		"(a":                              `where ")" is expected`,
		"IF(a)":                           "1 arguments of IF",
		"FILL a":                          `where "(" is expected`,
		"1 + 2":                           "the result is a number",
		"1 / 0":                           "division by zero",
		"x":                               `no query has the id "x"`,
		"ABS(1)":                          "ABS of a number",
		"FILL(1, 2)":                      "FILL of a number",
		"IF(1, 2, a)":                     "IF of a number with a number",
		strings.Repeat("(", 2000):         "more than 100 levels",
		strings.Repeat("-", 2000) + "a":   "more than 100 levels",
		"fill(a, 0)":                      `unexpected "("`,
		"If(a, 1)":                        `unexpected "If"`,
		"a ; b":                           `unexpected ";"`,
		"RATE(a)":                         "unknown: RATE",
		"SUM([a, a])":                     "unknown: SUM",
		"[a, a] / a":                      "unknown: arrays",
		"FILL(a, a)":                      "unknown: FILL with a time series",
		"FILL(a, REPEAT)":                 "unknown: REPEAT",
		"METRICS()":                       "unknown: METRICS",
		`SEARCH('{AWS/EC2}', 'Sum', 300)`: "unknown: SEARCH",
		`SELECT AVG(x) FROM "AWS/EC2"`:    "unknown: SELECT",
	} {
		e, err := Parse(text)
		if err == nil {
			_, err = e.Evaluate(map[string]Series{"a": {0: 1}}, []int64{0})
		}
		got := ""
		if err != nil {
			got = err.Error()
		}
		if unknown := (*UnknownError)(nil); errors.As(err, &unknown) {
			got = "unknown: " + unknown.What
		}
		if got == "" || !strings.Contains(got, says) {
			t.Errorf("%.40s: got %q; want %q", text, got, says)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, text := range []string{"100 * errors / requests", "IF(a > 1, FILL(b, 0))", "((", "-", "IF(,"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		e, err := Parse(text)
		if err != nil {
			return
		}
		of := map[string]Series{}
		for _, id := range e.IDs() {
			of[id] = Series{0: 1, 60: 0}
		}
		_, _ = e.Evaluate(of, []int64{0, 60}) // it ends, and does not panic
	})
}
