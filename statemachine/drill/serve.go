package drill

import (
	"context"
	"errors"
	"net"
	"net/http"
	"time"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/statemachine/fakeaws"
	"github.com/drover-dr/drover/statemachine/scenario"
	"github.com/drover-dr/drover/statemachine/transcript"
)

// ServeOptions are what a simulator is served with.
type ServeOptions struct {
	Options
	// Listener is where the simulator is reached. Serve closes it.
	Listener net.Listener
	// Host is the name or address, without the port, under which the listener was asked for; the loopback's own names are
	// known.
	Host string
	// Speed is how many seconds pass in a real one; 0 means 1.
	Speed float64
	// Clock is the real time.
	Clock func() time.Time
	// Ready, when set, is called once everything is deployed, before the first event.
	Ready func(Stage)
}

// Stage describes a served simulator.
type Stage struct {
	// URL is the simulator's address, for all services and both Regions.
	URL string
	// NameServer is the address, with its port, of the name server that answers for the hosted zones, over UDP and TCP.
	NameServer string
	// AccessKey is that of an administrator; any secret is accepted.
	AccessKey, SecretKey string
	Account              string
	Plan                 failover.Plan
	// StateMachine is the ARN of the state machine in the standby, from where a failover is started; API is the address
	// of the HTTP API there, empty when there is none. Table, Topic and Bucket are those of the standby too.
	StateMachine, API, Table, Topic, Bucket string
	// Applications are those that are registered.
	Applications []failover.Application
}

// Serve keeps a simulator up and applies the scenario's timeline, until ctx is done. That is no error.
func Serve(ctx context.Context, s *scenario.Scenario, o ServeOptions) error {
	clock := o.Clock
	if clock == nil {
		clock = time.Now
	}
	start := clock().UTC().Truncate(time.Second)
	s, deployed, err := prepare(s, o.Assembly)
	if err != nil {
		return err
	}
	var desk *controlDesk
	r, err := deployAt(ctx, deployed, o.Lambdas, &processes{listener: o.Listener}, start.Add(-warmUp), func(w *fakeaws.World) http.Handler {
		desk = &controlDesk{world: w, door: newDoorkeeper(o.Listener.Addr(), o.Host)}
		return desk
	})
	if err != nil {
		return interrupted(ctx, err)
	}
	defer func() { _ = r.close() }() // the functions are killed in any case
	if err := r.settle(ctx, s, s.Applications()); err != nil {
		return interrupted(ctx, err)
	}
	r.world.StartTraffic()
	r.world.AdvanceTo(start)
	o.Out.Start, r.began = start, start
	p := &performance{rehearsal: r, scenario: s.MovedTo(start), narrator: &transcript.Narrator{Out: o.Out, Announce: true}, delivered: map[string]int{}}
	p.begin(ctx)
	desk.open(p)
	if o.Ready != nil {
		o.Ready(r.stage())
	}
	p.world.Serve(ctx, fakeaws.Pace{Speed: o.Speed, Now: clock, Wait: wait})
	return errors.Join(p.failures...)
}

// warmUp is the virtual time for which a simulator has run when it is served: clients send requests, every replica has
// what is registered, and every metric has data.
const warmUp = 3 * time.Minute

// interrupted returns no error when ctx is done.
func interrupted(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return nil //nolint:nilerr // the error is that of the interruption
	}
	return err
}

// wait waits in real time.
func wait(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}

// stage is what is deployed, as seen from the standby.
func (r *rehearsal) stage() Stage {
	standby := string(r.plan.Standby)
	s := Stage{
		URL: r.URL, NameServer: r.NameServer, AccessKey: fakeaws.Administrator, SecretKey: "secret", Account: r.assembly.Account, Plan: r.plan,
		Table: r.table(), Applications: r.apps,
	}
	for _, m := range r.assembly.StateMachines {
		if m.Region == standby {
			s.StateMachine = m.ARN
		}
	}
	for _, t := range r.assembly.Topics {
		if t.Region == standby {
			s.Topic = t.ARN
		}
	}
	for _, b := range r.assembly.Buckets {
		if b.Region == standby {
			s.Bucket = b.Name
		}
	}
	for _, a := range r.assembly.APIs {
		if a.Region == standby {
			s.API = r.URL + "/" + a.ID
		}
	}
	return s
}
