package functionurl_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/events"

	"github.com/drover-dr/drover/statemachine/fakeaws"
	"github.com/drover-dr/drover/statemachine/fakeaws/fakeawstest"
)

type served struct{ fakeawstest.Served }

// visit sends a request without a signature to a host.
func (s served) visit(t testing.TB, host, path, body string) (status int, text string, err error) {
	t.Helper()
	r, err := http.NewRequest(http.MethodPost, s.URL+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Host = host
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		return 0, "", err
	}
	defer func() { _ = resp.Body.Close() }()
	return resp.StatusCode, fakeawstest.ReadAll(t, resp), nil
}

func TestAFunctionURLHandsRequestsToItsFunction(t *testing.T) {
	s := served{fakeawstest.Serve(t)}
	var got events.LambdaFunctionURLRequest
	s.AddLever(t, func(payload []byte) fakeaws.InvokeResult {
		if err := json.Unmarshal(payload, &got); err != nil {
			t.Errorf("the event is none: %v", err)
		}
		return fakeaws.InvokeResult{Payload: []byte(`{"statusCode": 404, "body": "not evacuated\n"}`)}
	})
	status, body, err := s.visit(t, fakeawstest.LeverHost+":443", "/switches/default/us-east-1?x=1", "hello")
	if err != nil || status != 404 || body != "not evacuated\n" {
		t.Errorf("answer %d %q, %v; want the function's", status, body, err)
	}
	c := got.RequestContext
	want := "2.0 /switches/default/us-east-1 x=1 hello anonymous lever1 " + fakeawstest.LeverHost + " lever1 POST"
	if text := fmt.Sprint(got.Version, " ", got.RawPath, " ", got.RawQueryString, " ", got.Body, " ", c.AccountID, " ", c.APIID, " ", c.DomainName, " ",
		c.DomainPrefix, " ", c.HTTP.Method); text != want {
		t.Errorf("event %s; want %s", text, want)
	}
	if calls := s.Calls(); len(calls) != 1 || calls[0].Service != "lambda-url" || calls[0].Object != "lever1" || calls[0].Code != "" {
		t.Errorf("calls %+v; want the one request", calls)
	}
}

func TestAFunctionURLAnswersForAFunctionThatCannot(t *testing.T) {
	s := served{fakeawstest.Serve(t)}
	s.AddLever(t, func([]byte) fakeaws.InvokeResult { return fakeaws.InvokeResult{ErrorType: "Runtime.ExitError"} })
	if status, _, err := s.visit(t, fakeawstest.LeverHost, "/", ""); err != nil || status != http.StatusBadGateway {
		t.Errorf("a function that fails: %d, %v; want 502", status, err)
	}
	if err := s.SetConcurrencyLimit(fakeawstest.West, 0); err != nil {
		t.Fatal(err)
	}
	if status, _, err := s.visit(t, fakeawstest.LeverHost, "/", ""); err != nil || status != http.StatusTooManyRequests {
		t.Errorf("a function over its limit: %d, %v; want 429", status, err)
	}
	if status, _, err := s.visit(t, "other.lambda-url.us-west-2.on.aws", "/", ""); err != nil || status != http.StatusForbidden {
		t.Errorf("a host that is none: %d, %v; want 403", status, err)
	}
	if err := s.SetDark(fakeawstest.West, true); err != nil {
		t.Fatal(err)
	}
	if status, _, err := s.visit(t, fakeawstest.LeverHost, "/", ""); err == nil {
		t.Errorf("a dark Region answered %d", status)
	}
}

func TestAFunctionURLThatCannotBeIsAnError(t *testing.T) {
	s := served{fakeawstest.Serve(t)}
	s.AddLever(t, nil)
	for name, u := range map[string]fakeaws.FunctionURL{
		"taken":       {ID: "lever1", Region: fakeawstest.West, FunctionARN: fakeawstest.LeverARN},
		"no Region":   {ID: "a", Region: "mars-1", FunctionARN: fakeawstest.LeverARN},
		"no function": {ID: "a", Region: fakeawstest.West, FunctionARN: fakeawstest.LeverARN + "x"},
		"a host":      {ID: fakeawstest.LeverHost, Region: fakeawstest.West, FunctionARN: fakeawstest.LeverARN},
	} {
		if err := s.AddFunctionURL(u); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}
