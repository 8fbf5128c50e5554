package failover

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func found(region Region, names ...string) []Unproven {
	var all []Unproven
	for _, name := range names {
		all = append(all, Unproven{Application: name, Region: region, NoData: true, Why: "no data"})
	}
	return all
}

// TestWhatIsUnprovenGoesFromStageToStage: a later check of the same application in the same Region replaces it.
func TestWhatIsUnprovenGoesFromStageToStage(t *testing.T) {
	only := func(names ...string) func(string) bool {
		return func(name string) bool {
			for _, n := range names {
				if n == name {
					return true
				}
			}
			return false
		}
	}
	var i *Inventory
	if got := i.Carry(nil, "us-west-2", only("a"), nil); got != nil {
		t.Fatalf("nothing to carry: got %+v", got)
	}
	wave1 := i.Carry(nil, "us-west-2", only("a"), found("us-west-2", "a"))
	if wave1.Stage != noStage || wave1.Covers(Application{Name: "a", Wave: 1}) {
		t.Errorf("an inventory of no records: got %+v", wave1)
	}
	whole := &Inventory{Stage: 1, Complete: true, Waves: []int{2}}
	wave2 := whole.Carry(wave1, "us-west-2", only("b"), found("us-west-2", "b"))
	if diff := cmp.Diff(found("us-west-2", "a", "b"), wave2.Unproven); diff != "" || !wave2.Complete || whole.Unproven != nil {
		t.Errorf("both waves (-want +got):\n%s", diff)
	}
	back := i.Carry(wave2, "us-east-1", only("a", "b"), nil)
	if diff := cmp.Diff(wave2.Unproven, back.Unproven); diff != "" {
		t.Errorf("the return has data in the other Region (-want +got):\n%s", diff)
	}
	if got := i.Carry(wave2, "us-west-2", only("a", "b"), nil); got != nil {
		t.Errorf("both have data now: got %+v", got)
	}
	if got := whole.Carry(wave2, "us-west-2", only("a", "b"), nil); got.Unproven != nil || !got.Complete {
		t.Errorf("both have data now, and the records are verified: got %+v", got)
	}
}

// TestManyUnprovenAreCounted: the list travels from state to state.
func TestManyUnprovenAreCounted(t *testing.T) {
	names := make([]string, 3*MaxListed)
	for i := range names {
		names[i] = fmt.Sprintf("app-%02d", i)
	}
	all := func(string) bool { return true }
	var i *Inventory
	got := i.Carry(nil, "us-west-2", all, found("us-west-2", names...))
	got = i.Carry(got, "us-west-2", all, found("us-west-2", names...))
	got = i.Carry(got, "us-east-1", all, found("us-east-1", "x"))
	if len(got.Unproven) != MaxListed+1 || got.MoreUnproven["us-west-2"] != 2*MaxListed || len(got.MoreUnproven) != 1 {
		t.Errorf("got %d listed, and %v more", len(got.Unproven), got.MoreUnproven)
	}
	if got = i.Carry(got, "us-west-2", all, found("us-west-2", "a")); got.MoreUnproven != nil || len(got.Unproven) != 2 {
		t.Errorf("one is left: got %+v", got)
	}
}

// TestTheDigestCoversHowHealthIsMeasured: what an approver has approved is how an application is verified, too.
func TestTheDigestCoversHowHealthIsMeasured(t *testing.T) {
	rule := HealthRule{Namespace: "N", Metric: "M", Dimensions: SameDimensions(map[string]string{"A": "a"}), Statistic: "Sum", PeriodSeconds: 60, AtMost: new(1.0)}
	digests := map[string]string{}
	for name, change := range map[string]func(*HealthRule){
		"as it was": func(*HealthRule) {}, "no data": func(r *HealthRule) { r.TreatMissingData = MissingNotBreaching }, "Region": func(r *HealthRule) { r.ReadIn = "us-east-1" },
		"dimension": func(r *HealthRule) {
			r.Dimensions = Dimensions{"A": {In: map[Region]string{"us-east-1": "a", "us-west-2": "b"}}}
		},
		"minimum": func(r *HealthRule) { r.MinimumRequests = &MinimumRequests{Metric: "R", AtLeast: 1} },
		"rate":    func(r *HealthRule) { r.Expression = "m" },
	} {
		changed := rule
		change(&changed)
		d := ConfigurationOf([]Application{{Name: "shop", Health: []HealthRule{changed}}})
		if other, twice := digests[d]; twice {
			t.Errorf("%s and %s have one digest", name, other)
		}
		digests[d] = name
	}
}

// TestTheLargestCountOfTheOthersStays, whether this check or the one before had more that the list has no room for: which of them are
// the same is not known.
func TestTheLargestCountOfTheOthersStays(t *testing.T) {
	names := func(prefix string, n int) []Unproven {
		var all []string
		for i := range n {
			all = append(all, fmt.Sprintf("%s-%02d", prefix, i))
		}
		return found("us-west-2", all...)
	}
	for _, c := range []struct{ before, now, want int }{{7, 2, 7}, {2, 7, 7}, {0, 3, 3}, {3, 0, 3}} {
		before := &Inventory{Stage: noStage, Unproven: names("a", MaxListed), MoreUnproven: map[Region]int{"us-west-2": c.before, "us-east-1": 9}}
		got := (*Inventory)(nil).Carry(before, "us-west-2", func(string) bool { return false }, names("b", c.now))
		if got.MoreUnproven["us-west-2"] != c.want || got.MoreUnproven["us-east-1"] != 9 || len(got.Unproven) != MaxListed {
			t.Errorf("%d more before, %d now: %v more, %d listed; want %d", c.before, c.now, got.MoreUnproven, len(got.Unproven), c.want)
		}
	}
}
