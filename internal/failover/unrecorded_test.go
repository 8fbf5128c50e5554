package failover

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestARunStartsFromWhatAStoppedOneHasLeft(t *testing.T) {
	const east, west = Region("us-east-1"), Region("us-west-2")
	registered := Place{Active: east, Weights: map[Region]int{east: 100, west: 0}}
	left := Place{Active: east, Weights: map[Region]int{east: 90, west: 10}}
	app := func(name string, wave int) Application {
		return Application{Name: name, Wave: wave, Live: Live{Active: east, Weights: registered.Weights, Epoch: 6}}
	}
	written := app("checkout", 1)
	written.Live.Epoch, written.Live.Before = 8, &registered
	whole := Run{Epoch: 8, Unrecorded: []Unrecorded{{Wave: 1, Place: left}}}
	one := Run{Epoch: 8, Unrecorded: []Unrecorded{{Wave: 1, Applications: []string{"checkout"}, Place: left}}}
	limited := Run{Epoch: 8, Applications: []string{"search"}, Unrecorded: whole.Unrecorded}
	for _, c := range []struct {
		name string
		run  Run
		app  Application
		want Place
	}{
		{"a whole wave", whole, app("checkout", 1), left},
		{"another wave", whole, app("checkout", 2), registered},
		{"one application", one, app("checkout", 1), left},
		{"and not its neighbour", one, app("search", 1), registered},
		{"of another run's applications", limited, app("checkout", 1), registered},
		{"what the run has written itself", whole, written, registered},
		{"a run without unrecorded", Run{Epoch: 8}, app("checkout", 1), registered},
		{"before the run has an epoch", Run{Unrecorded: whole.Unrecorded}, app("checkout", 1), left},
	} {
		if diff := cmp.Diff(c.want, c.run.AsFound(c.app).Live.PlaceBefore(c.run.Epoch)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, diff)
		}
	}
}
