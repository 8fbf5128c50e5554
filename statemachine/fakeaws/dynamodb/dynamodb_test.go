package dynamodb_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/google/go-cmp/cmp"

	"github.com/drover-dr/drover/statemachine/fakeaws"
)

func text(s string) types.AttributeValue   { return &types.AttributeValueMemberS{Value: s} }
func digits(n string) types.AttributeValue { return &types.AttributeValueMemberN{Value: n} }

// sdkTypes makes go-cmp ignore the unexported marker of the SDK's structs.
var sdkTypes = cmp.FilterPath(func(p cmp.Path) bool {
	field, ok := p.Last().(cmp.StructField)
	return ok && field.Name() == "noSmithyDocumentSerde"
}, cmp.Ignore())

type values = map[string]types.AttributeValue

func key(pk, sk string) values { return values{"pk": text(pk), "sk": text(sk)} }

func (s served) mustPut(t testing.TB, region string, it values) {
	t.Helper()
	_, err := s.DynamoDB(region).PutItem(context.Background(), &dynamodb.PutItemInput{TableName: aws.String("registry"), Item: it})
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
	out, err := s.DynamoDB(region).UpdateItem(context.Background(), in)
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
	out, err := s.DynamoDB(east).GetItem(context.Background(), &dynamodb.GetItemInput{TableName: aws.String("registry"), Key: key("a", "b"), ConsistentRead: aws.Bool(true)})
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

func TestAnOperationThatIsNotThereIsNamed(t *testing.T) {
	s := serveTable(t)
	_, err := s.DynamoDB(east).DescribeLimits(context.Background(), &dynamodb.DescribeLimitsInput{})
	if codeOf(err) != fakeaws.CodeNotImplemented {
		t.Errorf("error %v, want %s", err, fakeaws.CodeNotImplemented)
	}
	calls := s.Calls()
	if got := calls[len(calls)-1]; got.Operation != "DescribeLimits" || got.Code != fakeaws.CodeNotImplemented {
		t.Errorf("recorded %s %s, want DescribeLimits %s", got.Operation, got.Code, fakeaws.CodeNotImplemented)
	}
}

func TestAPutCannotReturnTheNewItem(t *testing.T) {
	s := serveTable(t)
	_, err := s.DynamoDB(east).PutItem(context.Background(), &dynamodb.PutItemInput{
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
	_, err := s.DynamoDB(west).GetItem(context.Background(), &dynamodb.GetItemInput{TableName: aws.String("registry"), Key: key("a", "b")})
	var missing *types.ResourceNotFoundException
	if !errors.As(err, &missing) {
		t.Errorf("error %v, want a ResourceNotFoundException", err)
	}
}

// A registry of a thousand applications is read whole and written item by item in every stage.
func TestAThousandWritesAndAFullReadTakeNoTime(t *testing.T) {
	s := serveTable(t)
	client := s.DynamoDB(east)
	started := time.Now()
	for i := range 1000 {
		_, err := client.UpdateItem(context.Background(), &dynamodb.UpdateItemInput{
			TableName: aws.String("registry"), Key: key("applications", fmt.Sprintf("001#app-%04d", i)),
			UpdateExpression:          aws.String("SET epoch = :e, filler = :f"),
			ConditionExpression:       aws.String("attribute_not_exists(pk) OR epoch < :e"),
			ExpressionAttributeValues: values{":e": digits("1"), ":f": text(string(make([]byte, 900)))},
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	pages := dynamodb.NewQueryPaginator(client, &dynamodb.QueryInput{
		ConsistentRead: aws.Bool(true),
		TableName:      aws.String("registry"), KeyConditionExpression: aws.String("pk = :p"),
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
	s.Pass(time.Second)
	took := time.Since(started)
	t.Logf("%d items written one by one and read in pages in %v", read, took)
	if read != 1000 || len(s.Items("registry", west)) != 1000 {
		t.Errorf("read %d items, %d replicated; want 1000", read, len(s.Items("registry", west)))
	}
	if !testing.Short() && took > 5*time.Second { // a tenth of that on an idle machine
		t.Errorf("took %v", took)
	}
}
