package entry

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// selfWriting is a request body like the SDK's, which can write itself.
type selfWriting struct {
	io.Reader
	asked bool
}

func (b *selfWriting) Close() error { return nil }

func (b *selfWriting) WriteTo(io.Writer) (int64, error) {
	b.asked = true
	return 0, io.EOF // what the SDK's says once it is closed
}

func TestARequestBodyIsReadAndNeverAskedToWriteItself(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(w, r.Body)
	}))
	defer server.Close()
	cfg, err := loadConfig(variables(nil))
	if err != nil {
		t.Fatal(err)
	}
	body := &selfWriting{Reader: strings.NewReader("hello")}
	req, err := http.NewRequest(http.MethodPost, server.URL, body)
	if err != nil {
		t.Fatal(err)
	}
	req.ContentLength = 5
	resp, err := cfg.HTTPClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if text, err := io.ReadAll(resp.Body); err != nil || string(text) != "hello" || body.asked {
		t.Errorf("got %q, %v; asked to write itself: %v", text, err, body.asked)
	}
}

func TestTheSDKRetriesOnlyForAMoment(t *testing.T) {
	cfg, err := loadConfig(variables(nil))
	if err != nil {
		t.Fatal(err)
	}
	r := cfg.Retryer()
	if got := r.MaxAttempts(); got != 3 {
		t.Errorf("attempts: got %d, want the SDK's own 3", got)
	}
	for attempt := 1; attempt < 20; attempt++ {
		if delay, err := r.RetryDelay(attempt, io.EOF); err != nil || delay > 2*time.Second {
			t.Errorf("attempt %d: waits %v, %v; the long waits are the state machine's", attempt, delay, err)
		}
	}
}
