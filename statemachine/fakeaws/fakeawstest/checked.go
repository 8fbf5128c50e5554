package fakeawstest

import (
	"bufio"
	"bytes"
	"io"
	"net"
	"net/http"
	"slices"

	"github.com/drover-dr/drover/statemachine/fakeaws/awsmodel"
	"github.com/drover-dr/drover/statemachine/fakeaws/wire"
)

// services are AWS's models, by the name of the service in a signature.
var services = func() map[string]awsmodel.Service {
	all := map[string]awsmodel.Service{}
	for _, s := range awsmodel.Services() {
		all[s.Service] = s
	}
	return all
}()

// Checked serves what a simulator answers, and reports what of it AWS's models do not allow.
func Checked(simulator http.Handler, report func(problem string)) http.Handler {
	return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		scope, known := wire.ScopeOf(r)
		s, modelled := services[scope.Service]
		if !known || !modelled {
			simulator.ServeHTTP(rw, r)
			return
		}
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return // the client has gone
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		copied := &copying{ResponseWriter: rw, status: http.StatusOK}
		simulator.ServeHTTP(copied, r)
		protocol, operation := s.Match(r, body)
		if copied.status >= http.StatusMultipleChoices || !slices.Contains(s.Names(), operation) || r.Method == http.MethodHead {
			return
		}
		for _, problem := range s.CheckAnswer(protocol, operation, copied.body.Bytes()) {
			report(s.Service + " " + operation + ": " + problem)
		}
	})
}

// copying keeps what is written.
type copying struct {
	http.ResponseWriter
	status int
	body   bytes.Buffer
}

func (c *copying) WriteHeader(status int) {
	c.status = status
	c.ResponseWriter.WriteHeader(status)
}

func (c *copying) Write(b []byte) (int, error) {
	_, _ = c.body.Write(b) // a buffer takes everything
	return c.ResponseWriter.Write(b)
}

// Hijack gives the connection to a simulator that does not answer.
func (c *copying) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	c.status = http.StatusServiceUnavailable
	return http.NewResponseController(c.ResponseWriter).Hijack()
}
