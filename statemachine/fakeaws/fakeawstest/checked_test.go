package fakeawstest

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestAnswersThatTheModelDoesNotAllowAreReported(t *testing.T) {
	for body, want := range map[string]string{
		`{"executionArn": "arn", "startDate": 1}`:            "",
		`{"executionArn": "arn"}`:                            "states StartExecution: the answer lacks startDate",
		`{"executionArn": "arn", "startDate": 1, "more": 1}`: "states StartExecution: the answer has more, which the model does not have",
	} {
		var problems []string
		simulator := http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
			if sent, err := io.ReadAll(r.Body); err != nil || string(sent) != "{}" {
				t.Errorf("the simulator reads %q, error %v; want the body", sent, err)
			}
			_, _ = io.WriteString(rw, body)
		})
		r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader("{}"))
		r.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=KEY/20260302/us-west-2/states/aws4_request, Signature=x")
		r.Header.Set("X-Amz-Target", "AWSStepFunctions.StartExecution")
		answer := httptest.NewRecorder()
		Checked(simulator, func(problem string) { problems = append(problems, problem) }).ServeHTTP(answer, r)
		if got := strings.Join(problems, "; "); got != want || answer.Body.String() != body {
			t.Errorf("%s: reported %q, answered %q; want %q and the body", body, got, answer.Body, want)
		}
	}
}
