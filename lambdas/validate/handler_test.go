package validate

import (
	"encoding/json"
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
			if want := s.world.Now().Add(time.Duration(run.BoundSeconds) * time.Second); lock.Owner != run.ARN || !lock.Expires.Equal(want) {
				t.Errorf("lock: got %+v; want it until %v, the run's bound", lock, want)
			}
			if answer.Applications != 2 || answer.Records != 2 || answer.Databases != 1 || answer.LagMillis != 200 {
				t.Errorf("got %d applications, %d records, %d databases, lag %d", answer.Applications, answer.Records, answer.Databases, answer.LagMillis)
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

func TestARetryThatFindsABlockerGivesTheLockBack(t *testing.T) {
	s := newScene(t, shop())
	s.validate(`{"action": "switchover"}`) // its answer is lost
	must(t, s.world.AddAlarm(fakeaws.Alarm{Region: string(west), Name: "shop-5xx", State: "ALARM"}))
	answer := s.validate(`{"action": "switchover"}`)
	lock, err := s.store.Lock(t.Context())
	must(t, err)
	if answer.Verdict != failover.Refuse || lock.Owner != "" {
		t.Errorf("got %s, and the lock is held by %q; nobody would release it", answer.Verdict, lock.Owner)
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

func TestWhatIsWrongWithTheInputIsRefusedWithoutACall(t *testing.T) {
	for _, c := range []struct {
		input, region string
		code, want    string
	}{
		{`{}`, "us-west-2", failover.CodeInput, "action is missing"},
		{`[]`, "us-west-2", failover.CodeInput, "expected a JSON object"},
		{`{"action": "explode"}`, "us-west-2", failover.CodeInput, `"explode" is not known; expected failover, switchover, failback, drill or check`},
		{`{"action": "check", "force": true}`, "us-west-2", failover.CodeInput, "force"},
		{`{"action": "check", "dryRun": "yes"}`, "us-west-2", failover.CodeInput, "dryRun"},
		{`{"action": "failover", "percents": [50, 10]}`, "us-west-2", failover.CodeInput, "percents"},
		{`{"action": "failover", "since": "2030-01-01T00:00:00Z"}`, "us-west-2", failover.CodeInput, "in the future"},
		{`{"action": "failback"}`, "us-west-2", failover.CodeWrongRegion, "start it in us-east-1"},
		{`{"action": "failover"}`, "eu-west-1", failover.CodeWrongRegion, "us-east-1 and us-west-2"},
	} {
		t.Run(c.input, func(t *testing.T) {
			s := newScene(t, shop())
			s.h.Region = failover.Region(c.region)
			before := len(s.world.Calls())
			answer := s.validate(c.input)
			if answer.Verdict != failover.Refuse || len(answer.Stages) != 0 || answer.Stages == nil {
				t.Errorf("got %s with stages %v", answer.Verdict, answer.Stages)
			}
			if diff := cmp.Diff([]string{c.code}, codes(answer, failover.Blocker)); diff != "" {
				t.Errorf("blockers (-want +got):\n%s", diff)
			}
			s.contains(answer.Summary, c.want)
			if n := len(s.world.Calls()) - before; n != 0 {
				t.Errorf("%d calls were made", n)
			}
		})
	}
}

func TestSeveralMistakesAreSeveralFindings(t *testing.T) {
	s := newScene(t, shop())
	answer := s.validate(`{"action": "explode", "order": "sideways", "percents": [7]}`)
	if diff := cmp.Diff([]string{failover.CodeInput, failover.CodeInput, failover.CodeInput}, codes(answer, failover.Blocker)); diff != "" {
		t.Errorf("blockers (-want +got):\n%s", diff)
	}
}

func TestApplicationsThatAreNotRegistered(t *testing.T) {
	s := newScene(t, shop())
	answer := s.validate(`{"action": "check", "applications": ["shop", "shoo", "till"]}`)
	if diff := cmp.Diff([]string{failover.CodeApplication, failover.CodeApplication}, codes(answer, failover.Blocker)); diff != "" {
		t.Errorf("blockers (-want +got):\n%s", diff)
	}
	s.contains(answer.Summary, "application shoo")
}

func TestAnEmptyRegistryIsRefused(t *testing.T) {
	s := newScene(t)
	answer := s.validate(`{"action": "failover"}`)
	if diff := cmp.Diff([]string{failover.CodeNothing}, codes(answer, failover.Blocker)); diff != "" {
		t.Errorf("blockers (-want +got):\n%s", diff)
	}
	s.contains(answer.Summary, "drover register")
}

func TestAFailoverNeedsConsentToLoseData(t *testing.T) {
	s := newScene(t, shop(), blog())
	answer := s.validate(`{"action": "failover"}`)
	if diff := cmp.Diff([]string{failover.CodeDataLoss}, codes(answer, failover.Blocker)); diff != "" {
		t.Errorf("blockers (-want +got):\n%s", diff)
	}
	s.contains(answer.Summary, "last measured lag: orders at 200 ms")
	s.contains(answer.Summary, `"allowDataLoss": true`)
	if len(s.mutations()) != 0 {
		t.Errorf("mutating calls: %v", s.mutations())
	}
	for _, input := range []string{`{"action": "failover", "applications": ["blog"]}`, `{"action": "switchover"}`} {
		if answer := s.validate(input); answer.Verdict != failover.Proceed {
			t.Errorf("%s: got %s", input, answer.Summary)
		}
		must(t, s.store.ReleaseLock(t.Context(), "somebody else"))
		s = newScene(t, shop(), blog())
	}
	s.h.Plan.AllowDataLoss = true
	if answer := s.validate(`{"action": "failover"}`); answer.Verdict != failover.Proceed || !answer.Run.AllowDataLoss {
		t.Errorf("with the plan's consent: got %s", answer.Summary)
	}
}

// TestWhatIsNotWell has one case for everything that may be wrong, and what each kind of action makes of it.
func TestWhatIsNotWell(t *testing.T) {
	www := shop().Records[0]
	for _, c := range []struct {
		name  string
		spoil func(s *scene)
		code  string
		want  string
	}{
		{"a drifted value", func(s *scene) {
			must(s.t, s.world.PutRecordSet("Z1", fakeaws.RecordSet{Name: www.Name, Type: "A", SetIdentifier: "us-west-2", TTL: 60, Values: []string{"192.0.2.99"}}))
		}, failover.CodeDrift, "us-west-2: value is 192.0.2.99; registered 192.0.2.20"},
		{"drifted weights", func(s *scene) { s.putWeights(www, 60, 40) },
			failover.CodeDrift, "has the weights us-east-1 60, us-west-2 40; registered us-east-1 100, us-west-2 0"},
		{"a third record set", func(s *scene) {
			must(s.t, s.world.PutRecordSet("Z1", fakeaws.RecordSet{Name: www.Name, Type: "A", SetIdentifier: "old", Weight: 5, TTL: 60, Values: []string{"192.0.2.9"}}))
		}, failover.CodeDrift, `has a record set "old" with weight 5 that is not registered`},
		{"lag", func(s *scene) {
			must(s.t, s.world.SetLag("orders", 30*time.Second))
			s.pass(2 * time.Minute)
		}, failover.CodeLag, "30000 ms behind; expected at most 10000 ms"},
		{"metrics that stopped", func(s *scene) { s.world.AdvanceTo(s.world.Now().Add(2 * time.Minute)) },
			failover.CodeNoData, "Shop Served in us-west-2: no data in the last 1m0s; expected at least 99"},
		{"metrics that are bad", func(s *scene) {
			s.world.AdvanceTo(s.world.Now().Add(10 * time.Second))
			s.world.PutMetric("us-west-2", "Shop", "Served", map[string]string{"Region": "us-west-2"}, 82.5)
		}, failover.CodeUnhealthy, "Shop Served in us-west-2 is 82.5; expected at least 99"},
		{"metrics that CloudWatch cannot vouch for", func(s *scene) { s.world.SetMetricStatus("us-west-2", "InternalError") },
			failover.CodeNoData, "CloudWatch answered InternalError"},
		{"an alarm", func(s *scene) {
			must(s.t, s.world.AddAlarm(fakeaws.Alarm{Region: string(west), Name: "shop-5xx", State: "ALARM"}))
		}, failover.CodeAlarm, "alarm shop-5xx of application shop in us-west-2: is in ALARM"},
		{"an alarm without data", func(s *scene) {
			must(s.t, s.world.AddAlarm(fakeaws.Alarm{Region: string(west), Name: "shop-5xx", State: "INSUFFICIENT_DATA"}))
		}, failover.CodeAlarm, "has no data"},
		{"a foreign fence", func(s *scene) {
			must(s.t, s.world.PutRecordSet("Z1", fakeaws.RecordSet{Name: "_drover.shop.example", Type: "TXT", TTL: 60, Values: []string{`"hello"`}}))
		}, failover.CodeUnreachable, "is not Drover's"},
		{"a service that denies", func(s *scene) {
			s.world.Inject(fakeaws.Fault{Service: "rds", Error: &fakeaws.APIError{Code: "AccessDenied", Status: 403, Message: "not authorized"}})
		}, failover.CodeUnreachable, "the databases seen from us-west-2: could not be read"},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, action := range []struct {
				input    string
				verdict  failover.Verdict
				severity failover.Severity
			}{
				{`{"action": "check"}`, failover.Refuse, failover.Blocker},
				{`{"action": "switchover"}`, failover.Refuse, failover.Blocker},
				{consenting, failover.Proceed, failover.Warning},
			} {
				s := newScene(t, shop(), blog())
				c.spoil(s)
				answer := s.validate(action.input)
				if answer.Verdict != action.verdict || !slices.Contains(codes(answer, action.severity), c.code) {
					t.Errorf("%s: got %s with %v; want %s with the %s %s", action.input, answer.Verdict, answer.Findings, action.verdict, action.severity, c.code)
				}
				s.contains(fmt.Sprint(answer.Findings), c.want)
				if stages := len(answer.Stages); (stages > 0) != (answer.Verdict == failover.Proceed) {
					t.Errorf("%s: %d stages with the verdict %s", action.input, stages, answer.Verdict)
				}
			}
		})
	}
}

func TestACheckListsEverythingAtOnce(t *testing.T) {
	s := newScene(t, shop(), blog())
	s.putWeights(blog().Records[0], 50, 50)
	must(t, s.world.SetLag("orders", time.Minute))
	s.world.AdvanceTo(s.world.Now().Add(3 * time.Minute))
	must(t, s.world.AddAlarm(fakeaws.Alarm{Region: string(west), Name: "shop-5xx", State: "ALARM"}))
	answer := s.validate(`{"action": "check"}`)
	want := []string{failover.CodeDrift, failover.CodeLag, failover.CodeNoData, failover.CodeAlarm}
	if diff := cmp.Diff(want, codes(answer, failover.Blocker)); diff != "" {
		t.Errorf("blockers (-want +got):\n%s", diff)
	}
	if len(s.mutations()) != 0 {
		t.Errorf("mutating calls: %v", s.mutations())
	}
}

func TestATopologyThatCannotBePromotedStopsEveryAction(t *testing.T) {
	for _, c := range []struct {
		name  string
		spoil func(app *failover.Application)
		want  string
	}{
		{"no such global cluster", func(app *failover.Application) { app.Databases[0].GlobalCluster = "order" }, "no such global cluster"},
		{"not a member", func(app *failover.Application) { app.Databases[0].Clusters[west] += "x" }, "is not one of its members"},
		{"nothing registered in the Region", func(app *failover.Application) { delete(app.Databases[0].Clusters, west) }, "no cluster registered in us-west-2"},
	} {
		t.Run(c.name, func(t *testing.T) {
			app := shop()
			c.spoil(&app)
			for _, input := range []string{consenting, `{"action": "switchover"}`, `{"action": "check"}`} {
				s := newScene(t, app)
				answer := s.validate(input)
				if answer.Verdict != failover.Refuse {
					t.Errorf("%s: got %s", input, answer.Verdict)
				}
				s.contains(answer.Summary, c.want)
			}
		})
	}
}

func TestALockInOtherHandsIsSaid(t *testing.T) {
	for _, input := range []string{consenting, `{"action": "switchover"}`, `{"action": "check"}`} {
		s := newScene(t, shop())
		other := failover.Run{ID: "run-0", ARN: "arn:run-0"}
		_, err := s.store.TakeLock(t.Context(), other, s.world.Now(), s.world.Now().Add(time.Hour))
		must(t, err)
		answer := s.validate(input)
		if diff := cmp.Diff([]string{failover.CodeLocked}, codes(answer, failover.Blocker)); diff != "" {
			t.Errorf("%s: blockers (-want +got):\n%s", input, diff)
		}
		s.contains(answer.Summary, "run run-0 holds it")
		s.world.AdvanceTo(s.world.Now().Add(61 * time.Minute))
		s.pass(time.Minute)
		if answer := s.validate(input); answer.Verdict == failover.Refuse {
			t.Errorf("%s, after the lock has expired: %s", input, answer.Summary)
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
		t.Errorf("check: got %s; want to be told at once", answer.Verdict)
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
	if answer.Verdict != failover.Looked || len(answer.Stages) != 0 {
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
	s.contains(answer.Summary, "a first share of 10 % would take some of it back")
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

func TestADryRunListsEveryCallAndMakesNone(t *testing.T) {
	s := newScene(t, shop(), blog())
	answer := s.validate(`{"action": "failover", "allowDataLoss": true, "dryRun": true}`)
	if answer.Verdict != failover.Looked || answer.Run.Epoch != 0 {
		t.Fatalf("got %s: %s", answer.Verdict, answer.Summary)
	}
	want := []string{
		fmt.Sprintf("dynamodb:UpdateItem on table registry: take the lock for %d s", answer.Run.BoundSeconds),
		"sns:Publish: tell that it begins",
		"s3:PutObject runs/run-1/begun.json",
		"stage 0: wave 1, 100 % to us-west-2, databases to us-west-2, at most 1h1m16s",
		"stage 0: route53:ChangeResourceRecordSets in zone Z1 (shop.example), batch 1 of 1: 2 record sets, www.shop.example: us-east-1 0, us-west-2 100",
		"stage 0: dynamodb:UpdateItem on table registry for 1 application: weights us-east-1 0, us-west-2 100",
		"stage 0: rds:FailoverGlobalCluster with AllowDataLoss in us-west-2: orders to " + clusterARN(west),
		"stage 1: wave 2, 100 % to us-west-2, at most 1h1m16s",
		"stage 1: route53:ChangeResourceRecordSets in zone Z1 (shop.example), batch 1 of 1: 2 record sets, blog.shop.example: us-east-1 0, us-west-2 100",
		"stage 1: dynamodb:UpdateItem on table registry for 1 application: weights us-east-1 0, us-west-2 100",
		"stage 2: all that has moved, verified once more, at most 1h1m16s",
		"dynamodb:PutItem on table registry: write the run",
		"dynamodb:UpdateItem on table registry: release the lock",
		"sns:Publish: tell how it ended",
		"s3:PutObject runs/run-1/report.json",
		"cloudwatch:PutMetricData: RTO and RPO",
	}
	if diff := cmp.Diff(want, answer.Calls); diff != "" {
		t.Errorf("calls (-want +got):\n%s", diff)
	}
	if len(s.mutations()) != 0 {
		t.Errorf("mutating calls: %v", s.mutations())
	}
}

func TestADryRunOfASwitchoverSaysThatThePrimarysRegionIsCalled(t *testing.T) {
	s := newScene(t, shop())
	answer := s.validate(`{"action": "switchover", "dryRun": true}`)
	s.contains(strings.Join(answer.Calls, "\n"), "rds:SwitchoverGlobalCluster in us-east-1: orders to "+clusterARN(west))
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

// TestTheAnswerForManyIsAsLargeAsForOne: the lists of an answer are cut, whatever there is to say.
func TestTheAnswerForManyIsAsLargeAsForOne(t *testing.T) {
	var apps []failover.Application
	for i := range 400 {
		app := blog()
		app.Name = fmt.Sprintf("app-%03d-%s", i, strings.Repeat("x", 50))
		app.Records[0].Name = fmt.Sprintf("%s.%d.shop.example", strings.Repeat("y", 60), i)
		app.Wave = i%40 + 1
		app.Health = []failover.HealthRule{{Namespace: strings.Repeat("N", 200), Metric: strings.Repeat("M", 200), Statistic: "Average", PeriodSeconds: 60, AtLeast: new(1.0)}}
		apps = append(apps, app)
	}
	s := newScene(t, apps...)
	for _, input := range []string{`{"action": "check"}`, `{"action": "failover", "dryRun": true}`, `{"action": "failover"}`} {
		answer := s.validate(input)
		text, err := json.Marshal(answer)
		must(t, err)
		if len(text) > maxAnswer || len(answer.Findings) > failover.MaxListed {
			t.Errorf("%s: %d bytes, %d findings, %d calls", input, len(text), len(answer.Findings), len(answer.Calls))
		}
		if strings.Contains(input, "dryRun") && (len(answer.Calls) <= failover.MaxListed || answer.MoreCalls == 0) {
			t.Errorf("%s: %d calls and %d more; want as many as there is room for, and the rest counted", input, len(answer.Calls), answer.MoreCalls)
		}
		if answer.MoreFindings < 300 {
			t.Errorf("%s: %d more findings; want all of them counted", input, answer.MoreFindings)
		}
	}
}

func TestADryRunOfManyWavesListsAllOfThem(t *testing.T) {
	var apps []failover.Application
	for i := range 12 {
		app := blog()
		app.Name, app.Wave = fmt.Sprintf("app-%d", i), i+1
		app.Records[0].Name = fmt.Sprintf("app-%d.shop.example", i)
		apps = append(apps, app)
	}
	answer := newScene(t, apps...).validate(`{"action": "switchover", "percents": [10, 100], "dryRun": true}`)
	if answer.MoreCalls != 0 {
		t.Errorf("%d calls are not listed", answer.MoreCalls)
	}
	text := strings.Join(answer.Calls, "\n")
	for _, want := range []string{"stage 0: wave 1, 10 % to us-west-2", "stage 23: wave 12, 100 % to us-west-2", "stage 24: all that has moved, verified once more", "rollback, stage 36: wave 1, traffic as before the run"} {
		if !strings.Contains(text, want) {
			t.Errorf("the list lacks %q:\n%s", want, text)
		}
	}
}

// TestADryRunOfADrillSaysWhatFollowsAWayBackThatFails: users first, then the writer, from the Region where it is then. Nothing
// is noted once more: that is for the way out.
func TestADryRunOfADrillSaysWhatFollowsAWayBackThatFails(t *testing.T) {
	answer := newScene(t, shop()).validate(`{"action": "drill", "dryRun": true}`)
	const begin = "should a stage on the way back fail, of what has come home: retreat, stage "
	var got []string
	for _, call := range answer.Calls {
		if rest, ok := strings.CutPrefix(call, begin); ok {
			got = append(got, rest)
		}
	}
	want := []string{
		"2: wave 1, 100 % to us-west-2, at most ",
		"2: route53:ChangeResourceRecordSets in zone ",
		"2: dynamodb:UpdateItem on table ",
		"3: wave 1, databases to us-west-2, at most ",
		"3: rds:SwitchoverGlobalCluster in us-east-1: orders to ",
	}
	if !slices.EqualFunc(got, want, strings.HasPrefix) {
		t.Errorf("got\n%s\nwant lines that begin with\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestAnAnswerThatIsTooLongCountsWhatItLeavesOut(t *testing.T) {
	answer := failover.ValidateAnswer{}
	for range failover.MaxListed {
		answer.Findings = append(answer.Findings, failover.Finding{Severity: failover.Blocker, Found: strings.Repeat("f", 1000)})
		answer.Calls = append(answer.Calls, strings.Repeat("c", 1000))
	}
	got := fit(answer)
	if n := size(got); n > maxAnswer || n < maxAnswer-2000 {
		t.Errorf("got %d bytes; want just below %d", n, maxAnswer)
	}
	if len(got.Findings) != failover.MaxListed || len(got.Calls)+got.MoreCalls != failover.MaxListed {
		t.Errorf("got %d findings, %d calls and %d more; the calls go first", len(got.Findings), len(got.Calls), got.MoreCalls)
	}
}

func TestWhatTheStepsWouldTripOverIsKnownBefore(t *testing.T) {
	twin := shop()
	twin.Name, twin.Databases, twin.Alarms, twin.Health = "twin", nil, nil, nil
	var many []failover.Application
	for wave := 1; wave <= maxStages; wave++ { // and a stage that closes the leg
		app := blog()
		app.Name, app.Wave = fmt.Sprintf("app-%03d", wave), wave
		app.Records[0].Name = app.Name + ".shop.example"
		many = append(many, app)
	}
	for _, c := range []struct {
		name string
		apps []failover.Application
		want string
	}{
		{"a record of two applications", []failover.Application{shop(), twin}, "belongs to the applications shop and twin"},
		{"too many stages", many, "101 stages; expected at most 100"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newScene(t, c.apps...)
			answer := s.validate(consenting)
			if diff := cmp.Diff([]string{failover.CodeConfiguration}, codes(answer, failover.Blocker)); diff != "" {
				t.Errorf("blockers (-want +got):\n%s", diff)
			}
			s.contains(answer.Summary, c.want)
		})
	}
}
