// Package memoryhost runs the functions of a drill in this process, without sockets: a function is a goroutine, and a request is a
// call of the simulator's handler. It is for playing thousands of situations; a drill runs the binaries (package lambdahost).
package memoryhost

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"
	"sync"
	"time"

	"github.com/drover-dr/drover/statemachine/drill"
	"github.com/drover-dr/drover/statemachine/fakeaws"
	"github.com/drover-dr/drover/statemachine/lambdahost"
)

// Host is a [drill.Hosting].
//
// Functions make several requests at once. To have one order of them whatever the scheduler does, a request waits until every
// goroutine of the function waits for something; then the first one by its key is served ([Host.conduct]).
type Host struct {
	// settle returns when every other goroutine waits; nil for a host that serves requests as they come.
	settle func()
	world  *fakeaws.World
	api    http.Handler
	// Defect, when set, makes the functions wrong: a test of what must notice it.
	Defect *Defect

	mu      sync.Mutex
	waiting []*request
	// conducting is how many functions run. While none does, the one goroutine that is left is the drill's own.
	conducting int
	asked      chan struct{}
}

// New returns a host. settle returns when every other goroutine waits, as [testing/synctest.Wait] does; then the same drill is the
// same sequence of requests every time. It may be nil: then requests that a function makes at once are served in any order.
func New(settle func()) *Host { return &Host{settle: settle} }

// Defect is a mistake that functions make.
type Defect struct {
	// Request changes a request of a step: it returns the body to send, or with skip the answer in place of sending it.
	Request func(step string, r *http.Request, body string) (send string, skip *string)
	// Answer changes the answer of a step.
	Answer func(step string, payload, answer string) string
	// Instead answers in place of a step, if ok.
	Instead func(step, payload string) (answer string, ok bool)
}

// request is one request that waits.
type request struct {
	key    func() string
	serve  func()
	served chan struct{}
}

// Open implements [drill.Hosting].
func (m *Host) Open(world *fakeaws.World, api http.Handler) (drill.Addresses, error) {
	m.world, m.api, m.asked = world, api, make(chan struct{}, 1)
	return drill.Addresses{URL: "http://127.0.0.1:1", NameServer: "127.0.0.1:53", Transport: m}, nil
}

// Add implements [drill.Hosting].
func (m *Host) Add(f drill.HostedFunction) (drill.Running, error) {
	return &function{Host: m, of: f}, nil
}

// Close implements [drill.Hosting].
func (m *Host) Close() error { return nil }

// perform serves a request in its turn, or at once when no function runs.
func (m *Host) perform(ctx context.Context, key func() string, serve func()) error {
	m.mu.Lock()
	if m.conducting == 0 || m.settle == nil {
		m.mu.Unlock()
		serve()
		return nil
	}
	r := &request{key, serve, make(chan struct{})}
	m.waiting = append(m.waiting, r)
	m.mu.Unlock()
	select {
	case m.asked <- struct{}{}:
	default:
	}
	select {
	case <-r.served:
		return nil
	case <-ctx.Done():
		m.mu.Lock()
		defer m.mu.Unlock()
		m.waiting = slices.DeleteFunc(m.waiting, func(other *request) bool { return other == r })
		return ctx.Err()
	}
}

// next takes the first request by key.
func (m *Host) next() *request {
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.waiting) == 0 {
		return nil
	}
	first := m.waiting[0]
	if len(m.waiting) > 1 { // most have no other beside them: then no key is made
		first = slices.MinFunc(m.waiting, func(a, b *request) int { return cmp.Compare(a.key(), b.key()) })
	}
	m.waiting = slices.DeleteFunc(m.waiting, func(other *request) bool { return other == first })
	return first
}

func (m *Host) running(n int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.conducting += n
}

// conduct serves requests until a function has ended. If all its goroutines wait and there is no request, they wait for the clock
// of the bubble, which then advances.
func (m *Host) conduct(done <-chan lambdahost.Result) lambdahost.Result {
	if m.settle == nil {
		return <-done
	}
	for {
		m.settle()
		if r := m.next(); r != nil {
			m.running(-1)
			r.serve()
			m.running(1)
			close(r.served)
			continue
		}
		select {
		case result := <-done:
			return result
		case <-m.asked:
		}
	}
}

// RoundTrip implements [http.RoundTripper].
func (m *Host) RoundTrip(r *http.Request) (*http.Response, error) {
	body, err := readBody(r)
	if err != nil {
		return nil, err
	}
	var response *http.Response
	var failure error
	err = m.perform(r.Context(), func() string { return keyOf(r, body) }, func() { response, failure = m.serve(r, body) })
	return response, errors.Join(err, failure)
}

// keyOf is what orders requests that are made at the same time: all that they are.
func keyOf(r *http.Request, body []byte) string {
	scope := r.Header.Get("Authorization") // it names Region and service
	if len(scope) > 120 {
		scope = scope[:120]
	}
	return r.Method + " " + r.URL.RequestURI() + " " + r.Header.Get("X-Amz-Target") + " " + scope + " " + string(body)
}

// serve calls the simulator's handler with a request as a server has it.
func (m *Host) serve(r *http.Request, body []byte) (response *http.Response, err error) {
	uri := r.URL.RequestURI()
	path, err := url.ParseRequestURI(uri)
	if err != nil {
		return nil, err
	}
	arrived := &http.Request{
		Method: r.Method, URL: path, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Header: r.Header, Body: io.NopCloser(bytes.NewReader(body)),
		ContentLength: int64(len(body)), Host: cmp.Or(r.Host, r.URL.Host), RemoteAddr: "127.0.0.1:1", RequestURI: uri,
	}
	defer func() {
		if thrown := recover(); thrown == http.ErrAbortHandler {
			response, err = nil, io.ErrUnexpectedEOF
		} else if thrown != nil {
			panic(thrown)
		}
	}()
	w := &recorder{header: http.Header{}}
	m.api.ServeHTTP(w, arrived.WithContext(r.Context()))
	return &http.Response{
		Status: http.StatusText(w.status), StatusCode: cmp.Or(w.status, http.StatusOK), Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Header: w.header,
		Body: io.NopCloser(&w.body), ContentLength: int64(w.body.Len()), Request: r,
	}, nil
}

// recorder keeps an answer.
type recorder struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (w *recorder) Header() http.Header { return w.header }
func (w *recorder) WriteHeader(status int) {
	if w.status == 0 {
		w.status = status
	}
}
func (w *recorder) Write(p []byte) (int, error) { return w.body.Write(p) }

// client makes the requests of a function.
type client struct {
	*Host
	step string
}

// Do implements the SDK's interface.
func (c client) Do(r *http.Request) (*http.Response, error) {
	if c.Defect == nil || c.Defect.Request == nil {
		return c.RoundTrip(r)
	}
	body, err := readBody(r)
	if err != nil {
		return nil, err
	}
	send, skip := c.Defect.Request(c.step, r, string(body))
	if skip != nil {
		return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: io.NopCloser(bytes.NewReader([]byte(*skip))), Request: r}, nil
	}
	r.Body, r.ContentLength = io.NopCloser(bytes.NewReader([]byte(send))), int64(len(send))
	return c.RoundTrip(r)
}

func readBody(r *http.Request) ([]byte, error) {
	if r.Body == nil {
		return nil, nil
	}
	defer func() { _ = r.Body.Close() }()
	body := bytes.NewBuffer(make([]byte, 0, max(0, r.ContentLength)+bytes.MinRead))
	_, err := body.ReadFrom(r.Body)
	return body.Bytes(), err
}

// question is a connection for one question to a name server.
type question struct {
	net.Conn // nil: nothing else is used
	m        *Host
	ctx      context.Context
	answer   []byte
	failure  error
}

// dial connects to the name server.
func (m *Host) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	return &question{m: m, ctx: ctx}, nil
}

func (q *question) SetDeadline(time.Time) error { return nil }
func (q *question) Close() error                { return nil }

// Write asks.
func (q *question) Write(message []byte) (int, error) {
	err := q.m.perform(q.ctx, func() string { return "DNS " + string(message) }, func() { q.answer, q.failure = q.m.world.AnswerDNS(message) })
	return len(message), err
}

// Read returns the answer.
func (q *question) Read(p []byte) (int, error) { return copy(p, q.answer), q.failure }
