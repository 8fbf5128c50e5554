package metricmath

import (
	"errors"
	"fmt"
	"math"
)

// Series is a time series: values by the start of their periods, in seconds since 1970.
type Series map[int64]float64

// value is a number or a time series.
type value struct {
	series Series // nil for a number
	n      float64
}

// at is the value of a period; ok is false where the series has none.
func (v value) at(t int64) (float64, bool) {
	if v.series == nil {
		return v.n, true
	}
	n, ok := v.series[t]
	return n, ok
}

// Evaluate computes the expression from the series of the queries that it uses. periods are all periods of the request, which FILL
// fills. The result must be a time series.
func (e *Expression) Evaluate(series map[string]Series, periods []int64) (Series, error) {
	v, err := evaluate(e.root, series, periods)
	if err != nil {
		return nil, err
	}
	if v.series == nil {
		return nil, errors.New("the result is a number; expected a time series")
	}
	return v.series, nil
}

func evaluate(n node, series map[string]Series, periods []int64) (value, error) {
	switch n.op {
	case numberNode:
		return value{n: n.n}, nil
	case idNode:
		s, ok := series[n.id]
		if !ok {
			return value{}, fmt.Errorf("no query has the id %q", n.id)
		}
		if s == nil {
			s = Series{}
		}
		return value{series: s}, nil
	}
	args := make([]value, len(n.args))
	for i, arg := range n.args {
		var err error
		if args[i], err = evaluate(arg, series, periods); err != nil {
			return value{}, err
		}
	}
	return apply(n.op, args, periods)
}

func apply(op string, args []value, periods []int64) (value, error) {
	switch op {
	case "FILL":
		return fill(args[0], args[1], periods)
	case "IF":
		return choose(args)
	case negation:
		return each(args, func(x []float64) (float64, bool) { return -x[0], true }), nil
	case "ABS", "CEIL", "FLOOR":
		if args[0].series == nil {
			return value{}, fmt.Errorf("%s of a number; expected a time series", op)
		}
		round := map[string]func(float64) float64{"ABS": math.Abs, "CEIL": math.Ceil, "FLOOR": math.Floor}[op]
		return each(args, func(x []float64) (float64, bool) { return round(x[0]), true }), nil
	}
	v := each(args, func(x []float64) (float64, bool) { return binary(op, x[0], x[1]) })
	if v.series == nil && math.IsNaN(v.n) {
		return value{}, errors.New("division by zero")
	}
	return v, nil
}

// each computes a value for each period in which an argument has one; a value that is missing in another is taken for 0. Numbers
// alone make a number. Where of is not defined, there is no value.
func each(args []value, of func([]float64) (float64, bool)) value {
	times, numbers := map[int64]bool{}, true
	for _, arg := range args {
		numbers = numbers && arg.series == nil
		for t := range arg.series {
			times[t] = true
		}
	}
	compute := func(t int64) (float64, bool) {
		x := make([]float64, len(args))
		for i, arg := range args {
			x[i], _ = arg.at(t)
		}
		return of(x)
	}
	if numbers {
		n, ok := compute(0)
		if !ok {
			n = math.NaN()
		}
		return value{n: n}
	}
	result := Series{}
	for t := range times {
		if n, ok := compute(t); ok {
			result[t] = n
		}
	}
	return value{series: result}
}

// binary is an operator; it is not defined for a division by zero, and where the result is no number.
func binary(op string, a, b float64) (float64, bool) {
	truth := func(yes bool) (float64, bool) {
		if yes {
			return 1, true
		}
		return 0, true
	}
	result := 0.0
	switch op {
	case "+":
		result = a + b
	case "-":
		result = a - b
	case "*":
		result = a * b
	case "/":
		result = a / b
	case "^":
		result = math.Pow(a, b)
	case "==":
		return truth(a == b)
	case "!=":
		return truth(a != b)
	case "<=":
		return truth(a <= b)
	case ">=":
		return truth(a >= b)
	case "<":
		return truth(a < b)
	case ">":
		return truth(a > b)
	case "AND", "&&":
		return truth(a != 0 && b != 0)
	default: // OR and ||
		return truth(a != 0 || b != 0)
	}
	return result, !math.IsNaN(result) && !math.IsInf(result, 0)
}

// fill gives a value to the periods of the request that have none, also to a series that has no value (CW-13).
func fill(of, with value, periods []int64) (value, error) {
	if of.series == nil {
		return value{}, errors.New("FILL of a number; expected a time series")
	}
	if with.series != nil {
		return value{}, &UnknownError{"FILL with a time series"}
	}
	filled := Series{}
	for _, t := range periods {
		filled[t] = with.n
	}
	for t, n := range of.series {
		filled[t] = n
	}
	return value{series: filled}, nil
}

// choose is IF. A condition that is a series is decided for each of its periods: a value that is missing where it is true is 0, and
// where it is false the period is dropped. A condition that is a number decides for all.
func choose(args []value) (value, error) {
	condition, yes, no := args[0], args[1], value{series: Series{}}
	if len(args) == 3 {
		no = args[2]
	}
	if condition.series == nil {
		chosen := no
		if condition.n != 0 {
			chosen = yes
		}
		if yes.series == nil {
			return value{}, errors.New("IF of a number with a number; expected a time series")
		}
		return chosen, nil
	}
	result := Series{}
	for t, n := range condition.series {
		if n != 0 {
			result[t], _ = yes.at(t)
		} else if other, ok := no.at(t); ok {
			result[t] = other
		}
	}
	return value{series: result}, nil
}
