// Package fakeawstest serves an AWS simulator to tests, with the SDK's clients and the fixtures that tests of several services
// share: a hosted zone, a global cluster, a table.
package fakeawstest

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/smithy-go"
	"github.com/drover-dr/drover/statemachine/fakeaws"
)

// The Regions.
const (
	East = "us-east-1"
	West = "us-west-2"
)

// Start is what the clock shows at first.
var Start = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

// Served is an AWS simulator with two Regions at an address.
type Served struct {
	*fakeaws.World
	// URL is the address.
	URL string
}

// Serve serves a simulator until the test ends. An answer that AWS's models do not allow fails the test.
func Serve(t testing.TB) Served {
	t.Helper()
	w := fakeaws.New("111122223333", Start, East, West)
	server := httptest.NewServer(Checked(w, func(problem string) { t.Errorf("an answer is not as AWS's model has it: %s", problem) }))
	t.Cleanup(server.Close)
	return Served{w, server.URL}
}

// Config is the configuration of an SDK client.
func (s Served) Config(region, accessKey string) aws.Config {
	return aws.Config{
		Region:           region,
		BaseEndpoint:     aws.String(s.URL),
		Credentials:      credentials.NewStaticCredentialsProvider(accessKey, "secret", ""),
		RetryMaxAttempts: 1,
		HTTPClient:       &http.Client{Transport: plainBodies{}},
	}
}

// plainBodies hides WriteTo from net/http. The SDK closes a request's body as soon as the answer begins, and with a
// simulator in the same process that is before net/http has asked the body for its end. Then smithy-go's WriteTo answers
// io.EOF as an error, and net/http then drops the connection in the middle of the answer.
type plainBodies struct{}

func (plainBodies) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Body != nil {
		r = r.Clone(r.Context())
		r.Body = struct{ io.ReadCloser }{r.Body}
	}
	return http.DefaultTransport.RoundTrip(r)
}

// ServePromptly serves a simulator whose CloudWatch has no delays.
func ServePromptly(t testing.TB) Served {
	t.Helper()
	s := Serve(t)
	s.SetMetricDelay(fakeaws.MetricDelay{})
	return s
}

// Pass runs what is due in a period of time.
func (s Served) Pass(d time.Duration) { s.AdvanceTo(s.Now().Add(d)) }

// CodeOf is the code of an AWS error, and the text of any other error.
func CodeOf(err error) string {
	var api smithy.APIError
	switch {
	case err == nil:
		return ""
	case errors.As(err, &api):
		return api.ErrorCode()
	}
	return err.Error()
}

// Role adds a role that may do these actions on everything, and returns its access key.
func (s Served) Role(t testing.TB, arn string, actions ...string) (accessKey string) {
	t.Helper()
	policy, err := json.Marshal(map[string]any{"Statement": []any{map[string]any{"Effect": "Allow", "Action": actions, "Resource": "*"}}})
	if err != nil {
		t.Fatal(err)
	}
	key, err := s.AddRole(arn, []json.RawMessage{policy})
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// Send makes a signed request of a service in the JSON protocol, or of an API, and returns status and body.
func (s Served) Send(t testing.TB, region, accessKey, service, target, method, path, body string) (int, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, s.URL+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", fmt.Sprintf("AWS4-HMAC-SHA256 Credential=%s/20260302/%s/%s/aws4_request, Signature=x", accessKey, region, service))
	if accessKey == "" {
		req.Header.Del("Authorization")
	}
	req.Header.Set("X-Amz-Target", target)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	var b strings.Builder
	if _, err := fmt.Fprint(&b, ReadAll(t, resp)); err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, b.String()
}

// ReadAll reads and closes a body.
func ReadAll(t testing.TB, resp *http.Response) string {
	t.Helper()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

// MustDark makes a Region go dark, or answer again.
func (s Served) MustDark(t testing.TB, region string, dark bool) {
	t.Helper()
	if err := s.SetDark(region, dark); err != nil {
		t.Fatal(err)
	}
}

// As adds a role with one policy document of the given statements and returns its access key.
func (s Served) As(t testing.TB, statements ...string) (accessKey string) {
	t.Helper()
	document := `{"Version": "2012-10-17", "Statement": [` + strings.Join(statements, ",") + `]}`
	accessKey, err := s.AddRole(RoleARN, []json.RawMessage{json.RawMessage(document)})
	if err != nil {
		t.Fatal(err)
	}
	return accessKey
}

// RoleARN is the role of As.
const RoleARN = "arn:aws:iam::111122223333:role/drover-promotedatabase"
