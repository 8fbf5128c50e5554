package plainbody

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
)

// body is a request's body that can write itself, as the SDK's can.
type body struct{ *bytes.Reader }

func (body) Close() error { return nil }

func TestABodyIsNeverAskedToWriteItself(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(rw, r.Body)
	}))
	defer server.Close()
	request, err := http.NewRequest(http.MethodPost, server.URL, nil)
	if err != nil {
		t.Fatal(err)
	}
	sent := body{bytes.NewReader([]byte("hello"))}
	request.Body, request.ContentLength = sent, sent.Size()
	response, err := New().Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if got, err := io.ReadAll(response.Body); err != nil || string(got) != "hello" {
		t.Errorf("got %q, %v; want hello", got, err)
	}
	if _, writes := request.Body.(io.WriterTo); writes {
		t.Error("the transport can still ask the body to write itself")
	}
}

func TestARequestWithoutABodyIsSentAsItIs(t *testing.T) {
	server := httptest.NewServer(http.NotFoundHandler())
	defer server.Close()
	request, err := http.NewRequest(http.MethodGet, server.URL, nil)
	if err != nil {
		t.Fatal(err)
	}
	response, err := New().Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusNotFound {
		t.Errorf("got %s", response.Status)
	}
}
