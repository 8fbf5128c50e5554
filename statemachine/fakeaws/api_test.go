package fakeaws_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/google/go-cmp/cmp"

	"github.com/drover-dr/drover/statemachine/fakeaws"
)

const gatewayRole = "arn:aws:iam::111122223333:role/gateway"

// serveAPI is a simulator with an API in us-west-2 whose function is answer, and the access keys of two callers: one
// may read.
func serveAPI(t testing.TB, answer func(events.APIGatewayV2HTTPRequest) fakeaws.InvokeResult) (s served, reader string) {
	t.Helper()
	s = serve(t)
	s.Role(t, gatewayRole, "lambda:InvokeFunction")
	policy := `{"Statement": [{"Effect": "Allow", "Action": "execute-api:Invoke", "Resource": "arn:aws:execute-api:us-west-2:111122223333:a1b2/$default/GET/runs*"}]}`
	reader, err := s.AddRole("arn:aws:iam::111122223333:role/reader", []json.RawMessage{json.RawMessage(policy)})
	if err != nil {
		t.Fatal(err)
	}
	err = s.AddFunction(fakeaws.Function{ARN: functionARN, Name: "drover-api", Region: west, Timeout: time.Second, Invoke: func(payload []byte) fakeaws.InvokeResult {
		var e events.APIGatewayV2HTTPRequest
		if err := json.Unmarshal(payload, &e); err != nil {
			t.Errorf("the event is none: %v", err)
		}
		return answer(e)
	}})
	if err != nil {
		t.Fatal(err)
	}
	api := fakeaws.API{ID: "a1b2", Name: "drover", Region: west}
	for _, key := range []string{"GET /runs/{proxy+}", "GET /runs/{id}", "POST /runs", "GET /runs", "ANY /any"} {
		api.Routes = append(api.Routes, fakeaws.Route{Key: key, Authorization: "AWS_IAM", FunctionARN: functionARN, RoleARN: gatewayRole})
	}
	api.Routes = append(api.Routes, fakeaws.Route{Key: "GET /broken", Authorization: "AWS_IAM", FunctionARN: functionARN, RoleARN: gatewayRole + "x"})
	if err := s.AddAPI(api); err != nil {
		t.Fatal(err)
	}
	return s, reader
}

func TestAnAPIHandsRequestsToItsFunction(t *testing.T) {
	var got events.APIGatewayV2HTTPRequest
	s, _ := serveAPI(t, func(e events.APIGatewayV2HTTPRequest) fakeaws.InvokeResult {
		got = e
		return fakeaws.InvokeResult{Payload: []byte(`{"statusCode": 201, "headers": {"Content-Type": "application/json"}, "body": "{\"id\":\"run-1\"}"}`)}
	})
	status, body := s.Send(t, west, fakeaws.Administrator, "execute-api", "", "POST", "/a1b2/runs?wait=a&wait=b", `{"action":"check"}`)
	if status != http.StatusCreated || body != `{"id":"run-1"}` {
		t.Errorf("answer %d %s, want 201 and the function's body", status, body)
	}
	want := fmt.Sprint("2.0 POST /runs /runs map[wait:a,b] ", `{"action":"check"}`, " a1b2 $default 02/Mar/2026:09:00:00 +0000 arn:aws:iam::111122223333:root")
	c := got.RequestContext
	if diff := cmp.Diff(want, fmt.Sprint(got.Version, " ", got.RouteKey, " ", got.RawPath, " ", got.QueryStringParameters, " ", got.Body, " ", c.APIID, " ", c.Stage,
		" ", c.Time, " ", c.Authorizer.IAM.UserARN)); diff != "" {
		t.Errorf("event (-want +got):\n%s", diff)
	}
	s.Send(t, west, fakeaws.Administrator, "execute-api", "", "POST", "/a1b2/runs", "\xff\xfe")
	if raw, err := base64.StdEncoding.DecodeString(got.Body); !got.IsBase64Encoded || err != nil || string(raw) != "\xff\xfe" {
		t.Errorf("a body that is no text came as %q", got.Body)
	}
}

func TestRoutes(t *testing.T) {
	s, reader := serveAPI(t, func(e events.APIGatewayV2HTTPRequest) fakeaws.InvokeResult {
		text, err := json.Marshal(e.RouteKey + " " + fmt.Sprint(e.PathParameters))
		if err != nil {
			t.Error(err)
		}
		return fakeaws.InvokeResult{Payload: text}
	})
	for _, c := range []struct {
		method, path, key, region string
		want                      string
	}{
		{"GET", "/a1b2/runs", reader, west, `200 "GET /runs map[]"`},
		{"GET", "/a1b2/runs/run-1", reader, west, `200 "GET /runs/{id} map[id:run-1]"`},
		{"GET", "/a1b2/runs/run-1/report/html", reader, west, `200 "GET /runs/{proxy+} map[proxy:run-1/report/html]"`},
		{"DELETE", "/a1b2/any", fakeaws.Administrator, west, `200 "ANY /any map[]"`},
		{"POST", "/a1b2/runs", reader, west, `403 {"message":"Forbidden"}`},
		{"GET", "/a1b2/runs", "AKIANOBODY", west, `403 {"message":"Forbidden"}`},
		{"GET", "/a1b2/runs", "", west, `403 {"message":"Forbidden"}`},
		{"DELETE", "/a1b2/runs", fakeaws.Administrator, west, `404 {"message":"Not Found"}`},
		{"GET", "/a1b2/other", fakeaws.Administrator, west, `404 {"message":"Not Found"}`},
		{"GET", "/other/runs", fakeaws.Administrator, west, `404 {"message":"Not Found"}`},
		{"GET", "/a1b2/runs", fakeaws.Administrator, east, `403 {"message":"Forbidden"}`},
		{"GET", "/a1b2/broken", fakeaws.Administrator, west, `500 {"message":"Internal Server Error"}`},
	} {
		status, body := s.Send(t, c.region, c.key, "execute-api", "", c.method, c.path, "")
		if got := fmt.Sprint(status, " ", body); got != c.want {
			t.Errorf("%s %s: %s, want %s", c.method, c.path, got, c.want)
		}
	}
}

func TestAnAPIIsFoundByItsHostToo(t *testing.T) {
	s, _ := serveAPI(t, func(events.APIGatewayV2HTTPRequest) fakeaws.InvokeResult {
		return fakeaws.InvokeResult{Payload: []byte(`"here"`)}
	})
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.URL+"/runs", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Host = "a1b2.execute-api.us-west-2.amazonaws.com"
	req.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential="+fakeaws.Administrator+"/20260302/us-west-2/execute-api/aws4_request, Signature=x")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	if got := readAll(t, resp); got != `"here"` {
		t.Errorf("answer %s, want the function's", got)
	}
}

func TestAFunctionThatFailsIsTheAPIsOwnError(t *testing.T) {
	results := []fakeaws.InvokeResult{
		{ErrorType: "Unexpected", Cause: `{"errorType":"Unexpected"}`},
		{Payload: []byte(`not JSON`)},
		{Payload: []byte(`{"statusCode": 200, "body": "?", "isBase64Encoded": true}`)},
	}
	i := 0
	s, _ := serveAPI(t, func(events.APIGatewayV2HTTPRequest) fakeaws.InvokeResult { i++; return results[i-1] })
	for range results {
		if status, body := s.Send(t, west, fakeaws.Administrator, "execute-api", "", "GET", "/a1b2/runs", ""); status != http.StatusInternalServerError {
			t.Errorf("answer %d %s, want 500", status, body)
		}
	}
}

func TestAPIsThatAreRefused(t *testing.T) {
	s, _ := serveAPI(t, nil)
	for _, c := range []struct {
		api  fakeaws.API
		says string
	}{
		{fakeaws.API{ID: "x", Region: "eu-west-1"}, "eu-west-1"},
		{fakeaws.API{ID: "a1b2", Region: west}, "a1b2 is taken"},
		{fakeaws.API{ID: "x", Region: west, Routes: []fakeaws.Route{{Key: "GET /", Authorization: "JWT"}}}, "expected NONE or AWS_IAM"},
	} {
		if err := s.AddAPI(c.api); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%+v: error %v, want one that says %q", c.api, err, c.says)
		}
	}
}

func TestARouteTakesABurstAndThenItsRate(t *testing.T) {
	s, reader := serveAPI(t, func(events.APIGatewayV2HTTPRequest) fakeaws.InvokeResult {
		return fakeaws.InvokeResult{Payload: []byte(`{"statusCode": 200}`)}
	})
	route := fakeaws.Route{Key: "GET /runs", Authorization: "AWS_IAM", FunctionARN: functionARN, RoleARN: gatewayRole}
	other := route
	other.Key = "GET /runs/{id}"
	if err := s.AddAPI(fakeaws.API{ID: "slow", Name: "slow", Region: west, Routes: []fakeaws.Route{route, other}, RatePerSecond: 2, Burst: 3}); err != nil {
		t.Fatal(err)
	}
	get := func(key, path string) int {
		status, _ := s.Send(t, west, key, "execute-api", "", "GET", "/slow"+path, "")
		return status
	}
	for range 5 {
		get(reader, "/runs") // the reader is denied, and uses no tokens
	}
	var got []int
	for range 4 {
		got = append(got, get(fakeaws.Administrator, "/runs"))
	}
	got = append(got, get(fakeaws.Administrator, "/runs/1"))
	s.Pass(time.Second)
	for range 3 {
		got = append(got, get(fakeaws.Administrator, "/runs"))
	}
	if diff := cmp.Diff([]int{200, 200, 200, 429, 200, 200, 200, 429}, got); diff != "" {
		t.Errorf("a burst, another route, and a second later (-want +got):\n%s", diff)
	}
}

func TestInvoke(t *testing.T) {
	s, reader := serveAPI(t, func(e events.APIGatewayV2HTTPRequest) fakeaws.InvokeResult {
		if e.Body == "fail" {
			return fakeaws.InvokeResult{ErrorType: "Denied", Cause: `{"errorType":"Denied"}`}
		}
		return fakeaws.InvokeResult{Payload: []byte(`{"ok":true}`)}
	})
	const path = "/2015-03-31/functions/drover-ask/invocations"
	for _, c := range []struct{ name, region, key, path, body, want string }{
		{"by name", west, fakeaws.Administrator, path, `{}`, `200 {"ok":true}`},
		{"by ARN", west, fakeaws.Administrator, strings.Replace(path, "drover-ask", functionARN, 1), ``, `200 {"ok":true}`},
		{"a function's error", west, fakeaws.Administrator, path, `{"body":"fail"}`, `200 {"errorType":"Denied"}`},
		{"the other Region", east, fakeaws.Administrator, path, `{}`, `404 `},
		{"not allowed", west, reader, path, `{}`, `403 `},
		{"not JSON", west, fakeaws.Administrator, path, `{`, `400 `},
		{"another operation", west, fakeaws.Administrator, "/2015-03-31/functions/drover-ask/code", ``, `501 `},
	} {
		status, body := s.Send(t, c.region, c.key, "lambda", "", "POST", c.path, c.body)
		if got := fmt.Sprint(status, " ", body); !strings.HasPrefix(got, c.want) {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
	s.InjectInvoke(fakeaws.InvokeFault{Function: "api", Kind: fakeaws.InvokeThrottled, Times: 1})
	if status, _ := s.Send(t, west, fakeaws.Administrator, "lambda", "", "POST", path, `{}`); status != http.StatusTooManyRequests {
		t.Errorf("a throttled invocation answers %d, want 429", status)
	}
}
