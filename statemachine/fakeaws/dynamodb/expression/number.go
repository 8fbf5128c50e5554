package expression

import (
	"fmt"
	"math/big"
	"regexp"
	"strings"
)

// decimal limits the exponent too: DynamoDB's largest is 125, and a larger one would only cost memory.
var decimal = regexp.MustCompile(`^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?$`)

func parseNumber(text string) (number, error) {
	if !decimal.MatchString(text) {
		return "", fmt.Errorf("the parameter cannot be converted to a numeric value: %s", text)
	}
	n := formatNumber(number(text).rat())
	return n, n.check()
}

// The precision and range of a number, from "Supported data types and naming rules" in the DynamoDB Developer Guide: 38
// digits, from 1E-130 to 9.99…E+125.
const (
	maxDigits    = 38
	smallestTens = -130
	largestTens  = 125
)

// check rejects a number that DynamoDB cannot store.
func (n number) check() error {
	text := strings.TrimPrefix(string(n), "-")
	before, after, _ := strings.Cut(text, ".")
	before = strings.TrimLeft(before, "0")
	digits := strings.TrimLeft(before+after, "0")
	if digits == "" {
		return nil
	}
	tens := len(before) - 1
	if before == "" {
		tens = -1 - (len(after) - len(digits))
	}
	switch {
	case tens > largestTens:
		return invalid("Number overflow. Attempting to store a number with magnitude larger than supported range")
	case tens < smallestTens:
		return invalid("Number underflow. Attempting to store a number with magnitude smaller than supported range")
	case len(strings.TrimRight(digits, "0")) > maxDigits:
		return invalid("Attempting to store more than %d significant digits in a Number", maxDigits)
	}
	return nil
}

// maxFraction is the most digits after the point that a number may have, plus one that makes it too small.
const maxFraction = maxDigits - smallestTens + 1

// formatNumber writes a number without an exponent, in its shortest form.
func formatNumber(r *big.Rat) number {
	if r.IsInt() {
		return number(r.Num().String())
	}
	digits, exact := r.FloatPrec()
	if !exact || digits > 1200 {
		digits = maxFraction // no sum of decimals is here
	}
	return number(strings.TrimRight(r.FloatString(digits), "0"))
}

func (n number) rat() *big.Rat {
	r, _ := new(big.Rat).SetString(string(n))
	return r
}
