package validate

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/statemachine/fakeaws"
)

const pendingWeights = `{"action": "weights", "requestedBy": "schedule drover-weights"}`

// moved writes that a failover has moved the application, with weights that are pending or written.
func (s *scene) moved(app failover.Application, weights map[failover.Region]int) {
	s.t.Helper()
	_, err := s.store.SetLive(s.t.Context(), app, failover.Live{Active: west, Weights: weights, Epoch: 4})
	must(s.t, err)
}

// TestWrittenWeightsLeaveTheSwitchToBeReset: the run that has written them could not do it.
func TestWrittenWeightsLeaveTheSwitchToBeReset(t *testing.T) {
	app := armed(shop())
	s := newSwitched(t, app)
	s.evacuate(east, 4)
	s.moved(app, map[failover.Region]int{east: 0, west: 100})
	s.putWeights(app.Records[0], 0, 100)
	s.pass(time.Minute)
	got := s.validate(pendingWeights)
	if got.Verdict != failover.Proceed || len(got.Stages) != 1 || !got.Run.OnlyWeights {
		t.Errorf("got %s with %d stages: %s", got.Verdict, len(got.Stages), got.Summary)
	}
}

// TestARunThatWritesPendingWeightsSupersedesNone: the run in the Region that users have left may be the failback.
func TestARunThatWritesPendingWeightsSupersedesNone(t *testing.T) {
	s := newSwitched(t, armed(shop()))
	s.evacuate(east, 4)
	s.holds(east, "failback")
	s.pass(time.Minute)
	if got := s.validate(pendingWeights); got.Verdict != failover.Skip || got.Notify {
		t.Errorf("by the schedule: got %s, notified %t: %s", got.Verdict, got.Notify, got.Summary)
	}
	if got := s.validate(`{"action": "weights"}`); got.Verdict != failover.Refuse {
		t.Errorf("by an operator: got %s: %s", got.Verdict, got.Summary)
	}
}

// TestAFailoverSupersedesARunThatWritesWeightsInTheRegionThatItLeaves: that one moves no user.
func TestAFailoverSupersedesARunThatWritesWeightsInTheRegionThatItLeaves(t *testing.T) {
	q := question{input: failover.Input{Action: failover.Failover}, run: failover.Run{From: east}}
	for run, want := range map[*failover.Run]bool{
		{Action: failover.Failover, OnlyWeights: true}: true, {Action: failover.Failover}: false, {Action: failover.Failback}: true,
	} {
		if got := q.supersedes(east, actionOf(run)); got != want {
			t.Errorf("%s: got %t; want %t", run.Asked(), got, want)
		}
	}
}

// TestPendingWeightsAreWrittenWithoutAnApproval: no user moves, and no approver may be awake.
func TestPendingWeightsAreWrittenWithoutAnApproval(t *testing.T) {
	s := newSwitched(t, armed(shop()))
	s.h.Plan.Approval = failover.BeforeStart
	s.evacuate(east, 4)
	s.pass(time.Minute)
	if got := s.validate(pendingWeights); got.Verdict != failover.Proceed || got.Run.Approval != failover.NoApproval {
		t.Errorf("got %s, approval %q: %s", got.Verdict, got.Run.Approval, got.Summary)
	}
}

// failback is the request for one in us-east-1, to which the handler of the scene moves.
func (s *scene) failback() failover.ValidateAnswer {
	s.t.Helper()
	s.h.Region = east
	req := s.request(`{"action": "failback", "takeover": true}`)
	req.Execution.ID = strings.Replace(req.Execution.ID, string(west), string(east), 1)
	answer, err := s.h.Handle(s.t.Context(), req)
	must(s.t, err)
	return answer
}

// TestUsersWhomAStoppedRunHasMovedByASwitchAreFound: neither the weights nor the registry know of it, and nothing is to move only if
// both are all there is.
func TestUsersWhomAStoppedRunHasMovedByASwitchAreFound(t *testing.T) {
	app := armed(blog())
	s := newSwitched(t, app)
	s.evacuate(east, 4)
	s.pass(time.Minute)
	got := s.failback()
	if got.Verdict != failover.Proceed || len(got.Stages) != 1 || !slices.Equal(got.Run.Switches, []string{"default"}) {
		t.Fatalf("got %s with %d stages and %v: %s", got.Verdict, len(got.Stages), got.Run.Switches, got.Summary)
	}
	place := failover.Place{Active: west, Weights: map[failover.Region]int{east: 100, west: 0}}
	if len(got.Run.Unrecorded) != 1 || !samePlace(got.Run.Unrecorded[0].Place, place) {
		t.Errorf("unrecorded: got %+v; want %+v, which a rollback restores", got.Run.Unrecorded, place)
	}
	if !slices.ContainsFunc(got.Findings, func(f failover.Finding) bool {
		return f.Code == failover.CodeUnrecorded && strings.Contains(f.Found, "its users are in us-west-2 by their switch")
	}) {
		t.Errorf("got %v; want a warning that says where users are", got.Findings)
	}
}

// TestNothingIsUnrecordedWhenTheRegistrySaysWhereTheSwitchHasMovedUsers, with weights that are pending.
func TestNothingIsUnrecordedWhenTheRegistrySaysWhereTheSwitchHasMovedUsers(t *testing.T) {
	app := armed(blog())
	s := newSwitched(t, app)
	s.evacuate(east, 4)
	s.moved(app, map[failover.Region]int{east: 100, west: 0})
	s.pass(time.Minute)
	if got := s.failback(); got.Verdict != failover.Proceed || len(got.Run.Unrecorded) > 0 || len(got.Stages) != 1 {
		t.Errorf("got %s, unrecorded %+v: %s", got.Verdict, got.Run.Unrecorded, got.Summary)
	}
}

// TestARollbackMovesUsersBackWhomARunHasMovedByAReset, even if the run has failed before it could write the registry; and a run that
// has not come to it has nothing to undo.
func TestARollbackMovesUsersBackWhomARunHasMovedByAReset(t *testing.T) {
	for away, stages := range map[failover.Region]int{"": 1, east: 0} {
		app := armed(blog())
		s := newSwitched(t, app)
		s.evacuate(east, 4)
		s.moved(app, map[failover.Region]int{east: 100, west: 0})
		s.pass(time.Minute)
		run := s.failback().Run
		if away != east {
			s.evacuate(away, run.Epoch)
		}
		got := s.turned(run, failover.Rollback)
		if got.Verdict != failover.Proceed || len(got.Stages) != stages {
			t.Errorf("the switch makes users leave %q: got %s with %d stages; want %d", away, got.Verdict, len(got.Stages), stages)
		}
		if stages > 0 && (got.Stages[0].From != east || got.Stages[0].To != west) {
			t.Errorf("got %+v; want users to leave us-east-1 again", got.Stages[0])
		}
	}
}

// TestAFailoverFromTheRegionThatASwitchHasMovedUsersToIsNoNothing.
func TestAFailoverFromTheRegionThatASwitchHasMovedUsersToIsNoNothing(t *testing.T) {
	s := newSwitched(t, armed(blog()))
	s.evacuate(east, 4)
	s.pass(time.Minute)
	s.h.Region = east
	if got := s.validate(`{"action": "failover", "takeover": true}`); got.Verdict != failover.Proceed || !slices.Equal(got.Run.Switches, []string{"default"}) {
		t.Errorf("got %s with %v: %s", got.Verdict, got.Run.Switches, got.Summary)
	}
}

// carry gives the record sets of a record weights, with the health checks that they carry.
func (s *scene) carry(r failover.Record, eastern, western int) {
	s.t.Helper()
	for region, weight := range map[failover.Region]int{east: eastern, west: western} {
		must(s.t, s.world.PutRecordSet(r.Zone, fakeaws.RecordSet{
			Name: r.Name, Type: r.Type, SetIdentifier: string(region), Weight: weight, TTL: r.TTL, HealthCheck: r.Endpoints[region].HealthCheck, Values: []string{r.Endpoints[region].Value},
		}))
	}
}

// TestADrillProvesTheSwitchesWhoseUsersItLeavesAlone, at the end of its return, and says of every other why not.
func TestADrillProvesTheSwitchesWhoseUsersItLeavesAlone(t *testing.T) {
	other := armed(blog())
	other.Name, other.Records[0].Name = "wiki", "wiki.shop.example"
	unarmed := blog()
	unarmed.Name, unarmed.Records[0].Name = "wiki", "wiki.shop.example"
	for _, c := range []struct {
		name, input string
		apps        []failover.Application
		inWest      bool
		says        string
	}{
		{"all of them", `{"action": "drill"}`, []failover.Application{armed(blog()), other}, false, ""},
		{"one is not armed", `{"action": "drill"}`, []failover.Application{armed(blog()), unarmed}, false, "it is not armed: the record sets of wiki"},
		{"only some", `{"action": "drill", "applications": ["blog"]}`, []failover.Application{armed(blog()), other}, false, "it moves wiki too"},
		{"one stays in the standby", `{"action": "drill"}`, []failover.Application{armed(blog()), other}, true, "wiki would not return to us-east-1"},
		{"no drill", `{"action": "switchover"}`, []failover.Application{armed(blog()), other}, false, ""},
	} {
		s := newSwitched(t, c.apps...)
		if c.inWest {
			s.moved(c.apps[1], map[failover.Region]int{east: 0, west: 100})
			s.carry(c.apps[1].Records[0], 0, 100)
		}
		got := s.validate(c.input)
		proves := c.says == "" && strings.Contains(c.input, "drill")
		if got.Verdict != failover.Proceed || (len(got.Run.Proves) > 0) != proves {
			t.Errorf("%s: got %s, proves %v; want %t: %s", c.name, got.Verdict, got.Run.Proves, proves, got.Summary)
		}
		if text := said(got); (text == "") != (c.says == "") || !strings.Contains(text, c.says) || c.says != "" && !strings.Contains(text, "this drill does not prove it") {
			t.Errorf("%s: got %q; want %q", c.name, text, c.says)
		}
	}
}

// TestAReturnEndsWithTheProof of the switches that the drill has chosen before, and the bound of the drill has room for it.
func TestAReturnEndsWithTheProof(t *testing.T) {
	app := armed(blog())
	s := newSwitched(t, app)
	run := s.validate(`{"action": "drill"}`).Run
	unproved := newSwitched(t, blog())
	if without := unproved.validate(`{"action": "drill"}`).Run; run.BoundSeconds <= without.BoundSeconds {
		t.Errorf("the bound is %d s, and %d s without the proof", run.BoundSeconds, without.BoundSeconds)
	}
	_, err := s.store.SetLive(t.Context(), app, failover.Live{Active: west, Weights: map[failover.Region]int{east: 0, west: 100}, Epoch: run.Epoch, Before: &failover.Place{Active: east, Weights: map[failover.Region]int{east: 100, west: 0}}})
	must(t, err)
	s.carry(app.Records[0], 0, 100)
	s.pass(5 * time.Minute)
	got := s.turned(run, failover.Return)
	if got.Verdict != failover.Proceed || len(got.Stages) != 3 {
		t.Fatalf("got %s with %d stages: %s", got.Verdict, len(got.Stages), got.Summary)
	}
	for i, want := range []failover.Proof{"", failover.ProveEvacuation, failover.ProveReset} {
		if stage := got.Stages[i]; stage.Prove != want || want != "" && (stage.From != west || stage.To != east || stage.Percent != nil || stage.Promote) {
			t.Errorf("stage %d: got %+v; want the part %q", i, stage, want)
		}
	}
}
