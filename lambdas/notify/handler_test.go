package notify

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/plainbody"
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

// newHandler returns the handler in us-west-2 and a World in which the named applications, each with a record and a
// database, are wholly in us-east-1.
func newHandler(t *testing.T, names ...string) (Handler, *fakeaws.World) {
	t.Helper()
	world := fakeaws.New("111122223333", outage, string(east), string(west))
	server := httptest.NewServer(world)
	t.Cleanup(server.Close)
	h := New(entry.Environment{
		Metrics: entry.MetricLog{Out: io.Discard},
		Plan:    failover.DefaultPlan(), Region: west, Table: "registry", Bucket: "reports", TopicARN: world.AddTopic(string(west), "drover"),
		Config: aws.Config{
			Region:       string(west),
			Credentials:  credentials.NewStaticCredentialsProvider(fakeaws.Administrator, "secret", ""),
			BaseEndpoint: aws.String(server.URL),
			HTTPClient:   plainbody.New(),
			Retryer:      func() aws.Retryer { return aws.NopRetryer{} },
		},
	})
	err := errors.Join(world.AddTable("registry", string(east), string(west)), world.AddZone(zone, "example.com"), world.AddBucket(string(west), "reports"))
	var apps []failover.Application
	for _, name := range names {
		app := application(name)
		apps = append(apps, app)
		err = errors.Join(err, setWeights(world, name, 100, 0), world.AddGlobalCluster(globalCluster(app)))
	}
	_, registerErr := h.Registry.Register(t.Context(), failover.DefaultPlan(), apps, outage)
	if err := errors.Join(err, registerErr); err != nil {
		t.Fatal(err)
	}
	return h, world
}

func application(name string) failover.Application {
	clusters := map[failover.Region]string{}
	for _, r := range []failover.Region{east, west} {
		clusters[r] = "arn:aws:rds:" + string(r) + ":111122223333:cluster:" + name + "-" + string(r)
	}
	return failover.Application{
		Name: name, Wave: 1,
		Records: []failover.Record{{
			Name: name + ".example.com", Type: "A", Zone: zone, ZoneName: "example.com", TTL: 60,
			Endpoints: map[failover.Region]failover.Endpoint{east: {Value: "192.0.2.1"}, west: {Value: "192.0.2.1"}},
		}},
		Databases: []failover.Database{{GlobalCluster: name, Clusters: clusters}},
		Health:    []failover.HealthRule{{Namespace: "App", Metric: "Served", Statistic: "Average", PeriodSeconds: 60, AtLeast: new(99.0)}},
	}
}

func globalCluster(app failover.Application) fakeaws.GlobalCluster {
	g := fakeaws.GlobalCluster{ID: app.Name, Primary: string(east)}
	for _, r := range []failover.Region{east, west} {
		g.Members = append(g.Members, fakeaws.Member{Region: string(r), ClusterARN: app.Databases[0].Clusters[r], ClusterID: app.Name + "-" + string(r)})
	}
	return g
}

func setWeights(world *fakeaws.World, name string, inEast, inWest int) error {
	set := fakeaws.RecordSet{Name: name + ".example.com", Type: "A", TTL: 60, Values: []string{"192.0.2.1"}}
	set.SetIdentifier, set.Weight = string(east), inEast
	err := world.PutRecordSet(zone, set)
	set.SetIdentifier, set.Weight = string(west), inWest
	return errors.Join(err, world.PutRecordSet(zone, set))
}

// move makes an application's traffic be in us-west-2, in Route 53 and in the registry. Its database stays where it is.
func move(t *testing.T, h Handler, world *fakeaws.World, name string) {
	t.Helper()
	_, err := h.Registry.SetLive(t.Context(), application(name), failover.Live{
		Active: west, Weights: map[failover.Region]int{east: 0, west: 100}, Epoch: 7,
	})
	if err := errors.Join(err, setWeights(world, name, 0, 100)); err != nil {
		t.Fatal(err)
	}
}

func request(outcome failover.Outcome) failover.NotifyRequest {
	return failover.NotifyRequest{
		Run: sampleRun(), Outcome: outcome, Reasons: []string{}, StagesDone: 1, Stages: 1, LagMillis: 800, Now: outage.Add(432 * time.Second),
	}
}

func handle(t *testing.T, h Handler, req failover.NotifyRequest) failover.NotifyAnswer {
	t.Helper()
	answer, err := h.Tell(t.Context(), req)
	if err != nil {
		t.Fatal(err)
	}
	return answer
}

func readReport(t *testing.T, world *fakeaws.World) failover.Report {
	t.Helper()
	text, ok := world.Object("reports", failover.ReportKey("run-1"))
	if !ok {
		t.Fatal("there is no report")
	}
	var r failover.Report
	if err := json.Unmarshal(text, &r); err != nil {
		t.Fatal(err)
	}
	return r
}

// theMessage is the one message that was published.
func theMessage(t *testing.T, world *fakeaws.World) fakeaws.Message {
	t.Helper()
	all := world.Messages()
	if len(all) != 1 {
		t.Fatalf("got %d messages; want one", len(all))
	}
	return all[0]
}

// calls counts the calls of an operation.
func calls(world *fakeaws.World, operation string) int {
	n := 0
	for _, c := range world.Calls() {
		if c.Operation == operation {
			n++
		}
	}
	return n
}

var serverError = &fakeaws.APIError{Code: "InternalError", Status: 500, Message: "We encountered an internal error."}

func TestStockIsTakenFromAWSAndNotFromTheRunsBelief(t *testing.T) {
	h, world := newHandler(t, "checkout", "search")
	move(t, h, world, "checkout")
	req := request(failover.Completed) // the run believes that all is well
	got := handle(t, h, req)
	const summary = "Completed: failover to us-west-2, but 2 of 2 applications are not in us-west-2; checkout: database checkout: writer in us-east-1"
	want := failover.NotifyAnswer{
		Outcome: failover.Completed, Summary: summary, Report: "s3://reports/runs/run-1/report.json", Told: true,
		RTOSeconds: 432, RPOSeconds: new(0.8), NotMoved: 2,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("answer (-want +got)\n%s", diff)
	}
	wantReport := failover.Report{
		Format: failover.Format, Version: release.Version, Run: req.Run, Outcome: failover.Completed, Summary: summary, Reasons: []string{}, ClosedAt: req.Now,
		RTOSeconds: 432, TargetRTOSeconds: 600, RPOSeconds: new(0.8), LagSeconds: new(0.8), TargetRPOSeconds: 60, TTLSeconds: 60, RTOMet: true, Target: west, Moved: []string{}, Told: true,
		Legs: []failover.LegResult{{Leg: failover.Out, From: east, To: west, Passed: true, StagesDone: 1, Stages: 1, RTOSeconds: 432, RPOSeconds: new(0.8), LagSeconds: new(0.8)}},
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

func TestAgainTellsNobody(t *testing.T) {
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

func TestAnotherRunOfTheSameNameIsTold(t *testing.T) {
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
	_, err := h.Tell(t.Context(), request(failover.Held))
	if got := entry.ConditionOf(err); got != failover.Unreachable {
		t.Fatalf("got %s (%v); want Unreachable", got, err)
	}
	if readReport(t, world).Told {
		t.Error("the report says that people were told; nobody knows")
	}
	remove()
	if got := handle(t, h, request(failover.Held)); !got.Told || len(world.Messages()) != 2 {
		t.Errorf("got told %v, %d messages; want the message again", got.Told, len(world.Messages()))
	}
}

func TestThereIsAReportEvenWhenNobodyCanBeTold(t *testing.T) {
	h, world := newHandler(t, "checkout")
	world.Inject(fakeaws.Fault{Operation: "Publish", Error: &fakeaws.APIError{Code: "AuthorizationError", Status: 403, Message: "no"}})
	_, err := h.Tell(t.Context(), request(failover.Held))
	if got := entry.ConditionOf(err); got != failover.Denied {
		t.Errorf("got %s (%v); want Denied", got, err)
	}
	if r := readReport(t, world); r.Told || len(r.NotMoved) != 1 {
		t.Errorf("got %+v; want the stock, and that nobody was told", r)
	}
}

func TestWhatCannotBeReadKeepsNobodyFromBeingTold(t *testing.T) {
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
			req.Try = patientTries
			got := handle(t, h, req)
			if !got.Told || got.Moved != 0 {
				t.Errorf("got %+v; want told, and nothing counted as moved", got)
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
	if got.Report == "" || !readReport(t, world).Told {
		t.Errorf("got %+v; want the report, and in it that people were told", got)
	}
}

func TestTheFailureComesFirstAmongTheReasons(t *testing.T) {
	h, world := newHandler(t, "checkout")
	req := request(failover.Held)
	req.Reasons = []string{"of an earlier look"}
	req.Failure = &failover.StepFailure{State: "ShiftTraffic", Error: "Denied", Cause: `{"errorType":"Denied","errorMessage":"change zone Z1"}`}
	handle(t, h, req)
	want := []string{"ShiftTraffic lacks a permission: change zone Z1.", "of an earlier look"}
	if diff := cmp.Diff(want, readReport(t, world).Reasons); diff != "" {
		t.Errorf("reasons (-want +got)\n%s", diff)
	}
}

func TestStockIsOnlyOfWhatTheRunIsAbout(t *testing.T) {
	h, _ := newHandler(t, "checkout", "search")
	req := request(failover.Held)
	req.Run.Applications = []string{"search"}
	if got := handle(t, h, req); got.Moved+got.NotMoved != 1 {
		t.Errorf("got %d applications; want one", got.Moved+got.NotMoved)
	}
}

func TestARefusedRunTakesNoStock(t *testing.T) {
	h, world := newHandler(t, "checkout")
	req := request(failover.Refused)
	req.Run.From, req.Run.To, req.LagMillis = "", "", -1 // Validate has not got that far
	req.Failure = &failover.StepFailure{State: "Validate", Error: "Denied", Cause: "{}"}
	before := calls(world, "Query")
	got := handle(t, h, req)
	if want := "Refused: failover, nothing was touched; Validate lacks a permission."; got.Summary != want {
		t.Errorf("got  %s\nwant %s", got.Summary, want)
	}
	if calls(world, "Query") != before || calls(world, "DescribeGlobalClusters") != 0 {
		t.Errorf("stock was taken")
	}
	if got.RPOSeconds != nil {
		t.Errorf("got RPO %v; want none", *got.RPOSeconds)
	}
	if legs := readReport(t, world).Legs; legs != nil {
		t.Errorf("got legs %+v; want none of a run that played none", legs)
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
