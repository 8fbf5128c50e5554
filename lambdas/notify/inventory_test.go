package notify

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/lambdas/internal/entry"
	"github.com/drover-dr/drover/statemachine/fakeaws"
)

// newFleet is [newHandler] with so many applications, spread over zones of 2,500, that have moved to us-west-2 without
// any database.
func newFleet(t *testing.T, n int) (Handler, *fakeaws.World) {
	t.Helper()
	h, world := newHandler(t)
	moved := failover.Live{Active: west, Weights: map[failover.Region]int{east: 0, west: 100}, Epoch: 7}
	apps := make([]failover.Application, n)
	for i := range apps {
		app := application(fmt.Sprintf("app-%05d", i))
		app.Databases = nil
		r := &app.Records[0]
		r.Zone = fmt.Sprintf("Z%018dX", i/2500)
		if i%2500 == 0 {
			if err := world.AddZone(r.Zone, "example.com"); err != nil {
				t.Fatal(err)
			}
		}
		for region, weight := range moved.Weights {
			set := fakeaws.RecordSet{Name: r.Name, Type: "A", TTL: 60, Values: []string{"192.0.2.1"}, SetIdentifier: string(region), Weight: weight}
			if err := world.PutRecordSet(r.Zone, set); err != nil {
				t.Fatal(err)
			}
		}
		apps[i] = app
	}
	_, err := h.Registry.Register(t.Context(), failover.DefaultPlan(), apps, outage)
	registered, readErr := h.Registry.Applications(t.Context()) // as a step reads them: with the partition key of each
	err = errors.Join(err, readErr)
	for _, app := range registered[:min(n, 10)] { // of a larger fleet, only what was verified is asked for
		_, liveErr := h.Registry.SetLive(t.Context(), app, moved)
		err = errors.Join(err, liveErr)
	}
	if err != nil {
		t.Fatal(err)
	}
	return h, world
}

func verifiedInventory(n int) *failover.Inventory {
	return &failover.Inventory{At: outage.Add(7 * time.Minute), Complete: true, Applications: n, Waves: []int{1}}
}

// TestTheNumbersOfANotificationAreThoseOfTheApplications, of one application as of thousands; and what VerifyHealth has
// verified is not read again.
func TestTheNumbersOfANotificationAreThoseOfTheApplications(t *testing.T) {
	for _, n := range []int{1, 3, 5000} {
		h, world := newFleet(t, n)
		before := calls(world, "ListResourceRecordSets")
		req := request(failover.Completed)
		req.Inventory, req.LagMillis = verifiedInventory(n), -1
		got := handle(t, h, req)
		if got.Moved != n || got.NotMoved != 0 || got.NotKnown != 0 {
			t.Errorf("%d applications: got %+v", n, got)
		}
		if r := readReport(t, world); len(r.Moved) != n || !slices.IsSorted(r.Moved) || !r.VerifiedAt.Equal(req.Inventory.At) {
			t.Errorf("%d applications: the report lists %d, verified at %v", n, len(r.Moved), r.VerifiedAt)
		}
		message := theMessage(t, world).Message
		for _, want := range []string{
			fmt.Sprintf("Completed: failover to us-west-2, %d of %d applications moved", n, n), fmt.Sprintf("Moved (%d), as verified at 03:07:00 UTC: app-00000", n),
		} {
			if !strings.Contains(message, want) {
				t.Errorf("%d applications: the message lacks %q:\n%s", n, want, message)
			}
		}
		if read := calls(world, "ListResourceRecordSets") - before; read != 0 {
			t.Errorf("%d applications: %d calls of ListResourceRecordSets; want none", n, read)
		}
	}
}

// TestAnInventoryThatExceedsTheQuotaIsTakenOverSeveralTries, without a notification before the last one: the zone has
// 15,000 record sets, which are 51 pages.
func TestAnInventoryThatExceedsTheQuotaIsTakenOverSeveralTries(t *testing.T) {
	const n = 5
	h, world := newFleet(t, n)
	for i := range 15000 {
		set := fakeaws.RecordSet{Name: fmt.Sprintf("other-%05d.example.com", i), Type: "A", TTL: 60, Values: []string{"192.0.2.1"}}
		if err := world.PutRecordSet("Z000000000000000000X", set); err != nil {
			t.Fatal(err)
		}
	}
	req := request(failover.Held)
	_, err := h.End(t.Context(), req)
	if entry.ConditionOf(err) != failover.Throttled || len(world.Messages()) != 0 {
		t.Fatalf("first try: got %v, %d messages; want Throttled and none", err, len(world.Messages()))
	}
	world.AdvanceTo(world.Now().Add(5 * time.Second))
	req.Try = 1
	if got := handle(t, h, req); got.Moved != n || got.NotMoved+got.NotKnown != 0 || len(world.Messages()) != 1 {
		t.Errorf("second try: got %+v, %d messages; want all moved, and one", got, len(world.Messages()))
	}
}

// TestWhatCannotBeReadIsUnknown, and is never listed as not moved.
func TestWhatCannotBeReadIsUnknown(t *testing.T) {
	h, world := newFleet(t, 3)
	world.Inject(fakeaws.Fault{Operation: "ListResourceRecordSets", Error: &fakeaws.APIError{Code: "Throttling", Status: 400, Message: "Rate exceeded"}})
	req := request(failover.Held)
	for req.Try = range completeAttempts {
		if _, err := h.End(t.Context(), req); entry.ConditionOf(err) != failover.Throttled {
			t.Fatalf("try %d: got %v; want Throttled", req.Try, err)
		}
	}
	req.Try = completeAttempts
	if got := handle(t, h, req); got.Moved != 0 || got.NotMoved != 0 || got.NotKnown != 3 {
		t.Errorf("got %+v; want 3 unknown", got)
	}
	if message := theMessage(t, world).Message; !strings.Contains(message, "Unknown (3):") || strings.Contains(message, "Not moved") {
		t.Errorf("the message:\n%s", message)
	}
}

// TestAReportThatS3RefusesTwiceIsWritten within the try, and by the next try when S3 refuses it for longer; the
// notification comes once.
func TestAReportThatS3RefusesTwiceIsWritten(t *testing.T) {
	for times, tries := range map[int]int{2: 1, 4: 2} {
		h, world := newFleet(t, 1)
		world.Inject(fakeaws.Fault{Operation: "PutObject", Times: times, Error: &fakeaws.APIError{Code: "ServiceUnavailable", Status: 503, Message: "slow down"}})
		req := request(failover.Completed)
		req.Inventory = verifiedInventory(1)
		used := 1
		got, err := h.End(t.Context(), req)
		for ; err != nil && used < 4; used++ {
			req.Try++
			got, err = h.End(t.Context(), req)
		}
		if err != nil || used != tries || got.Report == "" || len(world.Messages()) != 1 || !readReport(t, world).Notified {
			t.Errorf("%d refusals: %v after %d tries, %+v, %d messages; want %d tries, a report and one message", times, err, used, got, len(world.Messages()), tries)
		}
	}
}

// TestANotificationThatIsMissingForGoodRaisesAnAlarm: it says so in a metric, at the last try and not before.
func TestANotificationThatIsMissingForGoodRaisesAnAlarm(t *testing.T) {
	for _, c := range []struct {
		name, operation, code string
		status, try           int
		want                  bool
	}{
		{"SNS rejects it", "Publish", "InvalidParameter", 400, 0, true},
		{"SNS does not answer yet", "Publish", "InternalError", 500, 0, false},
		{"SNS does not answer at the last try", "Publish", "InternalError", 500, failover.StepRetries, true},
		{"the report cannot be written", "PutObject", "AccessDenied", 403, 0, true},
		{"nothing is missing", "PutMetricData", "InternalError", 500, 0, false},
	} {
		h, world := newFleet(t, 1)
		var log bytes.Buffer
		h.Metrics = entry.MetricLog{Out: &log}
		world.Inject(fakeaws.Fault{Operation: c.operation, Error: &fakeaws.APIError{Code: c.code, Status: c.status, Message: "no"}})
		req := request(failover.Completed)
		req.Inventory, req.Try = verifiedInventory(1), c.try
		_, _ = h.End(t.Context(), req)
		if got := strings.Contains(log.String(), `"`+failover.MissingMetric+`":1`); got != c.want {
			t.Errorf("%s: metric %v; want %v: %s", c.name, got, c.want, log.String())
		}
	}
}

// TestTheWaitForAnApprovalIsNoTimeToRecover, unless the run knows since when there is an outage.
func TestTheWaitForAnApprovalIsNoTimeToRecover(t *testing.T) {
	for since, want := range map[time.Duration]float64{time.Minute: 132, 0: 432} {
		req := request(failover.Completed)
		req.Run.Since, req.Run.PhaseStartedAt = outage.Add(since), outage.Add(5*time.Minute)
		req.Decisions = []failover.Decision{{Gate: failover.BeforeStart, AskedAt: outage.Add(time.Minute), Approved: true, By: "alice"}}
		r := failover.Report{Run: req.Run, Outcome: req.Outcome, Decisions: req.Decisions}
		if recovery(&r, req); r.RTOSeconds != want || r.ApprovalSeconds != 240 {
			t.Errorf("since %v: got %v s, approval %v s; want %v and 240", since, r.RTOSeconds, r.ApprovalSeconds, want)
		}
	}
}
