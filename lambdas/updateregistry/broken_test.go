package updateregistry

import (
	"testing"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/registry/registrytest"
)

// TestAnApplicationWhoseItemIsBrokenIsLeftAsItIs: no step can move it, and what the item says of it may be all that is known.
func TestAnApplicationWhoseItemIsBrokenIsLeftAsItIs(t *testing.T) {
	h, world := newHandler(t, "checkout")
	broken := registrytest.Filled(failover.Application{Name: "search", Wave: 1})
	broken.Records[0].Endpoints = map[failover.Region]failover.Endpoint{}
	if _, err := h.Registry.Register(t.Context(), failover.DefaultPlan(), []failover.Application{broken}, start); err != nil {
		t.Fatal(err)
	}
	apps, err := h.Registry.Applications(t.Context())
	if err != nil || len(apps) != 2 || apps[1].Broken == "" {
		t.Fatalf("%+v, %v; want a second application that is broken", apps, err)
	}
	before := writes(world)
	if answer, err := h.Stage(t.Context(), stageRequest(100)); err != nil || answer.Written != 1 || answer.AlreadyDone != 0 || writes(world) != before+1 {
		t.Errorf("%+v, %v, %d writes; want the other one alone written", answer, err, writes(world)-before)
	}
}
