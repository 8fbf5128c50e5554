package updateregistry

import (
	"fmt"
	"testing"
	"time"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/registry/registrytest"
	"github.com/drover-dr/drover/lambdas/internal/entry"
	"github.com/drover-dr/drover/statemachine/fakeaws"
)

func throttledWrites(world *fakeaws.World) int {
	n := 0
	for _, call := range world.Calls() {
		if call.Operation == "UpdateItem" && call.Code == "ThrottlingException" {
			n++
		}
	}
	return n
}

// TestALargeWaveIsWrittenWithinWhatPartitionKeysServe: it is spread over eight, and no write is throttled. Under one, the
// 1,455th would be; BenchmarkDrill sees to 10,000.
func TestALargeWaveIsWrittenWithinWhatPartitionKeysServe(t *testing.T) {
	const wave = 3000
	var names []string
	for i := range wave {
		names = append(names, fmt.Sprintf("app-%05d", i))
	}
	h, world := newHandler(t, names...)
	world.AdvanceTo(start.Add(time.Minute))
	got, err := handle(t, h, stageRequest(100))
	if err != nil || got != (failover.RegistryAnswer{Written: wave}) {
		t.Errorf("%+v, %v; want all written", got, err)
	}
	if n := throttledWrites(world); n > 0 {
		t.Errorf("%d writes were throttled; is the wave spread over several partition keys?", n)
	}
}

// TestManyApplicationsUnderOnePartitionKeyAreThrottled shows what the spread is for: waves of 500 share a partition key.
// Throttled is what the state machine tries again, and the next try writes the rest.
func TestManyApplicationsUnderOnePartitionKeyAreThrottled(t *testing.T) {
	h, world := newHandler(t)
	const waves, each = 6, 500
	for wave := range waves {
		var apps []failover.Application
		for i := range each {
			apps = append(apps, registrytest.Filled(failover.Application{Name: fmt.Sprintf("app-%d-%03d", wave, i), Wave: wave + 1}))
		}
		world.AdvanceTo(world.Now().Add(time.Second))
		if _, err := h.Registry.Register(t.Context(), failover.DefaultPlan(), apps, start); err != nil {
			t.Fatal(err)
		}
	}
	request := stageRequest(100)
	request.Stage.Wave = 0 // all
	world.AdvanceTo(start.Add(time.Minute))
	if _, err := handle(t, h, request); entry.ConditionOf(err) != failover.Throttled || throttledWrites(world) == 0 {
		t.Errorf("%v, %d writes throttled; want some", err, throttledWrites(world))
	}
	world.AdvanceTo(start.Add(time.Minute + 2*time.Second))
	got, err := handle(t, h, request)
	if answer, ok := got.(failover.RegistryAnswer); err != nil || !ok || answer.AlreadyDone < 1000 || answer.AlreadyDone+answer.Written != waves*each {
		t.Errorf("the next try: %+v, %v; want the rest to be written", got, err)
	}
}
