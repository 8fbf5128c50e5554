package registry

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/drover-dr/drover/internal/failover"
)

// adopted is an application that release 0.1.0 does not know whole.
func adopted() failover.Application {
	app := application("adopted", 1)
	app.Records[0].Endpoints = map[failover.Region]failover.Endpoint{
		east: {Values: []string{"192.0.2.1", "192.0.2.2"}, SetIdentifier: "blue"}, west: {Value: "198.51.100.1", SetIdentifier: "dr"},
	}
	return app
}

func TestAnAdoptedApplicationIsReadAsItWasWritten(t *testing.T) {
	s := newStore(t)
	register(t, s, adopted())
	if diff := cmp.Diff(adopted().Records, applications(t, s)[0].Records); diff != "" {
		t.Errorf("records (-want +got):\n%s", diff)
	}
	if again := register(t, s, adopted()); len(again.Unchanged) != 1 {
		t.Errorf("again: got %+v; want it unchanged", again)
	}
}

// Release 0.1.0 reads the member endpoints, and would create record sets named after the Regions. It finds none.
func TestRelease010FindsNoEndpointsOfAnAdoptedApplication(t *testing.T) {
	for _, tt := range []struct {
		app       failover.Application
		endpoints int
	}{{adopted(), 0}, {application("plain", 1), 2}} {
		text, err := encodeConfig(tt.app)
		if err != nil {
			t.Fatal(err)
		}
		var old struct {
			Records []struct {
				Endpoints map[string]any `json:"endpoints"`
			} `json:"records"`
		}
		if err := json.Unmarshal([]byte(text), &old); err != nil || len(old.Records) != 1 || len(old.Records[0].Endpoints) != tt.endpoints {
			t.Errorf("%s: %v, got %+v; want one record with %d endpoints", tt.app.Name, err, old.Records, tt.endpoints)
		}
	}
}

// An adopted application is registered once no function of the plan can be of release 0.1.0.
func TestAnAdoptedApplicationWaitsForBothRegions(t *testing.T) {
	s := newStore(t)
	register(t, s, application("plain", 1))
	if _, err := s.TakeLock(ctx, failover.Run{ID: "run-1", ARN: "arn:run-1"}, noon, noon.Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	later := noon.Add(time.Hour)
	_, err := s.Register(ctx, s.Plan, []failover.Application{adopted()}, later)
	if err == nil || !strings.Contains(err.Error(), "application adopted uses setIdentifier, values, which release 0.1.0 does not know") {
		t.Fatalf("got %v; want a refusal", err)
	}
	publish(t, s, 2, noon, east, west)
	if _, err := s.Register(ctx, s.Plan, []failover.Application{adopted()}, later); err != nil {
		t.Errorf("after both Regions have published: %v", err)
	}
}
