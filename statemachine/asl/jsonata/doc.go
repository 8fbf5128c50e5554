// Package jsonata evaluates expressions of JSONata as its reference implementation does: jsonata 2.0.6 for JavaScript, which AWS
// documents for Step Functions.
//
// [Compile] reads an expression, and [Expression.Evaluate] evaluates it: without clock, randomness or I/O, always to the same
// result, and in a bounded number of steps. An expression is immutable and may be evaluated by several goroutines at a time.
//
// Values are those of JSON. Go's nil is no value (undefined), [Null] is null; numbers are float64, as in JavaScript; an [Array]
// knows whether it is a sequence, which is what JSONata makes of paths; an [Object] has its members in JavaScript's order.
// [Parse] and [Stringify] read and write JSON text as JavaScript does. Texts are UTF-8; where the reference counts 16-bit units,
// this package does so too.
//
// The package follows the structure of the reference, step by step, because many of its results come from that structure:
// whether an array of one is the array or the item, for example. What is not implemented is refused by its name, with
// [ErrUnsupported] in the chain: in Compile where the text shows it, and else in the evaluation. Refused are the operators %, @
// and #; pictures of numbers and dates; functions that read the clock or are random, and $eval; lookahead, lookbehind,
// references and names of groups in regular expressions; names that every object of JavaScript has. The tests list all of
// it, with the messages.
//
// TestTheBatteryIsEvaluatedAsByTheReference compares more than a thousand expressions with the reference, and in package asl
// TestTheDefinitionIsEvaluatedAsByTheReference those of Drover's definition. Not the same are only: letters that are newer
// than Go's version of Unicode, in $uppercase and $lowercase; the last digit of $power with an exponent that is not whole; the
// equality of two functions that are defined by the same text, and * and ** of a function, which have no members here.
//
// The reference is Copyright (c) 2016, 2018 IBM Corp., under the MIT License, which is in the file LICENSE.
package jsonata
