package failover

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/drover-dr/drover/internal/untrusted/altered"
)

// fullApplication has a value in each field that an application can have.
func fullApplication() Application {
	atLeast, atMost := 99.0, 100.0
	same := SameDimensions(map[string]string{"App": "shop"})
	return Application{
		Name: "shop", Wave: 2, Shard: 1, Switch: "default", Alarms: []string{"errors", "latency"},
		Records: []Record{
			{
				Name: "www.shop.example", Type: "A", Zone: "Z1", ZoneName: "shop.example", Private: true, TTL: 60,
				Endpoints: map[Region]Endpoint{
					"us-east-1": {Value: "192.0.2.1", SetIdentifier: "blue", HealthCheck: "a", SwitchCheck: "b"},
					"us-west-2": {Values: []string{"192.0.2.2", "192.0.2.3"}},
				},
			},
			{Name: "api.shop.example", Type: "A", Zone: "Z1", ZoneName: "shop.example", Endpoints: map[Region]Endpoint{
				"us-east-1": {Alias: &Alias{Name: "lb.example", Zone: "Z9", EvaluateTargetHealth: true}}, "us-west-2": {Value: "192.0.2.4"},
			}},
		},
		Databases: []Database{{GlobalCluster: "orders", Clusters: map[Region]string{"us-east-1": "arn:e", "us-west-2": "arn:w"}}},
		Health: []HealthRule{{
			Namespace: "Shop", Metric: "Served", Dimensions: Dimensions{"Region": {In: map[Region]string{"us-west-2": "w"}}}, Statistic: "Average", PeriodSeconds: 60,
			AtLeast: &atLeast, AtMost: &atMost, Metrics: map[string]RuleMetric{"m": {"Shop", "Errors", same, "Sum"}}, Expression: "m",
			MinimumRequests: &MinimumRequests{Metric: "m", Namespace: "Shop", Dimensions: same, AtLeast: 20}, ReadIn: "us-east-1", TreatMissingData: MissingNotBreaching,
		}},
		Live: Live{Active: "us-east-1", Weights: map[Region]int{"us-east-1": 100}, Before: &Place{}, Promoted: []string{"orders"}, Lags: map[string]int64{"orders": 1}},
	}
}

// TestEveryFieldOfAConfigurationIsSeen: whichever one is altered between the validation, or an approval, and the shift, the
// application is not the one that was validated, but for what runs change. The digests of groups say the same.
func TestEveryFieldOfAConfigurationIsSeen(t *testing.T) {
	app := fullApplication()
	stage, groups := Stage{Seen: SeenOf([]Application{app}, 1)}, ConfigurationOf([]Application{app})
	for path, other := range altered.Each(app) {
		if path == "Broken" || path == "Health[0].Dimensions[Region].Everywhere" {
			continue // a broken item is refused whatever was seen; a dimension with a value for each Region has no other
		}
		strangers := stage.Strangers([]Application{other})
		seen, approved := strangers.Err() != nil, ConfigurationOf([]Application{other}) != groups
		ofRuns := strings.HasPrefix(path, "Live") || path == "Shard"
		if seen == ofRuns || approved == ofRuns || len(strangers.Changed) > 1 {
			t.Errorf("%s is altered: the application is a stranger: %v, its configuration another one: %v; want %v", path, seen, approved, !ofRuns)
		}
	}
}

// TestEveryFieldOfAQuestionIsInItsDigest: a yes to another question, in any one of its fields, is none.
func TestEveryFieldOfAQuestionIsInItsDigest(t *testing.T) {
	q := Question{Execution: "arn:x", Phase: Outbound, Gate: BeforePromotion, Stage: 3, Configuration: "c"}
	for path, other := range altered.Each(q) {
		if other.Digest() == q.Digest() {
			t.Errorf("with another %s the digest is the same", path)
		}
	}
}

// TestEveryFieldOfAFenceIsInItsText, so that a batch whose fence has changed in any one of them is refused.
func TestEveryFieldOfAFenceIsInItsText(t *testing.T) {
	f := Fence{Epoch: 7, Run: "run-7", Region: "us-west-2", Stage: 1, Batch: 2, Try: 3, Phase: Return, Action: Drill}
	for path, other := range altered.Each(f) {
		if other.String() == f.String() {
			t.Errorf("with another %s the text is the same", path)
		}
		if back, err := ParseFence(other.String()); err == nil && back != other {
			t.Errorf("with another %s it comes back as %+v", path, back)
		}
	}
	run := Run{ID: "run-7", ARN: "arn:aws:states:us-west-2:111122223333:execution:drover:run-7"}
	if got := altered.Deciding(f, func(f Fence) bool { return f.Of(run) }); !slices.Equal(got, []string{"Region", "Run"}) {
		t.Errorf("whose fence it is depends on %v; want its run and the Region of that", got)
	}
}

// TestAPartIsKnownByTheseFieldsAlone: what of a part of the list decides whether it is about a switch, a zone, a record or a database.
func TestAPartIsKnownByTheseFieldsAlone(t *testing.T) {
	app := Application{Name: "shop", Wave: 1, Records: []Record{{Name: "www.shop.example", Type: "A", Zone: "Z1"}}}
	plan := DefaultPlan()
	plan.Switches = []Switch{{Name: "default", Lever: MetricLever}}
	run := Run{Switches: []string{"default"}}
	for _, c := range []struct {
		name    string
		part    SetAside
		verdict func(Aside) bool
		want    []string
	}{
		{"a switch that could not be used", SetAside{Kind: SwitchKind, Object: "default", Wave: 1, Zone: "Z1"}, func(a Aside) bool { return a.Switch("default", 1) }, []string{"Kind", "Object", "Wave"}},
		{"pending weights", SetAside{Kind: PendingKind, Object: "shop.example", Wave: 1, Zone: "Z1"}, func(a Aside) bool { return a.Pending("Z1") }, []string{"Kind", "Zone"}},
		{"pending weights of all zones", SetAside{Kind: PendingKind, Zone: AllZones}, func(a Aside) bool { return a.Pending("Z1") }, []string{"Kind", "Zone"}},
		{"an application whose weights are pending", SetAside{Kind: PendingKind, Zone: "Z1"}, func(a Aside) bool { return a.PendingTraffic(app) }, []string{"Kind", "Zone"}},
		{"users that a switch has moved", SetAside{Kind: PendingKind, Zone: "Z1"}, func(a Aside) bool { return run.WeightsPending(plan, a, app) }, []string{"Kind", "Zone"}},
		{"users that their switch could not move in this wave", SetAside{Kind: SwitchKind, Object: "default", Wave: 1}, func(a Aside) bool {
			return run.WeightsPending(plan, append(Aside{{Kind: PendingKind, Zone: "Z1"}}, a...), app)
		}, []string{"Kind", "Object", "Wave"}},
		{"a failed part", SetAside{Kind: ZoneKind, Zone: "Z1"}, func(a Aside) bool { return len(a.Failed()) == 0 }, nil},
		{"a switch as a part", SetAside{Kind: SwitchKind, Object: "default", Wave: 1}, func(a Aside) bool { return len(a.Failed()) == 0 }, []string{"Kind"}},
		{"a part that explains the outcome", SetAside{Kind: PendingKind, Zone: "Z1"}, func(a Aside) bool { return len(a.WithoutPending()) == 0 }, []string{"Kind"}},
	} {
		got := altered.Deciding(c.part, func(part SetAside) bool { return c.verdict(Aside{part}) })
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s depends on (-want +got):\n%s", c.name, diff)
		}
	}
}

// TestAnAlarmStartsAFailoverByTheseFields of its event, missing ones included.
func TestAnAlarmStartsAFailoverByTheseFields(t *testing.T) {
	starts := func(tr Trigger) bool { return tr.Skip() == "" }
	event := Trigger{Time: time.Unix(0, 0), Detail: AlarmChanged{AlarmName: "lost", State: AlarmState{Value: "ALARM"}, PreviousState: AlarmState{Value: "OK"}}}
	want := []string{"Detail.MuteDetail", "Detail.PreviousState.Value", "Detail.State.ActionsSuppressedBy", "Detail.State.Value"}
	if got := altered.Deciding(event, starts); !starts(event) || !slices.Equal(got, want) {
		t.Errorf("an alarm depends on %v; want %v", got, want)
	}
	waited := event
	waited.Detail.PreviousState = AlarmState{Value: "ALARM", ActionsSuppressedBy: "WaitPeriod"}
	want = []string{"Detail.MuteDetail", "Detail.PreviousState.ActionsSuppressedBy", "Detail.PreviousState.Value", "Detail.State.ActionsSuppressedBy", "Detail.State.Value"}
	if got := altered.Deciding(waited, starts); !starts(waited) || !slices.Equal(got, want) {
		t.Errorf("an alarm whose actions waited depends on %v; want %v", got, want)
	}
	event.Detail.MuteDetail = json.RawMessage("null")
	if !starts(event) {
		t.Error("an event without a mute starts nothing")
	}
}

// TestAnInventoryCoversByTheseFields.
func TestAnInventoryCoversByTheseFields(t *testing.T) {
	i := &Inventory{Stage: 1, Complete: true, Waves: []int{2, 5}, Differs: true, Applications: 3}
	for wave, want := range map[int][]string{2: {"", "Complete", "Waves[0]"}, 5: {"", "Complete", "Waves", "Waves[1]"}} {
		got := altered.Deciding(i, func(i *Inventory) bool { return i.Covers(Application{Wave: wave}) })
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("wave %d (-want +got):\n%s", wave, diff)
		}
	}
}
