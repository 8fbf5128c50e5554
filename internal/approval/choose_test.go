package approval

import (
	"testing"
	"time"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/registry"
)

func TestTheQuestionOfTheRegionThatIsAskedForIsChosen(t *testing.T) {
	noon := time.Date(2026, 1, 31, 12, 0, 0, 0, time.UTC)
	asked := func(region failover.Region, at time.Time, over bool) registry.Approval {
		return registry.Approval{Run: "r1", Region: region, Asked: at, Over: over}
	}
	east, west := asked("us-east-1", noon, false), asked("us-west-2", noon.Add(time.Minute), false)
	overEast, overWest := asked("us-east-1", noon, true), asked("us-west-2", noon.Add(time.Minute), true)
	for _, c := range []struct {
		name  string
		asked []registry.Approval
		want  registry.Approval
	}{
		{"both wait", []registry.Approval{east, west}, east},
		{"only the other one waits", []registry.Approval{overEast, west}, west},
		{"only the other one asked", []registry.Approval{west}, west},
		{"none waits", []registry.Approval{overEast, overWest}, overWest},
	} {
		if got := Choose(c.asked, "us-east-1"); got != c.want {
			t.Errorf("%s: got %+v; want %+v", c.name, got, c.want)
		}
	}
}
