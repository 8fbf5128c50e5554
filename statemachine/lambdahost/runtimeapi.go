package lambdahost

import (
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"time"
)

// maxPayload is Lambda's limit for the answer of a synchronous invocation.
const maxPayload = 6291556

// runtimeAPI serves the Runtime API, each environment under a prefix of its own. An environment that has ended gets
// 404, after which a Go function exits.
func (h *Host) runtimeAPI() http.Handler {
	mux := http.NewServeMux()
	handle := func(pattern string, serve func(env *environment, rw http.ResponseWriter, r *http.Request)) {
		mux.HandleFunc(pattern, func(rw http.ResponseWriter, r *http.Request) {
			env := h.environment(r.PathValue("environment"))
			if env == nil {
				http.NotFound(rw, r)
				return
			}
			serve(env, rw, r)
		})
	}
	handle("GET /{environment}/2018-06-01/runtime/invocation/next", (*environment).serveNext)
	handle("POST /{environment}/2018-06-01/runtime/invocation/{id}/response", (*environment).serveResponse)
	handle("POST /{environment}/2018-06-01/runtime/invocation/{id}/error", (*environment).serveError)
	handle("POST /{environment}/2018-06-01/runtime/init/error", (*environment).serveInitError)
	return mux
}

// serveNext answers a poll when there is an invocation.
func (env *environment) serveNext(rw http.ResponseWriter, r *http.Request) {
	env.mu.Lock()
	if env.polled.IsZero() {
		env.polled = time.Now()
	}
	env.mu.Unlock()
	select {
	case inv := <-env.invocations:
		env.mu.Lock()
		env.current = inv
		env.mu.Unlock()
		header := rw.Header()
		header.Set("Content-Type", "application/json")
		header.Set("Lambda-Runtime-Aws-Request-Id", inv.requestID)
		// In real time, not in virtual time: the function's own timers use it.
		header.Set("Lambda-Runtime-Deadline-Ms", strconv.FormatInt(time.Now().Add(inv.timeout).UnixMilli(), 10))
		header.Set("Lambda-Runtime-Invoked-Function-Arn", inv.arn)
		header.Set("Lambda-Runtime-Trace-Id", "Root=1-00000000-000000000000000000000000;Sampled=0")
		_, _ = rw.Write(inv.payload) // the end of the process is reported by its exit
	case <-r.Context().Done():
	case <-env.exited:
	}
}

func (env *environment) serveResponse(rw http.ResponseWriter, r *http.Request) {
	env.serveAnswer(rw, r, false)
}

func (env *environment) serveError(rw http.ResponseWriter, r *http.Request) {
	env.serveAnswer(rw, r, true)
}

func (env *environment) serveAnswer(rw http.ResponseWriter, r *http.Request, isError bool) {
	env.mu.Lock()
	inv := env.current
	env.current = nil
	env.mu.Unlock()
	if inv == nil || inv.requestID != r.PathValue("id") {
		http.Error(rw, "no such invocation", http.StatusBadRequest)
		return
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, maxPayload+1))
	if err != nil {
		return // the process has ended while it was posting
	}
	rw.WriteHeader(http.StatusAccepted)
	inv.answered <- answer{body: body, isError: isError}
}

func (env *environment) serveInitError(rw http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(io.LimitReader(r.Body, maxPayload))
	if err != nil {
		return
	}
	env.mu.Lock()
	env.initError = &answer{body: body, isError: true}
	env.mu.Unlock()
	rw.WriteHeader(http.StatusAccepted)
}

// answer is a function's answer, as it posted it.
type answer struct {
	body    []byte
	isError bool
}

// result sets the result from the answer.
func (a answer) result(result Result) Result {
	if len(a.body) > maxPayload {
		return failed(result, errorTooLarge,
			"Response payload size exceeded maximum allowed payload size ("+strconv.Itoa(maxPayload)+" bytes).")
	}
	result.Payload = a.body
	if !a.isError {
		return result
	}
	var e functionError
	_ = json.Unmarshal(a.body, &e) // a payload that is not such an object has neither type nor message
	result.ErrorType, result.ErrorMessage = e.Type, e.Message
	if e.Type == "" {
		result.ErrorType = "Unhandled"
	}
	return result
}
