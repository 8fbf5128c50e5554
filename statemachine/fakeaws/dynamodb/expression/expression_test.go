package expression

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func text(s string) map[string]any { return map[string]any{"S": s} }

var names = map[string]string{"#live": "live", "#west": "us-west-2"}

var values = map[string]map[string]any{":p": text("applications"), ":w": text("001#"), ":z": text("002#"), ":n": {"N": "1"}}

// compile makes Expressions with those names and values of the above that the text uses.
func compile(t *testing.T, expression string) *Expressions {
	t.Helper()
	var used map[string]map[string]any
	for name, v := range values {
		if strings.Contains(expression, name) {
			if used == nil {
				used = map[string]map[string]any{}
			}
			used[name] = v
		}
	}
	var usedNames map[string]string
	for name, v := range names {
		if strings.Contains(expression, name) {
			if usedNames == nil {
				usedNames = map[string]string{}
			}
			usedNames[name] = v
		}
	}
	e, err := New(usedNames, used)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func TestKeyConditions(t *testing.T) {
	for _, c := range []struct{ condition, in, out string }{
		{"pk = :p", "anything", ""},
		{"pk = :p AND sk = :w", "001#", "001#a"},
		{"pk = :p AND begins_with(sk, :w)", "001#a", "002#a"},
		{"begins_with (sk, :w) AND pk = :p", "001#a", "002#a"},
		{"(pk = :p) AND (sk < :w)", "000#a", "001#"},
		{"pk = :p AND sk <= :w", "001#", "001#a"},
		{"pk = :p AND sk > :w", "001#a", "001#"},
		{"pk = :p AND sk >= :w", "001#", "000#"},
		{"pk = :p AND sk BETWEEN :w AND :z", "001#a", "002#a"},
	} {
		keys, err := compile(t, c.condition).Key(c.condition)
		if err != nil {
			t.Errorf("%s: %v", c.condition, err)
			continue
		}
		if keys.PK != "applications" || !keys.Holds(c.in) || (c.out != "" && keys.Holds(c.out)) {
			t.Errorf("%s: partition %s, %q %v, %q %v", c.condition, keys.PK, c.in, keys.Holds(c.in), c.out, keys.Holds(c.out))
		}
	}
}

func TestMistakesHaveDynamoDBsMessages(t *testing.T) {
	key := func(e *Expressions, text string) error { _, err := e.Key(text); return err }
	condition := func(e *Expressions, text string) error { _, err := e.Condition(text); return err }
	update := func(e *Expressions, text string) error { _, err := e.Update(text); return err }
	projection := func(e *Expressions, text string) error { _, err := e.Projection(text); return err }
	for _, c := range []struct {
		compile    func(*Expressions, string) error
		text, want string
	}{
		{key, "", "Invalid KeyConditionExpression: The expression can not be empty;"},
		{key, "sk = :w", "Query condition missed key schema element: pk"},
		{key, "pk > :p", "Query key condition not supported"},
		{key, "pk = :p AND epoch = :w", "Query key condition not supported"},
		{key, "pk = :p AND sk = :w AND sk = :z", "Query key condition not supported"},
		{key, "pk = :p OR sk = :w", `Invalid KeyConditionExpression: Syntax error; token: "OR", near: ":p OR sk"`},
		{key, "pk = :n", "One or more parameter values were invalid: Condition parameter type does not match schema type"},
		{condition, "epoch = :gone", "Invalid ConditionExpression: An expression attribute value used in expression is not defined; attribute value: :gone"},
		{condition, "#gone = :n", "Invalid ConditionExpression: An expression attribute name used in the document path is not defined; attribute name: #gone"},
		{condition, "owner = :n", "Invalid ConditionExpression: Attribute name is a reserved keyword; reserved keyword: owner"},
		{condition, "live.owner = :n", "Invalid ConditionExpression: Attribute name is a reserved keyword; reserved keyword: owner"},
		{condition, "epoch = :n stage", `Invalid ConditionExpression: Syntax error; token: "stage", near: ":n stage"`},
		{condition, "(epoch = :n", `Invalid ConditionExpression: Syntax error; token: "<EOF>", near: ":n"`},
		{condition, "epoch", `Invalid ConditionExpression: Syntax error; token: "<EOF>", near: "epoch"`},
		{update, "epoch = :n", `Invalid UpdateExpression: Syntax error; token: "epoch", near: "epoch ="`},
		{update, "SET epoch = :n SET stage = :n", `Invalid UpdateExpression: The "SET" section can only be used once in an update expression;`},
		{update, "SET live.a = :n, live.a.b = :n", "Invalid UpdateExpression: Two document paths overlap with each other; must remove or rewrite one of these paths; path one: [live, a], path two: [live, a, b]"},
		{projection, "pk,", `Invalid ProjectionExpression: Syntax error; token: "<EOF>", near: ","`},
	} {
		err := c.compile(compile(t, c.text), c.text)
		if err == nil || err.Error() != c.want {
			t.Errorf("%s:\n got %v\nwant %s", c.text, err, c.want)
		}
	}
}

func TestWhatIsGivenMustBeUsed(t *testing.T) {
	e, err := New(names, values)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := e.Condition("#live.#west = :n"); err != nil {
		t.Fatal(err)
	}
	const want = "Value provided in ExpressionAttributeValues unused in expressions: keys: {:p, :w, :z}"
	if err := e.Unused(); err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}

func TestAProjectionKeepsTheNamedPaths(t *testing.T) {
	it := Item{"pk": "a", "epoch": number("7"), "live": map[string]any{"us-west-2": number("100"), "us-east-1": number("0")}, "hops": []any{"x", "y", "z"}}
	const text = "pk, #live.#west, hops[0], hops[2], gone"
	project, err := compile(t, text).Projection(text)
	if err != nil {
		t.Fatal(err)
	}
	want := Item{"pk": "a", "live": map[string]any{"us-west-2": number("100")}, "hops": []any{"x", "z"}}
	if diff := cmp.Diff(want, project(it)); diff != "" {
		t.Errorf("item (-want +got):\n%s", diff)
	}
}

func TestAnUpdateLeavesTheItemBeforeAsItWas(t *testing.T) {
	before := func() Item {
		return Item{"live": map[string]any{"us-west-2": number("0")}, "hops": []any{map[string]any{"a": "b"}}, "tags": set{"SS", []string{"x", "y"}}}
	}
	const text = "SET #live.#west = :n, hops[0].a = :n REMOVE gone.here"
	u, err := compile(t, text).Update(text)
	if err != nil {
		t.Fatal(err)
	}
	it := before()
	after, err := u.Apply(it)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(before(), it, cmp.AllowUnexported(set{})); diff != "" {
		t.Errorf("the item before has changed (-want +got):\n%s", diff)
	}
	want := Item{"live": map[string]any{"us-west-2": number("1")}, "hops": []any{map[string]any{"a": number("1")}}, "tags": before()["tags"]}
	if diff := cmp.Diff(want, after, cmp.AllowUnexported(set{})); diff != "" {
		t.Errorf("after (-want +got):\n%s", diff)
	}
}

func TestNumbersAreDecimal(t *testing.T) {
	for text, want := range map[string]string{
		"10": "10", "10.0": "10", "1.50": "1.5", "1e3": "1000", "-0.5": "-0.5", "12345678901234567890123": "12345678901234567890123", "0.1": "0.1",
	} {
		if got, err := parseNumber(text); err != nil || string(got) != want {
			t.Errorf("%s is %s (%v), want %s", text, got, err, want)
		}
	}
	for _, text := range []string{"", "x", "1/2", "0x10", "1_000"} {
		if got, err := parseNumber(text); err == nil {
			t.Errorf("%q is %s, want an error", text, got)
		}
	}
}
