package dynamodb_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
)

// put writes an item and returns the error's code.
func put(s served, pk string, i, bytes int) string {
	it := key(pk, fmt.Sprintf("%05d", i))
	it["filler"] = text(string(make([]byte, bytes)))
	_, err := s.DynamoDB(east).PutItem(context.Background(), &dynamodb.PutItemInput{TableName: aws.String("registry"), Item: it})
	return codeOf(err)
}

// TestAPartitionKeyServesAThousandWriteUnitsASecond: with 3,200 writes a second, the 1,455th of one instant is throttled
// when all are about one partition key, and none when they are spread over eight.
func TestAPartitionKeyServesAThousandWriteUnitsASecond(t *testing.T) {
	s := serveTable(t)
	for i := range 1600 {
		if code := put(s, fmt.Sprintf("spread#%d", i%8), i, 0); code != "" {
			t.Fatalf("write %d of those under eight keys: %s", i+1, code)
		}
	}
	first := 0
	for i := range 1600 {
		if code := put(s, "one", i, 0); code != "" && first == 0 {
			first = i + 1
			if code != "ThrottlingException" {
				t.Errorf("write %d: %s; want ThrottlingException", first, code)
			}
		}
	}
	if first != 1455 {
		t.Errorf("the first write that is throttled is number %d; want 1455", first)
	}
	s.Pass(2 * time.Second)
	if code := put(s, "one", 0, 0); code != "" {
		t.Errorf("two seconds later: %s", code)
	}
}

func TestAWriteTakesAUnitForEachKilobyte(t *testing.T) {
	s := serveTable(t)
	taken := 0
	for put(s, "large", taken, 99<<10) == "" {
		taken++
	}
	if taken != 10 {
		t.Errorf("%d items of 100 KB; want 10, which take the 1,000 units of a second", taken)
	}
	_, err := s.DynamoDB(east).UpdateItem(context.Background(), &dynamodb.UpdateItemInput{
		TableName: aws.String("registry"), Key: key("large", "00000"), UpdateExpression: aws.String("SET a = :a"),
		ConditionExpression: aws.String("attribute_exists(b)"), ExpressionAttributeValues: values{":a": text("a")},
	})
	if codeOf(err) != "ThrottlingException" {
		t.Errorf("a condition that does not hold: %v; want it to take units too", err)
	}
}
