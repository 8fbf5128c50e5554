package kernel

import (
	"net/http"
	"slices"
	"strings"

	"github.com/drover-dr/drover/statemachine/fakeaws/wire"
)

// Fault changes how requests are answered. A scenario's timeline injects and removes it.
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
	Error *wire.Error
	// LoseAnswer performs the request and then ends the connection without an answer.
	LoseAnswer bool
	// Times is how many requests it affects; 0 means all until it is removed.
	Times int
}

func (k *Kernel) inject(f Fault) *Fault {
	fault := &f
	if fault.Error != nil && fault.Error.Status == 0 {
		e := *fault.Error
		e.Status = http.StatusBadRequest
		fault.Error = &e
	}
	k.faults = append(k.faults, fault)
	return fault
}

func (k *Kernel) removeFault(fault *Fault) {
	k.faults = slices.DeleteFunc(slices.Clone(k.faults), func(f *Fault) bool { return f == fault })
}

// FaultFor returns the oldest fault that matches the request, or nil, and counts the request.
func (k *Kernel) FaultFor(req *wire.Request) *Fault {
	for _, f := range k.faults {
		if (f.Service != "" && f.Service != req.Service) || (f.Operation != "" && f.Operation != req.Operation) ||
			(f.Region != "" && f.Region != req.Region) || (f.Object != "" && !isAbout(req, f.Object)) {
			continue
		}
		if f.Times > 0 {
			f.Times--
			if f.Times == 0 {
				k.removeFault(f)
			}
		}
		return f
	}
	return nil
}

// isAbout says whether a request names an object: its id is one of the words of what the request is about.
func isAbout(req *wire.Request, object string) bool {
	return slices.Contains(strings.Fields(wire.ObjectOf(req)), object)
}
