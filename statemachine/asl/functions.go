package asl

import (
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"math"
	"slices"

	"github.com/drover-dr/drover/statemachine/asl/jsonata"
)

// functions are those that Step Functions adds to JSONata. $random and $uuid are refused when the definition is parsed.
var functions = map[string]any{
	"parse":     jsonata.NewFunction("parse", 1, parseFunction),
	"partition": jsonata.NewFunction("partition", 2, partitionFunction),
	"range":     jsonata.NewFunction("range", 3, rangeFunction),
	"hash":      jsonata.NewFunction("hash", 2, hashFunction),
}

// maxRange is the most elements that $range may make; the limit is Step Functions'.
const maxRange = 1000

func parseFunction(args []any) (any, error) {
	if len(args) != 1 {
		return nil, errors.New("$parse expects one string")
	}
	text, ok := args[0].(string)
	if !ok {
		return nil, errors.New("$parse expects a string")
	}
	value, err := jsonata.Parse([]byte(text))
	if err != nil {
		return nil, errors.New("$parse expects JSON text")
	}
	return value, nil
}

func partitionFunction(args []any) (any, error) {
	if len(args) != 2 {
		return nil, errors.New("$partition expects an array and a size")
	}
	array, isArray := args[0].(*jsonata.Array)
	size, isNumber := args[1].(float64)
	if !isArray || !isNumber || size < 1 || size != math.Trunc(size) {
		return nil, errors.New("$partition expects an array and a whole size of 1 or more")
	}
	var chunks []any
	for chunk := range slices.Chunk(array.Items(), int(min(size, math.MaxInt32))) {
		chunks = append(chunks, jsonata.NewArray(chunk...))
	}
	return jsonata.NewArray(chunks...), nil
}

func rangeFunction(args []any) (any, error) {
	if len(args) != 3 {
		return nil, errors.New("$range expects a first value, a last value and a step")
	}
	first, ok1 := args[0].(float64)
	last, ok2 := args[1].(float64)
	step, ok3 := args[2].(float64)
	if !ok1 || !ok2 || !ok3 || step == 0 {
		return nil, errors.New("$range expects three numbers and a step other than 0")
	}
	n := math.Floor((last-first)/step) + 1
	if n > maxRange {
		return nil, fmt.Errorf("$range makes %v elements; the limit is %d", n, maxRange)
	}
	var values []any
	for i := range int(max(n, 0)) {
		values = append(values, first+float64(i)*step)
	}
	// Recorded on AWS: a range of one element is that element, as every sequence of one is.
	return jsonata.NewSequence(values...), nil
}

func hashFunction(args []any) (any, error) {
	algorithms := map[string]func() hash.Hash{
		"MD5": md5.New, "SHA-1": sha1.New, "SHA-256": sha256.New, "SHA-384": sha512.New384, "SHA-512": sha512.New,
	}
	if len(args) < 1 || len(args) > 2 {
		return nil, errors.New("$hash expects text and, optionally, an algorithm")
	}
	name := "SHA-256"
	if len(args) == 2 {
		name, _ = args[1].(string)
	}
	text, isString := args[0].(string)
	algorithm, known := algorithms[name]
	if !isString || !known {
		return nil, errors.New("$hash expects text and one of MD5, SHA-1, SHA-256, SHA-384 and SHA-512")
	}
	h := algorithm()
	h.Write([]byte(text))
	return hex.EncodeToString(h.Sum(nil)), nil
}
