package fakeaws

import (
	"net/http"
	"slices"
	"strings"
)

// Fault changes how the World answers requests: what a scenario's timeline injects and takes away again.
type Fault struct {
	// Service is the name in the credential scope, such as route53; empty matches all.
	Service string
	// Operation is the operation's name; empty matches all.
	Operation string
	// Region matches the Region of the request; empty matches all.
	Region string
	// Object is a hosted zone, a global cluster or another name that the request must be about; empty matches all.
	Object string
	// Error, when set, is answered instead of performing the request. Its status is 400 if it has none.
	Error *APIError
	// LoseAnswer performs the request and then ends the connection without an answer.
	LoseAnswer bool
	// Times is how often the fault strikes before it is over; 0 means until it is removed.
	Times int
}

// Inject adds a fault and returns the function that removes it.
func (w *World) Inject(f Fault) (remove func()) {
	w.mu.Lock()
	defer w.mu.Unlock()
	fault := &f
	if fault.Error != nil && fault.Error.Status == 0 {
		e := *fault.Error
		e.Status = http.StatusBadRequest
		fault.Error = &e
	}
	w.faults = append(w.faults, fault)
	return func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.removeFault(fault)
	}
}

func (w *World) removeFault(fault *Fault) {
	for i, f := range w.faults {
		if f == fault {
			w.faults = append(w.faults[:i:i], w.faults[i+1:]...)
			return
		}
	}
}

// faultFor returns the oldest fault that matches the request, or nil, and counts it.
func (w *World) faultFor(req *Request) *Fault {
	for _, f := range w.faults {
		if (f.Service != "" && f.Service != req.Service) || (f.Operation != "" && f.Operation != req.Operation) ||
			(f.Region != "" && f.Region != req.Region) || (f.Object != "" && !isAbout(req, f.Object)) {
			continue
		}
		if f.Times > 0 {
			f.Times--
			if f.Times == 0 {
				w.removeFault(f)
			}
		}
		return f
	}
	return nil
}

// isAbout says whether a request names an object: its id is one of the words of what the request is about.
func isAbout(req *Request, object string) bool {
	return slices.Contains(strings.Fields(objectOf(req)), object)
}
