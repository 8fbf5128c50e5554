package validate

import (
	"slices"
	"testing"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/statemachine/fakeaws"
)

// An approval of the outbound phase covers the return and the rollback: neither moves an application that was changed since.
func TestAPhaseThatReturnsMovesOnlyWhatWasSeenBeforeIt(t *testing.T) {
	changed := func(t *testing.T, action string) (*scene, failover.ValidateRequest) {
		s := newScene(t, shop(), blog())
		must(t, s.world.AddAlarm(fakeaws.Alarm{Region: string(east), Name: "shop-5xx", State: "OK"}))
		answer := s.validate(`{"action": "` + action + `"}`)
		for _, app := range mustApplications(s) {
			live := west100()
			live.Epoch = answer.Run.Epoch
			_, err := s.store.SetLive(t.Context(), app, live)
			must(t, err)
			s.putWeights(app.Records[0], 0, 100)
		}
		must(t, s.store.Promoting(t.Context(), mustApplications(s)[0], failover.Live{Epoch: answer.Run.Epoch}, []string{"orders"}))
		s.promote("orders")
		req := s.turn(answer.Run, failover.Rollback)
		if action == "drill" {
			req.Phase = failover.Return
		}
		req.Before = answer.Stages
		return s, req
	}
	for _, action := range []string{"switchover", "drill"} {
		s, req := changed(t, action)
		answer, err := s.h.Handle(t.Context(), req)
		must(t, err)
		if answer.Verdict != failover.Proceed {
			t.Fatalf("%s with nothing changed: %s", action, answer.Summary)
		}
		for _, stage := range answer.Stages {
			if stage.Seen == nil {
				t.Errorf("%s: stage %+v: nothing seen", action, stage)
			}
		}
		// What was seen was another TTL, as if the item had been written over since.
		other := blog()
		other.Records[0].TTL = 77
		for i := range req.Before {
			if req.Before[i].Wave == other.Wave {
				req.Before[i].Seen = failover.SeenOf([]failover.Application{other}, 1)
			}
		}
		answer, err = s.h.Handle(t.Context(), req)
		must(t, err)
		if answer.Verdict != failover.Refuse || !slices.Equal(codes(answer, failover.Blocker), []string{failover.CodeChanged}) {
			t.Errorf("%s with blog changed: %s: %s", action, answer.Verdict, answer.Summary)
		}
		checkCommand(t, answer.Findings[0])
		s.contains(answer.Summary, "application blog: its configuration in the registry has changed since it was validated")
		req.Ended.StagesDone, req.Ended.Failures = 0, []failover.StepFailure{{State: "ShiftTraffic", Error: string(failover.Changed)}}
		answer, err = s.h.Handle(t.Context(), req)
		must(t, err)
		if got, want := answer.Verdict == failover.Proceed, req.Phase == failover.Rollback; got != want {
			t.Errorf("%s of which nothing was played: %s", action, answer.Summary)
		}
	}
}

// Only a run that asks carries the digest of what it asks about, and it is another one for another configuration.
func TestARunThatAsksCarriesTheDigestOfItsConfiguration(t *testing.T) {
	digest := func(input string, apps ...failover.Application) string {
		return newScene(t, apps...).validate(input).Configuration
	}
	other := blog()
	other.Records[0].TTL++
	const asks = `{"action": "switchover", "approval": "before-start"}`
	one := digest(asks, shop(), blog())
	if one == "" || one != digest(asks, blog(), shop()) || one == digest(asks, shop(), other) || one == digest(asks, shop()) {
		t.Errorf("digest %q; want one for each configuration, in any order", one)
	}
	if got := digest(`{"action": "switchover"}`, shop(), blog()); got != "" {
		t.Errorf("a run that asks nothing: %q", got)
	}
}
