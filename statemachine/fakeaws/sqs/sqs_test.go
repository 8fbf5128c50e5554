package sqs_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/drover-dr/drover/statemachine/fakeaws"
	"github.com/drover-dr/drover/statemachine/fakeaws/fakeawstest"
)

func TestSQSRefusesWhatAWSRefuses(t *testing.T) {
	s := fakeawstest.Serve(t)
	if _, err := s.AddQueue(fakeawstest.West, "dead-letters"); err != nil {
		t.Fatal(err)
	}
	const there, gone = `"QueueUrl": "http://localhost/111122223333/dead-letters"`, `"QueueUrl": "http://localhost/111122223333/gone"`
	for _, c := range []struct{ operation, body, code, says string }{
		{"GetQueueUrl", `{"QueueName": "gone"}`, "AWS.SimpleQueueService.NonExistentQueue", "com.amazonaws.sqs#QueueDoesNotExist"},
		{"GetQueueUrl", `{"QueueName": "dead-letters", "QueueOwnerAWSAccountId": "444455556666"}`, "AWS.SimpleQueueService.NonExistentQueue", ""},
		{"GetQueueUrl", `{"QueueName": "dead-letters", "QueueOwnerAWSAccountId": "111122223333"}`, "", "dead-letters"},
		{"GetQueueUrl", `{}`, "MissingParameter", "QueueName"},
		{"ReceiveMessage", `{}`, "MissingParameter", "QueueUrl"},
		{"ReceiveMessage", `{` + gone + `}`, "AWS.SimpleQueueService.NonExistentQueue", ""},
		{"ReceiveMessage", `{"QueueUrl": "dead-letters"}`, "InvalidAddress", "is not valid for this endpoint"},
		{"ReceiveMessage", `{"QueueUrl": "http://localhost/444455556666/dead-letters"}`, "InvalidAddress", ""},
		{"ReceiveMessage", `{` + there + `, "MaxNumberOfMessages": 11}`, "InvalidParameterValue", "Reason: Must be between 1 and 10, if provided."},
		{"ReceiveMessage", `{` + there + `, "MaxNumberOfMessages": 0}`, "InvalidParameterValue", "MaxNumberOfMessages"},
		{"ReceiveMessage", `{` + there + `, "WaitTimeSeconds": 21}`, "InvalidParameterValue", "between 0 and 20"},
		{"ReceiveMessage", `{` + there + `, "VisibilityTimeout": 43201}`, "InvalidParameterValue", "between 0 and 43200"},
		{"ReceiveMessage", `{` + there + `, "MaxNumberOfMessages": 10, "WaitTimeSeconds": 0, "VisibilityTimeout": 0}`, "", `"Messages":[]`},
		{"ReceiveMessage", `{` + there + `, "AttributeNames": ["Color"]}`, "InvalidAttributeName", "Unknown Attribute Color"},
		{"ReceiveMessage", `{` + there + `, "MessageSystemAttributeNames": ["SenderId"]}`, fakeaws.CodeNotImplemented, "SenderId"},
		{"ReceiveMessage", `{` + there + `, "ReceiveRequestAttemptId": "a"}`, fakeaws.CodeNotImplemented, "ReceiveRequestAttemptId of ReceiveMessage"},
		{"GetQueueAttributes", `{` + there + `, "AttributeNames": ["Color"]}`, "InvalidAttributeName", ""},
		{"GetQueueAttributes", `{` + there + `, "AttributeNames": ["RedrivePolicy"]}`, fakeaws.CodeNotImplemented, "RedrivePolicy"},
		{"ListQueues", `{"MaxResults": 0}`, "InvalidParameterValue", "between 1 and 1000"},
		{"ListQueues", `{"NextToken": "x"}`, "InvalidParameterValue", "NextToken"},
		{"ListQueues", `{"QueueName": "dead-letters"}`, fakeaws.CodeNotImplemented, "QueueName of ListQueues"},
		{"SendMessage", `{` + there + `, "MessageBody": "m"}`, fakeaws.CodeNotImplemented, "SendMessage"},
	} {
		code, got := send(t, s, c.operation, c.body)
		if code != c.code || !strings.Contains(got, c.says) {
			t.Errorf("%s %s: code %q, %s; want %q and %s", c.operation, c.body, code, got, c.code, c.says)
		}
	}
}

func TestQueuesAreListedInPages(t *testing.T) {
	s := fakeawstest.Serve(t)
	for _, name := range []string{"a-1", "a-2", "b-1"} {
		if _, err := s.AddQueue(fakeawstest.West, name); err != nil {
			t.Fatal(err)
		}
	}
	for body, want := range map[string]string{
		`{"QueueNamePrefix": "a", "MaxResults": 1}`:                   `/a-1"],"NextToken":"1"}`,
		`{"QueueNamePrefix": "a", "MaxResults": 1, "NextToken": "1"}`: `/a-2"]}`,
		`{"QueueNamePrefix": "b"}`:                                    `/b-1"]}`,
	} {
		if _, got := send(t, s, "ListQueues", body); !strings.HasSuffix(got, want) {
			t.Errorf("%s: %s; want %s", body, got, want)
		}
	}
}

// send makes a request, and returns the code that clients see, and the body.
func send(t *testing.T, s fakeawstest.Served, operation, body string) (code, text string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.URL, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential="+fakeaws.Administrator+"/20260302/us-west-2/sqs/aws4_request, Signature=x")
	req.Header.Set("X-Amz-Target", "AmazonSQS."+operation)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	code, _, _ = strings.Cut(resp.Header.Get("X-Amzn-Query-Error"), ";")
	return code, fakeawstest.ReadAll(t, resp)
}
