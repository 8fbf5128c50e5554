package dynamodb_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/google/go-cmp/cmp"
)

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
			pages := dynamodb.NewQueryPaginator(s.DynamoDB(east), &dynamodb.QueryInput{
				ConsistentRead: aws.Bool(true),
				TableName:      aws.String("registry"), KeyConditionExpression: &c.condition, Limit: aws.Int32(3),
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
		s.Pass(time.Second) // 300 write units each
	}
	out, err := s.DynamoDB(east).Query(context.Background(), &dynamodb.QueryInput{
		ConsistentRead: aws.Bool(true),
		TableName:      aws.String("registry"), KeyConditionExpression: aws.String("pk = :p"),
		ExpressionAttributeValues: values{":p": text("big")},
	})
	if err != nil {
		t.Fatal(err)
	}
	if out.Count != 4 || out.LastEvaluatedKey == nil {
		t.Errorf("page of %d items, last key %v; want 4 and a key", out.Count, out.LastEvaluatedKey)
	}
}
