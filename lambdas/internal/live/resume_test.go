package live

import (
	"errors"
	"slices"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/route53"

	"github.com/drover-dr/drover/internal/failover"
)

// largeAndSmall are zones that are read name by name and two that are read page by page, of four pages each.
func largeAndSmall() []failover.Application {
	apps := slices.Concat(applications(3, "Z1"), applications(500, "Z2"), applications(2, "Z3"), applications(500, "Z4"))
	for i := range apps {
		apps[i].Databases = nil
	}
	return apps
}

// TestAListingKeepsWithinItsQuotaAndGoesOn: no reading makes more calls than it may, whatever the zones are like, and none is lost.
func TestAListingKeepsWithinItsQuotaAndGoesOn(t *testing.T) {
	const calls = 3 + 4 + 2 + 4
	for limit := 1; limit <= calls+1; limit++ {
		world, cfg := newWorld(t)
		apps := largeAndSmall()
		build(t, world, apps, 90, 10)
		var l Listing
		var sets RecordSets
		err, before := ErrUnfinished, 0
		for rounds := 0; errors.Is(err, ErrUnfinished) && rounds <= calls; rounds++ {
			sets, err = l.Read(t.Context(), route53.NewFromConfig(cfg), apps, limit)
			now := countCalls(world, "ListResourceRecordSets")
			if made := now - before; made > limit || made == 0 {
				t.Fatalf("%d calls; want 1 to %d", made, limit)
			}
			before = now
		}
		if err != nil || before != calls {
			t.Errorf("at most %d at once: %v after %d calls; want %d", limit, err, before, calls)
		}
		for _, app := range apps {
			if got := sets.Weights(app.Records[0])[east]; got != 90 {
				t.Fatalf("%s in zone %s: weight %d; want 90", app.Name, app.Records[0].Zone, got)
			}
		}
	}
}

// TestALargeZoneThatIsReadInPartsIsCounted: a record without record sets is missing, in whatever part it would have been, and no other.
func TestALargeZoneThatIsReadInPartsIsCounted(t *testing.T) {
	for _, gone := range []int{-1, 0, 250, 499} {
		for limit := 1; limit <= 3; limit++ {
			world, cfg := newWorld(t)
			apps := applications(500, "Z1")
			for i := range apps {
				apps[i].Databases = nil
			}
			live := slices.Clone(apps)
			if gone >= 0 {
				live = slices.Delete(live, gone, gone+1)
			}
			build(t, world, live, 90, 10)
			var part Part
			var err error
			covered := 0
			for part.At = (failover.Position{}); !part.Done; {
				if part, err = ReadSome(t.Context(), route53.NewFromConfig(cfg), apps, part.At, limit); err != nil {
					t.Fatal(err)
				}
				covered += len(part.Applications)
			}
			if missing := len(part.Missing) == 1; missing != (gone >= 0) || covered != len(live) {
				t.Errorf("without record %d, %d pages at once: %d covered, missing %v", gone, limit, covered, part.Missing)
			}
		}
	}
}
