package altered

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

type whole struct {
	Text    string
	Number  int
	Flag    bool
	At      time.Time
	Inner   *inner
	None    *inner
	List    []inner
	Map     map[string]inner
	private int
}

type inner struct{ A, B string }

func example() whole {
	return whole{Text: "t", Inner: &inner{A: "a"}, List: []inner{{A: "1"}, {A: "2"}}, Map: map[string]inner{"k": {B: "b"}}, private: 1}
}

// TestEachFieldIsAlteredAlone, in every way that there is for it, and the value itself stays as it was.
func TestEachFieldIsAlteredAlone(t *testing.T) {
	value, paths := example(), map[string]int{}
	for path, altered := range Each(value) {
		paths[path]++
		if cmp.Equal(value, altered, cmp.AllowUnexported(whole{})) {
			t.Errorf("%s is as it was", path)
		}
	}
	want := map[string]int{
		"Text": 2, "Number": 1, "Flag": 1, "At": 1, "Inner": 1, "Inner.A": 2, "Inner.B": 1, "None": 1,
		"List": 2, "List[0].A": 2, "List[0].B": 1, "List[1].A": 2, "List[1].B": 1, "Map[k]": 1, "Map[k].A": 1, "Map[k].B": 2,
	}
	if diff := cmp.Diff(want, paths); diff != "" {
		t.Errorf("alterations (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(example(), value, cmp.AllowUnexported(whole{})); diff != "" {
		t.Errorf("the value was altered:\n%s", diff)
	}
}

func TestTheFieldsThatDecide(t *testing.T) {
	got := Deciding(example(), func(w whole) bool { return w.Text == "t" && w.Inner != nil && w.Inner.B == "" && len(w.List) == 2 })
	if diff := cmp.Diff([]string{"Inner", "Inner.B", "List", "Text"}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
