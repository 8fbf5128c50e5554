package verifyhealth

import (
	"testing"
	"time"

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

// TestAnUnhealthyCheckIsNoPass: a stage that needs one healthy check is not passed without its last check after an unhealthy one.
func TestAnUnhealthyCheckIsNoPass(t *testing.T) {
	s := newStand(t, "checkout")
	s.setWeight("checkout", east, 5)
	one := func(req *failover.VerifyRequest) { full(0, 3, time.Hour)(req); req.Stage.Passes = 1 }
	check(t, "look", pending("checkout: record checkout.example.com A: weight 5 in us-east-1; expected weight 0"), s.attempt(one))
}
