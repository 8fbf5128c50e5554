package main

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/drover-dr/drover/statemachine/fakeaws"
)

// send makes one request as it is given, and returns the status and the beginning of the answer.
func send(t *testing.T, method, url, body string, header map[string]string) (status int, answer string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for name, value := range header {
		if name == "Host" {
			r.Host = value
			continue
		}
		r.Header.Set(name, value)
	}
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, _ := io.ReadAll(io.LimitReader(response.Body, 4<<10))
	return response.StatusCode, string(text)
}

func TestAServedWorldAnswersNoWebPage(t *testing.T) {
	url, _ := serve(t)
	signed := func(service string) string {
		return "AWS4-HMAC-SHA256 Credential=" + fakeaws.Administrator + "/20260131/us-west-2/" + service + "/aws4_request, SignedHeaders=host, Signature=0"
	}
	const dark = `{"regionDark": "us-east-1"}`
	for _, c := range []struct {
		method, path, body string
		header             map[string]string
		status             int
	}{
		{"GET", "/_drover", "", map[string]string{"Host": "evil.example"}, http.StatusForbidden}, // DNS rebinding
		{"GET", "/", "", map[string]string{"Host": "evil.example", "Authorization": signed("states")}, http.StatusForbidden},
		{"POST", "/_drover/faults", dark, map[string]string{"Origin": "http://evil.example", "Content-Type": "text/plain"}, http.StatusForbidden},
		{"POST", "/_drover/faults", dark, map[string]string{"Origin": "null", "Content-Type": "application/json"}, http.StatusForbidden},
		{"POST", "/_drover/faults", dark, map[string]string{"Content-Type": "text/plain"}, http.StatusUnsupportedMediaType},
		{"POST", "/_drover/faults", dark, map[string]string{"Content-Type": "application/x-www-form-urlencoded"}, http.StatusUnsupportedMediaType},
		{"POST", "/_drover/faults", dark, map[string]string{"User-Agent": "Mozilla/5.0", "Content-Type": "application/x-www-form-urlencoded"}, http.StatusUnsupportedMediaType},
		{"POST", "/_drover/faults", dark, map[string]string{"User-Agent": "curl/7.88.1", "Origin": "http://evil.example", "Content-Type": "application/x-www-form-urlencoded"}, http.StatusForbidden},
		{"POST", "/_drover/callers/x", "{}", map[string]string{"Content-Type": "text/plain"}, http.StatusUnsupportedMediaType},
		{"DELETE", "/_drover/faults", "", map[string]string{"Origin": "http://evil.example"}, http.StatusForbidden},
		{"POST", "/", "{}", map[string]string{"Origin": "http://evil.example", "Authorization": signed("states"), "X-Amz-Target": "AWSStepFunctions.ListStateMachines"}, http.StatusForbidden},
		{"POST", "/_drover/faults", strings.Repeat("[", 60<<10), map[string]string{"Content-Type": "application/yaml"}, http.StatusBadRequest},
		{"POST", "/_drover/faults", strings.Repeat("#", 65<<10), map[string]string{"Content-Type": "application/yaml"}, http.StatusRequestEntityTooLarge},
		{"POST", "/", strings.Repeat(" ", 2<<20), map[string]string{"Authorization": signed("states"), "X-Amz-Target": "AWSStepFunctions.ListStateMachines"}, http.StatusRequestEntityTooLarge},
		{"POST", "/", strings.Repeat("[", 65<<10), map[string]string{"Authorization": signed("dynamodb"), "X-Amz-Target": "DynamoDB_20120810.GetItem"}, http.StatusBadRequest},
		{"POST", "/", strings.Repeat(" ", 17<<20), map[string]string{"Authorization": signed("dynamodb")}, http.StatusRequestEntityTooLarge},
	} {
		if status, answer := send(t, c.method, url+c.path, c.body, c.header); status != c.status {
			t.Errorf("%s %s %.40q %v: %d %s; want %d", c.method, c.path, c.body, c.header, status, answer, c.status)
		}
	}
	if _, dump := ask(t, http.MethodGet, url+"/_drover", ""); strings.Contains(dump, "dark") {
		t.Errorf("a page has made a Region dark:\n%s", dump)
	}
	for who, header := range map[string]map[string]string{
		"the simulator's own origin": {"Origin": url, "Content-Type": "application/json"},
		"curl -d":                    {"User-Agent": "curl/7.88.1", "Content-Type": "application/x-www-form-urlencoded"},
	} {
		if status, answer := send(t, http.MethodPost, url+"/_drover/faults", `{"noMetrics": {"region": "us-west-2", "application": "checkout"}}`, header); status != http.StatusOK {
			t.Errorf("%s: %d %s", who, status, answer)
		}
	}
}
