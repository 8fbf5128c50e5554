package validate

import (
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/rds"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/registry"
	"github.com/drover-dr/drover/statemachine/fakeaws"
)

func switchover(cluster string) *rds.SwitchoverGlobalClusterInput {
	return &rds.SwitchoverGlobalClusterInput{GlobalClusterIdentifier: &cluster, TargetDbClusterIdentifier: aws.String(clusterARN(west))}
}

func fault(service, operation string) fakeaws.Fault {
	return fakeaws.Fault{Service: service, Operation: operation, Error: &fakeaws.APIError{Code: "Throttling", Status: 400, Message: "Rate exceeded"}}
}

func (s *scene) fence(f failover.Fence) {
	s.t.Helper()
	must(s.t, s.world.PutRecordSet("Z1", fakeaws.RecordSet{Name: failover.FenceName("drover", "shop.example"), Type: "TXT", TTL: 60, Values: []string{f.String()}}))
}

func TestALockIsTakenOverOnlyWhenTheOperatorAsksForIt(t *testing.T) {
	s := newScene(t, shop())
	_, err := s.store.TakeLock(t.Context(), failover.Run{ID: "run-0", ARN: "arn:run-0"}, s.world.Now(), s.world.Now().Add(time.Hour))
	must(t, err)
	refused := s.validate(`{"action": "switchover", "reason": "maintenance"}`)
	s.contains(refused.Summary, `aws stepfunctions start-execution --region us-west-2 --state-machine-arn arn:aws:states:us-west-2:111122223333:stateMachine:drover`+
		` --input '{"action":"switchover","takeover":true}'`)
	for range 2 { // the second call is a repetition
		answer := s.validate(`{"action": "switchover", "takeover": true}`)
		if answer.Verdict != failover.Proceed || answer.Run.TakenOverFrom != "run-0" || answer.Run.Epoch != 2 {
			t.Fatalf("got %s, taken over from %q, epoch %d: %s", answer.Verdict, answer.Run.TakenOverFrom, answer.Run.Epoch, answer.Summary)
		}
	}
}

func TestATakeoverOfAFreeLockTakesItFromNoRun(t *testing.T) {
	s := newScene(t, shop())
	answer := s.validate(`{"action": "switchover", "takeover": true}`)
	if answer.Verdict != failover.Proceed || answer.Run.TakenOverFrom != "" || slices.Contains(codes(answer, failover.Warning), failover.CodeTakeover) {
		t.Errorf("got %s, taken over from %q", answer.Verdict, answer.Run.TakenOverFrom)
	}
}

func TestARegistryThatIsBehindIsAWarning(t *testing.T) {
	dimensions := map[string]string{"TableName": "registry", "ReceivingRegion": string(east)}
	for _, c := range []struct {
		millis float64
		warns  bool
	}{{900, false}, {10_001, true}} {
		s := newScene(t, blog())
		s.world.PutMetric(string(west), "AWS/DynamoDB", "ReplicationLatency", dimensions, c.millis)
		s.world.AdvanceTo(s.world.Now().Add(time.Second))
		answer := s.validate(`{"action": "switchover"}`)
		if got := slices.Contains(codes(answer, failover.Warning), failover.CodeLag); got != c.warns || answer.Verdict != failover.Proceed {
			t.Errorf("%v ms: %s with %v", c.millis, answer.Verdict, answer.Findings)
		}
		if got := answer.Run.RegistryLagMillis; got == nil || *got != int64(c.millis) {
			t.Errorf("%v ms: the run carries %v for the record", c.millis, got)
		}
	}
	if got := newScene(t, blog()).validate(`{"action": "switchover"}`).Run.RegistryLagMillis; got != nil {
		t.Errorf("not measured: the run carries %d", *got)
	}
}

// TestAFenceStandsForALockThatDidNotArrive: the other Region has moved the zone, and its registry is not heard of.
func TestAFenceStandsForALockThatDidNotArrive(t *testing.T) {
	over := func(s *scene) {
		must(s.t, s.store.PutRun(s.t.Context(), registry.RunRecord{Run: failover.Run{ID: "run-0", To: west, StartedAt: start}, ClosedAt: start}))
	}
	takings := func(runs ...string) func(*scene) {
		return func(s *scene) {
			for _, id := range runs {
				run := failover.Run{ID: id, ARN: "arn:aws:states:us-west-2:111122223333:execution:drover:" + id}
				_, err := s.store.TakeLock(s.t.Context(), run, start, start.Add(time.Minute))
				must(s.t, err)
				must(s.t, s.store.ReleaseLock(s.t.Context(), run.ARN))
			}
		}
	}
	for _, c := range []struct {
		name    string
		before  func(*scene)
		blocked bool
	}{
		{"a run that is not known here", func(*scene) {}, true},
		{"a run of the same epoch as the last one here", takings("a", "b", "c", "d", "e"), true},
		{"a run that is known to be over", over, false},
		{"the last run here", takings("a", "b", "c", "d", "run-0"), false},
		{"a run before the last one here", takings("a", "b", "c", "d", "run-0", "f"), false},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, input := range []string{`{"action": "switchover"}`, consenting} {
				s := newScene(t, shop())
				s.fence(failover.Fence{Epoch: 5, Run: "run-0", Region: west, Phase: failover.Outbound})
				c.before(s)
				answer := s.validate(input)
				if blocked := slices.Contains(codes(answer, failover.Blocker), failover.CodeLocked); blocked != c.blocked {
					t.Errorf("%s: %s", input, answer.Summary)
				}
				if !c.blocked && answer.Run.Epoch < 6 {
					t.Errorf("%s: epoch %d; want one newer than the fence's", input, answer.Run.Epoch)
				}
			}
		})
	}
	s := newScene(t, shop())
	s.fence(failover.Fence{Epoch: 5, Run: "run-0", Region: west, Phase: failover.Outbound})
	answer := s.validate(`{"action": "switchover", "takeover": true}`)
	if answer.Verdict != failover.Proceed || answer.Run.TakenOverFrom != "run-0" || answer.Run.Epoch != 6 {
		t.Errorf("taken over: got %s from %q with epoch %d", answer.Verdict, answer.Run.TakenOverFrom, answer.Run.Epoch)
	}
}

// TestTheEpochIsNewerThanThatOfEveryApplication: a replica may know what the other Region has written and not its lock.
func TestTheEpochIsNewerThanThatOfEveryApplication(t *testing.T) {
	s := newScene(t, shop(), blog())
	for _, app := range mustApplications(s) {
		if app.Name != blog().Name {
			continue
		}
		_, err := s.store.SetLive(t.Context(), app, failover.Live{Active: east, Weights: app.Live.Weights, Epoch: 9})
		must(t, err)
	}
	if got := s.validate(consenting).Run.Epoch; got != 10 {
		t.Errorf("the epoch is %d; want one newer than 9, which an application has", got)
	}
}

func TestEveryWaveWithADatabaseIsAskedAbout(t *testing.T) {
	second := billing()
	second.Name, second.Wave = "second", 2
	third := blog()
	third.Name, third.Wave, third.Records[0].Name = "third", 3, "third.shop.example"
	s := newScene(t, shop(), second, third)
	s.h.Plan.Approval = failover.BeforePromotion
	asked := map[int]bool{}
	for _, stage := range s.validate(consenting).Stages {
		asked[stage.Wave] = asked[stage.Wave] || stage.Approve
	}
	if !asked[1] || !asked[2] || asked[3] {
		t.Errorf("asked about the waves %v; want 1 and 2, which have a database, and not 3", asked)
	}
}

func TestAScheduledCheckDoesNotFailWhileARunIsInProgress(t *testing.T) {
	s := newScene(t, shop())
	lockOf("run-0")(s)
	answer := s.validate(`{"action": "check", "requestedBy": "schedule drover-check"}`)
	if answer.Verdict != failover.Checked || len(answer.Findings) != 1 || answer.Findings[0].Severity != failover.Warning {
		t.Errorf("got %s with %v; want nothing but that nothing was checked", answer.Verdict, answer.Findings)
	}
	s.contains(answer.Summary, "Nothing was checked: lock: run run-0 holds it, until 2026-03-14T04:05:05Z unless renewed")
	if answer := s.validate(`{"action": "check"}`); answer.Verdict != failover.Refuse {
		t.Errorf("got %s; want it refused, for an operator waits for the answer", answer.Verdict)
	}
}
