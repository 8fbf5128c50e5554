package dynamodb_test

import (
	"context"
	"regexp"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/google/go-cmp/cmp"
)

func TestUpdateExpressions(t *testing.T) {
	before := key("lock", "lock")
	before["a"], before["b"] = digits("1"), text("two")
	before["live"] = &types.AttributeValueMemberM{Value: values{"us-east-1": digits("100")}}
	before["hops"] = &types.AttributeValueMemberL{Value: []types.AttributeValue{text("x"), text("y"), text("z")}}
	for _, c := range []struct {
		expression string
		values     values
		want       values
		code       string
	}{
		{expression: "SET a = a + :n", values: values{":n": digits("0.50")}, want: values{"a": digits("1.5")}},
		{expression: "SET a = b, b = a", want: values{"a": text("two"), "b": digits("1")}},
		{expression: "SET c = if_not_exists(c, :n) + :n", values: values{":n": digits("2")}, want: values{"c": digits("4")}},
		{expression: "SET live.west = :n REMOVE a", values: values{":n": digits("2")}, want: values{
			"a": nil, "live": &types.AttributeValueMemberM{Value: values{"us-east-1": digits("100"), "west": digits("2")}}}},
		{expression: "REMOVE hops[0], hops[1]", want: values{"hops": &types.AttributeValueMemberL{Value: []types.AttributeValue{text("z")}}}},
		{expression: "ADD a :n, c :n", values: values{":n": digits("2")}, want: values{"a": digits("3"), "c": digits("2")}},
		{expression: "SET c = missed", code: "ValidationException"},
		{expression: "SET a = b + :n", values: values{":n": digits("2")}, code: "ValidationException"},
		{expression: "SET nothing.here = :n", values: values{":n": digits("2")}, code: "ValidationException"},
		{expression: "SET pk = :n", values: values{":n": digits("2")}, code: "ValidationException"},
		{expression: "SET owner = :n", values: values{":n": digits("2")}, code: "ValidationException"},
		{expression: "SET live = :n, live.west = :n", values: values{":n": digits("2")}, code: "ValidationException"},
		{expression: "SET c = :undefined", code: "ValidationException"},
		{expression: "SET c = :n", values: values{":n": digits("1"), ":unused": digits("2")}, code: "ValidationException"},
		{expression: "SET c = :n d", values: values{":n": digits("1")}, code: "ValidationException"},
	} {
		t.Run(c.expression, func(t *testing.T) {
			s := serveTable(t)
			s.mustPut(t, east, before)
			got, err := s.update(east, c.expression, "", c.values)
			if code := codeOf(err); code != c.code {
				t.Fatalf("error %q (%v), want %q", code, err, c.code)
			}
			for name, want := range c.want {
				if diff := cmp.Diff(want, got[name], sdkTypes); diff != "" {
					t.Errorf("%s (-want +got):\n%s", name, diff)
				}
			}
		})
	}
}

func TestConditionExpressions(t *testing.T) {
	s := serveTable(t)
	it := key("lock", "lock")
	it["epoch"], it["holder"] = digits("10"), text("run-1")
	it["live"] = &types.AttributeValueMemberM{Value: values{"us-east-1": digits("100")}}
	it["hops"] = &types.AttributeValueMemberL{Value: []types.AttributeValue{text("x")}}
	s.mustPut(t, east, it)
	v := values{":nine": digits("9"), ":ten": digits("10.0"), ":run": text("run"), ":n": text("N"), ":one": digits("1"), ":x": text("x")}
	for condition, want := range map[string]bool{
		"epoch > :nine": true,
		"epoch = :ten":  true,
		"epoch <= :nine OR begins_with(holder, :run)":    true,
		"epoch <= :nine AND begins_with(holder, :run)":   false,
		"NOT epoch = :nine AND epoch = :ten":             true,
		"NOT (epoch = :ten OR epoch = :nine)":            false,
		"epoch IN (:nine, :ten)":                         true,
		"epoch BETWEEN :nine AND :ten":                   true,
		"epoch BETWEEN :one AND :nine":                   false,
		"gone = :ten":                                    false,
		"gone <> :ten":                                   true,
		"gone < :ten":                                    false,
		"holder = :ten":                                  false,
		"holder < :ten":                                  false,
		"attribute_exists(live.#r)":                      true,
		"attribute_not_exists(live.gone)":                true,
		"live.#r > epoch":                                true,
		"attribute_type(epoch, :n)":                      true,
		"size(hops) = :one AND size(holder) > :one":      true,
		"contains(hops, :x) AND contains(holder, :run)":  true,
		"hops[0] = :x AND attribute_not_exists(hops[1])": true,
	} {
		used := values{}
		for name, value := range v {
			if tokenIn(condition, name) {
				used[name] = value
			}
		}
		in := &dynamodb.UpdateItemInput{TableName: aws.String("registry"), Key: key("lock", "lock"), ConditionExpression: &condition, ExpressionAttributeValues: used}
		if tokenIn(condition, "#r") {
			in.ExpressionAttributeNames = map[string]string{"#r": "us-east-1"}
		}
		if len(used) == 0 {
			in.ExpressionAttributeValues = nil
		}
		_, err := s.DynamoDB(east).UpdateItem(context.Background(), in)
		if code := codeOf(err); code != "" && code != "ConditionalCheckFailedException" {
			t.Errorf("%s: %v", condition, err)
		}
		if got := err == nil; got != want {
			t.Errorf("%s: %v, want %v", condition, got, want)
		}
	}
}

var placeholder = regexp.MustCompile(`[#:][a-z]+`)

func tokenIn(expression, name string) bool {
	for _, tok := range placeholder.FindAllString(expression, -1) {
		if tok == name {
			return true
		}
	}
	return false
}
