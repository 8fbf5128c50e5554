package notify

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/lambdas/internal/entry"
	"github.com/drover-dr/drover/statemachine/fakeaws"
	"github.com/google/go-cmp/cmp"
)

const oneCommand = "drover start failover --allow-data-loss --takeover --since 2026-03-14T03:00:00Z --region us-west-2"

// refusedRequest is about a failover without consent while another run holds the lock.
func refusedRequest(id string) failover.RefusedRequest {
	run := sampleRun()
	run.ID, run.ARN, run.Epoch, run.StartedBy = id, strings.TrimSuffix(run.ARN, "run-1")+id, 0, "alarm other-region-lost"
	run.Reason = "alarm other-region-lost went to ALARM"
	return failover.RefusedRequest{
		Op: "refused", Run: run, Verdict: failover.Refuse, Summary: "Refused, nothing was changed", Next: oneCommand, Now: outage.Add(61 * time.Second),
		Findings: []failover.Finding{
			{Severity: failover.Blocker, Code: failover.CodeDataLoss, Object: "database checkout", Found: "a failover may lose writes that are not replicated; expected consent", Command: "aws stepfunctions start-execution"},
			{Severity: failover.Blocker, Code: failover.CodeLocked, Object: "lock", Found: "run run-0 holds it, until 2026-03-14T04:05:05Z at the latest", Command: "aws stepfunctions start-execution"},
			{Severity: failover.Warning, Code: failover.CodeTTL, Object: "record www.example.com A", Found: "TTL 300; expected at most 60"},
		},
	}
}

func refuse(t *testing.T, h Handler, req failover.RefusedRequest) RefusedAnswer {
	t.Helper()
	event, err := json.Marshal(req)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := h.Handle(t.Context(), event)
	if err != nil {
		t.Fatal(err)
	}
	return answer.(RefusedAnswer)
}

func TestTextOfARefusal(t *testing.T) {
	h, world := newHandler(t)
	if answer := refuse(t, h, refusedRequest("run-1")); !answer.Notified {
		t.Errorf("got %+v", answer)
	}
	want := `
Refused: failover to us-west-2; nothing was changed; database checkout: a failover may lose writes that are not replicated; expected consent

Blockers:
- database checkout: a failover may lose writes that are not replicated; expected consent
- lock: run run-0 holds it, until 2026-03-14T04:05:05Z at the latest

To clear all of them and start again:
  drover start failover --allow-data-loss --takeover --since 2026-03-14T03:00:00Z --region us-west-2

Warnings (1):
- record www.example.com A: TTL 300; expected at most 60

Started by: alarm other-region-lost
Reason: alarm other-region-lost went to ALARM
Run run-1, plan drover
`[1:]
	m := theMessage(t, world)
	if diff := cmp.Diff(want, m.Message); diff != "" {
		t.Errorf("message (-want +got)\n%s", diff)
	}
	var f facts
	if err := json.Unmarshal([]byte(m.Attributes["facts"]), &f); err != nil {
		t.Fatal(err)
	}
	facts := &refusedFacts{Verdict: failover.Refuse, Blockers: 2, StartedBy: "alarm other-region-lost", Next: oneCommand}
	if diff := cmp.Diff(facts, f.Refused); diff != "" || m.Attributes["kind"] != "refused" || m.Attributes["outcome"] != "Refused" {
		t.Errorf("kind %s, outcome %s, facts (-want +got)\n%s", m.Attributes["kind"], m.Attributes["outcome"], diff)
	}
}

func TestTextOfASkip(t *testing.T) {
	h, world := newHandler(t)
	req := refusedRequest("run-1")
	req.Verdict, req.Findings, req.Run.Reason = failover.Skip, []failover.Finding{}, ""
	req.Summary = "Skipped: failover to us-west-2 by alarm other-region-lost; alarm other-region-lost went from INSUFFICIENT_DATA to ALARM; only a change from OK to ALARM starts a failover"
	refuse(t, h, req)
	want := `
Skipped: failover to us-west-2 by alarm other-region-lost; alarm other-region-lost went from INSUFFICIENT_DATA to ALARM; only a change f …

Skipped: failover to us-west-2 by alarm other-region-lost; alarm other-region-lost went from INSUFFICIENT_DATA to ALARM; only a change from OK to ALARM starts a failover

To start it anyway:
  drover start failover --allow-data-loss --takeover --since 2026-03-14T03:00:00Z --region us-west-2

Started by: alarm other-region-lost
Run run-1, plan drover
`[1:]
	m := theMessage(t, world)
	if diff := cmp.Diff(want, m.Message); diff != "" {
		t.Errorf("message (-want +got)\n%s", diff)
	}
	if _, there := m.Attributes["outcome"]; there {
		t.Error("a skip has an outcome; want none, because no operator must act")
	}
}

func TestEveryBlockerIsInTheNotification(t *testing.T) {
	h, world := newHandler(t)
	req := refusedRequest("run-1")
	req.Findings = nil
	for i := range failover.MaxListed {
		req.Findings = append(req.Findings, failover.Finding{Severity: failover.Blocker, Object: "record " + strings.Repeat("r", i+1) + ".example.com", Found: "differs"})
	}
	req.MoreFindings = 3
	refuse(t, h, req)
	text := theMessage(t, world).Message
	for _, f := range req.Findings {
		if !strings.Contains(text, "- "+f.Object+": differs\n") {
			t.Errorf("%s is not in it:\n%s", f.Object, text)
		}
	}
	if !strings.Contains(text, "- and 3 more findings") || strings.Count(text, "drover start") != 1 {
		t.Errorf("got\n%s", text)
	}
}

func TestASecondRefusalOfTheSameRunSendsNothing(t *testing.T) {
	h, world := newHandler(t)
	for range 3 {
		if answer := refuse(t, h, refusedRequest("run-1")); !answer.Notified {
			t.Errorf("got %+v", answer)
		}
	}
	theMessage(t, world)
	refuse(t, h, refusedRequest("run-2"))
	if n := len(world.Messages()); n != 2 {
		t.Errorf("got %d messages; want one for each run", n)
	}
}

func TestARefusalThatCannotBeSentIsAnErrorAndOneThatCannotBeKeptIsNone(t *testing.T) {
	h, world := newHandler(t)
	remove := world.Inject(fakeaws.Fault{Service: "sns", Error: &fakeaws.APIError{Code: "Throttled", Status: 400, Message: "Rate exceeded"}})
	if _, err := h.Refused(t.Context(), refusedRequest("run-1")); entry.ConditionOf(err) != failover.Throttled {
		t.Errorf("got %v; want Throttled, for the state machine to try again", err)
	}
	remove()
	world.Inject(fakeaws.Fault{Service: "s3", Error: serverError})
	refuse(t, h, refusedRequest("run-1"))
	theMessage(t, world)
}

// TestAScheduledCheckRepeatsNothing: a drift stays for days, and there is a check twice an hour.
func TestAScheduledCheckRepeatsNothing(t *testing.T) {
	h, world := newHandler(t)
	check := func(id string, at time.Duration, objects ...string) RefusedAnswer {
		req := refusedRequest(id)
		req.Run.Action, req.Run.StartedBy, req.Now, req.Findings = failover.Check, "schedule drover-check", outage.Add(at), nil
		for _, object := range objects {
			req.Findings = append(req.Findings, failover.Finding{Severity: failover.Blocker, Code: failover.CodeDrift, Object: object, Found: "differs, " + id})
		}
		return refuse(t, h, req)
	}
	for _, c := range []struct {
		id       string
		at       time.Duration
		objects  []string
		notified bool
	}{
		{"check-1", 0, []string{"a", "b"}, true},
		{"check-2", time.Hour, []string{"b", "a"}, false},
		{"check-3", 2 * time.Hour, []string{"a", "c"}, true},
		{"check-4", 25 * time.Hour, []string{"c", "a"}, false},
		{"check-5", 26 * time.Hour, []string{"c", "a"}, true},
		{"check-6", 25 * time.Hour, []string{"c", "a"}, true}, // a clock was wrong: what is known is not since when
	} {
		if got := check(c.id, c.at, c.objects...); got.Notified != c.notified || got.Repeated == c.notified {
			t.Errorf("%s: got %+v; want notified: %v", c.id, got, c.notified)
		}
	}
	if n := len(world.Messages()); n != 4 {
		t.Errorf("got %d messages; want 4", n)
	}
}

// TestARunThatOnlyTookTheLockOverHasRecoveredNothing: it leaves neither figures nor a drill.
func TestARunThatOnlyTookTheLockOverHasRecoveredNothing(t *testing.T) {
	h, world := newHandler(t, "checkout")
	req := request(failover.Completed)
	req.Run.Action, req.Run.TakenOverFrom, req.Run.SoakSeconds = failover.Drill, "run-0", 120
	req.Stages, req.StagesDone, req.LagMillis = 0, 0, -1
	handle(t, h, req)
	m := theMessage(t, world)
	if !strings.HasPrefix(m.Message, "Completed: drill to us-west-2 and back, nothing to move\n") || strings.Contains(m.Message, "RTO") {
		t.Errorf("got\n%s", m.Message)
	}
	if n := calls(world, "PutMetricData"); n != 0 {
		t.Errorf("%d metrics were published", n)
	}
	if drills, err := h.Registry.Drills(t.Context(), "", 5); err != nil || len(drills) != 0 {
		t.Errorf("got drills %v, %v", drills, err)
	}
}
