package guarantee

import (
	"testing"
	"time"

	"github.com/drover-dr/drover/statemachine/fakeaws"
	"github.com/google/go-cmp/cmp"
)

func TestClientImpactFitsIntoALine(t *testing.T) {
	for _, seconds := range []int{1, 5, 400, 401, 3600, 20000} {
		var samples []fakeaws.Sample
		for i := range seconds {
			samples = append(samples, fakeaws.Sample{At: at(time.Duration(i+1) * time.Second)})
		}
		f := ImpactOf(samples, 80, 5*time.Second)
		if n := len(f.Failed); n > 80 {
			t.Errorf("%d seconds make %d characters; want at most %d", seconds, n, 80)
		}
	}
}

func TestSharesAreOfAllRequests(t *testing.T) {
	second := fakeaws.Sample{At: at(time.Second), Requests: 10, Served: 8, Regions: []fakeaws.RegionSample{
		{Region: east, Requests: 4, Served: 2}, {Region: west, Requests: 6, Served: 6},
	}}
	f := ImpactOf([]fakeaws.Sample{second, second}, 80, 5*time.Second)
	want := []Curve{{Region: east, Shares: []float64{0.2}}, {Region: west, Shares: []float64{0.6}}}
	if diff := cmp.Diff(want, f.Regions); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]float64{0.2}, f.Failed); diff != "" {
		t.Errorf("failed (-want +got):\n%s", diff)
	}
}

func TestAnEventAtTheStartOfAnIntervalIsDrawnInIt(t *testing.T) {
	var samples []fakeaws.Sample
	for i := 1; i <= 15; i++ {
		s := fakeaws.Sample{At: at(time.Duration(i) * time.Second), Requests: 1, Served: 1}
		if i >= 10 { // the outage starts at 00:10
			s.Served = 0
		}
		samples = append(samples, s)
	}
	if diff := cmp.Diff([]float64{0, 0, 1, 1}, ImpactOf(samples, 80, 5*time.Second).Failed); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
