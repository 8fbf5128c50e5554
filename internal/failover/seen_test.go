package failover

import (
	"encoding/json"
	"fmt"
	"testing"
)

func seenApps(n int) []Application {
	var apps []Application
	for i := range n {
		apps = append(apps, Application{Name: fmt.Sprintf("app-%d", i), Wave: 1, Records: []Record{{Name: fmt.Sprintf("app-%d.example.com", i), TTL: 60}}})
	}
	return apps
}

func TestWhatHasChangedDiffersFromWhatHasNot(t *testing.T) {
	for _, n := range []int{1, 3, 64} {
		stage := Stage{Seen: SeenOf(seenApps(n), 1)}
		apps := seenApps(n)
		apps[0].Live, apps[0].Shard = Live{Active: "us-west-2"}, 3
		if s := stage.Strangers(apps); s.Err() != nil || len(s.Aside(nil)) > 0 {
			t.Errorf("%d applications: %v; want nothing", n, s.Err())
		}
		apps[n-1].Records[0].Name = "login.example.com"
		s := stage.Strangers(apps)
		if conditionOf(s.Err()) != Changed || len(s.Changed) != 1 || s.Changed[0].Name != apps[n-1].Name {
			t.Errorf("%d applications: %v, %v; want the last one", n, s.Err(), s.Changed)
		}
		aside := s.Aside(nil)
		if !aside.Traffic(apps[n-1]) || !aside.Database(apps[n-1], Database{}) || n > 1 && aside.Traffic(apps[0]) || len(s.Aside(aside)) > 0 {
			t.Errorf("%d applications: set aside %v", n, aside)
		}
		if s := stage.Strangers(append(seenApps(n), Application{Name: "new"})); len(s.Changed) != 1 || s.Changed[0].Name != "new" {
			t.Errorf("%d applications, and a new one: %v", n, s.Changed)
		}
		if s := stage.Strangers(append(seenApps(n)[1:], Application{Name: "new"})); s.Gone != 1 || len(s.Changed) != 1 || len(s.Aside(nil)) != 2 {
			t.Errorf("%d applications, one of them replaced by another: %+v", n, s)
		}
		if s := stage.Strangers(seenApps(n)[1:]); s.Gone != 1 || conditionOf(s.Err()) != Changed || len(s.Aside(nil)) != 1 {
			t.Errorf("%d applications, one of them gone: %+v", n, s)
		}
	}
}

// A wave of thousands has the payload of one of a few: its digests are those of groups of applications.
func TestALargeWaveIsSeenInGroups(t *testing.T) {
	for _, stages := range []int{1, 100} {
		seen := SeenOf(seenApps(5000), stages)
		text, err := json.Marshal(seen)
		if err != nil || len(text)*stages > 8<<10 {
			t.Errorf("%d stages: %d bytes each, %v", stages, len(text), err)
		}
		apps := seenApps(5000)
		if err := (Stage{Seen: seen}).Strangers(apps).Err(); err != nil {
			t.Errorf("%d stages: %v", stages, err)
		}
		apps[17].Records[0].Name = "login.example.com"
		s := Stage{Seen: seen}.Strangers(apps)
		if !(Strangers{Changed: s.Changed}).Aside(nil).Application("app-17") || stages == 1 && len(s.Changed) > 200 {
			t.Errorf("%d stages: %d are strangers; want the group of app-17", stages, len(s.Changed))
		}
	}
}

func TestABrokenItemIsAStrangerWhateverWasSeen(t *testing.T) {
	for _, seen := range []*Seen{nil, SeenOf(seenApps(1), 1)} {
		s := Stage{Seen: seen}.Strangers([]Application{{Name: "app-0", Broken: "type: TXT"}})
		if conditionOf(s.Err()) != Rejected || len(s.Aside(nil)) != 1 || s.Gone != 0 {
			t.Errorf("got %+v", s)
		}
	}
	if s := (Stage{}).Strangers(seenApps(2)); s.Err() != nil {
		t.Errorf("a stage of an earlier release: %v", s.Err())
	}
}

// An item that breaks the rules before the run and at its shift is set aside alone, in a large wave too; and a removed
// application is missed even if it was alone in its group.
func TestABrokenOrMissingApplicationOfALargeWaveIsOneFailedPart(t *testing.T) {
	seen := Stage{Seen: SeenOf(seenApps(100), 1)}
	broken := append(seenApps(100), Application{Name: "login", Broken: "type: TXT"})
	if s := seen.Strangers(broken); len(s.Broken) != 1 || len(s.Changed) != 0 || s.Gone != 0 {
		t.Errorf("one broken item beside 100: %d broken, %d changed, %d gone", len(s.Broken), len(s.Changed), s.Gone)
	}
	for i := range 100 {
		apps := append(seenApps(100)[:i:i], seenApps(100)[i+1:]...)
		if s := seen.Strangers(apps); len(s.Changed)+s.Gone == 0 || conditionOf(s.Err()) != Changed {
			t.Errorf("app-%d is gone, and not missed", i)
		}
	}
}

// TestAnApplicationIsMissedBesideOneWithTheSameLetters: digests of names are short, and two of them may be the same.
func TestAnApplicationIsMissedBesideOneWithTheSameLetters(t *testing.T) {
	names := map[string]string{}
	for i := 0; ; i++ {
		name := fmt.Sprintf("app-%d", i)
		other, same := names[nameDigest(name)]
		names[nameDigest(name)] = name
		if !same {
			continue
		}
		both := []Application{{Name: name, Wave: 1}, {Name: other, Wave: 1}}
		stage := Stage{Seen: SeenOf(both, 1)}
		if s := stage.Strangers(both); s.Err() != nil {
			t.Errorf("%s and %s: %v; want nothing", name, other, s.Err())
		}
		for _, left := range both {
			if s := stage.Strangers([]Application{left}); s.Gone != 1 || len(s.Changed) != 0 {
				t.Errorf("%s alone is left of %s and %s: %+v; want one gone", left.Name, name, other, s)
			}
		}
		return
	}
}
