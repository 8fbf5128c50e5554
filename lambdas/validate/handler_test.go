package validate

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/lambdas/internal/entry"
	"github.com/drover-dr/drover/statemachine/fakeaws"
)

const consenting = `{"action": "failover", "allowDataLoss": true}`

func TestARunThatMayProceedHasStagesAndTheLock(t *testing.T) {
	for _, input := range []string{consenting, `{"action": "switchover"}`} {
		t.Run(input, func(t *testing.T) {
			s := newScene(t, shop(), blog())
			answer := s.validate(input)
			if answer.Verdict != failover.Proceed {
				t.Fatalf("got %s: %s", answer.Verdict, answer.Summary)
			}
			var waves []int
			for _, stage := range answer.Stages {
				waves = append(waves, stage.Wave)
			}
			if diff := cmp.Diff([]int{1, 2, 0}, waves); diff != "" { // the last one verifies both once more
				t.Errorf("waves of the stages (-want +got):\n%s", diff)
			}
			run := answer.Run
			if run.From != east || run.To != west || run.Epoch != 1 || run.ID != "run-1" || run.Since != run.StartedAt {
				t.Errorf("run: got %+v", run)
			}
			lock, err := s.store.Lock(t.Context())
			must(t, err)
			if want := s.world.Now().Add(failover.Lease); lock.Owner != run.ARN || !lock.Expires.Equal(want) {
				t.Errorf("lock: got %+v; want it until %v, a lease", lock, want)
			}
			if diff := cmp.Diff(&run, lock.Holder); diff != "" {
				t.Errorf("the run that is kept with the lock (-want +got):\n%s", diff)
			}
			if answer.Applications != 2 || answer.Records != 2 || answer.Databases != 1 || answer.LagMillis == nil || *answer.LagMillis != 200 {
				t.Errorf("got %d applications, %d records, %d databases, lag %v", answer.Applications, answer.Records, answer.Databases, answer.LagMillis)
			}
			if diff := cmp.Diff([]string{"dynamodb:UpdateItem us-west-2"}, s.mutations()); diff != "" {
				t.Errorf("mutating calls (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff([]string{failover.CodeBound, failover.CodeControlPlane}, codes(answer, failover.Warning)); diff != "" {
				t.Errorf("warnings (-want +got):\n%s", diff)
			}
		})
	}
}

func TestAFailoverInSharesIsWarnedThatTheRestStays(t *testing.T) {
	for input, want := range map[string]bool{
		`{"action": "failover", "allowDataLoss": true, "percents": [10, 100]}`: true,
		`{"action": "failover", "allowDataLoss": true, "percents": [100]}`:     false,
		`{"action": "switchover", "percents": [10, 100]}`:                      false,
	} {
		s := newScene(t, shop())
		answer := s.validate(input)
		if got := slices.Contains(codes(answer, failover.Warning), failover.CodeGradual); got != want || answer.Verdict != failover.Proceed {
			t.Errorf("%s: %s, warned: %v; want %v", input, answer.Verdict, got, want)
		}
	}
}

// TestAnAlarmsClockMayBeALittleAhead: a failover that starts by itself is not refused for it.
func TestAnAlarmsClockMayBeALittleAhead(t *testing.T) {
	for ahead, verdict := range map[time.Duration]failover.Verdict{
		-time.Minute: failover.Proceed, time.Second: failover.Proceed, 2 * time.Minute: failover.Proceed, 2*time.Minute + time.Second: failover.Refuse,
	} {
		s := newScene(t, shop())
		since := s.world.Now().Add(ahead)
		answer := s.validate(fmt.Sprintf(`{"action": "failover", "allowDataLoss": true, "since": %q}`, since.Format(time.RFC3339Nano)))
		want := since
		if ahead > 0 && verdict == failover.Proceed {
			want = s.world.Now()
		}
		if answer.Verdict != verdict || !answer.Run.Since.Equal(want) {
			t.Errorf("%v ahead: %s, since %v; want %s, %v", ahead, answer.Verdict, answer.Run.Since, verdict, want)
		}
	}
}

func TestARunKnowsItsOrderAndItsSharesForAskingAgain(t *testing.T) {
	s := newScene(t, shop())
	run := s.validate(`{"action": "switchover", "order": "database-first", "percents": [10, 100]}`).Run
	if run.Order != failover.DatabaseFirst || !slices.Equal(run.Percents, []int{10, 100}) {
		t.Errorf("got order %q, percents %v", run.Order, run.Percents)
	}
}

func TestASecondIdenticalCallHasTheSameAnswer(t *testing.T) {
	s := newScene(t, shop(), blog())
	first := s.validate(consenting)
	second := s.validate(consenting)
	if diff := cmp.Diff(first, second); diff != "" {
		t.Errorf("(-first +second):\n%s", diff)
	}
}

func TestALateRepetitionTakesNoLock(t *testing.T) {
	s := newScene(t, shop())
	run := s.validate(consenting).Run
	must(t, s.store.ReleaseLock(t.Context(), run.ARN))
	answer := s.validate(consenting)
	if answer.Verdict != failover.Refuse || !slices.Contains(codes(answer, failover.Blocker), failover.CodeRunOver) {
		t.Errorf("got %s: %s", answer.Verdict, answer.Summary)
	}
	lock, err := s.store.Lock(t.Context())
	must(t, err)
	if lock.Owner != "" {
		t.Errorf("the lock is held by %s", lock.Owner)
	}
}

func TestALateRepetitionThatFindsABlockerLeavesTheLockOfARunInProgress(t *testing.T) {
	s := newScene(t, shop())
	run := s.validate(`{"action": "switchover"}`).Run
	must(t, s.store.RenewLock(t.Context(), run, s.world.Now().Add(time.Second), s.world.Now().Add(time.Hour))) // by ShiftTraffic
	must(t, s.world.AddAlarm(fakeaws.Alarm{Region: string(west), Name: "shop-5xx", State: "ALARM"}))
	answer := s.validate(`{"action": "switchover"}`)
	lock, err := s.store.Lock(t.Context())
	must(t, err)
	if answer.Verdict != failover.Refuse || lock.Owner != run.ARN {
		t.Errorf("got %s, and the lock is held by %q; want it left to %s", answer.Verdict, lock.Owner, run.ARN)
	}
}

func TestARetryThatFindsABlockerGivesTheLockBack(t *testing.T) {
	s := newScene(t, shop())
	s.validate(`{"action": "switchover"}`) // its answer is lost
	must(t, s.world.AddAlarm(fakeaws.Alarm{Region: string(west), Name: "shop-5xx", State: "ALARM"}))
	answer := s.validate(`{"action": "switchover"}`)
	lock, err := s.store.Lock(t.Context())
	must(t, err)
	if answer.Verdict != failover.Refuse || lock.Owner != "" {
		t.Errorf("got %s, and the lock is held by %q; no run would release it", answer.Verdict, lock.Owner)
	}
}

func TestARegionThatIsLeftIsNeverAsked(t *testing.T) {
	s := newScene(t, shop(), blog())
	must(t, s.world.SetDark(string(east), true))
	before := len(s.world.Calls())
	s.pass(time.Minute)
	if answer := s.validate(consenting); answer.Verdict != failover.Proceed {
		t.Fatalf("got %s: %s", answer.Verdict, answer.Summary)
	}
	for _, c := range s.world.Calls()[before:] {
		if c.Region != string(west) {
			t.Errorf("%s %s was asked in %s", c.Service, c.Operation, c.Region)
		}
	}
}

func TestTroubleThatPassesIsAnErrorOfAPlannedActionOnly(t *testing.T) {
	throttle := fakeaws.Fault{Service: "route53", Operation: "ListResourceRecordSets", Error: &fakeaws.APIError{Code: "Throttling", Status: 400, Message: "Rate exceeded"}}
	s := newScene(t, shop())
	remove := s.world.Inject(throttle)
	if _, err := s.h.Handle(t.Context(), s.request(`{"action": "switchover"}`)); entry.ConditionOf(err) != failover.Throttled {
		t.Errorf("switchover: got %v; want Throttled, for the state machine to wait", err)
	}
	if answer := s.validate(`{"action": "check"}`); answer.Verdict != failover.Refuse {
		t.Errorf("check: got %s; want an answer at once", answer.Verdict)
	}
	if answer := s.validate(consenting); answer.Verdict != failover.Proceed {
		t.Errorf("failover: got %s; ShiftTraffic waits by itself", answer.Summary)
	}
	remove()
}

func TestWhatIsThereAlreadyIsNotMoved(t *testing.T) {
	s := newScene(t, shop(), blog())
	s.putWeights(blog().Records[0], 0, 100)
	for _, app := range mustApplications(s) {
		if app.Name == "blog" {
			_, err := s.store.SetLive(t.Context(), app, failover.Live{Active: west, Weights: map[failover.Region]int{east: 0, west: 100}, Epoch: 1})
			must(t, err)
		}
	}
	answer := s.validate(`{"action": "switchover"}`)
	if len(answer.Stages) != 1 || answer.Stages[0].Wave != 1 || !slices.Contains(codes(answer, failover.Warning), failover.CodeAlreadyActive) {
		t.Errorf("got stages %+v and %v", answer.Stages, answer.Findings)
	}
	answer = s.validate(`{"action": "check", "applications": ["blog"]}`)
	if answer.Verdict != failover.Checked || len(answer.Stages) != 0 {
		t.Errorf("got %s with %d stages", answer.Verdict, len(answer.Stages))
	}
	s.contains(answer.Summary, "Nothing to move")
}

// TestAShareThatWouldTakeUsersBackIsRefused: the first share is for all of a wave, and one application has more.
func TestAShareThatWouldTakeUsersBackIsRefused(t *testing.T) {
	s := newScene(t, shop())
	s.putWeights(shop().Records[0], 50, 50)
	_, err := s.store.SetLive(t.Context(), mustApplications(s)[0], failover.Live{Active: east, Weights: map[failover.Region]int{east: 50, west: 50}, Epoch: 1})
	must(t, err)
	answer := s.validate(`{"action": "switchover", "percents": [10, 100]}`)
	if answer.Verdict != failover.Refuse {
		t.Fatalf("got %s", answer.Summary)
	}
	s.contains(answer.Summary, "a first traffic step of 10 % would move some of it back")
	if answer := s.validate(`{"action": "switchover", "percents": [50, 100]}`); answer.Verdict != failover.Proceed {
		t.Errorf("the same share again: got %s", answer.Summary)
	}
}

// TestARunThatStoppedAfterItsShiftCanBeStartedAgain: weights that the registry does not know yet are no drift when they
// are where the run wants them.
func TestARunThatStoppedAfterItsShiftCanBeStartedAgain(t *testing.T) {
	s := newScene(t, shop())
	s.putWeights(shop().Records[0], 0, 100)
	if answer := s.validate(`{"action": "switchover"}`); answer.Verdict != failover.Proceed || len(answer.Stages) != 1 {
		t.Errorf("got %s with %d stages", answer.Summary, len(answer.Stages))
	}
}

func TestALongTTLIsAWarning(t *testing.T) {
	app := blog()
	app.Records[0].TTL = 300
	s := newScene(t, app)
	answer := s.validate(`{"action": "check"}`)
	if !slices.Contains(codes(answer, failover.Warning), failover.CodeTTL) {
		t.Errorf("got %v", answer.Findings)
	}
	s.contains(fmt.Sprint(answer.Findings), "its TTL is 300 s")
}

func mustApplications(s *scene) []failover.Application {
	s.t.Helper()
	apps, err := s.store.Applications(s.t.Context())
	must(s.t, err)
	return apps
}

// inWaves are applications of which each has a wave of its own.
func inWaves(n int) []failover.Application {
	var many []failover.Application
	for wave := 1; wave <= n; wave++ {
		app := blog()
		app.Name, app.Wave = fmt.Sprintf("app-%03d", wave), wave
		app.Records[0].Name = app.Name + ".shop.example"
		many = append(many, app)
	}
	return many
}

// TestTheEventsOfARunAreBounded: with many stages the checks come less often, and with too many the run is refused before
// Step Functions ends it in the middle.
func TestTheEventsOfARunAreBounded(t *testing.T) {
	for _, c := range []struct {
		waves         int
		input         string
		blocks, warns []string
		stretch       int
		says          string
	}{
		{3, consenting, []string{}, nil, failover.DefaultStretch, ""},
		{79, consenting, []string{}, []string{failover.CodeEvents}, 200, "instead of 10 %: with 80 stages"},
		{49, `{"action": "drill"}`, []string{failover.CodeEvents}, nil, 0, "which Step Functions ends at 25,000; expected at most 24000"},
	} {
		s := newScene(t, inWaves(c.waves)...)
		answer := s.validate(c.input)
		if diff := cmp.Diff(c.blocks, codes(answer, failover.Blocker)); diff != "" {
			t.Errorf("%d waves: blockers (-want +got):\n%s", c.waves, diff)
		}
		if got := slices.Contains(codes(answer, failover.Warning), failover.CodeEvents); got != (c.warns != nil) {
			t.Errorf("%d waves: warnings %v; want %v", c.waves, codes(answer, failover.Warning), c.warns)
		}
		if got := answer.Run.StretchPercent; got != c.stretch {
			t.Errorf("%d waves: waits grow by %d %%; want %d %%", c.waves, got, c.stretch)
		}
		s.contains(fmt.Sprint(answer.Findings), c.says)
		if len(c.blocks) > 0 {
			s.contains(answer.Findings[0].Command, "drover register")
		}
	}
}

func TestWhatTheStepsWouldTripOverIsKnownBefore(t *testing.T) {
	twin := shop()
	twin.Name, twin.Databases, twin.Alarms = "twin", nil, nil
	many := inWaves(maxStages / 2) // two stages each, and one that closes the phase
	for _, c := range []struct {
		name, input string
		apps        []failover.Application
		want        string
	}{
		{"a record of two applications", `{"action": "switchover"}`, []failover.Application{shop(), twin}, "belongs to the applications shop and twin"},
		{"too many stages", `{"action": "failover", "allowDataLoss": true, "percents": [50, 100]}`, many, "101 stages; expected at most 100"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newScene(t, c.apps...)
			answer := s.validate(c.input)
			if !slices.Contains(codes(answer, failover.Blocker), failover.CodeConfiguration) {
				t.Errorf("blockers: got %v; want %s", codes(answer, failover.Blocker), failover.CodeConfiguration)
			}
			s.contains(answer.Summary, c.want)
		})
	}
}

// TestAFailoverMovesWithoutARecordThatCannotBeRight, and says so before it begins.
func TestAFailoverMovesWithoutARecordThatCannotBeRight(t *testing.T) {
	twin := shop()
	twin.Name, twin.Databases, twin.Alarms = "twin", nil, nil
	s := newScene(t, shop(), twin)
	answer := s.validate(consenting)
	if answer.Verdict != failover.Proceed || !slices.Contains(codes(answer, failover.Warning), failover.CodeConfiguration) {
		t.Errorf("got %s with %v", answer.Verdict, answer.Findings)
	}
	s.contains(fmt.Sprint(answer.Findings), "belongs to the applications shop and twin")
	if got, want := answer.Stages[0].ShiftSeconds, failover.ShiftSeconds(1, true); got != want {
		t.Errorf("asks for %d s; want %d s for one batch", got, want)
	}
}
