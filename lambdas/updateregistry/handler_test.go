package updateregistry

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
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/plainbody"
	"github.com/drover-dr/drover/internal/registry"
	"github.com/drover-dr/drover/internal/registry/registrytest"
	"github.com/drover-dr/drover/lambdas/internal/entry"
	"github.com/drover-dr/drover/statemachine/fakeaws"
	"github.com/google/go-cmp/cmp"
)

const (
	east = failover.Region("us-east-1")
	west = failover.Region("us-west-2")
)

var start = time.Date(2026, 3, 14, 3, 0, 0, 0, time.UTC)

// newHandler returns the handler in us-west-2, over a registry that holds the named applications in wave 1.
func newHandler(t *testing.T, names ...string) (Handler, *fakeaws.World) {
	t.Helper()
	world := fakeaws.New("111122223333", start, string(east), string(west))
	if err := world.AddTable("registry", string(east), string(west)); err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(world)
	t.Cleanup(server.Close)
	store := &registry.Store{Table: "registry", Plan: failover.DefaultPlan(), Client: dynamodb.NewFromConfig(aws.Config{
		Region:       string(west),
		Credentials:  credentials.NewStaticCredentialsProvider(fakeaws.Administrator, "secret", ""),
		BaseEndpoint: aws.String(server.URL),
		HTTPClient:   plainbody.New(),
		Retryer:      func() aws.Retryer { return aws.NopRetryer{} },
	})}
	var apps []failover.Application
	for _, name := range names {
		apps = append(apps, registrytest.Filled(failover.Application{Name: name, Wave: 1}))
	}
	if _, err := store.Register(t.Context(), failover.DefaultPlan(), apps, start); err != nil {
		t.Fatal(err)
	}
	return Handler{Plan: "drover", Registry: store, Metrics: entry.MetricLog{Out: io.Discard}}, world
}

func stageRequest(percent int) failover.StageRequest {
	return failover.StageRequest{
		Run: failover.Run{
			ID: "run-1", ARN: "arn:aws:states:us-west-2:111122223333:execution:drover:run-1", Action: failover.Failover,
			From: east, To: west, Epoch: 7, StartedAt: start, Since: start,
		},
		Stage: failover.Stage{Index: 2, Wave: 1, From: east, To: west, Percent: &percent},
		Now:   start.Add(time.Minute),
	}
}

// handle passes the request through JSON, as Lambda does.
func handle(t *testing.T, h Handler, request any) (any, error) {
	t.Helper()
	event, err := json.Marshal(request)
	if err != nil {
		t.Fatal(err)
	}
	return h.Handle(t.Context(), event)
}

// lives returns what the registry holds of each application, in the order of their names.
func lives(t *testing.T, h Handler) map[string]failover.Live {
	t.Helper()
	apps, err := h.Registry.Applications(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]failover.Live{}
	for _, app := range apps {
		all[app.Name] = app.Live
	}
	return all
}

// writes counts the requests that change anything but the lock, whose lease is renewed.
func writes(world *fakeaws.World) int {
	n := 0
	for _, call := range world.Calls() {
		if call.Mutating && !strings.Contains(call.Object, " lock") {
			n++
		}
	}
	return n
}

func TestStageWritesWeightsAndTheActiveRegion(t *testing.T) {
	for _, tt := range []struct {
		percent int
		active  failover.Region
	}{{10, east}, {100, west}} {
		t.Run(fmt.Sprintf("%d percent", tt.percent), func(t *testing.T) {
			h, _ := newHandler(t, "checkout")
			got, err := handle(t, h, stageRequest(tt.percent))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(failover.RegistryAnswer{Written: 1}, got); diff != "" {
				t.Errorf("answer (-want +got)\n%s", diff)
			}
			want := map[string]failover.Live{"checkout": {
				Active: tt.active, Weights: map[failover.Region]int{east: 100 - tt.percent, west: tt.percent},
				Epoch: 7, Stage: 2, Changed: start.Add(time.Minute),
				Before: &failover.Place{Active: east, Weights: map[failover.Region]int{east: 100, west: 0}},
			}}
			if diff := cmp.Diff(want, lives(t, h)); diff != "" {
				t.Errorf("registry (-want +got)\n%s", diff)
			}
		})
	}
}

func TestStageAgainWritesNothing(t *testing.T) {
	h, world := newHandler(t, "checkout", "search")
	if _, err := handle(t, h, stageRequest(100)); err != nil {
		t.Fatal(err)
	}
	before := writes(world)
	again := stageRequest(100)
	again.Now = again.Now.Add(time.Minute)
	got, err := handle(t, h, again)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(failover.RegistryAnswer{AlreadyDone: 2}, got); diff != "" {
		t.Errorf("answer (-want +got)\n%s", diff)
	}
	if after := writes(world); after != before {
		t.Errorf("the second call wrote %d times; want none", after-before)
	}
}

func TestStageGoesOnWhereACrashHasStopped(t *testing.T) {
	var names []string
	for i := range 40 {
		names = append(names, fmt.Sprintf("application-%02d", i))
	}
	h, world := newHandler(t, names...)
	// The first one is the renewal of the lease, which no step fails of.
	world.Inject(fakeaws.Fault{Operation: "UpdateItem", Times: 11, Error: &fakeaws.APIError{
		Code: "ProvisionedThroughputExceededException", Status: 400, Message: "The level of configured provisioned throughput was exceeded.",
	}})
	_, err := handle(t, h, stageRequest(100))
	if got := entry.ConditionOf(err); got != failover.Throttled {
		t.Fatalf("got %v (%v); want Throttled", got, err)
	}
	if want := "and 9 more of 40 applications failed"; !strings.Contains(err.Error(), want) {
		t.Errorf("got %q; want it to say %q", err, want)
	}
	got, err := handle(t, h, stageRequest(100))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(failover.RegistryAnswer{Written: 10, AlreadyDone: 30}, got); diff != "" {
		t.Errorf("answer (-want +got)\n%s", diff)
	}
}

func TestStageCountsALostAnswerAsDone(t *testing.T) {
	h, world := newHandler(t, "checkout")
	world.Inject(fakeaws.Fault{Operation: "UpdateItem", Times: 2, LoseAnswer: true})
	_, err := handle(t, h, stageRequest(100))
	if got := entry.ConditionOf(err); got != failover.Unreachable {
		t.Fatalf("got %v (%v); want Unreachable", got, err)
	}
	got, err := handle(t, h, stageRequest(100))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(failover.RegistryAnswer{AlreadyDone: 1}, got); diff != "" {
		t.Errorf("answer (-want +got)\n%s", diff)
	}
}

// TestALateStageOfARunThatIsOverWritesNothing, also when a late Validate of another run has taken the lock since.
func TestALateStageOfARunThatIsOverWritesNothing(t *testing.T) {
	for _, takenSince := range []bool{false, true} {
		h, _ := newHandler(t, "checkout")
		req := stageRequest(100)
		epoch, err := h.Registry.TakeLock(t.Context(), req.Run, start, start.Add(time.Hour))
		if err != nil {
			t.Fatal(err)
		}
		req.Run.Epoch = epoch
		before := lives(t, h)["checkout"]
		if err := h.Registry.ReleaseLock(t.Context(), req.Run.ARN); err != nil {
			t.Fatal(err)
		}
		if takenSince {
			if _, err := h.Registry.TakeLock(t.Context(), failover.Run{ID: "late", ARN: "arn:late"}, start, start.Add(time.Hour)); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := handle(t, h, req); entry.ConditionOf(err) != failover.FenceLost {
			t.Errorf("taken since %v: got %v; want FenceLost", takenSince, err)
		}
		if diff := cmp.Diff(before, lives(t, h)["checkout"]); diff != "" {
			t.Errorf("taken since %v: it has written (-want +got)\n%s", takenSince, diff)
		}
	}
}

func TestWhatAnOvertakenRunHasMovedIsStillWritten(t *testing.T) {
	h, _ := newHandler(t, "checkout")
	req := stageRequest(100)
	req.Run.Epoch = 1
	for _, arn := range []string{req.Run.ARN, "arn:newer", "arn:newest"} {
		if _, err := h.Registry.TakeLock(t.Context(), failover.Run{ID: arn, ARN: arn}, start, start); err != nil {
			t.Fatal(err)
		}
	}
	got, err := handle(t, h, req)
	if diff := cmp.Diff(failover.RegistryAnswer{Written: 1}, got); diff != "" || err != nil {
		t.Errorf("%v; answer (-want +got)\n%s", err, diff)
	}
}

func TestStageOfAnOvertakenRunWritesNothing(t *testing.T) {
	h, _ := newHandler(t, "checkout", "search")
	newer := stageRequest(100)
	newer.Run.Epoch, newer.Run.Applications = 8, []string{"search"}
	if _, err := handle(t, h, newer); err != nil {
		t.Fatal(err)
	}
	_, err := handle(t, h, stageRequest(10))
	if got := entry.ConditionOf(err); got != failover.FenceLost {
		t.Errorf("got %v (%v); want FenceLost", got, err)
	}
	if got := lives(t, h)["search"]; got.Epoch != 8 || got.Active != west {
		t.Errorf("got %+v; want what the newer run wrote", got)
	}
}

func TestAnApplicationThatIsGoneIsRejected(t *testing.T) {
	err := worst([]error{nil, fmt.Errorf("write application search of wave 1: %w", registry.ErrNotRegistered)})
	if got := entry.ConditionOf(err); got != failover.Rejected {
		t.Errorf("got %s (%v); want Rejected", got, err)
	}
}

// TestOfSeveralErrorsTheFirstIsSaid, and that a newer run has written goes before all of them.
func TestOfSeveralErrorsTheFirstIsSaid(t *testing.T) {
	first, second, overtaken := errors.New("first"), errors.New("second"), fmt.Errorf("third: %w", registry.ErrOvertaken)
	if err := worst([]error{nil, first, nil, second}); !errors.Is(err, first) || !strings.Contains(err.Error(), "first") || strings.Contains(err.Error(), "second") {
		t.Errorf("got %v; want the first", err)
	}
	for _, errs := range [][]error{{first, overtaken}, {overtaken, first}} {
		if err := worst(errs); entry.ConditionOf(err) != failover.FenceLost {
			t.Errorf("got %v; want FenceLost", err)
		}
	}
	if err := worst([]error{nil, nil}); err != nil {
		t.Error(err)
	}
}

func TestStageTouchesOnlyWhatTheRunIsAbout(t *testing.T) {
	h, _ := newHandler(t, "checkout", "search")
	req := stageRequest(100)
	req.Run.Applications = []string{"search"}
	if _, err := handle(t, h, req); err != nil {
		t.Fatal(err)
	}
	got := lives(t, h)
	if got["checkout"].Active != east || got["search"].Active != west {
		t.Errorf("got %v; want search alone in %s", got, west)
	}
}

func TestAStageWithoutTrafficCallsNoService(t *testing.T) {
	h, world := newHandler(t, "checkout")
	before := len(world.Calls())
	req := stageRequest(100)
	req.Stage.Percent = nil
	if _, err := handle(t, h, req); err != nil {
		t.Fatal(err)
	}
	if after := len(world.Calls()); after != before {
		t.Errorf("got %d calls; want none", after-before)
	}
}

func TestHandleRefusesWhatItDoesNotKnow(t *testing.T) {
	h, world := newHandler(t)
	before := writes(world)
	for _, event := range []string{`{"op":"open"}`, `[]`, `{"stage":1}`, `{"op":"close","now":"soon"}`} {
		if _, err := h.Handle(t.Context(), json.RawMessage(event)); entry.ConditionOf(err) != failover.Rejected {
			t.Errorf("%s: got %v; want Rejected", event, err)
		}
	}
	if after := writes(world); after != before {
		t.Errorf("got %d writes; want none", after-before)
	}
}
