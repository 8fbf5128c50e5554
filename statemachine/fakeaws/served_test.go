package fakeaws_test

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/smithy-go"

	"github.com/drover-dr/drover/statemachine/fakeaws"
)

const (
	east = "us-east-1"
	west = "us-west-2"
)

var testStart = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

// served is a World of two Regions behind an address, with the configuration of an SDK client for each Region.
type served struct {
	*fakeaws.World
	url string
}

func serve(t testing.TB) served {
	t.Helper()
	w := fakeaws.New("111122223333", testStart, east, west)
	server := httptest.NewServer(w)
	t.Cleanup(server.Close)
	return served{w, server.URL}
}

func (s served) config(region, accessKey string) aws.Config {
	return aws.Config{
		Region:           region,
		BaseEndpoint:     aws.String(s.url),
		Credentials:      credentials.NewStaticCredentialsProvider(accessKey, "secret", ""),
		RetryMaxAttempts: 1,
		HTTPClient:       &http.Client{Transport: plainBodies{}},
	}
}

// plainBodies hides WriteTo from net/http. The SDK closes a request's body as soon as the answer begins, and when that
// is before net/http has asked the body for its end, as it is with an AWS this near, smithy-go's WriteTo answers io.EOF
// as an error; net/http then drops the connection in the middle of the answer.
type plainBodies struct{}

func (plainBodies) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Body != nil {
		r = r.Clone(r.Context())
		r.Body = struct{ io.ReadCloser }{r.Body}
	}
	return http.DefaultTransport.RoundTrip(r)
}

// servePromptly is a World whose CloudWatch delivers at once, for tests of something other than its delays.
func servePromptly(t testing.TB) served {
	t.Helper()
	s := serve(t)
	s.SetMetricDelay(fakeaws.MetricDelay{})
	return s
}

func (s served) pass(d time.Duration) { s.AdvanceTo(s.Now().Add(d)) }

// codeOf is the code of an AWS error, and for any other what the error says.
func codeOf(err error) string {
	var api smithy.APIError
	switch {
	case err == nil:
		return ""
	case errors.As(err, &api):
		return api.ErrorCode()
	}
	return err.Error()
}
