// Package lever answers the health checkers of Route 53: whether users are to leave a Region. It is the data-plane lever of
// the switches with [failover.EndpointLever], and no step of a run.
//
//	GET /switches/{name}/{region}    200 when users of the switch leave the Region, else 404
//
// The health check on the record sets of a Region calls the function in the other Region, and is inverted: it is unhealthy
// while the answer is 200. When the function or its Region does not answer, the check is healthy, and users stay where the
// weights send them. When only the table does not answer, the function keeps answering what it has last read: users that a
// failover has moved do not return to the Region that they have left because of a table.
//
// The route is open to the internet, because health checkers sign nothing. So it is a function of its own: its role reads
// the items of switches and nothing else.
package lever

import (
	"context"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/registry"
)

// switches is the part of the registry that the function uses.
type switches interface {
	Switch(ctx context.Context, name string) (registry.SwitchState, error)
}

// Handler answers for the switches of one plan, from the registry's replica of its own Region.
type Handler struct {
	Plan failover.Plan
	// Region is where the function runs. Users can be made to leave the other one from here.
	Region   failover.Region
	Registry switches
	// Known is what earlier calls of the same execution environment have read; nil remembers nothing.
	Known *Known
}

// Known is what a function has read, by the name of the switch.
type Known struct {
	mu     sync.Mutex
	states map[string]known
}

type known struct {
	evacuated failover.Region
	at        time.Time
}

// knownTime is how long a state that was read counts while the table does not answer: health checkers call the function every few
// seconds, so that every execution environment which is in use has read it shortly before, and one which is not has ended by then.
const knownTime = time.Hour

func (k *Known) note(name string, evacuated failover.Region, at time.Time) {
	if k == nil {
		return
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.states == nil {
		k.states = map[string]known{}
	}
	k.states[name] = known{evacuated, at}
}

// read is the state that was read last, if that was not too long ago.
func (k *Known) read(name string, at time.Time) (evacuated failover.Region, ok bool) {
	if k == nil {
		return "", false
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	last, ok := k.states[name]
	return last.evacuated, ok && at.Sub(last.at) <= knownTime
}

type (
	request  = events.APIGatewayV2HTTPRequest
	response = events.APIGatewayV2HTTPResponse
)

// Handle answers one request. It returns no error: when the switch cannot be read, it answers what it has last read within an
// hour, and otherwise 503, which leaves users where the weights send them. A second identical call answers the same, as long as no
// run writes the switch.
func (h Handler) Handle(ctx context.Context, req request) (response, error) {
	ctx, cancel := context.WithTimeout(ctx, failover.LeverTimeLimit)
	defer cancel()
	path := strings.Split(strings.Trim(req.RawPath, "/"), "/")
	if len(path) != 3 || path[0] != "switches" || !h.drives(path[1], failover.Region(path[2])) {
		return answer(http.StatusNotFound, "no such switch"), nil
	}
	if method := req.RequestContext.HTTP.Method; method != http.MethodGet && method != http.MethodHead {
		return answer(http.StatusMethodNotAllowed, "expected GET"), nil
	}
	evacuated, ok := h.evacuated(ctx, path[1], time.UnixMilli(req.RequestContext.TimeEpoch))
	switch {
	case !ok:
		return answer(http.StatusServiceUnavailable, "the registry did not answer"), nil
	case evacuated == failover.Region(path[2]):
		return answer(http.StatusOK, "evacuated"), nil
	}
	return answer(http.StatusNotFound, "not evacuated"), nil
}

// evacuated is the Region that users of a switch are to leave, as it was read now or, when the table does not answer, before.
func (h Handler) evacuated(ctx context.Context, name string, now time.Time) (region failover.Region, ok bool) {
	state, err := h.Registry.Switch(ctx, name)
	if err != nil {
		return h.Known.read(name, now)
	}
	h.Known.note(name, state.Evacuated, now)
	return state.Evacuated, true
}

// drives says whether this Region is where users of the switch are made to leave a Region from.
func (h Handler) drives(name string, region failover.Region) bool {
	if region != h.Plan.Other(h.Region) {
		return false
	}
	for _, s := range h.Plan.Switches {
		if s.Name == name {
			return s.Lever == failover.EndpointLever
		}
	}
	return false
}

func answer(status int, text string) response {
	return response{StatusCode: status, Body: text + "\n", Headers: map[string]string{"Content-Type": "text/plain; charset=utf-8", "Cache-Control": "no-store"}}
}
