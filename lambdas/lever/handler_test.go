package lever

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/registry"
	"github.com/drover-dr/drover/lambdas/internal/entry"
	"github.com/drover-dr/drover/statemachine/fakeaws"
)

const (
	east failover.Region = "us-east-1"
	west failover.Region = "us-west-2"
)

var noon = time.Date(2026, 3, 14, 12, 0, 0, 0, time.UTC)

// newHandler is the lever of us-west-2, through the SDK and the wire.
func newHandler(t *testing.T) (Handler, *registry.Store) {
	t.Helper()
	world := fakeaws.New("111122223333", noon, string(east), string(west))
	if err := world.AddTable("registry", string(east), string(west)); err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(world)
	t.Cleanup(server.Close)
	env, err := entry.LoadEnvironment(func(name string) string {
		return map[string]string{
			failover.PlanVariable:  `{"switches": [{"name": "default", "lever": "endpoint"}, {"name": "batch", "lever": "metric"}]}`,
			failover.TableVariable: "registry",
			"AWS_REGION":           string(west), "AWS_ENDPOINT_URL": server.URL, "AWS_MAX_ATTEMPTS": "1",
			"AWS_ACCESS_KEY_ID": fakeaws.Administrator, "AWS_SECRET_ACCESS_KEY": "secret",
		}[name]
	})
	if err != nil {
		t.Fatal(err)
	}
	store := &registry.Store{Client: dynamodb.NewFromConfig(env.Config), Table: "registry", Plan: env.Plan}
	return Handler{Plan: env.Plan, Region: env.Region, Registry: store}, store
}

func ask(t *testing.T, h Handler, method, path string) int {
	t.Helper()
	return askAt(t, h, noon, method, path)
}

func askAt(t *testing.T, h Handler, at time.Time, method, path string) int {
	t.Helper()
	req := request{RawPath: path}
	req.RequestContext.TimeEpoch = at.UnixMilli()
	req.RequestContext.HTTP.Method = method
	got, err := h.Handle(t.Context(), req)
	if err != nil {
		t.Fatal(err)
	}
	return got.StatusCode
}

// TestUsersLeaveOneRegionAtATime: 200 is the only answer that makes a health check unhealthy, and it stands for one Region.
func TestUsersLeaveOneRegionAtATime(t *testing.T) {
	h, store := newHandler(t)
	const path = "/switches/default/us-east-1"
	if got := ask(t, h, http.MethodGet, path); got != http.StatusNotFound {
		t.Errorf("before any run: got %d; want 404", got)
	}
	for _, c := range []struct {
		evacuated failover.Region
		want      int
	}{{east, http.StatusOK}, {west, http.StatusNotFound}, {"", http.StatusNotFound}} {
		if _, err := store.WriteSwitch(t.Context(), "default", registry.SwitchState{Evacuated: c.evacuated, Epoch: 7, Run: "r", At: noon}); err != nil {
			t.Fatal(err)
		}
		for _, method := range []string{http.MethodGet, http.MethodHead, http.MethodGet} {
			if got := ask(t, h, method, path); got != c.want {
				t.Errorf("evacuated %q, %s: got %d; want %d", c.evacuated, method, got, c.want)
			}
		}
	}
}

// TestWhatIsNotTheLeversOwnIsNotFound: the Region in which it runs is left from the other one, and a metric needs no route.
func TestWhatIsNotTheLeversOwnIsNotFound(t *testing.T) {
	h, store := newHandler(t)
	for _, s := range []struct {
		name      string
		evacuated failover.Region
	}{{"default", west}, {"batch", east}, {"other", east}} {
		if _, err := store.WriteSwitch(t.Context(), s.name, registry.SwitchState{Evacuated: s.evacuated, Epoch: 7, Run: "r", At: noon}); err != nil {
			t.Fatal(err)
		}
	}
	away, of := newHandler(t)
	if _, err := of.WriteSwitch(t.Context(), "default", registry.SwitchState{Evacuated: east, Epoch: 7, Run: "r", At: noon}); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]int{ // while users leave us-east-1
		"/switches/default/us-east-1": http.StatusOK, "/switches/default/us-east-1/": http.StatusOK, "/switches/default/us-east-1/x": http.StatusNotFound,
		"/x/switches/default/us-east-1": http.StatusNotFound, "/switch/default/us-east-1": http.StatusNotFound, "/switches//us-east-1": http.StatusNotFound,
	} {
		if got := ask(t, away, http.MethodGet, path); got != want {
			t.Errorf("%s: got %d; want %d", path, got, want)
		}
	}
	for path, want := range map[string]int{
		"/switches/default/us-west-2": http.StatusNotFound, "/switches/batch/us-east-1": http.StatusNotFound, "/switches/other/us-east-1": http.StatusNotFound,
		"/": http.StatusNotFound, "/switches/default": http.StatusNotFound, "/switches/default/us-east-1/x": http.StatusNotFound, "/runs": http.StatusNotFound,
	} {
		if got := ask(t, h, http.MethodGet, path); got != want {
			t.Errorf("%s: got %d; want %d", path, got, want)
		}
	}
	if got := ask(t, h, http.MethodPost, "/switches/default/us-east-1"); got != http.StatusMethodNotAllowed {
		t.Errorf("POST: got %d; want 405", got)
	}
}

// TestARegistryThatDoesNotAnswerMovesNoUser: an environment that has read the switch answers as before, for an hour, and one that has
// not lets users stay where the weights send them.
func TestARegistryThatDoesNotAnswerMovesNoUser(t *testing.T) {
	const path = "/switches/default/us-east-1"
	for _, c := range []struct {
		name   string
		reads  []failover.Region // what it has read, in this order
		after  time.Duration
		known  *Known
		answer int
	}{
		{"nothing was read", nil, 0, &Known{}, http.StatusServiceUnavailable},
		{"users have left", []failover.Region{east}, time.Hour, &Known{}, http.StatusOK},
		{"users have left, long ago", []failover.Region{east}, time.Hour + time.Second, &Known{}, http.StatusServiceUnavailable},
		{"users have left, and returned", []failover.Region{east, ""}, time.Minute, &Known{}, http.StatusNotFound},
		{"users have returned, and left", []failover.Region{"", east}, time.Minute, &Known{}, http.StatusOK},
		{"users have left the other Region", []failover.Region{west}, time.Minute, &Known{}, http.StatusNotFound},
		{"nothing is remembered", []failover.Region{east}, 0, nil, http.StatusServiceUnavailable},
	} {
		h, store := newHandler(t)
		h.Known = c.known
		for i, evacuated := range c.reads {
			if _, err := store.WriteSwitch(t.Context(), "default", registry.SwitchState{Evacuated: evacuated, Epoch: int64(i + 1), Run: "r", At: noon}); err != nil {
				t.Fatal(err)
			}
			askAt(t, h, noon, http.MethodGet, path)
		}
		store.Table = "gone"
		if got := askAt(t, h, noon.Add(c.after), http.MethodGet, path); got != c.answer {
			t.Errorf("%s: got %d; want %d", c.name, got, c.answer)
		}
	}
}
