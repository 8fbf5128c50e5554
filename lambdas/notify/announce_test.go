package notify

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/google/go-cmp/cmp"
)

func announceRequest() failover.AnnounceRequest {
	run := sampleRun()
	run.Reason, run.TakenOverFrom = "us-east-1 is dark", "run-0"
	return failover.AnnounceRequest{
		Op: "announce", Run: run, Applications: 3, Databases: 1, Stages: 2, Now: outage.Add(61 * time.Second),
		Findings: []failover.Finding{
			{Severity: failover.Warning, Code: failover.CodeBound, Object: "run run-1", Found: "it ends after 1h0m0s at the latest; the target is 10m0s", Next: "fewer stages"},
			{Severity: failover.Warning, Code: failover.CodeTTL, Object: "record www.example.com A", Found: "TTL 300; expected at most 60"},
		},
		MoreFindings: 1,
	}
}

func announce(t *testing.T, h Handler, req failover.AnnounceRequest) {
	t.Helper()
	event, err := json.Marshal(req)
	if err != nil {
		t.Fatal(err)
	}
	if answer, err := h.Handle(t.Context(), event); err != nil || answer != (AnnounceAnswer{Notified: true}) {
		t.Fatalf("got %+v, %v; want notified", answer, err)
	}
}

func TestTextOfABeginning(t *testing.T) {
	h, world := newHandler(t)
	announce(t, h, announceRequest())
	want := `
Started: failover to us-west-2, 3 applications, 1 database in 2 stages

Warnings (3):
- run run-1: it ends after 1h0m0s at the latest; the target is 10m0s
- record www.example.com A: TTL 300; expected at most 60
- and 1 more

The run ends by 2026-03-14 04:01:00 UTC.

To watch the run:
  drover watch run-1 --region us-west-2

This run took over the lock of run run-0
Reason: us-east-1 is dark
Run run-1, plan drover
`[1:]
	m := theMessage(t, world)
	if diff := cmp.Diff(want, m.Message); diff != "" {
		t.Errorf("message (-want +got)\n%s", diff)
	}
	if want := "drover: Started: failover to us-west-2, 3 applications, 1 database in 2 stages"; m.Subject != want {
		t.Errorf("subject\ngot  %s\nwant %s", m.Subject, want)
	}
	var f facts
	if err := json.Unmarshal([]byte(m.Attributes["facts"]), &f); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(&startedFacts{Stages: 2, Warnings: 3, EndsBy: outage.Add(61 * time.Minute)}, f.Started); diff != "" || m.Attributes["kind"] != "begun" {
		t.Errorf("kind %s, facts (-want +got)\n%s", m.Attributes["kind"], diff)
	}
}

func TestWhatWasKnownAtTheBeginningIsKept(t *testing.T) {
	h, world := newHandler(t)
	req := announceRequest()
	announce(t, h, req)
	text, ok := world.Object("reports", "runs/run-1/begun.json")
	var got failover.Announcement
	if err := json.Unmarshal(text, &got); !ok || err != nil {
		t.Fatalf("found %v: %v", ok, err)
	}
	want := failover.Announcement{
		Format: failover.Format, Run: req.Run, Summary: "Started: failover to us-west-2, 3 applications, 1 database in 2 stages", Findings: req.Findings, MoreFindings: 1, EndsBy: outage.Add(61 * time.Minute),
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("kept (-want +got)\n%s", diff)
	}
}

func TestAStartIsNotifiedOnce(t *testing.T) {
	h, world := newHandler(t)
	announce(t, h, announceRequest())
	announce(t, h, announceRequest())
	theMessage(t, world)
	again := announceRequest()
	again.Run.StartedAt = again.Run.StartedAt.AddDate(0, 3, 0)
	announce(t, h, again)
	if got := len(world.Messages()); got != 2 {
		t.Errorf("got %d messages; want one about each of two executions of one name", got)
	}
}

func TestARunThatIsOverIsNotAnnounced(t *testing.T) {
	h, world := newHandler(t, "checkout")
	handle(t, h, request(failover.Held))
	announce(t, h, announceRequest())
	if m := theMessage(t, world); !strings.HasPrefix(m.Message, "Held") {
		t.Errorf("got %s; want the end alone", m.Subject)
	}
}

func TestAStartIsNotifiedInTimeWhenReportsHang(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), failover.AnnounceTimeout)
		defer cancel()
		watch := &stopwatch{begin: time.Now()}
		h := Handler{Plan: failover.DefaultPlan(), S3: hanging{}, Bucket: "reports", SNS: watch}
		if answer, err := h.Announce(ctx, announceRequest()); err != nil || !answer.Notified {
			t.Errorf("got notified %v, %v; want notified", answer.Notified, err)
		}
		if watch.took == 0 || watch.took > 7*time.Second {
			t.Errorf("the notification is out after %s; want within 7s", watch.took)
		}
		if took := time.Since(watch.begin); took > failover.AnnounceTimeout {
			t.Errorf("it took %s; the state machine waits for %s", took, failover.AnnounceTimeout)
		}
	})
}
