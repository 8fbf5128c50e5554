package promotedatabase

import (
	"errors"
	"fmt"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/rds"
	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/plainbody"
	"github.com/drover-dr/drover/internal/registry"
	"github.com/drover-dr/drover/internal/registry/registrytest"
	"github.com/drover-dr/drover/lambdas/internal/entry"
	"github.com/drover-dr/drover/statemachine/fakeaws"
	"github.com/google/go-cmp/cmp"
)

var (
	begin = time.Date(2026, 3, 14, 3, 0, 0, 0, time.UTC)
	// now is when the lag has been published for the second time.
	now = begin.Add(2 * time.Minute)
)

// newHandler returns the handler in us-west-2 and a World in which each database belongs to an application of its own
// name, writes in us-east-1, and lags 800 ms; that of "search" lags 1.5 s.
func newHandler(t *testing.T, databases ...string) (Handler, *fakeaws.World) {
	t.Helper()
	world := fakeaws.New("111122223333", begin, string(east), string(west))
	world.SetMetricDelay(fakeaws.MetricDelay{}) // what is measured is known at once
	server := httptest.NewServer(world)
	t.Cleanup(server.Close)
	config := func(region failover.Region) aws.Config {
		return aws.Config{
			Region:       string(region),
			Credentials:  credentials.NewStaticCredentialsProvider(fakeaws.Administrator, "secret", ""),
			BaseEndpoint: aws.String(server.URL),
			HTTPClient:   plainbody.New(),
			Retryer:      func() aws.Retryer { return aws.NopRetryer{} },
		}
	}
	err := world.AddTable("registry", string(east), string(west))
	var apps []failover.Application
	for _, id := range databases {
		apps = append(apps, registrytest.Filled(failover.Application{Name: id, Wave: 1, Databases: []failover.Database{database(id)}}))
		err = errors.Join(err, world.AddGlobalCluster(globalCluster(id)))
	}
	h := Handler{
		Plan:       failover.DefaultPlan(),
		Registry:   &registry.Store{Table: "registry", Plan: failover.DefaultPlan(), Client: dynamodb.NewFromConfig(config(west))},
		RDS:        func(r failover.Region) *rds.Client { return rds.NewFromConfig(config(r)) },
		CloudWatch: func(r failover.Region) *cloudwatch.Client { return cloudwatch.NewFromConfig(config(r)) },
	}
	_, registerErr := h.Registry.Register(t.Context(), failover.DefaultPlan(), apps, begin)
	// The lock expires at once, so that applications can still be registered; the run keeps it until another takes it.
	_, lockErr := h.Registry.TakeLock(t.Context(), failover.Run{ID: "run-1", ARN: "arn:run-1"}, begin, begin)
	if err := errors.Join(err, registerErr, lockErr); err != nil {
		t.Fatal(err)
	}
	world.AdvanceTo(now)
	return h, world
}

func globalCluster(id string) fakeaws.GlobalCluster {
	g := fakeaws.GlobalCluster{ID: id, Primary: string(east), Lag: 800 * time.Millisecond}
	if id == "search" {
		g.Lag = 1500 * time.Millisecond
	}
	for _, r := range []failover.Region{east, west} {
		g.Members = append(g.Members, fakeaws.Member{Region: string(r), ClusterARN: clusterARN(id, r), ClusterID: id + "-" + string(r)})
	}
	return g
}

// promotions are the accepted requests, as "checkout FailoverGlobalCluster us-west-2".
func promotions(world *fakeaws.World) []string {
	var all []string
	for _, p := range world.Promotions() {
		all = append(all, p.GlobalCluster+" "+p.Operation+" "+p.To)
	}
	slices.Sort(all)
	return all
}

// rdsCalls are the calls that change a database, as "us-west-2 FailoverGlobalCluster".
func rdsCalls(world *fakeaws.World) []string {
	var all []string
	for _, c := range world.Calls() {
		if c.Service == "rds" && c.Mutating {
			all = append(all, c.Region+" "+c.Operation)
		}
	}
	return all
}

func handle(t *testing.T, h Handler, req failover.PromoteRequest) failover.PromoteAnswer {
	t.Helper()
	answer, err := h.Handle(t.Context(), req)
	if err != nil {
		t.Fatal(err)
	}
	return answer
}

func TestAFailoverPromotesInTheTargetRegionAndAllowsDataLoss(t *testing.T) {
	h, world := newHandler(t, "checkout", "search")
	if err := world.SetDark(string(east), true); err != nil {
		t.Fatal(err)
	}
	before := len(world.Calls())
	got := handle(t, h, stageRequest(failover.Failover))
	want := failover.PromoteAnswer{Started: 2, LagMillis: 1500, LagOf: "search", LagAt: &now}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("answer (-want +got)\n%s", diff)
	}
	for _, p := range world.Promotions() {
		if p.Planned || p.To != string(west) {
			t.Errorf("got %+v; want a failover to %s", p, west)
		}
	}
	for _, call := range world.Calls()[before:] {
		if call.Region != string(west) {
			t.Errorf("%s %s was asked in %s, the Region that is left", call.Service, call.Operation, call.Region)
		}
	}
}

func TestAPlannedRunSwitchesOverInTheRegionOfThePrimary(t *testing.T) {
	for _, action := range []failover.Action{failover.Switchover, failover.Failback} {
		h, world := newHandler(t, "checkout")
		if got := handle(t, h, stageRequest(action)); got.Started != 1 {
			t.Errorf("%s: got %+v; want one started", action, got)
		}
		if diff := cmp.Diff([]string{"us-east-1 SwitchoverGlobalCluster"}, rdsCalls(world)); diff != "" {
			t.Errorf("%s: calls (-want +got)\n%s", action, diff)
		}
	}
}

func TestAgainStartsNothing(t *testing.T) {
	for _, action := range []failover.Action{failover.Failover, failover.Switchover} {
		h, world := newHandler(t, "checkout")
		req := stageRequest(action)
		handle(t, h, req)
		again := handle(t, h, req)
		if diff := cmp.Diff(failover.PromoteAnswer{InFlight: 1, LagMillis: 800, LagOf: "checkout", LagAt: &now}, again); diff != "" {
			t.Errorf("%s: at once (-want +got)\n%s", action, diff)
		}
		world.AdvanceTo(now.Add(5 * time.Minute))
		if got := handle(t, h, req); got.AlreadyDone != 1 || got.Started != 0 {
			t.Errorf("%s: when it is over: got %+v; want it found done", action, got)
		}
		if got := rdsCalls(world); len(got) != 1 {
			t.Errorf("%s: got %v; want one call in all", action, got)
		}
	}
}

func TestALostAnswerIsNotAskedForTwice(t *testing.T) {
	h, world := newHandler(t, "checkout")
	world.Inject(fakeaws.Fault{Operation: "FailoverGlobalCluster", Times: 1, LoseAnswer: true})
	if got := handle(t, h, stageRequest(failover.Failover)); got.Remaining != 1 || len(got.SetAside) > 0 {
		t.Fatalf("got %+v; want one that remains", got)
	}
	got := handle(t, h, stageRequest(failover.Failover))
	if got.InFlight != 1 || len(rdsCalls(world)) != 1 {
		t.Errorf("got %+v after calls %v; want the first found in flight", got, rdsCalls(world))
	}
}

func TestAFailoverStartsWhatItCanAndTheRetryStartsTheRest(t *testing.T) {
	h, world := newHandler(t, "checkout", "search", "warehouse")
	world.Inject(fakeaws.Fault{Operation: "FailoverGlobalCluster", Times: 1, Error: &fakeaws.APIError{Code: "Throttling", Status: 400, Message: "Rate exceeded"}})
	if got := handle(t, h, stageRequest(failover.Failover)); got.Remaining != 1 || got.Started != 2 || len(got.SetAside) > 0 {
		t.Fatalf("got %+v; want one that remains", got)
	}
	if diff := cmp.Diff([]string{"search FailoverGlobalCluster us-west-2", "warehouse FailoverGlobalCluster us-west-2"}, promotions(world)); diff != "" {
		t.Errorf("after the first call (-want +got)\n%s", diff)
	}
	got := handle(t, h, stageRequest(failover.Failover))
	if diff := cmp.Diff(failover.PromoteAnswer{Started: 1, InFlight: 2, LagMillis: 1500, LagOf: "search", LagAt: &now}, got); diff != "" {
		t.Errorf("answer (-want +got)\n%s", diff)
	}
}

func TestAPlannedRunStartsNothingWhenOneDatabaseCannotBePromoted(t *testing.T) {
	h, world := newHandler(t, "checkout")
	register(t, h, failover.Application{Name: "search", Wave: 1, Databases: []failover.Database{database("search")}})
	_, err := h.Handle(t.Context(), stageRequest(failover.Switchover))
	want := "promote global cluster search of search: it does not exist as seen from us-west-2"
	if err == nil || err.Error() != want || entry.ConditionOf(err) != failover.Rejected {
		t.Errorf("got  %v\nwant %s", err, want)
	}
	if got := rdsCalls(world); len(got) != 0 {
		t.Errorf("got %v; want nothing started", got)
	}
}

func TestAFailoverWithoutConsentStartsNothing(t *testing.T) {
	h, world := newHandler(t, "checkout")
	req := stageRequest(failover.Failover)
	req.Run.AllowDataLoss = false
	got := handle(t, h, req)
	if len(got.SetAside) != 1 || got.SetAside[0].Error != failover.Rejected || !strings.Contains(got.SetAside[0].Cause, `"allowDataLoss": true`) {
		t.Errorf("got %+v; want it set aside, and what to type", got)
	}
	if got := rdsCalls(world); len(got) != 0 {
		t.Errorf("got %v; want nothing started", got)
	}
}

func TestALagThatCannotBeMeasuredKeepsNoDatabaseFromBeingPromoted(t *testing.T) {
	h, world := newHandler(t, "checkout")
	world.Inject(fakeaws.Fault{Service: "monitoring", Error: &fakeaws.APIError{Code: "InternalServiceFault", Status: 500, Message: "no"}})
	got := handle(t, h, stageRequest(failover.Failover))
	if diff := cmp.Diff(failover.PromoteAnswer{Started: 1, LagMillis: -1}, got); diff != "" {
		t.Errorf("answer (-want +got)\n%s", diff)
	}
}

func TestAGlobalClusterOfTwoApplicationsIsPromotedOnce(t *testing.T) {
	h, world := newHandler(t, "checkout")
	register(t, h, failover.Application{Name: "till", Wave: 1, Databases: []failover.Database{database("checkout")}})
	if got := handle(t, h, stageRequest(failover.Failover)); got.Started != 1 || len(promotions(world)) != 1 {
		t.Errorf("got %+v and %v; want one promotion", got, promotions(world))
	}
}

func TestOnlyWhatTheRunIsAboutIsPromoted(t *testing.T) {
	h, world := newHandler(t, "checkout", "search")
	req := stageRequest(failover.Failover)
	req.Run.Applications = []string{"search"}
	handle(t, h, req)
	if diff := cmp.Diff([]string{"search FailoverGlobalCluster us-west-2"}, promotions(world)); diff != "" {
		t.Errorf("promotions (-want +got)\n%s", diff)
	}
}

func TestAStageWithoutPromotionMakesNoCall(t *testing.T) {
	h, world := newHandler(t, "checkout")
	before := len(world.Calls())
	req := stageRequest(failover.Failover)
	req.Stage.Promote = false
	if diff := cmp.Diff(failover.PromoteAnswer{LagMillis: -1}, handle(t, h, req)); diff != "" {
		t.Errorf("answer (-want +got)\n%s", diff)
	}
	if after := len(world.Calls()); after != before {
		t.Errorf("got %d calls; want none", after-before)
	}
}

func register(t *testing.T, h Handler, app failover.Application) {
	t.Helper()
	if _, err := h.Registry.Register(t.Context(), failover.DefaultPlan(), []failover.Application{registrytest.Filled(app)}, begin); err != nil {
		t.Fatal(err)
	}
}

func TestARunWithoutTheLockPromotesNothing(t *testing.T) {
	for _, tt := range []struct {
		name string
		over func(*registry.Store) error
	}{
		{"the run is over", func(s *registry.Store) error {
			return s.ReleaseLock(t.Context(), stageRequest(failover.Failover).Run.ARN)
		}},
		{"the run is over, and the lock of the other Region has replaced its own", func(s *registry.Store) error {
			run := stageRequest(failover.Failover).Run
			_, err := s.Client.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: &s.Table, Item: map[string]types.AttributeValue{
				"pk": &types.AttributeValueMemberS{Value: "lock"}, "sk": &types.AttributeValueMemberS{Value: "lock"},
				"epoch": &types.AttributeValueMemberN{Value: fmt.Sprint(run.Epoch)}, "lastOwner": &types.AttributeValueMemberS{Value: "arn:run-2"},
			}})
			return errors.Join(err, s.PutRun(t.Context(), registry.RunRecord{Run: run, Outcome: failover.Held}))
		}},
		{"another run has taken over", func(s *registry.Store) error {
			later := now.Add(time.Hour)
			_, err := s.TakeLock(t.Context(), failover.Run{ID: "run-2", ARN: "arn:run-2"}, later, later.Add(time.Hour))
			return err
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			h, world := newHandler(t, "checkout")
			if err := tt.over(h.Registry); err != nil {
				t.Fatal(err)
			}
			_, err := h.Handle(t.Context(), stageRequest(failover.Failover))
			if got := entry.ConditionOf(err); got != failover.FenceLost {
				t.Errorf("got %s (%v); want %s", got, err, failover.FenceLost)
			}
			if got := promotions(world); len(got) != 0 {
				t.Errorf("promoted %v; want nothing", got)
			}
		})
	}
}

// TestADatabaseThatWasNotValidatedIsNotPromoted: its application is set aside by a failover, whatever its traffic does, and
// no planned run promotes anything of the wave.
func TestADatabaseThatWasNotValidatedIsNotPromoted(t *testing.T) {
	for _, action := range []failover.Action{failover.Failover, failover.Switchover} {
		h, world := newHandler(t, "checkout", "orders")
		apps, err := h.Registry.Wave(t.Context(), 1)
		if err != nil {
			t.Fatal(err)
		}
		req := stageRequest(action)
		validated := slices.Clone(apps)
		validated[0].Alarms = []string{"another"}
		req.Stage.Seen = failover.SeenOf(validated, 1)
		answer, err := h.Handle(t.Context(), req)
		var want []string
		if action == failover.Failover {
			want = []string{apps[1].Name + " FailoverGlobalCluster us-west-2"}
			if err != nil || len(answer.SetAside) != 1 || !answer.SetAside.Application(apps[0].Name) || answer.SetAside[0].Error != failover.Changed {
				t.Errorf("%s: set aside %v, %v; want %s", action, answer.SetAside, err, apps[0].Name)
			}
		} else if entry.ConditionOf(err) != failover.Changed {
			t.Errorf("%s: %v; want %s", action, err, failover.Changed)
		}
		if got := promotions(world); !slices.Equal(got, want) {
			t.Errorf("%s: promoted %v; want %v", action, got, want)
		}
	}
}
