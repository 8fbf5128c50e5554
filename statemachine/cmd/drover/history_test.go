package main

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
)

// growing answers with the pages of a history that grows while it is read.
type growing []string

func (g *growing) Do(*http.Request) (*http.Response, error) {
	page := (*g)[0]
	*g = (*g)[1:]
	return &http.Response{StatusCode: http.StatusOK, Header: http.Header{"Content-Type": {"application/x-amz-json-1.0"}}, Body: io.NopCloser(strings.NewReader(page))}, nil
}

// TestAnEventIsShownOnceAlthoughTheHistoryGrowsBetweenTwoPages: the second page then begins with events of the first.
func TestAnEventIsShownOnceAlthoughTheHistoryGrowsBetweenTwoPages(t *testing.T) {
	page := func(next string, ids ...int) string {
		var events []string
		for _, id := range ids {
			events = append(events, fmt.Sprintf(`{"id": %d, "timestamp": 0, "type": "PassStateEntered"}`, id))
		}
		return fmt.Sprintf(`{"events": [%s]%s}`, strings.Join(events, ","), next)
	}
	client := sfn.New(sfn.Options{
		Region: "us-west-2", HTTPClient: &growing{page(`, "nextToken": "3"`, 6, 5, 4), page("", 5, 4, 3, 2, 1)}, Credentials: credentials.NewStaticCredentialsProvider("a", "b", ""),
	})
	x := execution{DescribeExecutionOutput: &sfn.DescribeExecutionOutput{ExecutionArn: aws.String("arn:aws:states:us-west-2:111122223333:execution:drover:run-1")}, client: client}
	events, err := x.historyAfter(environment{ctx: t.Context()}, 1)
	if err != nil {
		t.Fatal(err)
	}
	var ids []int64
	for _, e := range events {
		ids = append(ids, e.Id)
	}
	if fmt.Sprint(ids) != "[2 3 4 5 6]" {
		t.Errorf("got events %v; want 2 to 6, each once", ids)
	}
}
