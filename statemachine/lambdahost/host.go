// Package lambdahost runs Lambda functions on this machine: the real binary, started as Lambda starts it and fed over
// the Lambda Runtime API. Invocations behave as in Lambda: an environment is used again, a crash is a Runtime.ExitError
// and the next invocation gets a new environment, and a function that exceeds its timeout is ended with
// Sandbox.Timedout.
//
// The documents behind it are "Using the Lambda runtime API for custom runtimes" and "Understanding the Lambda
// execution environment lifecycle" of the Lambda Developer Guide.
package lambdahost

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"runtime"
	"sync"
	"time"
)

// Host runs functions. It listens on the loopback interface for the Runtime API of all of them.
type Host struct {
	address string
	server  *http.Server
	// starts sends processes to the one thread that starts them; see [Host.startProcesses].
	starts chan func()
	done   chan struct{}

	mu           sync.Mutex
	closed       bool
	started      int // environments so far
	invoked      int // invocations so far
	environments map[string]*environment
}

// New returns a Host that listens. It must be closed; otherwise its functions run until their next poll fails.
func New() (*Host, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("listen for the Lambda Runtime API: %w", err)
	}
	h := &Host{
		address:      listener.Addr().String(),
		starts:       make(chan func()),
		done:         make(chan struct{}),
		environments: map[string]*environment{},
	}
	h.server = &http.Server{Handler: h.runtimeAPI(), ReadHeaderTimeout: 10 * time.Second}
	go func() { _ = h.server.Serve(listener) }() // ends with Close
	go h.startProcesses()
	return h, nil
}

// startProcesses starts every process on one thread that lives as long as the Host. Linux sends a parent-death signal
// when the thread that started the child ends, and Go may end other threads at any time.
func (h *Host) startProcesses() {
	runtime.LockOSThread()
	for {
		select {
		case start := <-h.starts:
			start()
		case <-h.done:
			return
		}
	}
}

// Function is one deployed function.
type Function struct {
	// Name, ARN and Region are those that the function gets in its environment.
	Name, ARN, Region string
	// Binary is the path of the executable, called bootstrap in a deployment package.
	Binary string
	// Timeout is the function's timeout, in real time.
	Timeout time.Duration
	// Variables are the function's own environment variables and its credentials. They replace those of Lambda. This
	// process's own environment is not passed on.
	Variables map[string]string

	host *Host
	mu   sync.Mutex // one invocation at a time: the function has one environment
	env  *environment
}

// Add makes a function ready to be invoked. Its process starts with the first invocation, as in Lambda.
func (h *Host) Add(f *Function) error {
	info, err := os.Stat(f.Binary)
	if err != nil {
		return fmt.Errorf("add function %s: %w", f.Name, err)
	}
	if info.IsDir() || info.Mode()&0o111 == 0 {
		return fmt.Errorf("add function %s: %s is not an executable file", f.Name, f.Binary)
	}
	if f.Timeout <= 0 {
		return fmt.Errorf("add function %s: timeout %s; expected more than 0", f.Name, f.Timeout)
	}
	f.host = h
	return nil
}

// Close ends all functions and returns when their processes have ended. Running invocations fail.
func (h *Host) Close() error {
	h.mu.Lock()
	if h.closed {
		h.mu.Unlock()
		return nil
	}
	h.closed = true
	var running []*environment
	for _, env := range h.environments {
		running = append(running, env)
	}
	h.mu.Unlock()
	for _, env := range running {
		env.kill()
		<-env.exited
		env.log.close()
	}
	close(h.done)
	return h.server.Close()
}

var errClosed = errors.New("the host of the functions is closed")

// register gives an environment its id, which is its prefix of the Runtime API.
func (h *Host) register(env *environment) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed {
		return errClosed
	}
	h.started++
	env.id = fmt.Sprintf("environment-%d", h.started)
	h.environments[env.id] = env
	return nil
}

func (h *Host) forget(env *environment) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.environments, env.id)
}

func (h *Host) environment(id string) *environment {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.environments[id]
}

// requestID counts, so that two runs of a drill have the same error texts.
func (h *Host) requestID() string {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.invoked++
	return fmt.Sprintf("00000000-0000-4000-a000-%012d", h.invoked)
}
