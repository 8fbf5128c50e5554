package lambda_test

import (
	"encoding/base64"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"github.com/drover-dr/drover/statemachine/fakeaws"
	"github.com/drover-dr/drover/statemachine/fakeaws/fakeawstest"
)

// serveEcho has the function echo, which answers with what answer makes of its payload and logs 5,000 bytes.
func serveEcho(t *testing.T, answer func([]byte) []byte) served {
	t.Helper()
	s := serve(t)
	err := s.AddFunction(fakeaws.Function{
		ARN: "arn:aws:lambda:us-west-2:111122223333:function:echo", Name: "echo", Region: west, Timeout: time.Minute,
		Invoke: func(payload []byte) fakeaws.InvokeResult {
			return fakeaws.InvokeResult{Payload: answer(payload), Logs: []byte(strings.Repeat("a", 904) + strings.Repeat("b", 4095) + "\n")}
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func same(payload []byte) []byte { return payload }

func payloadOf(bytes int) []byte { return []byte(`"` + strings.Repeat("x", bytes-2) + `"`) }

func TestLambdaRefusesWhatItsModelRefuses(t *testing.T) {
	s := serveEcho(t, same)
	client := lambda.NewFromConfig(s.Config(west, fakeaws.Administrator))
	for _, c := range []struct {
		name string
		in   lambda.InvokeInput
		code string
		text string
	}{
		{"an unknown InvocationType", lambda.InvokeInput{InvocationType: "Later"}, "ValidationException", "at 'invocationType' failed to satisfy constraint: Member must satisfy enum value set: [Event, RequestResponse, DryRun]"},
		{"an unknown LogType", lambda.InvokeInput{LogType: "Head"}, "ValidationException", "at 'logType'"},
		{"a name with a space", lambda.InvokeInput{FunctionName: aws.String("a b")}, "ValidationException", "at 'functionName' failed to satisfy constraint: Member must satisfy regular expression pattern: (arn:"},
		{"a long name", lambda.InvokeInput{FunctionName: aws.String(strings.Repeat("a", 257))}, "ValidationException", "Member must have length less than or equal to 256"},
		{"a qualifier with a dot", lambda.InvokeInput{Qualifier: aws.String("v1.2")}, "ValidationException", "at 'qualifier'"},
		{"a payload over 6 MB", lambda.InvokeInput{Payload: payloadOf(6<<20 + 1)}, "RequestTooLargeException", "Request must be smaller than 6291456 bytes"},
		{"an asynchronous payload over 1 MB", lambda.InvokeInput{InvocationType: types.InvocationTypeEvent, Payload: payloadOf(1<<20 + 1)}, "RequestTooLargeException", "1048576"},
		{"a payload that is not JSON", lambda.InvokeInput{Payload: []byte("{")}, "InvalidRequestContentException", ""},
		{"a client context", lambda.InvokeInput{ClientContext: aws.String("e30=")}, fakeaws.CodeNotImplemented, "the parameter ClientContext of Invoke"},
		{"a durable execution", lambda.InvokeInput{DurableExecutionName: aws.String("a")}, fakeaws.CodeNotImplemented, "the parameter DurableExecutionName of Invoke"},
		{"a tenant", lambda.InvokeInput{TenantId: aws.String("a")}, fakeaws.CodeNotImplemented, "the parameter TenantId of Invoke"},
	} {
		if c.in.FunctionName == nil {
			c.in.FunctionName = aws.String("echo")
		}
		_, err := client.Invoke(t.Context(), &c.in)
		if fakeawstest.CodeOf(err) != c.code || !strings.Contains(err.Error(), c.text) {
			t.Errorf("%s: %v; want %s with %s", c.name, err, c.code, c.text)
		}
	}
	for _, path := range []string{"/2015-03-31/functions/echo/invocations?Delay=1", "/2016-08-19/account-settings?Delay=1"} {
		method := http.MethodPost
		if strings.Contains(path, "settings") {
			method = http.MethodGet
		}
		if status, body := s.Send(t, west, fakeaws.Administrator, "lambda", "", method, path, ""); status != http.StatusNotImplemented || !strings.Contains(body, "the parameter Delay") {
			t.Errorf("%s: %d %s; want 501 that names the parameter", path, status, body)
		}
	}
}

func TestLambdaTakesTheLargestPayload(t *testing.T) {
	s := serveEcho(t, same)
	client := lambda.NewFromConfig(s.Config(west, fakeaws.Administrator))
	out, err := client.Invoke(t.Context(), &lambda.InvokeInput{FunctionName: aws.String("echo"), Payload: payloadOf(6 << 20)})
	if err != nil || len(out.Payload) != 6<<20 {
		t.Errorf("%v; want the payload back", err)
	}
	out, err = client.Invoke(t.Context(), &lambda.InvokeInput{FunctionName: aws.String("echo"), InvocationType: types.InvocationTypeEvent, Payload: payloadOf(1 << 20)})
	if err != nil || out.StatusCode != http.StatusAccepted {
		t.Errorf("asynchronous: %v; want 202", err)
	}
}

func TestAnAnswerOver6MBIsAnErrorOfTheFunction(t *testing.T) {
	s := serveEcho(t, func([]byte) []byte { return payloadOf(6291557) })
	out, err := lambda.NewFromConfig(s.Config(west, fakeaws.Administrator)).Invoke(t.Context(), &lambda.InvokeInput{FunctionName: aws.String("echo")})
	if err != nil || aws.ToString(out.FunctionError) != "Unhandled" || !strings.Contains(string(out.Payload), "Function.ResponseSizeTooLarge") {
		t.Errorf("%v, %.200s; want Function.ResponseSizeTooLarge", err, out.Payload)
	}
}

func TestTheTailOfTheLogIsItsLast4KB(t *testing.T) {
	s := serveEcho(t, same)
	client := lambda.NewFromConfig(s.Config(west, fakeaws.Administrator))
	for kind, want := range map[types.LogType]int{types.LogTypeTail: 4096, types.LogTypeNone: 0} {
		out, err := client.Invoke(t.Context(), &lambda.InvokeInput{FunctionName: aws.String("echo"), LogType: kind})
		if err != nil {
			t.Fatal(err)
		}
		log, err := base64.StdEncoding.DecodeString(aws.ToString(out.LogResult))
		if err != nil || len(log) != want || strings.Contains(string(log), "a") {
			t.Errorf("%s: %d bytes, %v; want the last %d", kind, len(log), err, want)
		}
	}
}
