package drill

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strings"
	"sync/atomic"
	"time"

	"github.com/drover-dr/drover/internal/untrusted"
	"github.com/drover-dr/drover/statemachine/fakeaws"
	"github.com/drover-dr/drover/statemachine/scenario"
	"github.com/drover-dr/drover/statemachine/transcript"
)

// Control is the path below which a served simulator is inspected and faults are injected; no service of AWS has it.
//
//	GET    /_drover               the state of the simulator, as text
//	POST   /_drover/faults        an event of a timeline, as YAML or JSON, with or without at: from now
//	DELETE /_drover/faults        ends every fault of AWS's APIs and functions that was injected
//	POST   /_drover/callers/NAME  creates a role with the policy document in the body, and answers with an access key
const Control = "/_drover"

// maxBody bounds the text of an injected event and of a policy.
const maxBody = 64 << 10

// controlDesk is the simulator's handler with the paths of [Control] in front of it.
type controlDesk struct {
	world       *fakeaws.World
	door        doorkeeper
	performance atomic.Pointer[performance]
}

// open accepts events, once everything is deployed.
func (d *controlDesk) open(p *performance) { d.performance.Store(p) }

// ServeHTTP answers for the desk, and leaves everything else to the simulator. It answers only permitted requests, see
// [doorkeeper].
func (d *controlDesk) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	if problem := d.door.refuses(r); problem != "" {
		http.Error(rw, problem, http.StatusForbidden)
		return
	}
	path, found := strings.CutPrefix(r.URL.Path, Control)
	if !found || (path != "" && path[0] != '/') {
		d.world.ServeHTTP(rw, r)
		return
	}
	rw.Header().Set("Content-Type", "text/plain; charset=utf-8")
	rw = shown{rw, untrusted.Writer(rw)}
	p := d.performance.Load()
	if p == nil {
		http.Error(rw, "the AWS simulator is still being set up", http.StatusServiceUnavailable)
		return
	}
	if problem := simpleType(r); problem != "" {
		http.Error(rw, problem, http.StatusUnsupportedMediaType)
		return
	}
	name, isCaller := strings.CutPrefix(path, "/callers/")
	switch request := r.Method + " " + strings.TrimSuffix(path, "/"); {
	case request == "GET ":
		p.dump(rw)
	case request == "POST /faults":
		p.inject(rw, r)
	case request == "DELETE /faults":
		if err := p.onStage(r.Context(), p.world.Now(), p.relieve); err != nil {
			http.Error(rw, err.Error(), http.StatusConflict)
			return
		}
		fmt.Fprintln(rw, "all faults of AWS's APIs and functions have ended")
	case r.Method == http.MethodPost && isCaller && callerName.MatchString(name):
		p.admit(rw, r, name)
	default:
		http.Error(rw, "unknown request; expected GET /_drover, POST /_drover/faults, DELETE /_drover/faults, POST /_drover/callers/NAME", http.StatusNotFound)
	}
}

// shown is an answer for a terminal.
type shown struct {
	http.ResponseWriter
	text io.Writer
}

// Write writes what a terminal shows.
func (s shown) Write(text []byte) (int, error) { return s.text.Write(text) }

// callerName is what IAM takes for the name of a role.
var callerName = regexp.MustCompile(`^[\w+=,.@-]{1,64}$`)

// admit creates a role with the policy in a request's body, so that permissions can be tried before they are granted.
func (p *performance) admit(rw http.ResponseWriter, r *http.Request, name string) {
	policy, err := io.ReadAll(http.MaxBytesReader(rw, r.Body, maxBody))
	if err != nil {
		http.Error(rw, err.Error(), http.StatusRequestEntityTooLarge)
		return
	}
	key, err := p.world.AddRole(p.partition()+":iam::"+p.assembly.Account+":role/"+name, []json.RawMessage{policy})
	if err != nil {
		http.Error(rw, err.Error(), http.StatusBadRequest)
		return
	}
	fmt.Fprintf(rw, "export AWS_ACCESS_KEY_ID=%s AWS_SECRET_ACCESS_KEY=secret\n", key)
}

// inject applies the event in a request's body. It answers when the event is applied, or, with a later time, scheduled.
func (p *performance) inject(rw http.ResponseWriter, r *http.Request) {
	text, err := io.ReadAll(http.MaxBytesReader(rw, r.Body, maxBody))
	if err != nil {
		http.Error(rw, err.Error(), http.StatusRequestEntityTooLarge)
		return
	}
	e, err := p.event(text)
	if err != nil {
		http.Error(rw, err.Error(), http.StatusBadRequest)
		return
	}
	at := p.world.Now().Add(time.Duration(e.At))
	ctx, detached := r.Context(), context.WithoutCancel(r.Context())
	if err := p.onStage(ctx, at, func() error { return p.apply(detached, e) }); err != nil {
		http.Error(rw, err.Error(), http.StatusConflict)
		return
	}
	what, when := e.Kinds()[0], "now"
	if e.At > 0 {
		when = "in " + scenario.Span(time.Duration(e.At))
	}
	fmt.Fprintf(rw, "%s: %s\n", when, what)
}

// event reads an event, in the terms of the plan.
func (p *performance) event(text []byte) (scenario.Event, error) {
	e, err := scenario.ParseEvent("event", text)
	if err != nil {
		return e, err
	}
	terms, err := TermsOf(p.assembly)
	if err != nil {
		return e, err
	}
	return e.In(terms)
}

// onStage runs fn as a timed event of the simulator. It waits for its end when the event is due now.
func (p *performance) onStage(ctx context.Context, at time.Time, fn func() error) error {
	done := make(chan error, 1)
	later := at.After(p.world.Now())
	p.world.At(at, func() {
		err := fn()
		if later && err != nil {
			p.say("drover", transcript.Bad, "an event could not be applied: %v", err)
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

// relieve ends every fault that is still active.
func (p *performance) relieve() error {
	for _, remove := range p.undo {
		remove()
	}
	p.undo = nil
	return nil
}
