package verifyhealth

import (
	"testing"

	"github.com/drover-dr/drover/internal/failover"
)

// TestARunOfRelease010IsCountedAsItCounts: its definition sends and reads one count, of healthy checks.
func TestARunOfRelease010IsCountedAsItCounts(t *testing.T) {
	s := newStand(t, "checkout")
	three := func(req *failover.VerifyRequest) { req.Stage.Passes = 3 }
	got := s.attempt(three, func(req *failover.VerifyRequest) { req.Passes = new(1) })
	if got.Passes == nil || *got.Passes != 2 || got.Healthy != 2 {
		t.Errorf("after one healthy check: %+v; want two in a row", got)
	}
	if got := s.attempt(three); got.Passes != nil {
		t.Errorf("a run of this release: %+v; want no passes", got)
	}
}
