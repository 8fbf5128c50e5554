package route53

import (
	"fmt"
	"testing"
	"time"

	"github.com/drover-dr/drover/statemachine/fakeaws/iam"
	"github.com/drover-dr/drover/statemachine/fakeaws/kernel"
	"github.com/drover-dr/drover/statemachine/fakeaws/wire"
	"github.com/google/go-cmp/cmp"
)

// world is the service on a kernel of its own, with the control surfaces of both.
type world struct {
	kernel.Control
	control
	*Service
}

type control = Control

func newWorld(start time.Time, regions ...string) *world {
	k := kernel.New("111122223333", start, regions...)
	s := New(k, iam.New(k), nil, nil, nil)
	return &world{k.Control(), s.Control(), s}
}

// resolveWorld has one name with three weighted record sets, each with a health check of its name.
func resolveWorld(t *testing.T, weights map[string]int) *world {
	t.Helper()
	w := newWorld(time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC), "us-east-1", "us-west-2")
	if err := w.AddZone("Z1", "example.com"); err != nil {
		t.Fatal(err)
	}
	for id, weight := range weights {
		w.SetHealthCheck(id, true)
		set := RecordSet{Name: "www.example.com", Type: "A", SetIdentifier: id, Weight: weight, TTL: 60, Values: []string{"192.0.2.1"}, HealthCheck: id}
		if err := w.PutRecordSet("Z1", set); err != nil {
			t.Fatal(err)
		}
	}
	return w
}

func (w *world) answersOf(name string) map[string]float64 {
	w.k.Lock()
	defer w.k.Unlock()
	shares := map[string]float64{}
	for _, a := range w.resolve(somewhere, "Z1", name, "A") {
		shares[a.set.SetIdentifier] = a.share
	}
	return shares
}

func TestNameServersChooseByWeightAndHealth(t *testing.T) {
	for _, tc := range []struct {
		name    string
		weights map[string]int
		sick    []string
		want    map[string]float64
	}{
		{"by weight", map[string]int{"a": 75, "b": 25, "c": 0}, nil, map[string]float64{"a": 0.75, "b": 0.25}},
		{"all zero is an equal split", map[string]int{"a": 0, "b": 0}, nil, map[string]float64{"a": 0.5, "b": 0.5}},
		{"a sick one is left out", map[string]int{"a": 75, "b": 25, "c": 0}, []string{"a"}, map[string]float64{"b": 1}},
		{"weight 0 serves when all others are sick", map[string]int{"a": 75, "b": 25, "c": 0}, []string{"a", "b"}, map[string]float64{"c": 1}},
		{"nothing healthy falls back to the weights", map[string]int{"a": 75, "b": 25, "c": 0}, []string{"a", "b", "c"}, map[string]float64{"a": 0.75, "b": 0.25}},
		{"all zero and one sick", map[string]int{"a": 0, "b": 0}, []string{"a"}, map[string]float64{"b": 1}},
		{"all zero and all sick", map[string]int{"a": 0, "b": 0}, []string{"a", "b"}, map[string]float64{"a": 0.5, "b": 0.5}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			w := resolveWorld(t, tc.weights)
			for _, id := range tc.sick {
				w.SetHealthCheck(id, false)
			}
			if diff := cmp.Diff(tc.want, w.answersOf("www.example.com")); diff != "" {
				t.Errorf("shares (-want +got):\n%s", diff)
			}
		})
	}
}

func TestNameServersAnswerFromChangesThatAreInSync(t *testing.T) {
	w := resolveWorld(t, map[string]int{"a": 100, "b": 0})
	set := w.RecordSets("Z1")[0]
	set.Weight = 0
	other := w.RecordSets("Z1")[1]
	other.Weight = 100
	w.k.Lock()
	z := w.zones["Z1"]
	changes := []Change{{"UPSERT", set}, {"UPSERT", other}}
	after, problems := w.apply(z, changes)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	w.accept(z, "", "", changes, after)
	w.k.Unlock()
	if diff := cmp.Diff(map[string]float64{"a": 1}, w.answersOf("www.example.com")); diff != "" {
		t.Errorf("while PENDING (-want +got):\n%s", diff)
	}
	w.AdvanceTo(w.Now().Add(defaultPropagation))
	if diff := cmp.Diff(map[string]float64{"b": 1}, w.answersOf("www.example.com")); diff != "" {
		t.Errorf("once INSYNC (-want +got):\n%s", diff)
	}
}

// A record that is set while a change is pending must not be undone when the change is in sync.
func TestADriftDuringPropagationStays(t *testing.T) {
	w := resolveWorld(t, map[string]int{"a": 100, "b": 0})
	sets := w.RecordSets("Z1")
	sets[0].Weight = 50
	w.k.Lock()
	z := w.zones["Z1"]
	changes := []Change{{"UPSERT", sets[0]}}
	after, _ := w.apply(z, changes)
	w.accept(z, "", "", changes, after)
	w.k.Unlock()
	sets[1].Weight = 50
	if err := w.PutRecordSet("Z1", sets[1]); err != nil {
		t.Fatal(err)
	}
	w.AdvanceTo(w.Now().Add(time.Minute))
	if diff := cmp.Diff(map[string]float64{"a": 0.5, "b": 0.5}, w.answersOf("www.example.com")); diff != "" {
		t.Errorf("shares (-want +got):\n%s", diff)
	}
}

func TestAZoneHas10000RecordSetsAtMost(t *testing.T) {
	z := &zone{id: "Z1", name: "example.com"}
	for i := range maxSets {
		set := RecordSet{Name: fmt.Sprintf("n%05d.example.com", i), Type: "TXT", TTL: 60, Values: []string{`"x"`}}
		z.current = append(z.current, newEntry(set))
	}
	r := newWorld(time.Time{})
	one := z.current[0].set
	if _, problems := r.apply(z, []Change{{"UPSERT", one}}); len(problems) > 0 {
		t.Errorf("changing one of 10,000: %v", problems)
	}
	one.Name = "one-more.example.com"
	if _, problems := r.apply(z, []Change{{"CREATE", one}}); len(problems) != 1 {
		t.Errorf("adding one to 10,000: %v; want MAX_RRSETS_BY_ZONE", problems)
	}
}

func TestPermissionsCarryTheConditionKeysOfAChange(t *testing.T) {
	r := newWorld(time.Time{})
	req := &wire.Request{Operation: "ChangeResourceRecordSets", Params: changeParams{zone: "Z1", changes: []Change{
		{"DELETE", newEntry(RecordSet{Name: "_drover.Example.com.", Type: "TXT"}).set},
		{"CREATE", newEntry(RecordSet{Name: "_drover.example.com", Type: "TXT"}).set},
		{"UPSERT", newEntry(RecordSet{Name: "*.example.com", Type: "A"}).set},
	}}}
	want := []wire.Permission{{
		Action: "route53:ChangeResourceRecordSets", Resource: "arn:aws:route53:::hostedzone/Z1",
		Context: map[string][]string{
			"route53:changeresourcerecordsetsnormalizedrecordnames": {`\052.example.com`, "_drover.example.com"},
			"route53:changeresourcerecordsetsrecordtypes":           {"A", "TXT"},
			"route53:changeresourcerecordsetsactions":               {"CREATE", "DELETE", "UPSERT"},
		},
	}}
	if diff := cmp.Diff(want, r.Permissions(req)); diff != "" {
		t.Errorf("permissions (-want +got):\n%s", diff)
	}
	got := r.Permissions(&wire.Request{Operation: "GetChange", Params: getChangeParams{"C1"}})
	if want := "arn:aws:route53:::change/C1"; got[0].Resource != want {
		t.Errorf("resource of GetChange = %s; want %s", got[0].Resource, want)
	}
}
