package updateregistry

import (
	"fmt"
	"strings"
	"testing"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/registry/registrytest"
	"github.com/drover-dr/drover/statemachine/fakeaws"
)

// withRecords registers the named applications with one record each, in a zone of its own.
func withRecords(t *testing.T, h Handler, names ...string) {
	t.Helper()
	for _, name := range names {
		app := failover.Application{Name: name, Wave: 1, Records: []failover.Record{{
			Name: "www." + name + ".example", Type: "A", Zone: "Z" + strings.ToUpper(name), ZoneName: name + ".example", TTL: 60,
			Endpoints: map[failover.Region]failover.Endpoint{east: {Value: "192.0.2.10"}, west: {Value: "198.51.100.10"}},
		}}}
		if _, err := h.Registry.Register(t.Context(), failover.DefaultPlan(), []failover.Application{registrytest.Filled(app)}, start); err != nil {
			t.Fatal(err)
		}
	}
}

// TestWhatIsSetAsideIsNotWrittenAsMoved, be it a record, its zone, or all traffic of the wave.
func TestWhatIsSetAsideIsNotWrittenAsMoved(t *testing.T) {
	for _, c := range []struct {
		aside failover.SetAside
		moved map[string]bool
	}{
		{failover.SetAside{Kind: failover.RecordKind, Object: "www.a.example A", Zone: "ZA", Application: "a"}, map[string]bool{"b": true}},
		{failover.SetAside{Kind: failover.ZoneKind, Object: "b.example", Zone: "ZB"}, map[string]bool{"a": true}},
		{failover.SetAside{Kind: failover.TrafficKind, Wave: 1}, nil},
		{failover.SetAside{Kind: failover.TrafficKind, Wave: 2}, map[string]bool{"a": true, "b": true}},
		{failover.SetAside{Kind: failover.DatabaseKind, Object: "a"}, map[string]bool{"a": true, "b": true}},
	} {
		h, _ := newHandler(t)
		withRecords(t, h, "a", "b")
		req := stageRequest(100)
		req.SetAside = failover.Aside{c.aside}
		if _, err := handle(t, h, req); err != nil {
			t.Fatal(err)
		}
		for name, live := range lives(t, h) {
			if got := live.Active == west; got != c.moved[name] {
				t.Errorf("%+v: %s is written as moved: %v; want %v", c.aside, name, got, c.moved[name])
			}
		}
	}
}

// TestWhateverOneCallAnswersAllAreWritten disturbs each call that three applications take, one after the other, and tries
// again as the state machine does.
func TestWhateverOneCallAnswersAllAreWritten(t *testing.T) {
	for name, fault := range map[string]fakeaws.Fault{
		"throttled":     {Error: &fakeaws.APIError{Code: "ProvisionedThroughputExceededException"}},
		"busy":          {Error: &fakeaws.APIError{Code: "TransactionInProgressException"}},
		"unreachable":   {Error: &fakeaws.APIError{Code: "InternalServerError", Status: 500}},
		"a lost answer": {LoseAnswer: true},
	} {
		for _, operation := range []string{"Query", "GetItem", "UpdateItem"} {
			for k := range 4 {
				h, world := newHandler(t, "a", "b", "c")
				fault.Service, fault.Operation, fault.Times = "dynamodb", operation, k+1
				mended := world.Inject(fault)
				var err error
				for range 7 {
					if _, err = handle(t, h, stageRequest(100)); err == nil {
						break
					}
				}
				mended()
				if err != nil {
					t.Fatalf("%s %s %d times: %v", operation, name, k+1, err)
				}
				for app, live := range lives(t, h) {
					if live.Active != west || live.Weights[west] != 100 {
						t.Fatalf("%s %s: %s is %s", fmt.Sprintf("%s %d times", operation, k+1), name, app, live.Active)
					}
				}
			}
		}
	}
}

func TestARunIsWrittenWithWhatItHasSetAside(t *testing.T) {
	h, _ := newHandler(t, "a")
	run := stageRequest(100).Run
	_, err := h.Close(t.Context(), failover.CloseRequest{
		Op: "close", Run: run, Outcome: failover.Held, Failures: []failover.StepFailure{{State: failover.VerifyHealth, Cause: "because"}}, Now: start,
		SetAside: failover.Aside{{Kind: failover.DatabaseKind, Object: "orders", Application: "a", Error: failover.Rejected, Cause: "no"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	runs, err := h.Registry.Runs(t.Context(), 1)
	if err != nil || len(runs) != 1 {
		t.Fatalf("got %v, %v", runs, err)
	}
	if got := runs[0].Reasons; len(got) != 2 || got[1] != "database orders of a was set aside: Rejected: no" {
		t.Errorf("got %q", got)
	}
}

// TestPendingWeightsStayInTheRegistry, and the application is active where a switch has moved its users. One that moves by weights,
// because it has no switch or because its lever failed, has those that were written, also in the same zone.
func TestPendingWeightsStayInTheRegistry(t *testing.T) {
	for name, c := range map[string]struct {
		switches []string
		aside    failover.Aside
		pending  bool
	}{
		"moved by a switch": {[]string{"default"}, nil, true},
		"moved by weights":  {nil, nil, false},
		"its lever failed":  {[]string{"default"}, failover.Aside{{Kind: failover.SwitchKind, Object: "default", Wave: 1}}, false},
	} {
		h, _ := newHandler(t)
		withRecords(t, h, "a", "b")
		h.Registry.Plan.Switches = []failover.Switch{{Name: "default", Lever: failover.EndpointLever}}
		req := stageRequest(100)
		req.Run.Switches = c.switches
		req.SetAside = append(c.aside, failover.SetAside{Kind: failover.PendingKind, Object: "a.example", Zone: "ZA"})
		for range 2 {
			if _, err := handle(t, h, req); err != nil {
				t.Fatal(err)
			}
			got := lives(t, h)
			if a := got["a"]; a.Active != west || (a.Weights[east] == 100) != c.pending || (a.Weights[west] == 0) != c.pending || a.Epoch != req.Run.Epoch {
				t.Errorf("%s: a: got %+v; want it active in us-west-2, with the weights that Route 53 has", name, a)
			}
			if b := got["b"]; b.Active != west || b.Weights[east] != 0 || b.Weights[west] != 100 {
				t.Errorf("%s: b: got %+v; want it moved by weights", name, b)
			}
		}
	}
}

// TestWhatWasRegisteredSinceIsNotWrittenAsMoved: no step has moved it, because Validate has not seen it. What was changed since has
// moved before.
func TestWhatWasRegisteredSinceIsNotWrittenAsMoved(t *testing.T) {
	for _, c := range []struct {
		name string
		seen func(a failover.Application) *failover.Seen
		want map[string]bool
	}{
		{"seen as it is", func(a failover.Application) *failover.Seen { return failover.SeenOf([]failover.Application{a}, 1) }, map[string]bool{"a": true}},
		{"seen otherwise", func(a failover.Application) *failover.Seen {
			a.Records = nil
			return failover.SeenOf([]failover.Application{a}, 1)
		}, map[string]bool{"a": true}},
		{"seen by an earlier release", func(failover.Application) *failover.Seen { return nil }, map[string]bool{"a": true, "b": true}},
		{"seen in groups", func(failover.Application) *failover.Seen { return &failover.Seen{Groups: []string{"x"}} }, map[string]bool{"a": true, "b": true}},
	} {
		h, _ := newHandler(t)
		withRecords(t, h, "a")
		apps, err := h.Registry.Applications(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		req := stageRequest(100)
		req.Stage.Seen = c.seen(apps[0])
		withRecords(t, h, "b")
		if _, err := handle(t, h, req); err != nil {
			t.Fatal(err)
		}
		for name, live := range lives(t, h) {
			if got := live.Active == west; got != c.want[name] {
				t.Errorf("%s: %s is written as moved: %v; want %v", c.name, name, got, c.want[name])
			}
		}
	}
}
