package jsonata

import (
	"math"
	"math/big"
	"regexp"
	"strconv"
	"strings"
)

var numbersLibrary = []entry{
	{"sum", "<a<n>:n>", "args", ofArray("sum", func(a *Array) (any, error) { return total(a), nil }), -1},
	{"max", "<a<n>:n>", "args", ofArray("max", func(a *Array) (any, error) { return extreme(a, math.Max) }), -1},
	{"min", "<a<n>:n>", "args", ofArray("min", func(a *Array) (any, error) { return extreme(a, math.Min) }), -1},
	{"average", "<a<n>:n>", "args", ofArray("average", func(a *Array) (any, error) {
		if len(a.items) == 0 {
			return nil, nil
		}
		return total(a) / float64(len(a.items)), nil
	}), -1},
	{"abs", "<n-:n>", "arg", ofNumber("abs", func(n float64) (any, error) { return math.Abs(n), nil }), -1},
	{"floor", "<n-:n>", "arg", ofNumber("floor", func(n float64) (any, error) { return math.Floor(n), nil }), -1},
	{"ceil", "<n-:n>", "arg", ofNumber("ceil", func(n float64) (any, error) { return math.Ceil(n), nil }), -1},
	{"sqrt", "<n-:n>", "arg", ofNumber("sqrt", func(n float64) (any, error) {
		if n < 0 {
			return nil, &Error{Code: "D3060", Value: n}
		}
		return math.Sqrt(n), nil
	}), -1},
	{"round", "<n-n?:n>", "arg precision", roundFunction, -1},
	{"power", "<n-n:n>", "arg exp", powerFunction, -1},
	{"number", "<(nsb)-:n>", "arg", numberFunction, -1},
	{"formatBase", "<n-n?:s>", "value radix", formatBaseFunction, -1},
}

func total(a *Array) float64 {
	sum := 0.0
	for _, item := range a.items {
		n, _ := item.(float64)
		sum += n
	}
	return sum
}

func extreme(a *Array, better func(a, b float64) float64) (any, error) {
	var result any
	for _, item := range a.items {
		n, ok := item.(float64)
		switch {
		case !ok:
			return nil, misuse("max")
		case result == nil:
			result = n
		default:
			result = better(result.(float64), n)
		}
	}
	return result, nil
}

func roundFunction(_ *evaluator, args []any) (any, error) {
	n, ok := at(args, 0).(float64)
	if !ok {
		return nil, unless(at(args, 0) == nil, misuse("round"))
	}
	precision, _ := at(args, 1).(float64)
	return round(n, precision), nil
}

// unless is an error but where something holds.
func unless(holds bool, err error) error {
	if holds {
		return nil
	}
	return err
}

// round rounds to a number of decimals; halves go to the even neighbour.
func round(n, precision float64) float64 {
	n = shift(n, precision)
	result := math.Floor(n)
	if n-result >= 0.5 {
		result++
	}
	if diff := result - n; math.Abs(diff) == 0.5 && math.Abs(math.Mod(result, 2)) == 1 {
		result--
	}
	result = shift(result, -precision)
	if result == 0 {
		return 0
	}
	return result
}

// shift moves the decimal point in the text of a number, so that nothing is lost.
func shift(n, places float64) float64 {
	if places == 0 || math.IsNaN(places) {
		return n
	}
	mantissa, exponent, _ := strings.Cut(formatNumber(n), "e")
	if power, err := strconv.ParseFloat(exponent, 64); err == nil {
		places += power
	}
	if places != math.Trunc(places) || math.IsInf(places, 0) {
		return math.NaN()
	}
	value, err := strconv.ParseFloat(mantissa+"e"+strconv.FormatFloat(places, 'f', 0, 64), 64)
	if err != nil && !math.IsInf(value, 0) {
		return math.NaN()
	}
	return value
}

func powerFunction(_ *evaluator, args []any) (any, error) {
	base, ok1 := at(args, 0).(float64)
	exponent, ok2 := at(args, 1).(float64)
	if at(args, 0) == nil {
		return nil, nil
	}
	if !ok1 || !ok2 {
		return nil, &Error{Code: "D3061", Value: at(args, 0), Value2: at(args, 1)}
	}
	result := power(base, exponent)
	if math.IsInf(result, 0) || math.IsNaN(result) {
		return nil, &Error{Code: "D3061", Value: base, Value2: exponent}
	}
	return result, nil
}

// power is exact to the last digit for whole exponents, where Go's math.Pow is not always.
func power(base, exponent float64) float64 {
	result := math.Pow(base, exponent)
	if math.IsNaN(exponent) {
		return exponent
	}
	if exponent != math.Trunc(exponent) || math.Abs(exponent) > 1024 || math.IsInf(result, 0) || math.IsNaN(result) || math.IsNaN(base) || result == 0 {
		if math.Abs(base) == 1 && math.IsInf(exponent, 0) {
			return math.NaN()
		}
		return result
	}
	const precision = 2048
	exact := new(big.Float).SetPrec(precision).SetInt64(1)
	factor := new(big.Float).SetPrec(precision).SetFloat64(base)
	for n := int(math.Abs(exponent)); n > 0; n >>= 1 {
		if n&1 == 1 {
			exact.Mul(exact, factor)
		}
		factor.Mul(factor, factor)
	}
	if exponent < 0 {
		exact.Quo(new(big.Float).SetPrec(precision).SetInt64(1), exact)
	}
	rounded, _ := exact.Float64()
	return rounded
}

var (
	decimal = regexp.MustCompile(`^-?[0-9]+(\.[0-9]+)?([Ee][-+]?[0-9]+)?$`)
	radixed = regexp.MustCompile(`^(0[xX][0-9A-Fa-f]+)|(0[oO][0-7]+)|(0[bB][0-1]+)$`)
)

func numberFunction(_ *evaluator, args []any) (any, error) {
	switch v := at(args, 0).(type) {
	case nil:
		return nil, nil
	case float64:
		return v, nil
	case bool:
		if v {
			return 1.0, nil
		}
		return 0.0, nil
	case string:
		if decimal.MatchString(v) {
			if n, _ := strconv.ParseFloat(v, 64); !math.IsInf(n, 0) {
				return n, nil
			}
		}
		if radixed.MatchString(v) {
			return ofRadix(v), nil
		}
	}
	return nil, &Error{Code: "D3030", Value: at(args, 0)}
}

// ofRadix reads a number such as 0x1F; other text is not a number to JavaScript.
func ofRadix(s string) float64 {
	s = strings.TrimSpace(s)
	if len(s) < 3 || strings.Contains(s, "_") {
		return math.NaN()
	}
	base := map[byte]int{'x': 16, 'X': 16, 'o': 8, 'O': 8, 'b': 2, 'B': 2}[s[1]]
	n, ok := new(big.Int).SetString(s[2:], base)
	if s[0] != '0' || base == 0 || !ok || n.Sign() < 0 || s[2] == '+' {
		return math.NaN()
	}
	value, _ := new(big.Float).SetInt(n).Float64()
	return value
}

func formatBaseFunction(_ *evaluator, args []any) (any, error) {
	value, ok := at(args, 0).(float64)
	if !ok {
		return nil, unless(at(args, 0) == nil, misuse("formatBase"))
	}
	radix := 10.0
	if given, ok := at(args, 1).(float64); ok {
		radix = round(given, 0)
	}
	if radix < 2 || radix > 36 {
		return nil, &Error{Code: "D3100", Value: radix}
	}
	if math.IsNaN(radix) {
		return nil, misuse("formatBase")
	}
	value = round(value, 0)
	if radix == 10 || math.IsInf(value, 0) || math.IsNaN(value) {
		return formatNumber(value), nil
	}
	return formatRadix(value, radix), nil
}

// formatRadix writes a whole number as V8 does: digits beyond the precision of the number are zeros.
func formatRadix(value, radix float64) string {
	const digits = "0123456789abcdefghijklmnopqrstuvwxyz"
	rest, text := math.Abs(value), ""
	for rest >= 1<<53 {
		rest /= radix
		text = "0" + text
	}
	for {
		digit := math.Mod(rest, radix)
		text = digits[int(digit):int(digit)+1] + text
		if rest = (rest - digit) / radix; rest <= 0 {
			break
		}
	}
	if value < 0 {
		return "-" + text
	}
	return text
}
