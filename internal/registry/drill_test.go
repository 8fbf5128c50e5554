package registry

import (
	"fmt"
	"testing"
	"time"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/google/go-cmp/cmp"
)

func pastDrill(id string, started time.Time) failover.PastDrill {
	return failover.PastDrill{Run: id, StartedAt: started, Outcome: failover.Completed, Phases: []failover.PhaseResult{
		{Phase: failover.Outbound, From: east, To: west, Passed: true, RTOSeconds: 61.5},
	}}
}

func TestDrillsAreTheLatestOnesWithoutTheOneThatIsCompared(t *testing.T) {
	s := newStore(t)
	var all []failover.PastDrill
	for i := range 4 {
		d := pastDrill(fmt.Sprint(i), noon.Add(time.Duration(i)*time.Hour))
		all = append(all, d)
		for range 2 {
			if err := s.PutDrill(ctx, d, failover.Format); err != nil {
				t.Fatal(err)
			}
		}
		d.Outcome = failover.Held
		if err := s.PutDrill(ctx, d, failover.Format); err != nil { // what was written first stays
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		but   string
		limit int
		want  []failover.PastDrill
	}{
		{"3", 2, []failover.PastDrill{all[2], all[1]}},
		{"new", 2, []failover.PastDrill{all[3], all[2]}},
		{"3", 10, []failover.PastDrill{all[2], all[1], all[0]}},
	} {
		got, err := s.Drills(ctx, c.but, c.limit)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("but %s, at most %d (-want +got):\n%s", c.but, c.limit, diff)
		}
	}
}
