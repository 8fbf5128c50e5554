package fakeaws_test

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/google/go-cmp/cmp"

	"github.com/drover-dr/drover/statemachine/fakeaws"
)

func (s served) dynamodb(region string) *dynamodb.Client {
	return dynamodb.NewFromConfig(s.config(region, fakeaws.Administrator))
}

func serveTable(t testing.TB) served {
	t.Helper()
	s := serve(t)
	if err := s.AddTable("registry", east, west); err != nil {
		t.Fatal(err)
	}
	return s
}

func text(s string) types.AttributeValue   { return &types.AttributeValueMemberS{Value: s} }
func digits(n string) types.AttributeValue { return &types.AttributeValueMemberN{Value: n} }

// sdkTypes lets go-cmp look into the SDK's structs, which hold an unexported marker.
var sdkTypes = cmp.FilterPath(func(p cmp.Path) bool {
	field, ok := p.Last().(cmp.StructField)
	return ok && field.Name() == "noSmithyDocumentSerde"
}, cmp.Ignore())

type values = map[string]types.AttributeValue

func key(pk, sk string) values { return values{"pk": text(pk), "sk": text(sk)} }

func (s served) mustPut(t testing.TB, region string, it values) {
	t.Helper()
	_, err := s.dynamodb(region).PutItem(context.Background(), &dynamodb.PutItemInput{TableName: aws.String("registry"), Item: it})
	if err != nil {
		t.Fatal(err)
	}
}

// update runs an update expression, with or without a condition, on lock/lock.
func (s served) update(region, expression, condition string, v values) (values, error) {
	in := &dynamodb.UpdateItemInput{
		TableName: aws.String("registry"), Key: key("lock", "lock"), UpdateExpression: aws.String(expression),
		ExpressionAttributeValues: v, ReturnValues: types.ReturnValueAllNew,
		ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld,
	}
	if condition != "" {
		in.ConditionExpression = &condition
	}
	out, err := s.dynamodb(region).UpdateItem(context.Background(), in)
	if err != nil {
		return nil, err
	}
	return out.Attributes, nil
}

func TestAnItemComesBackAsItWasWritten(t *testing.T) {
	s := serveTable(t)
	written := key("a", "b")
	written["text"] = text("quotes \" and ümläuts \u2028 <b>")
	written["empty"] = text("")
	written["number"] = digits("38.5")
	written["true"] = &types.AttributeValueMemberBOOL{Value: true}
	written["null"] = &types.AttributeValueMemberNULL{Value: true}
	written["bytes"] = &types.AttributeValueMemberB{Value: []byte{0, 1, 255}}
	written["hops"] = &types.AttributeValueMemberL{Value: []types.AttributeValue{text("x"), &types.AttributeValueMemberM{Value: values{}}}}
	written["emptyList"] = &types.AttributeValueMemberL{Value: []types.AttributeValue{}}
	written["map"] = &types.AttributeValueMemberM{Value: values{"us-east-1": digits("100")}}
	written["set"] = &types.AttributeValueMemberSS{Value: []string{"a", "b"}}
	s.mustPut(t, east, written)
	out, err := s.dynamodb(east).GetItem(context.Background(), &dynamodb.GetItemInput{TableName: aws.String("registry"), Key: key("a", "b")})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(written, out.Item, sdkTypes); diff != "" {
		t.Errorf("item (-want +got):\n%s", diff)
	}
}

func TestAFailedConditionReturnsTheItem(t *testing.T) {
	s := serveTable(t)
	held := key("lock", "lock")
	held["epoch"] = digits("7")
	s.mustPut(t, east, held)
	_, err := s.update(east, "SET epoch = :new", "epoch < :new", values{":new": digits("7")})
	var failed *types.ConditionalCheckFailedException
	if !errors.As(err, &failed) {
		t.Fatalf("error %v, want a ConditionalCheckFailedException", err)
	}
	if diff := cmp.Diff(held, failed.Item, sdkTypes); diff != "" {
		t.Errorf("item of the error (-want +got):\n%s", diff)
	}
}

func TestAConditionSeesTheLocalReplicaAlone(t *testing.T) {
	s := serveTable(t)
	for _, region := range []string{east, west} {
		_, err := s.update(region, "SET holder = :me", "attribute_not_exists(pk)", values{":me": text(region)})
		if err != nil {
			t.Fatalf("taking the lock in %s: %v", region, err)
		}
	}
	s.pass(time.Second)
	for _, region := range []string{east, west} {
		if got := s.Items("registry", region)[0]["holder"]; got != west {
			t.Errorf("%s has holder %v, want the last writer %s", region, got, west)
		}
	}
}

func TestADarkRegionsWritesArriveWhenItIsBack(t *testing.T) {
	s := serveTable(t)
	s.mustPut(t, east, key("a", "early"))
	s.pass(time.Second)
	s.mustPut(t, east, key("a", "stranded"))
	overtaken := key("a", "both")
	overtaken["by"] = text(east)
	s.mustPut(t, east, overtaken)
	if err := s.SetDark(east, true); err != nil {
		t.Fatal(err)
	}
	s.pass(time.Minute)
	newer := key("a", "both")
	newer["by"] = text(west)
	s.mustPut(t, west, newer)
	if got, want := sortKeys(s, west), []string{"both", "early"}; !cmp.Equal(got, want) {
		t.Errorf("while dark, west has %v, want %v", got, want)
	}
	if err := s.SetDark(east, false); err != nil {
		t.Fatal(err)
	}
	s.pass(time.Second)
	for _, region := range []string{east, west} {
		if got, want := sortKeys(s, region), []string{"both", "early", "stranded"}; !cmp.Equal(got, want) {
			t.Errorf("afterwards %s has %v, want %v", region, got, want)
		}
		if got := s.Items("registry", region)[0]["by"]; got != west {
			t.Errorf("%s has the item by %v, want the newer write of %s", region, got, west)
		}
	}
}

func TestALateWriteDoesNotBringBackADeletedItem(t *testing.T) {
	s := serveTable(t)
	s.mustPut(t, east, key("a", "b"))
	s.pass(time.Second)
	if err := s.CutReplication(east, west, true); err != nil {
		t.Fatal(err)
	}
	s.mustPut(t, east, key("a", "b"))
	s.mustPut(t, east, key("a", "c"))
	s.pass(time.Second)
	if got := sortKeys(s, west); !cmp.Equal(got, []string{"b"}) {
		t.Errorf("over a cut link west has %v, want only what it had", got)
	}
	_, err := s.dynamodb(west).DeleteItem(context.Background(), &dynamodb.DeleteItemInput{TableName: aws.String("registry"), Key: key("a", "b")})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.CutReplication(east, west, false); err != nil {
		t.Fatal(err)
	}
	s.pass(time.Second)
	for _, region := range []string{east, west} {
		if got := sortKeys(s, region); !cmp.Equal(got, []string{"c"}) {
			t.Errorf("%s has %v, want only what was not deleted", region, got)
		}
	}
}

func sortKeys(s served, region string) []string {
	var out []string
	for _, it := range s.Items("registry", region) {
		out = append(out, it["sk"].(string))
	}
	return out
}

func TestAQueryReadsAPartitionInPages(t *testing.T) {
	s := serveTable(t)
	for i := range 7 {
		s.mustPut(t, east, key("applications", fmt.Sprintf("%03d#app-%d", 1+i/4, i)))
	}
	s.mustPut(t, east, key("other", "001#app"))
	for _, c := range []struct {
		name, condition string
		backward        bool
		want            []string
	}{
		{"all", "pk = :p AND begins_with(sk, :w)", false, []string{"001#app-0", "001#app-1", "001#app-2", "001#app-3"}},
		{"backward", "(pk = :p) AND (begins_with(sk, :w))", true, []string{"001#app-3", "001#app-2", "001#app-1", "001#app-0"}},
		{"above", "sk > :w AND pk = :p", true, []string{"002#app-6", "002#app-5", "002#app-4", "001#app-3", "001#app-2", "001#app-1", "001#app-0"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			pages := dynamodb.NewQueryPaginator(s.dynamodb(east), &dynamodb.QueryInput{
				TableName: aws.String("registry"), KeyConditionExpression: &c.condition, Limit: aws.Int32(3),
				ScanIndexForward:          aws.Bool(!c.backward),
				ExpressionAttributeValues: values{":p": text("applications"), ":w": text("001#")},
			})
			var got []string
			for pages.HasMorePages() {
				page, err := pages.NextPage(context.Background())
				if err != nil {
					t.Fatal(err)
				}
				for _, it := range page.Items {
					got = append(got, it["sk"].(*types.AttributeValueMemberS).Value)
				}
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("sort keys (-want +got):\n%s", diff)
			}
		})
	}
}

func TestAPageOfAQueryEndsAtOneMegabyte(t *testing.T) {
	s := serveTable(t)
	for i := range 5 {
		it := key("big", fmt.Sprint(i))
		it["filler"] = text(string(make([]byte, 300<<10)))
		s.mustPut(t, east, it)
	}
	out, err := s.dynamodb(east).Query(context.Background(), &dynamodb.QueryInput{
		TableName: aws.String("registry"), KeyConditionExpression: aws.String("pk = :p"),
		ExpressionAttributeValues: values{":p": text("big")},
	})
	if err != nil {
		t.Fatal(err)
	}
	if out.Count != 4 || out.LastEvaluatedKey == nil {
		t.Errorf("page of %d items, last key %v; want 4 and a key", out.Count, out.LastEvaluatedKey)
	}
}

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
		_, err := s.dynamodb(east).UpdateItem(context.Background(), in)
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

func TestAnOperationThatIsNotThereIsNamed(t *testing.T) {
	s := serveTable(t)
	_, err := s.dynamodb(east).Scan(context.Background(), &dynamodb.ScanInput{TableName: aws.String("registry")})
	if codeOf(err) != fakeaws.CodeNotImplemented {
		t.Errorf("error %v, want %s", err, fakeaws.CodeNotImplemented)
	}
	calls := s.Calls()
	if got := calls[len(calls)-1]; got.Operation != "Scan" || got.Code != fakeaws.CodeNotImplemented {
		t.Errorf("recorded %s %s, want Scan %s", got.Operation, got.Code, fakeaws.CodeNotImplemented)
	}
}

func TestAPutCannotReturnTheNewItem(t *testing.T) {
	s := serveTable(t)
	_, err := s.dynamodb(east).PutItem(context.Background(), &dynamodb.PutItemInput{
		TableName: aws.String("registry"), Item: key("a", "b"), ReturnValues: types.ReturnValueAllNew,
	})
	if codeOf(err) != "ValidationException" || len(s.Items("registry", east)) != 0 {
		t.Errorf("error %v with %d items written, want a ValidationException and none", err, len(s.Items("registry", east)))
	}
}

func TestARegionWithoutAReplicaHasNoTable(t *testing.T) {
	s := serve(t)
	if err := s.AddTable("registry", east); err != nil {
		t.Fatal(err)
	}
	_, err := s.dynamodb(west).GetItem(context.Background(), &dynamodb.GetItemInput{TableName: aws.String("registry"), Key: key("a", "b")})
	var missing *types.ResourceNotFoundException
	if !errors.As(err, &missing) {
		t.Errorf("error %v, want a ResourceNotFoundException", err)
	}
}

// A registry of a thousand applications is read whole and written item by item in every stage.
func TestAThousandWritesAndAFullReadTakeNoTime(t *testing.T) {
	s := serveTable(t)
	client := s.dynamodb(east)
	started := time.Now()
	for i := range 1000 {
		_, err := client.UpdateItem(context.Background(), &dynamodb.UpdateItemInput{
			TableName: aws.String("registry"), Key: key("applications", fmt.Sprintf("001#app-%04d", i)),
			UpdateExpression:          aws.String("SET epoch = :e, filler = :f"),
			ConditionExpression:       aws.String("attribute_not_exists(pk) OR epoch < :e"),
			ExpressionAttributeValues: values{":e": digits("1"), ":f": text(string(make([]byte, 1<<10)))},
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	pages := dynamodb.NewQueryPaginator(client, &dynamodb.QueryInput{
		TableName: aws.String("registry"), KeyConditionExpression: aws.String("pk = :p"),
		ExpressionAttributeValues: values{":p": text("applications")},
	})
	read := 0
	for pages.HasMorePages() {
		page, err := pages.NextPage(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		read += len(page.Items)
	}
	s.pass(time.Second)
	took := time.Since(started)
	t.Logf("%d items written one by one and read in pages in %v", read, took)
	if read != 1000 || len(s.Items("registry", west)) != 1000 {
		t.Errorf("read %d items, %d replicated; want 1000", read, len(s.Items("registry", west)))
	}
	if took > 5*time.Second { // a tenth of that on an idle machine
		t.Errorf("took %v", took)
	}
}
