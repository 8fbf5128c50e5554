package asl

import (
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"math"

	"github.com/recolabs/gnata"
)

// functions are those that Step Functions adds to JSONata, in the form in which the evaluator binds them as variables.
// $random and $uuid are refused when the definition is parsed.
var functions = func() map[string]any {
	env := gnata.NewCustomEnv(map[string]gnata.CustomFunc{
		"parse": parseFunction, "partition": partitionFunction, "range": rangeFunction, "hash": hashFunction,
	})
	bound := map[string]any{}
	for _, name := range []string{"parse", "partition", "range", "hash"} {
		bound[name], _ = env.Lookup(name)
	}
	return bound
}()

// maxRange is the most elements that $range may make; the limit is Step Functions'.
const maxRange = 1000

func parseFunction(args []any, _ any) (any, error) {
	if len(args) != 1 {
		return nil, errors.New("$parse expects one string")
	}
	text, ok := args[0].(string)
	if !ok {
		return nil, errors.New("$parse expects a string")
	}
	if !json.Valid([]byte(text)) {
		return nil, errors.New("$parse expects JSON text")
	}
	return gnata.DecodeJSON(json.RawMessage(text))
}

func partitionFunction(args []any, _ any) (any, error) {
	if len(args) != 2 {
		return nil, errors.New("$partition expects an array and a size")
	}
	items, isArray := args[0].([]any)
	size, isNumber := number(args[1])
	if !isArray || !isNumber || size < 1 || size != math.Trunc(size) {
		return nil, errors.New("$partition expects an array and a whole size of 1 or more")
	}
	chunks := []any{}
	for n := int(min(size, float64(len(items)))); len(items) > 0; items = items[min(n, len(items)):] {
		chunks = append(chunks, items[:min(n, len(items)):min(n, len(items))])
	}
	return chunks, nil
}

func rangeFunction(args []any, _ any) (any, error) {
	if len(args) != 3 {
		return nil, errors.New("$range expects a first value, a last value and a step")
	}
	first, ok1 := number(args[0])
	last, ok2 := number(args[1])
	step, ok3 := number(args[2])
	if !ok1 || !ok2 || !ok3 || step == 0 {
		return nil, errors.New("$range expects three numbers and a step other than 0")
	}
	n := math.Floor((last-first)/step) + 1
	if n > maxRange {
		return nil, fmt.Errorf("$range makes %v elements; the limit is %d", n, maxRange)
	}
	values := []any{}
	for i := range int(max(n, 0)) {
		values = append(values, first+float64(i)*step)
	}
	return values, nil
}

func hashFunction(args []any, _ any) (any, error) {
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

func number(v any) (float64, bool) {
	switch n := v.(type) {
	case float64:
		return n, true
	case json.Number:
		f, err := n.Float64()
		return f, err == nil
	}
	return 0, false
}
