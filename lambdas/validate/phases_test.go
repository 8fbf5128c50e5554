package validate

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/lambdas/internal/entry"
	"github.com/drover-dr/drover/statemachine/fakeaws"
)

// moved is a scene in which a run has taken the lock for an action that moves to us-west-2, and has written what its
// stages made of the applications.
func moved(t *testing.T, action string, lives map[string]failover.Live, apps ...failover.Application) (*scene, failover.Run) {
	t.Helper()
	s := newScene(t, apps...)
	answer := s.validate(`{"action": "` + action + `"}`)
	if answer.Verdict != failover.Proceed {
		t.Fatal(answer.Summary)
	}
	for _, app := range mustApplications(s) {
		if live, ok := lives[app.Name]; ok {
			live.Epoch = answer.Run.Epoch
			_, err := s.store.SetLive(t.Context(), app, live)
			must(t, err)
		}
	}
	return s, answer.Run
}

// west100 is what the last stage of a way out makes of an application.
func west100() failover.Live {
	return failover.Live{Active: west, Weights: map[failover.Region]int{east: 0, west: 100}}
}

// turn asks for a second phase of the run.
func (s *scene) turn(run failover.Run, phase failover.Phase) failover.ValidateRequest {
	req := s.request(`{"action": "` + string(run.Action) + `"}`)
	req.Phase, req.Run, req.Played = phase, &run, 2
	req.Ended = &failover.PhaseEnd{EndedAt: s.world.Now(), StagesDone: 1, Stages: 2, LagMillis: 7, Failures: reasons("a", "b", "c", "d", "e", "f")}
	return req
}

func (s *scene) turned(run failover.Run, phase failover.Phase) failover.ValidateAnswer {
	s.t.Helper()
	answer, err := s.h.Handle(s.t.Context(), s.turn(run, phase))
	must(s.t, err)
	return answer
}

func TestARollbackUndoesWhatTheRunHasChangedAndNothingElse(t *testing.T) {
	third := blog()
	third.Name, third.Wave, third.Records[0].Name = "wiki", 3, "wiki.shop.example"
	s, run := moved(t, "switchover", map[string]failover.Live{"shop": west100()}, shop(), blog(), third)
	s.putWeights(shop().Records[0], 0, 100)
	s.putWeights(blog().Records[0], 0, 100) // shifted, and the registry does not know it yet
	must(t, s.store.Promoting(t.Context(), mustApplications(s)[0], failover.Live{Epoch: run.Epoch}, []string{"orders"}))
	s.promote("orders")

	answer := s.turned(run, failover.Rollback)
	want := []string{"2: wave 2 traffic", "3: wave 1 traffic", "4: wave 1 databases"}
	if diff := cmp.Diff(want, s.texts(answer.Stages)); diff != "" || answer.Verdict != failover.Proceed {
		t.Errorf("%s; stages (-want +got):\n%s", answer.Verdict, diff)
	}
	phases := []failover.PhaseRecord{{
		Phase: failover.Outbound, From: east, To: west, StartedAt: run.PhaseStartedAt,
		PhaseEnd: failover.PhaseEnd{EndedAt: s.world.Now(), StagesDone: 1, Stages: 2, LagMillis: 7, Failures: reasons("a", "b", "c", "d", "e"), MoreFailures: 1},
	}}
	if diff := cmp.Diff(phases, answer.Run.Phases); diff != "" {
		t.Errorf("phases (-want +got):\n%s", diff)
	}
	if r := answer.Run; r.Phase != failover.Rollback || r.From != west || r.To != east || r.Epoch != run.Epoch || r.BoundSeconds != run.BoundSeconds {
		t.Errorf("run %+v", r)
	}
	if diff := cmp.Diff(answer, s.turned(run, failover.Rollback)); diff != "" {
		t.Errorf("the same again (-first +second):\n%s", diff)
	}
}

// text says of a stage what the tests tell apart.
func (h Handler) text(s failover.Stage) string {
	what := "nothing"
	switch {
	case s.Percent != nil && s.Restore:
		what = "traffic"
	case s.Percent != nil:
		what = "all traffic to " + string(s.To)
	case s.Promote:
		what = "databases"
	}
	return strings.Join([]string{string(rune('0'+s.Index)) + ": wave " + string(rune('0'+s.Wave)), what}, " ")
}

// TestAReturnRollbackUndoesWhatTheReturnHasMovedAndNothingElse: the writer of wave 1 is at home already, of wave 2 a share of
// traffic of which the registry does not know yet, and wave 3 had not started to return.
func TestAReturnRollbackUndoesWhatTheReturnHasMovedAndNothingElse(t *testing.T) {
	third := blog()
	third.Name, third.Wave, third.Records[0].Name = "wiki", 3, "wiki.shop.example"
	s, run := moved(t, "drill", map[string]failover.Live{"shop": west100(), "blog": west100(), "wiki": west100()}, shop(), blog(), third)
	for _, app := range mustApplications(s) {
		if app.Name == "shop" {
			must(t, s.store.Promoting(t.Context(), app, failover.Live{Epoch: run.Epoch}, []string{"orders"}))
			_, err := s.store.SetLive(t.Context(), app, failover.Live{
				Active: east, Weights: map[failover.Region]int{east: 100, west: 0}, Epoch: run.Epoch, Stage: 1,
			})
			must(t, err)
		}
	}
	s.putWeights(blog().Records[0], 10, 90)
	s.putWeights(third.Records[0], 0, 100)
	run.Phase, run.From, run.To = failover.Return, west, east
	answer := s.turned(run, failover.ReturnRollback)
	want := []string{"2: wave 2 all traffic to us-west-2", "3: wave 1 all traffic to us-west-2", "4: wave 1 databases"}
	if diff := cmp.Diff(want, s.texts(answer.Stages)); diff != "" || answer.Verdict != failover.Proceed {
		t.Errorf("%s; stages (-want +got):\n%s", answer.Verdict, diff)
	}
	if r := answer.Run; r.Phase != failover.ReturnRollback || r.From != east || r.To != west || r.Phases[0].Phase != failover.Return {
		t.Errorf("run %+v", r)
	}
}

// TestAnApplicationThatADrillHasNotMovedIsInNoReturnRollback: the blog was in us-west-2 before, or is not the run's at all.
func TestAnApplicationThatADrillHasNotMovedIsInNoReturnRollback(t *testing.T) {
	s, run := moved(t, "drill", map[string]failover.Live{"shop": west100()}, shop(), blog())
	s.putWeights(shop().Records[0], 0, 100)
	run.Phase, run.From, run.To = failover.Return, west, east
	if answer := s.turned(run, failover.ReturnRollback); answer.Verdict != failover.Proceed || len(answer.Stages) != 0 {
		t.Errorf("%s with %+v", answer.Verdict, answer.Stages)
	}
}

// texts are the stages as a dry run lists them.
func (s *scene) texts(stages []failover.Stage) []string {
	var texts []string
	for _, stage := range stages {
		texts = append(texts, s.h.text(stage))
	}
	return texts
}

func (s *scene) promote(cluster string) {
	s.t.Helper()
	_, err := s.h.RDS(east).SwitchoverGlobalCluster(s.t.Context(), switchover(cluster))
	must(s.t, err)
	s.pass(5 * time.Minute)
}

func TestADatabaseThatWasThereBeforeTheRunStaysThere(t *testing.T) {
	s, run := moved(t, "switchover", map[string]failover.Live{"shop": west100()}, shop())
	s.putWeights(shop().Records[0], 0, 100)
	s.promote("orders")
	answer := s.turned(run, failover.Rollback)
	if len(answer.Stages) != 1 || answer.Stages[0].Promote {
		t.Errorf("stages %+v; want traffic alone: the run has noted no promotion", answer.Stages)
	}
}

// TestARollbackReturnsWritersThoughNoTrafficHasMoved: databases first, and Route 53 has taken nothing.
func TestARollbackReturnsWritersThoughNoTrafficHasMoved(t *testing.T) {
	s, run := moved(t, "switchover", nil, shop())
	must(t, s.store.Promoting(t.Context(), mustApplications(s)[0], failover.Live{Epoch: run.Epoch}, []string{"orders"}))
	s.promote("orders")
	answer := s.turned(run, failover.Rollback)
	if diff := cmp.Diff([]string{"2: wave 1 nothing", "3: wave 1 databases"}, s.texts(answer.Stages)); diff != "" {
		t.Errorf("stages (-want +got):\n%s", diff)
	}
}

func TestARunThatHasChangedNothingHasNothingToUndo(t *testing.T) {
	s, run := moved(t, "switchover", nil, shop(), blog())
	if answer := s.turned(run, failover.Rollback); answer.Verdict != failover.Proceed || len(answer.Stages) != 0 {
		t.Errorf("%s with %+v", answer.Verdict, answer.Stages)
	}
}

// TestWhatCannotBeReadIsNotCalledUndone also in a rollback, for which no other trouble is a reason to stay.
func TestWhatCannotBeReadIsNotCalledUndone(t *testing.T) {
	s, run := moved(t, "switchover", map[string]failover.Live{"shop": west100()}, shop())
	defer s.world.Inject(fault("route53", "ListResourceRecordSets"))()
	if _, err := s.h.Handle(t.Context(), s.turn(run, failover.Rollback)); err == nil {
		t.Error("planned a rollback without having seen the records")
	}
}

func TestADrillIsValidatedBothWays(t *testing.T) {
	s, run := moved(t, "drill", map[string]failover.Live{"shop": west100()}, shop())
	must(t, s.world.AddAlarm(fakeaws.Alarm{Region: string(east), Name: "shop-5xx", State: "OK"}))
	s.putWeights(shop().Records[0], 0, 100)
	must(t, s.store.Promoting(t.Context(), mustApplications(s)[0], failover.Live{Epoch: run.Epoch}, []string{"orders"}))
	s.promote("orders")
	answer := s.turned(run, failover.Return)
	if answer.Verdict != failover.Proceed || len(answer.Stages) != 1 {
		t.Fatalf("%s: %s", answer.Verdict, answer.Summary)
	}
	if got := answer.Stages[0]; got.Index != 2 || got.From != west || got.To != east || !got.Promote || !got.Restore {
		t.Errorf("stage %+v", got)
	}
	s.putWeights(shop().Records[0], 50, 50)
	answer = s.turned(run, failover.Return)
	if answer.Verdict != failover.Refuse || !slices.Contains(codes(answer, failover.Blocker), failover.CodeDrift) {
		t.Errorf("with records changed manually: %s, %v", answer.Verdict, answer.Findings)
	}
	s.contains(answer.Summary, "The return from us-west-2 cannot start yet")
	if strings.Contains(answer.Summary, "aws ") || answer.Findings[0].Command == "" {
		t.Errorf("a message has no room for a second command, and the finding has: %s, %v", answer.Summary, answer.Findings)
	}
	lock, err := s.store.Lock(t.Context())
	must(t, err)
	if lock.Owner != run.ARN {
		t.Error("the lock was given back, and the run is not over")
	}
}

func TestAReturningRunMustHaveItsLockStill(t *testing.T) {
	for _, phase := range []failover.Phase{failover.Return, failover.Rollback, failover.ReturnRollback} {
		s, run := moved(t, "drill", nil, shop())
		lock, err := s.store.Lock(t.Context())
		must(t, err)
		_, err = s.store.TakeOver(t.Context(), failover.Run{ID: "run-2", ARN: "arn:run-2"}, lock, failover.TakenByOperator, s.world.Now(), s.world.Now().Add(time.Hour))
		must(t, err)
		if _, err := s.h.Handle(t.Context(), s.turn(run, phase)); entry.ConditionOf(err) != failover.FenceLost || !strings.Contains(err.Error(), "run-2") {
			t.Errorf("%s: got %v; want FenceLost, naming run-2", phase, err)
		}
		must(t, s.store.ReleaseLock(t.Context(), "arn:run-2"))
		if _, err := s.h.Handle(t.Context(), s.turn(run, phase)); entry.ConditionOf(err) != failover.FenceLost || !strings.Contains(err.Error(), "the lock is free and has epoch 2; this run has epoch 1") {
			t.Errorf("%s, when it is free: got %v", phase, err)
		}
	}
}

func TestAPhaseWithoutARunIsRefused(t *testing.T) {
	s := newScene(t, shop())
	for _, phase := range []failover.Phase{failover.Return, failover.Rollback, failover.ReturnRollback, "sideways"} {
		req := s.request(`{"action": "drill"}`)
		req.Phase = phase
		answer, err := s.h.Handle(t.Context(), req)
		if err != nil || answer.Verdict != failover.Refuse {
			t.Errorf("%s: got %s, %v", phase, answer.Verdict, err)
		}
	}
}

func TestTheBoundIsThatOfAllPhases(t *testing.T) {
	for _, action := range []string{"failover", "switchover", "drill"} {
		s := newScene(t, shop(), blog())
		s.h.Plan.Approval, s.h.Plan.AllowDataLoss = failover.BeforePromotion, true
		answer := s.validate(`{"action": "` + action + `"}`)
		in := failover.Input{Action: failover.Action(action)}
		out := failover.PlanStages(s.h.Plan, in, east, west, []int{1, 2})
		out[0].Approve = true // the blog of wave 2 has no database
		if in.Action.Planned() {
			out = failover.VerifyBeforeAsking(out)
		}
		var back, rollback, returnRollback []failover.Stage
		if action == "drill" {
			back = failover.PlanReturn(s.h.Plan, in, west, east, []int{1, 2}, 2)
			returnRollback = failover.PlanReturnRollback(s.h.Plan, east, west, []int{1, 2}, []int{1}, 2)
		}
		if action != "failover" {
			rollback = failover.PlanRollback(s.h.Plan, west, east, []int{1, 2}, []int{1}, 2)
		}
		apps := map[int][]failover.Application{0: {shop(), blog()}, 1: {shop()}, 2: {blog()}}
		for _, stages := range [][]failover.Stage{out, back, rollback, returnRollback} {
			last := true
			for i := range slices.Backward(stages) {
				s.h.Plan.SetTime(&stages[i], failover.DefaultStretch, failover.DelaysOf(apps[stages[i].Wave]))
				if stages[i].Percent != nil {
					stages[i].ShiftSeconds = failover.ShiftSeconds(1, last)
					last = false
				}
			}
		}
		want := failover.Bound(answer.Run, out, back, rollback, returnRollback)
		if got := time.Duration(answer.Run.BoundSeconds) * time.Second; got != want {
			t.Errorf("%s: bound %v; want %v", action, got, want)
		}
	}
}

// TestADrillWaitsForTheFirstLagOfItsOldWriter: the cluster at home has become secondary a moment ago, and what was measured
// of it before the drill says nothing.
func TestADrillWaitsForTheFirstLagOfItsOldWriter(t *testing.T) {
	inStandby := map[string]failover.Live{"shop": west100()}
	arrived := func(since time.Duration) (*scene, failover.Run) {
		s, run := moved(t, "drill", inStandby, shop())
		s.putWeights(shop().Records[0], 0, 100)
		must(t, s.store.Promoting(t.Context(), mustApplications(s)[0], failover.Live{Epoch: run.Epoch}, []string{"orders"}))
		_, err := s.h.RDS(east).SwitchoverGlobalCluster(t.Context(), switchover("orders"))
		must(t, err)
		s.pass(since)
		must(t, s.world.AddAlarm(fakeaws.Alarm{Region: string(east), Name: "shop-5xx", State: "OK"}))
		return s, run
	}
	s, run := arrived(48 * time.Second)
	answer := s.turned(run, failover.Return)
	if answer.Verdict != failover.Waiting || len(answer.Stages) > 0 {
		t.Errorf("got %s with %d stages: %s; want it to wait", answer.Verdict, len(answer.Stages), answer.Summary)
	}
	if diff := cmp.Diff(run, answer.Run); diff != "" {
		t.Errorf("the run that waits (-want +got):\n%s", diff)
	}
	s.contains(answer.Summary, "The return from us-west-2 cannot start yet: database orders in us-east-1: no measurement of its replication lag since it became secondary; expected one within 4m0s")
	s, run = arrived(6 * time.Minute)
	if answer := s.turned(run, failover.Return); answer.Verdict != failover.Proceed {
		t.Errorf("got %s: %s; want it to go back", answer.Verdict, answer.Summary)
	}
}

// reasons are what VerifyHealth has found in its last check.
func reasons(all ...string) []failover.StepFailure {
	failures := make([]failover.StepFailure, len(all))
	for i, reason := range all {
		failures[i] = failover.StepFailure{State: failover.VerifyHealth, Cause: reason}
	}
	return failures
}
