package drill

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"time"

	"github.com/drover-dr/drover/statemachine/fakeaws"
)

// Control is the path below which a served World is looked at and disturbed; no service of AWS has it.
//
//	GET    /_drover         what the World looks like, for people
//	POST   /_drover/faults  an event of a timeline, as YAML or JSON, with or without at: from now
//	DELETE /_drover/faults  ends every fault of AWS's APIs and functions that was injected
const Control = "/_drover"

// maxEvent bounds the text of an injected event.
const maxEvent = 64 << 10

// controlDesk is the World's handler with the paths of [Control] in front of it.
type controlDesk struct {
	world       *fakeaws.World
	performance atomic.Pointer[performance]
}

// open lets events be injected, once everything is deployed.
func (d *controlDesk) open(p *performance) { d.performance.Store(p) }

// ServeHTTP answers for the desk, and leaves everything else to the World.
func (d *controlDesk) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	path, found := strings.CutPrefix(r.URL.Path, Control)
	if !found || (path != "" && path[0] != '/') {
		d.world.ServeHTTP(rw, r)
		return
	}
	rw.Header().Set("Content-Type", "text/plain; charset=utf-8")
	p := d.performance.Load()
	if p == nil {
		http.Error(rw, "the World is still being set up", http.StatusServiceUnavailable)
		return
	}
	switch r.Method + " " + strings.TrimSuffix(path, "/") {
	case "GET ":
		p.dump(rw)
	case "POST /faults":
		p.inject(rw, r)
	case "DELETE /faults":
		p.onStage(r.Context(), p.world.Now(), func() error { return p.relieve() })
		fmt.Fprintln(rw, "all faults of AWS's APIs and functions are over")
	default:
		http.Error(rw, "there are: GET /_drover, POST /_drover/faults, DELETE /_drover/faults", http.StatusNotFound)
	}
}

// inject lets the event in a request's body happen. The answer comes when it has, or when a later one is in the
// calendar.
func (p *performance) inject(rw http.ResponseWriter, r *http.Request) {
	text, err := io.ReadAll(http.MaxBytesReader(rw, r.Body, maxEvent))
	if err != nil {
		http.Error(rw, err.Error(), http.StatusRequestEntityTooLarge)
		return
	}
	e, err := ParseEvent("event", text)
	if err != nil {
		http.Error(rw, err.Error(), http.StatusBadRequest)
		return
	}
	at := p.world.Now().Add(time.Duration(e.At))
	ctx, detached := r.Context(), context.WithoutCancel(r.Context())
	if err := p.onStage(ctx, at, func() error { return p.happen(detached, e) }); err != nil {
		http.Error(rw, err.Error(), http.StatusConflict)
		return
	}
	what, when := e.kinds()[0], "now"
	if e.At > 0 {
		when = "in " + span(time.Duration(e.At))
	}
	fmt.Fprintf(rw, "%s: %s\n", when, what)
}

// onStage lets fn run in the World's own course of things. It waits for the end when that is due now.
func (p *performance) onStage(ctx context.Context, at time.Time, fn func() error) error {
	done := make(chan error, 1)
	later := at.After(p.world.Now())
	p.world.At(at, func() {
		err := fn()
		if later && err != nil {
			p.say("drover", Bad, "an injected event could not happen: %v", err)
		}
		done <- err
	})
	if later {
		return nil
	}
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// relieve ends every fault that is still striking.
func (p *performance) relieve() error {
	for _, remove := range p.undo {
		remove()
	}
	p.undo = nil
	return nil
}
