package dynamodb_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/drover-dr/drover/statemachine/fakeaws"
)

// send makes a request in the JSON protocol, with parameters that the SDK would not send.
func (s served) send(t *testing.T, operation, body string) string {
	t.Helper()
	_, got := s.Send(t, east, fakeaws.Administrator, "dynamodb", "DynamoDB_20120810."+operation, "POST", "/", body)
	return got
}

const theKey = `"TableName": "registry", "Key": {"pk": {"S": "a"}, "sk": {"S": "b"}}`

// putting is a PutItem of an attribute.
func putting(attribute string) string {
	return `{"TableName": "registry", "Item": {"pk": {"S": "a"}, "sk": {"S": "b"}, "n": ` + attribute + `}}`
}

func TestDynamoDBRefusesWhatAWSRefuses(t *testing.T) {
	query := func(more string) string {
		return `{"TableName": "registry", "KeyConditionExpression": "pk = :p", "ExpressionAttributeValues": {":p": {"S": "a"}}` + more + `}`
	}
	condition := func(text, values string) string {
		return `{` + theKey + `, "ConditionExpression": "` + text + `", "ExpressionAttributeValues": {` + values + `}}`
	}
	const invalid = "ValidationException"
	deep := strings.Repeat(`{"L": [`, 33) + `{"S": "x"}` + strings.Repeat(`]}`, 33)
	for _, c := range []struct{ operation, body, code, message string }{
		{"DeleteItem", `{` + theKey + `, "ConditionExpression": ""}`, invalid, "Invalid ConditionExpression: The expression can not be empty;"},
		{"UpdateItem", `{` + theKey + `, "UpdateExpression": ""}`, invalid, "Invalid UpdateExpression: The expression can not be empty;"},
		{"GetItem", `{` + theKey + `, "ProjectionExpression": ""}`, invalid, "Invalid ProjectionExpression: The expression can not be empty;"},
		{"Query", query(`, "FilterExpression": ""`), invalid, "Invalid FilterExpression: The expression can not be empty;"},
		{"Query", `{"TableName": "registry"}`, invalid, "KeyConditionExpression parameter must be specified"},
		{"DeleteItem", `{` + theKey + `, "ExpressionAttributeValues": {}}`, invalid, "ExpressionAttributeValues must not be empty"},
		{"DeleteItem", `{` + theKey + `, "ExpressionAttributeNames": {}}`, invalid, "ExpressionAttributeNames must not be empty"},
		{"DeleteItem", `{` + theKey + `, "ExpressionAttributeNames": {"n": "x"}}`, invalid, `Syntax error; key: \"n\"`},
		{"DeleteItem", condition("n = :a-b", `":a-b": {"N": "1"}`), invalid, `Syntax error; key: \":a-b\"`},
		{"GetItem", `{` + theKey + `, "ProjectionExpression": "live, live.west"}`, invalid, "overlap with each other; must remove or rewrite one of these paths; path one: [live], path two: [live, west]"},
		{"GetItem", `{` + theKey + `, "ProjectionExpression": "live[0], live.west"}`, invalid, "conflict with each other"},
		{"Query", query(`, "FilterExpression": "sk = :p"`), invalid, "Primary key attribute: sk"},
		{"PutItem", putting(`{"N": "` + strings.Repeat("1", 39) + `"}`), invalid, "more than 38 significant digits"},
		{"PutItem", putting(`{"N": "1e126"}`), invalid, "Number overflow"},
		{"PutItem", putting(`{"N": "1e-131"}`), invalid, "Number underflow"},
		{"PutItem", putting(`{"N": "one"}`), invalid, "cannot be converted to a numeric value"},
		{"PutItem", putting(`{"NULL": false}`), invalid, "must have the value of true"},
		{"PutItem", putting(deep), invalid, "esting levels"},
		{"PutItem", `{"TableName": "registry", "Item": {"pk": {"S": "` + strings.Repeat("k", 2049) + `"}, "sk": {"S": "b"}}}`, invalid, "2048 bytes"},
		{"GetItem", `{"TableName": "registry", "Key": {"pk": {"S": "a"}, "sk": {"S": "` + strings.Repeat("k", 1025) + `"}}}`, invalid, "1024 bytes"},
		{"GetItem", `{"TableName": "registry", "Key": {"pk": {"S": "a"}, "sk": {"S": ""}}}`, invalid, "empty string value. Key: sk"},
		{"PutItem", `{"TableName": "registry", "Item": {"pk": {"S": "a"}}}`, invalid, "Missing the key sk in the item"},
		{"Query", query(`, "Limit": 0`), invalid, "Value '0' at 'limit' failed to satisfy constraint: Member must have value greater than or equal to 1"},
		{"Query", query(`, "Select": "SOME"`), invalid, "Member must satisfy enum value set: [SPECIFIC_ATTRIBUTES, COUNT, ALL_ATTRIBUTES, ALL_PROJECTED_ATTRIBUTES]"},
		{"Query", query(`, "Select": "COUNT", "ProjectionExpression": "n"`), invalid, "only the Count"},
		{"Query", query(`, "Select": "ALL_ATTRIBUTES", "ProjectionExpression": "n"`), invalid, "ALL_ATTRIBUTES"},
		{"Query", query(`, "Select": "SPECIFIC_ATTRIBUTES"`), invalid, "Must specify the AttributesToGet or ProjectionExpression"},
		{"Query", query(`, "Select": "ALL_PROJECTED_ATTRIBUTES"`), invalid, "using an IndexName"},
		{"Query", query(`, "ExclusiveStartKey": {"pk": {"S": "z"}, "sk": {"S": "b"}}`), invalid, "outside query boundaries"},
		{"Query", `{"TableName": "registry", "KeyConditionExpression": "pk = :p AND sk BETWEEN :p AND :q", "ExpressionAttributeValues": {":p": {"S": "b"}, ":q": {"S": "a"}}}`,
			invalid, "upper bound to be greater than or equal to lower bound"},
		{"GetItem", `{}`, invalid, "2 validation errors detected: Value null at 'key' failed to satisfy constraint: Member must not be null; Value null at 'tableName'"},
		{"GetItem", strings.Replace(`{`+theKey+`}`, "registry", "re", 1), invalid, "at 'tableName' failed to satisfy constraint"},
		{"GetItem", strings.Replace(`{`+theKey+`}`, "registry", "arn:aws:dynamodb:us-west-2:111122223333:table/registry", 1), invalid, "is not of this account and us-east-1"},
		{"PutItem", `{"TableName": "registry", "Item": {}, "ReturnValues": "SOME"}`, invalid, "at 'returnValues' failed to satisfy constraint"},
		{"DeleteItem", `{` + theKey + `, "ReturnConsumedCapacity": "SOME"}`, invalid, "at 'returnConsumedCapacity' failed to satisfy constraint"},
		{"GetItem", `{` + theKey + `, "ConsistentRead": "yes"}`, "SerializationException", "ConsistentRead"},
		{"GetItem", `{"TableName": 7}`, "SerializationException", "TableName"},
		{"GetItem", `{"TableName": "registry"`, "SerializationException", ""},
		{"DeleteItem", condition("n = n AND n <> :n", `":n": {"N": "1"}`), invalid, "The first operand must be distinct"},
		{"DeleteItem", condition("((n = :n))", `":n": {"N": "1"}`), invalid, "redundant parentheses"},
		{"DeleteItem", condition("n < :n", `":n": {"BOOL": true}`), invalid, "Incorrect operand type for operator or function; operator: <, operand type: BOOL"},
		{"DeleteItem", condition("begins_with(n, :n)", `":n": {"N": "1"}`), invalid, "operator or function: begins_with, operand type: N"},
		{"DeleteItem", condition("attribute_type(n, :n)", `":n": {"S": "STRING"}`), invalid, "Invalid attribute type name found"},
		{"DeleteItem", condition("n BETWEEN :n AND :s", `":n": {"N": "1"}, ":s": {"S": "1"}`), invalid, "same data type"},
		{"DeleteItem", condition("ATTRIBUTE_EXISTS(n)", ``), invalid, ""},
		{"DeleteItem", `{` + theKey + `, "ConditionExpression": "ATTRIBUTE_EXISTS(n)"}`, invalid, "Invalid function name; function: ATTRIBUTE_EXISTS"},
		{"UpdateItem", `{` + theKey + `, "UpdateExpression": "ADD n :s", "ExpressionAttributeValues": {":s": {"S": "x"}}}`, invalid, "operator: ADD, operand type: S"},
		{"UpdateItem", `{` + theKey + `, "UpdateExpression": "SET n = if_not_exists(:s, :s)", "ExpressionAttributeValues": {":s": {"S": "x"}}}`, invalid, "Invalid UpdateExpression"},
		{"ListTables", `{"Limit": 101}`, invalid, "Member must have value less than or equal to 100"},
	} {
		s := serveTable(t)
		got := s.send(t, c.operation, c.body)
		if !strings.Contains(got, "#"+c.code+`"`) || !strings.Contains(got, c.message) || len(s.Items("registry", east)) != 0 {
			t.Errorf("%s %.200s:\n got %s\nwant %s, %s, and nothing written", c.operation, c.body, got, c.code, c.message)
		}
	}
}

func TestAParameterThatIsNotThereIsNamedAndCounted(t *testing.T) {
	s := serveTable(t)
	for operation, parameter := range map[string]string{
		"GetItem": "AttributesToGet", "PutItem": "Expected", "UpdateItem": "AttributeUpdates", "DeleteItem": "ConditionalOperator",
		"Query": "IndexName", "Scan": "TotalSegments", "ListTables": "TableName",
	} {
		got := s.send(t, operation, `{"`+parameter+`": "x"}`)
		calls := s.Calls()
		last := calls[len(calls)-1]
		if want := "the parameter " + parameter + " of " + operation; !strings.Contains(got, want) || last.Code != fakeaws.CodeNotImplemented || !strings.Contains(last.Message, want) {
			t.Errorf("%s with %s: %s, recorded as %s %s; want %s with %s", operation, parameter, got, last.Code, last.Message, fakeaws.CodeNotImplemented, want)
		}
	}
}

func TestNumbersKeepTheirDigits(t *testing.T) {
	s := serveTable(t)
	for given, want := range map[string]string{
		"1e-130": "0." + strings.Repeat("0", 129) + "1", "9.9e125": "99" + strings.Repeat("0", 124), "-0.10": "-0.1", "0e300": "0",
		"1" + strings.Repeat("0", 60) + ".000": "1" + strings.Repeat("0", 60), strings.Repeat("1", 38): strings.Repeat("1", 38),
	} {
		s.send(t, "PutItem", putting(`{"N": "`+given+`"}`))
		if got := s.send(t, "GetItem", `{`+theKey+`, "ConsistentRead": true}`); !strings.Contains(got, `"n":{"N":"`+want+`"}`) {
			t.Errorf("%s comes back in %s; want %s", given, got, want)
		}
	}
	got := s.send(t, "UpdateItem", `{`+theKey+`, "UpdateExpression": "SET n = :a + :b", "ExpressionAttributeValues": {":a": {"N": "9e125"}, ":b": {"N": "9e125"}}}`)
	if !strings.Contains(got, "Number overflow") {
		t.Errorf("a sum that is too large: %s; want Number overflow", got)
	}
}

func TestAScanReadsAllPartitionsInPages(t *testing.T) {
	s := serveTable(t)
	for i := range 5 {
		s.mustPut(t, east, key(fmt.Sprint("p", i%2), fmt.Sprint(i)))
	}
	var got []string
	start := ""
	for range 4 {
		answer := s.send(t, "Scan", `{"TableName": "registry", "ConsistentRead": true, "Limit": 2, "ProjectionExpression": "sk", "FilterExpression": "sk <> :z", "ExpressionAttributeValues": {":z": {"S": "4"}}`+start+`}`)
		got = append(got, answer)
		_, last, more := strings.Cut(answer, `"LastEvaluatedKey":`)
		if !more {
			break
		}
		start = `, "ExclusiveStartKey": ` + strings.TrimSuffix(last, "}")
	}
	want := []string{
		`{"Count":2,"ScannedCount":2,"Items":[{"sk":{"S":"0"}},{"sk":{"S":"2"}}],"LastEvaluatedKey":{"pk":{"S":"p0"},"sk":{"S":"2"}}}`,
		`{"Count":1,"ScannedCount":2,"Items":[{"sk":{"S":"1"}}],"LastEvaluatedKey":{"pk":{"S":"p1"},"sk":{"S":"1"}}}`,
		`{"Count":1,"ScannedCount":1,"Items":[{"sk":{"S":"3"}}]}`,
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("pages:\n%s\nwant:\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if got := s.send(t, "Scan", `{"TableName": "registry", "ConsistentRead": true, "Select": "COUNT"}`); got != `{"Count":5,"ScannedCount":5}` {
		t.Errorf("a count: %s; want 5", got)
	}
}

func TestTablesAreListedWhereTheyHaveAReplica(t *testing.T) {
	s := serveTable(t)
	if err := s.AddTable("west-only", west); err != nil {
		t.Fatal(err)
	}
	if got := s.send(t, "ListTables", `{}`); got != `{"TableNames":["registry"]}` {
		t.Errorf("tables: %s; want registry", got)
	}
	if err := s.AddTable("second", east); err != nil {
		t.Fatal(err)
	}
	if got := s.send(t, "ListTables", `{"Limit": 1}`); got != `{"TableNames":["registry"],"LastEvaluatedTableName":"registry"}` {
		t.Errorf("a page of one: %s", got)
	}
	if got := s.send(t, "ListTables", `{"ExclusiveStartTableName": "registry"}`); got != `{"TableNames":["second"]}` {
		t.Errorf("the rest: %s", got)
	}
}

func TestTheConsumedCapacityIsReported(t *testing.T) {
	s := serveTable(t)
	it := putting(`{"S": "` + strings.Repeat("x", 5000) + `"}`)
	for _, c := range []struct{ operation, body, want string }{
		{"PutItem", strings.TrimSuffix(it, "}") + `, "ReturnConsumedCapacity": "TOTAL"}`, `{"ConsumedCapacity":{"TableName":"registry","CapacityUnits":5}}`},
		{"GetItem", `{` + theKey + `, "ProjectionExpression": "pk", "ReturnConsumedCapacity": "INDEXES"}`,
			`{"Item":{"pk":{"S":"a"}},"ConsumedCapacity":{"TableName":"registry","CapacityUnits":1,"Table":{"CapacityUnits":1}}}`},
		{"Scan", `{"TableName": "registry", "Select": "COUNT", "ReturnConsumedCapacity": "TOTAL"}`,
			`{"Count":1,"ScannedCount":1,"ConsumedCapacity":{"TableName":"registry","CapacityUnits":1}}`},
		{"GetItem", `{` + theKey + `, "ProjectionExpression": "pk", "ReturnConsumedCapacity": "NONE"}`, `{"Item":{"pk":{"S":"a"}}}`},
	} {
		s.Pass(time.Second)
		if got := s.send(t, c.operation, c.body); got != c.want {
			t.Errorf("%s: %s; want %s", c.operation, got, c.want)
		}
	}
}
