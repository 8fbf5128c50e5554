package kernel

import (
	"fmt"
	"hash/fnv"
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
	// Spares is the access key of a caller whose requests it leaves alone.
	Spares string
	// LoseRequest neither performs the request nor answers it.
	LoseRequest bool
	// After is how many matching requests it leaves alone before.
	After int
	// Struck, when set, is called each time that it affects a request, with the mutex held.
	Struck func()
	// Times is how many requests it affects; 0 means all until it is removed.
	Times int
	// Share is the part of the matching requests that it affects, from 0 to 1; 0 means all. Which ones depends on what they are
	// about and on how many there were about it before, so that requests that are under way at once may come in any order.
	Share float64
	// seen counts the matching requests by what they are about.
	seen map[string]int
}

// strikes says whether the fault affects the next request about something.
func (f *Fault) strikes(about string) bool {
	if f.Share == 0 {
		return true
	}
	if f.seen == nil {
		f.seen = map[string]int{}
	}
	f.seen[about]++
	h := fnv.New32a()
	fmt.Fprintf(h, "%s %d", about, f.seen[about])
	return float64(h.Sum32()%1000) < f.Share*1000
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
		object := wire.ObjectOf(req)
		if f.Spares != "" && f.Spares == req.AccessKey || !f.isFor(req.Service, req.Operation, req.Region, object) {
			continue
		}
		if !f.strikes(req.Service + " " + req.Operation + " " + object) {
			continue
		}
		if f.After > 0 {
			f.After--
			continue
		}
		if f.Struck != nil {
			f.Struck()
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

// isFor says whether the fault is for a request. A request is about an object whose id is one of the words of what it is about.
func (f *Fault) isFor(service, operation, region, about string) bool {
	return (f.Service == "" || f.Service == service) && (f.Operation == "" || f.Operation == operation) &&
		(f.Region == "" || f.Region == region) && (f.Object == "" || slices.Contains(strings.Fields(about), f.Object))
}
