package notify

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/release"
	"github.com/drover-dr/drover/lambdas/internal/entry"
	"github.com/drover-dr/drover/statemachine/fakeaws"
	"github.com/google/go-cmp/cmp"
)

const (
	east = failover.Region("us-east-1")
	west = failover.Region("us-west-2")
	zone = "Z0000000000EXAMPLE"
)

var serverError = &fakeaws.APIError{Code: "InternalError", Status: 500, Message: "We encountered an internal error."}

func TestTheInventoryIsTakenFromAWSAndNotFromTheRunsBelief(t *testing.T) {
	h, world := newHandler(t, "checkout", "search")
	move(t, h, world, "checkout")
	req := request(failover.Completed) // the run believes that all is well
	got := handle(t, h, req)
	const summary = "Completed: failover to us-west-2, but 2 of 2 applications are not in us-west-2; checkout: database checkout: writer in us-east-1"
	want := failover.NotifyAnswer{
		Outcome: failover.Completed, Summary: summary, Report: "s3://reports/runs/run-1/report.json", Notified: true,
		RTOSeconds: 432, RPOSeconds: new(0.8), NotMoved: 2,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("answer (-want +got)\n%s", diff)
	}
	wantReport := failover.Report{
		Format: failover.Format, Version: release.Version, Run: req.Run, Outcome: failover.Completed, Summary: summary, Reasons: []string{}, ClosedAt: req.Now,
		RTOSeconds: 432, TargetRTOSeconds: 600, RPOSeconds: new(0.8), LagSeconds: new(0.8), TargetRPOSeconds: 60, TTLSeconds: 60, RTOMet: true, Target: west, Moved: []string{}, Notified: true,
		Phases: []failover.PhaseResult{{Phase: failover.Outbound, From: east, To: west, Passed: true, StagesDone: 1, Stages: 1, RTOSeconds: 432, RPOSeconds: new(0.8), LagSeconds: new(0.8)}},
		Databases: []failover.DatabaseResult{
			{Application: "checkout", GlobalCluster: "checkout", Did: failover.DatabaseNotPromoted},
			{Application: "search", GlobalCluster: "search", Did: failover.DatabaseNotPromoted},
		},
		NotMoved: []failover.NotMoved{
			{Application: "checkout", Why: []string{"database checkout: writer in us-east-1"}, Percent: 100},
			{Application: "search", Why: []string{
				"registry: active in us-east-1",
				"record search.example.com A: us-east-1 100, us-west-2 0",
				"database search: writer in us-east-1",
			}},
		},
		Next: `aws stepfunctions start-execution --region us-west-2 --state-machine-arn arn:aws:states:us-west-2:111122223333:stateMachine:drover --input '{"action":"check"}'`,
	}
	if diff := cmp.Diff(wantReport, readReport(t, world)); diff != "" {
		t.Errorf("report (-want +got)\n%s", diff)
	}
}

func TestASecondCallSendsNothing(t *testing.T) {
	h, world := newHandler(t, "checkout")
	first := handle(t, h, request(failover.Held))
	move(t, h, world, "checkout") // whatever has become of it since
	again := handle(t, h, request(failover.Held))
	if diff := cmp.Diff(first, again); diff != "" {
		t.Errorf("second answer (-first +second)\n%s", diff)
	}
	theMessage(t, world)
	if got := calls(world, "PutMetricData"); got != 1 {
		t.Errorf("got %d calls of PutMetricData; want one", got)
	}
}

func TestAnotherRunOfTheSameNameIsNotified(t *testing.T) {
	for _, tt := range []struct {
		name   string
		change func(*failover.NotifyRequest)
	}{
		{"90 days later", func(req *failover.NotifyRequest) { req.Run.StartedAt = req.Run.StartedAt.AddDate(0, 0, 91) }},
		{"redriven", func(req *failover.NotifyRequest) { req.Outcome = failover.Completed }},
	} {
		h, world := newHandler(t, "checkout")
		handle(t, h, request(failover.Held))
		req := request(failover.Held)
		tt.change(&req)
		handle(t, h, req)
		if got := len(world.Messages()); got != 2 {
			t.Errorf("%s: got %d messages; want 2", tt.name, got)
		}
	}
}

func TestACrashAfterTheMessageRepeatsItRatherThanLosingIt(t *testing.T) {
	h, world := newHandler(t, "checkout")
	remove := world.Inject(fakeaws.Fault{Operation: "Publish", Times: 1, LoseAnswer: true})
	_, err := h.End(t.Context(), request(failover.Held))
	if got := entry.ConditionOf(err); got != failover.Unreachable {
		t.Fatalf("got %s (%v); want Unreachable", got, err)
	}
	if readReport(t, world).Notified {
		t.Error("the report says that the notification is out; that is not known")
	}
	remove()
	if got := handle(t, h, request(failover.Held)); !got.Notified || len(world.Messages()) != 2 {
		t.Errorf("got notified %v, %d messages; want the message again", got.Notified, len(world.Messages()))
	}
}

func TestThereIsAReportWithoutANotification(t *testing.T) {
	h, world := newHandler(t, "checkout")
	world.Inject(fakeaws.Fault{Operation: "Publish", Error: &fakeaws.APIError{Code: "AuthorizationError", Status: 403, Message: "no"}})
	_, err := h.End(t.Context(), request(failover.Held))
	if got := entry.ConditionOf(err); got != failover.Denied {
		t.Errorf("got %s (%v); want Denied", got, err)
	}
	if r := readReport(t, world); r.Notified || len(r.NotMoved) != 1 {
		t.Errorf("got %+v; want the inventory, and no notification", r)
	}
}

func TestTheNotificationIsSentWhateverCannotBeRead(t *testing.T) {
	for _, tt := range []struct {
		service string
		// want is in the message.
		want string
	}{
		{"route53", "- could not read the DNS records of zone " + zone + " (list zone " + zone + "): Route 53 answered ListResourceRecordSets with InternalError (We encountered an internal error)"},
		{"rds", "- could not read the databases (describe global cluster checkout): RDS answered DescribeGlobalClusters with InternalError (We encountered an internal error)"},
		{"dynamodb", "- could not read the registry (query applications of table registry): DynamoDB answered Query with InternalError (We encountered an internal error)"},
		{"s3", "- could not write the report (write s3://reports/runs/run-1/report.json): S3 answered PutObject with InternalError (We encountered an internal error)"},
		{"monitoring", "Not moved (1)"},
	} {
		t.Run(tt.service, func(t *testing.T) {
			h, world := newHandler(t, "checkout")
			move(t, h, world, "checkout")
			world.Inject(fakeaws.Fault{Service: tt.service, Error: serverError})
			req := request(failover.Held)
			req.Try = completeAttempts
			got := handle(t, h, req)
			if !got.Notified || got.Moved != 0 {
				t.Errorf("got %+v; want notified, and nothing counted as moved", got)
			}
			if message := theMessage(t, world).Message; !strings.Contains(message, tt.want) {
				t.Errorf("the message lacks %q:\n%s", tt.want, message)
			}
			if wantReport := tt.service != "s3"; (got.Report != "") != wantReport {
				t.Errorf("got report %q; want one: %v", got.Report, wantReport)
			}
		})
	}
}

func TestAReportThatIsWrittenAtTheSecondAttemptIsNamed(t *testing.T) {
	h, world := newHandler(t, "checkout")
	world.Inject(fakeaws.Fault{Operation: "PutObject", Times: 1, Error: serverError})
	got := handle(t, h, request(failover.Held))
	if got.Report == "" || !readReport(t, world).Notified {
		t.Errorf("got %+v; want the report, and in it that the notification is out", got)
	}
}

func TestTheFailureComesFirstAmongTheReasons(t *testing.T) {
	h, world := newHandler(t, "checkout")
	req := request(failover.Held)
	req.Failures = []failover.StepFailure{
		{State: "ShiftTraffic", Wave: 1, Error: "Denied", Cause: `{"errorType":"Denied","errorMessage":"could not change zone Z1"}`}, unhealthy("of an earlier check"),
	}
	handle(t, h, req)
	want := []string{"ShiftTraffic (wave 1) was denied a permission: could not change zone Z1.", "of an earlier check"}
	if diff := cmp.Diff(want, readReport(t, world).Reasons); diff != "" {
		t.Errorf("reasons (-want +got)\n%s", diff)
	}
}

func TestTheInventoryIsOnlyOfWhatTheRunIsAbout(t *testing.T) {
	h, _ := newHandler(t, "checkout", "search")
	req := request(failover.Held)
	req.Run.Applications = []string{"search"}
	if got := handle(t, h, req); got.Moved+got.NotMoved != 1 {
		t.Errorf("got %d applications; want one", got.Moved+got.NotMoved)
	}
}

func TestARefusedRunTakesNoInventory(t *testing.T) {
	h, world := newHandler(t, "checkout")
	req := request(failover.Refused)
	req.Run.From, req.Run.To, req.LagMillis = "", "", -1 // Validate has not got that far
	req.Failures = []failover.StepFailure{{State: "Validate", Error: "Denied", Cause: "{}"}}
	before := calls(world, "Query")
	got := handle(t, h, req)
	if want := "Refused: failover, nothing was changed; Validate was denied a permission."; got.Summary != want {
		t.Errorf("got  %s\nwant %s", got.Summary, want)
	}
	if calls(world, "Query") != before || calls(world, "DescribeGlobalClusters") != 0 {
		t.Errorf("the inventory was taken")
	}
	if got.RPOSeconds != nil {
		t.Errorf("got RPO %v; want none", *got.RPOSeconds)
	}
	if phases := readReport(t, world).Phases; phases != nil {
		t.Errorf("got phases %+v; want none of a run that played none", phases)
	}
}

func TestMetricsSayWhatWasAchieved(t *testing.T) {
	for _, tt := range []struct {
		outcome failover.Outcome
		lag     int64
		want    int
	}{
		{failover.Completed, 800, 1}, {failover.Completed, -1, 1}, {failover.Held, 800, 1}, {failover.Held, -1, 1}, {failover.Refused, -1, 0},
	} {
		h, world := newHandler(t)
		req := request(tt.outcome)
		req.LagMillis = tt.lag
		handle(t, h, req)
		if got := calls(world, "PutMetricData"); got != tt.want {
			t.Errorf("%s with lag %d: got %d calls of PutMetricData; want %d", tt.outcome, tt.lag, got, tt.want)
		}
	}
}

func TestAFailoverIsReportedWithoutAskingTheRegionThatIsLeft(t *testing.T) {
	h, world := newHandler(t, "checkout")
	if err := world.SetDark(string(east), true); err != nil {
		t.Fatal(err)
	}
	before := len(world.Calls())
	handle(t, h, request(failover.Held))
	for _, call := range world.Calls()[before:] {
		if call.Region != string(west) {
			t.Errorf("%s %s was asked in %s", call.Service, call.Operation, call.Region)
		}
	}
}

func TestTheAnswerStaysSmallWithAThousandApplications(t *testing.T) {
	var names []string
	for i := range 1000 {
		names = append(names, fmt.Sprintf("application-%03d", i))
	}
	h, world := newHandler(t, names...)
	got := handle(t, h, request(failover.Held))
	text, err := json.Marshal(got)
	if err != nil {
		t.Fatal(err)
	}
	if len(text) > 1024 || got.NotMoved != 1000 {
		t.Errorf("got %d bytes for %d applications; want at most 1 KiB for 1000", len(text), got.NotMoved)
	}
	if m := theMessage(t, world); len(m.Message) > 4096 || len(m.Subject) > maxSubject {
		t.Errorf("got a message of %d bytes, a subject of %d; want at most 4096 and %d", len(m.Message), len(m.Subject), maxSubject)
	}
	if got := len(readReport(t, world).NotMoved); got != 1000 {
		t.Errorf("the report lists %d; want all 1000", got)
	}
}
