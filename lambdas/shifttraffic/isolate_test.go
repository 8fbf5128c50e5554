package shifttraffic

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/lambdas/internal/entry"
	"github.com/drover-dr/drover/statemachine/fakeaws"
)

// block makes Route 53 reject the record: its name has a weighted record set with another TTL, which Drover knows
// nothing of.
func block(t *testing.T, world *fakeaws.World, r failover.Record) {
	t.Helper()
	must(t, world.PutRecordSet(r.Zone, fakeaws.RecordSet{
		Name: r.Name, Type: r.Type, SetIdentifier: "another-tool", Weight: 1, TTL: 300, Values: []string{"192.0.2.30"},
	}))
}

// shiftAll calls as the state machine does in a failover: until nothing remains, with what the calls before have
// answered, for so many rounds at most; what is deferred then is set aside.
func shiftAll(t *testing.T, h Handler, world *fakeaws.World, rounds int) failover.ShiftRequest {
	t.Helper()
	req := request(7, "run-7", 100)
	for round := 1; round <= rounds; round++ {
		req.Round = round
		answer, err := h.Handle(t.Context(), req)
		must(t, err)
		req.Changes = append(req.Changes, answer.Changes...)
		req.SetAside = append(req.SetAside, answer.SetAside...)
		if answer.Remaining == 0 {
			return req
		}
		if round == rounds {
			req.SetAside = append(req.SetAside, answer.Deferred...)
		}
		world.AdvanceTo(world.Now().Add(failover.RefillWait))
	}
	return req
}

// asideOf is what was set aside, as "record bad.Z1.example A".
func asideOf(aside failover.Aside) []string {
	all := []string{}
	for _, s := range aside {
		all = append(all, string(s.Kind)+" "+s.Object)
	}
	return all
}

func TestARecordThatRoute53RejectsIsSetAsideAndAllOthersMove(t *testing.T) {
	for _, bad := range [][]int{{0}, {299}, {17, 18}, {3, 120, 248, 249, 250, 290}} {
		t.Run(fmt.Sprint(bad), func(t *testing.T) {
			apps := manyApplications("Z1", 300)
			h, world := newHandler(t, apps...)
			var want []string
			for _, i := range bad {
				block(t, world, apps[i].Records[0])
				want = append(want, "record "+apps[i].Records[0].Name+" A")
			}
			req := shiftAll(t, h, world, 3)
			got := asideOf(req.SetAside)
			slices.Sort(got)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("set aside (-want +got):\n%s", diff)
			}
			for _, s := range req.SetAside {
				if s.Error != failover.Rejected || !strings.Contains(s.Cause, "same TTL") || !strings.HasPrefix(s.Application, "app-") {
					t.Errorf("got %+v; want Rejected with Route 53's words, and the application", s)
				}
			}
			rest := slices.DeleteFunc(slices.Clone(apps), func(app failover.Application) bool { return req.SetAside.Traffic(app) })
			checkMoved(t, world, rest)
			for _, i := range bad {
				if got := world.Weights(apps[i].Records[0].Name, "A"); got["us-east-1"] != 100 {
					t.Errorf("the record at fault was changed: %v", got)
				}
			}
			checkBothRegions(t, world)
			if f := fence(world, "Z1"); !strings.Contains(f, "batch=1") {
				t.Errorf("fence: got %s; want that of the last batch", f)
			}
			if known := knownOf(req.Changes, "Z1"); known != 2 {
				t.Errorf("the changes say that %d batches are done; want 2, or VerifyHealth waits for too little", known)
			}
		})
	}
}

// checkBothRegions asserts that each accepted batch has the record sets of both Regions of a name, or none.
func checkBothRegions(t *testing.T, world *fakeaws.World) {
	t.Helper()
	for _, b := range world.Batches() {
		sets := map[string]int{}
		for _, c := range b.Changes {
			if c.Action == "CREATE" && c.Set.Type != "TXT" {
				sets[c.Set.Name]++
			}
		}
		for name, n := range sets {
			if n != 2 {
				t.Errorf("a batch has %d record sets of %s; want those of both Regions", n, name)
			}
		}
	}
}

// TestBisectingCostsFewCalls: Route 53 says which records it rejects.
func TestBisectingCostsFewCalls(t *testing.T) {
	apps := manyApplications("Z1", 249)
	h, world := newHandler(t, apps...)
	block(t, world, apps[100].Records[0])
	before := len(world.Calls())
	shiftAll(t, h, world, 1)
	if n := len(world.Calls()) - before; n > 11 {
		t.Errorf("%d calls; want at most 11 for one record of 249", n)
	}
}

// TestNothingIsHalvedThatAnotherWriterStops: a fence that has moved is no fault of any record.
func TestNothingIsHalvedThatAnotherWriterStops(t *testing.T) {
	apps := manyApplications("Z1", 4)
	h, world := newHandler(t, apps...)
	handle(t, h, request(5, "run-5", 10))
	block(t, world, apps[2].Records[0])
	newer := h
	h.Route53 = &between{dns: h.Route53, act: func() {
		putFence(t, world, "Z1", failover.Fence{Epoch: 8, Run: "run-8", Region: west, Phase: failover.Outbound})
	}}
	_ = newer
	answer, err := h.Handle(t.Context(), request(7, "run-7", 100))
	if entry.ConditionOf(err) != failover.FenceLost || len(answer.SetAside) > 0 || len(world.Batches()) != 1 {
		t.Errorf("got %v, %d set aside, %d batches; want FenceLost, none and that of run-5", err, len(answer.SetAside), len(world.Batches()))
	}
}

func TestAZoneWithTooManyRecordsAtFaultIsSetAsideAsOne(t *testing.T) {
	apps := slices.Concat(manyApplications("Z1", 60), manyApplications("Z2", 1))
	apps[60].Name = "other"
	h, world := newHandler(t, apps...)
	for _, app := range apps[:60] {
		block(t, world, app.Records[0])
	}
	req := shiftAll(t, h, world, 5)
	got := asideOf(req.SetAside)
	if n := len(got); n > maxAlone+1 || got[n-1] != "zone z1.example" {
		t.Errorf("%d set aside: %v; want at most %d records, and then the zone", n, got, maxAlone)
	}
	checkMoved(t, world, apps[60:])
}

// TestTheListOfWhatIsSetAsideIsBounded, and what it has no room for is set aside with the wave.
func TestTheListOfWhatIsSetAsideIsBounded(t *testing.T) {
	var apps []failover.Application
	for i := range failover.MaxSetAside + 5 {
		app := manyApplications(fmt.Sprintf("Z%02d", i), 1)[0]
		app.Name = fmt.Sprintf("app-%02d", i)
		app.Records[0].ZoneName = fmt.Sprintf("z%02d.example", i)
		apps = append(apps, app)
	}
	h, world := newHandler(t, apps...)
	denied := &fakeaws.APIError{Code: "AccessDenied", Status: 403}
	world.Inject(fakeaws.Fault{Operation: "ChangeResourceRecordSets", Error: denied})
	req := shiftAll(t, h, world, 2)
	if n := len(req.SetAside); n != failover.MaxSetAside+1 || req.SetAside[n-1].Kind != failover.TrafficKind || req.SetAside[n-1].Wave != 1 {
		t.Errorf("%d set aside, the last %+v; want %d and the wave", n, req.SetAside[n-1], failover.MaxSetAside)
	}
	if !strings.Contains(req.SetAside[failover.MaxSetAside].Cause, "5 more parts") {
		t.Errorf("got %s", req.SetAside[failover.MaxSetAside])
	}
}

// TestAZoneThatCannotBeReadOrWrittenKeepsNoOtherFromMoving, whatever the error, and wherever it stands among the others.
func TestAZoneThatCannotBeReadOrWrittenKeepsNoOtherFromMoving(t *testing.T) {
	for _, operation := range []string{"ListResourceRecordSets", "ChangeResourceRecordSets"} {
		for _, fault := range []fakeaws.Fault{
			{Error: &fakeaws.APIError{Code: "AccessDenied", Status: 403}},
			{Error: &fakeaws.APIError{Code: "NoSuchHostedZone", Status: 404}},
			{Error: &fakeaws.APIError{Code: "PriorRequestNotComplete"}},
			{Error: &fakeaws.APIError{Code: "Throttling"}},
			{Error: &fakeaws.APIError{Code: "ServiceUnavailable", Status: 503}},
			{LoseAnswer: true},
		} {
			for sick := range 3 {
				if fault.LoseAnswer && operation == "ChangeResourceRecordSets" {
					continue // it is done, and only the answer is missing: that is for the next test
				}
				apps := threeZones()
				h, world := newHandler(t, apps...)
				fault.Operation = operation
				h.Route53 = sickZone{h.Route53, world, fmt.Sprintf("Z%d", sick+1), fault}
				req := shiftAll(t, h, world, 4)
				what := fmt.Sprintf("%s of zone %d: %+v", operation, sick+1, fault)
				if diff := cmp.Diff([]string{fmt.Sprintf("zone z%d.example", sick+1)}, asideOf(req.SetAside)); diff != "" {
					t.Fatalf("%s: set aside (-want +got):\n%s", what, diff)
				}
				checkMoved(t, world, slices.Delete(apps, sick, sick+1))
			}
		}
	}
}

// TestAThrottledZoneRemainsAlsoWhenItIsTheLast: it is not done although nothing more is known of it.
func TestAThrottledZoneRemainsAlsoWhenItIsTheLast(t *testing.T) {
	for _, action := range []failover.Action{failover.Failover, failover.Switchover} {
		for _, code := range []string{"Throttling", "PriorRequestNotComplete"} {
			apps := threeZones()
			h, world := newHandler(t, apps...)
			h.Route53 = sickZone{h.Route53, world, "Z3", fakeaws.Fault{Operation: "ListResourceRecordSets", Error: &fakeaws.APIError{Code: code}}}
			req := request(7, "run-7", 100)
			req.Run.Action = action
			if answer := handle(t, h, req); answer.Remaining != 1 || answer.Records != 4 {
				t.Errorf("%s, %s: got %+v; want one batch that remains after two zones", action, code, answer)
			}
		}
	}
}

// TestWhateverOneCallAnswersTheStageEndsTheSame disturbs each call that a stage of three zones makes, one after the other,
// and goes on as the state machine does.
func TestWhateverOneCallAnswersTheStageEndsTheSame(t *testing.T) {
	for name, fault := range map[string]fakeaws.Fault{
		"throttled":     {Error: &fakeaws.APIError{Code: "Throttling"}},
		"busy":          {Error: &fakeaws.APIError{Code: "PriorRequestNotComplete"}},
		"unreachable":   {Error: &fakeaws.APIError{Code: "ServiceUnavailable", Status: 503}},
		"a lost answer": {LoseAnswer: true},
	} {
		for _, action := range []failover.Action{failover.Failover, failover.Switchover} {
			for k := 1; ; k++ {
				apps := slices.Concat(threeZones(), manyApplications("Z3", 260)[1:]) // Z3 has two batches
				h, world := newHandler(t, apps...)
				d := &disturbed{dns: h.Route53, world: world, which: k, fault: fault}
				h.Route53 = d
				changes := endsAsTheMachine(t, h, world, action)
				if d.calls < k {
					break
				}
				checkMoved(t, world, apps)
				for zone, batches := range map[string]int{"Z1": 1, "Z2": 1, "Z3": 2} {
					if known := knownOf(changes, zone); known != batches {
						t.Fatalf("call %d %s: the changes say that %d batches of %s are done; want %d", k, name, known, zone, batches)
					}
				}
			}
		}
	}
}

// endsAsTheMachine plays a stage to its end: an error is tried again with the same request, what remains is asked for with
// what was answered so far.
func endsAsTheMachine(t *testing.T, h Handler, world *fakeaws.World, action failover.Action) []failover.Change {
	t.Helper()
	req := request(7, "run-7", 100)
	req.Run.Action, req.Round = action, 1
	for range 10 {
		answer, err := h.Handle(t.Context(), req)
		world.AdvanceTo(world.Now().Add(10 * time.Second))
		if err != nil {
			continue
		}
		if len(answer.SetAside) > 0 {
			t.Fatalf("set aside: %v", asideOf(answer.SetAside))
		}
		req.Changes = append(req.Changes, answer.Changes...)
		if req.Round++; answer.Remaining == 0 {
			return req.Changes
		}
	}
	t.Fatal("something remains after ten calls")
	return nil
}

func threeZones() []failover.Application {
	apps := slices.Concat(manyApplications("Z1", 1), manyApplications("Z2", 1), manyApplications("Z3", 1))
	for i := range apps {
		apps[i].Name = fmt.Sprintf("of-zone-%d", i+1)
	}
	return apps
}
