package validate

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/lambdas/internal/entry"
	"github.com/drover-dr/drover/statemachine/fakeaws"
)

// readings keeps what was written.
type readings struct {
	lines []string
	err   error
}

func (r *readings) Write(at time.Time, plan, run string, metrics ...entry.Metric) error {
	line := fmt.Sprintf("%s %s %s", at.Format(time.TimeOnly), plan, run)
	for _, m := range metrics {
		line += fmt.Sprintf(" %s=%v", m.Name, m.Value)
	}
	r.lines = append(r.lines, line)
	return r.err
}

func TestACheckOfAllSaysWhetherThePlanIsReady(t *testing.T) {
	cases := []struct {
		name, input string
		harm        func(*scene)
		want        []string
	}{
		{"all is well", `{"action": "check"}`, func(*scene) {}, []string{"03:05:05 drover run-1 Ready=1 Blockers=0"}},
		{"as a dry run", `{"action": "check", "dryRun": true}`, func(*scene) {}, []string{"03:05:05 drover run-1 Ready=1 Blockers=0"}},
		{"an alarm rings", `{"action": "check"}`, func(s *scene) {
			must(s.t, s.world.AddAlarm(fakeaws.Alarm{Region: string(west), Name: "shop-5xx", State: "ALARM"}))
		}, []string{"03:05:05 drover run-1 Ready=0 Blockers=1"}},
		{"a Region of no plan", `{"action": "check"}`, func(s *scene) { s.h.Region = "eu-west-1" }, []string{"03:05:05 drover run-1 Ready=0 Blockers=1"}},
		{"one application", `{"action": "check", "applications": ["shop"]}`, func(*scene) {}, nil},
		{"another action", `{"action": "switchover", "dryRun": true}`, func(*scene) {}, nil},
		{"not an input", `{"action": "check", "dryrun": true}`, func(*scene) {}, nil},
		{"a run holds the lock", `{"action": "check"}`, func(s *scene) {
			_, err := s.store.TakeLock(s.t.Context(), failover.Run{ID: "run-0", ARN: "run-0"}, s.world.Now(), s.world.Now().Add(time.Hour))
			must(s.t, err)
		}, nil},
		{"a run that has ended holds the lock", `{"action": "check"}`, func(s *scene) { s.lockFor(s.died("run-0", "ShiftTraffic")) }, []string{"03:05:05 drover run-1 Ready=1 Blockers=0"}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			s := newScene(t, shop(), blog())
			got := &readings{}
			s.h.Readiness = got
			c.harm(s)
			s.validate(c.input)
			if diff := cmp.Diff(c.want, got.lines); diff != "" {
				t.Errorf("readings (-want +got):\n%s", diff)
			}
		})
	}
}

func TestACheckThatCouldNotBeMadeIsNoReading(t *testing.T) {
	s := newScene(t, shop())
	got := &readings{}
	s.h.Readiness = got
	s.world.Inject(fakeaws.Fault{Service: "dynamodb", Error: &fakeaws.APIError{Code: "InternalServerError", Status: 500}})
	if _, err := s.h.Handle(t.Context(), s.request(`{"action": "check"}`)); err == nil || got.lines != nil {
		t.Errorf("error %v, readings %v; want an error and none", err, got.lines)
	}
}

func TestAReadingThatCannotBeWrittenIsAnError(t *testing.T) {
	s := newScene(t, shop())
	s.h.Readiness = &readings{err: errors.New("no log")}
	if _, err := s.h.Handle(t.Context(), s.request(`{"action": "check"}`)); err == nil {
		t.Error("no error")
	}
}
