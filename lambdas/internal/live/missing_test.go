package live

import (
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/drover-dr/drover/internal/failover"
)

// errorsRule is about a count of errors that exists only when there are errors.
func errorsRule(period int) failover.HealthRule {
	r := rule("Sum", period)
	r.AtLeast, r.AtMost, r.TreatMissingData = nil, aws.Float64(5), failover.MissingNotBreaching
	return r
}

// TestNoDataIsHealthyOnceItMustHaveBeenDelivered: until then it may only be late.
func TestNoDataIsHealthyOnceItMustHaveBeenDelivered(t *testing.T) {
	for _, c := range []struct {
		name   string
		period int
		silent time.Time // the start of the newest period that must have been delivered at start + 10 minutes
	}{{"of a minute", 60, start.Add(7 * time.Minute)}, {"of ten seconds", 10, start.Add(10*time.Minute - 30*time.Second)}} {
		t.Run(c.name, func(t *testing.T) {
			world, cfg := newWorld(t)
			world.AdvanceTo(start.Add(10 * time.Minute))
			got := readOne(t, world, cfg, errorsRule(c.period))
			if !got.Silent || got.Known || !got.Healthy() || !got.At.Equal(c.silent) {
				t.Errorf("no data: got %+v; want it healthy as of %s", got, c.silent)
			}
			if text := got.String(); !strings.HasSuffix(text, "taken as healthy (treatMissingData: notBreaching)") || !strings.Contains(text, "no data in the last") {
				t.Errorf("got %s", text)
			}
			breaching := errorsRule(c.period)
			breaching.TreatMissingData = ""
			if got := readOne(t, world, cfg, breaching); got.Healthy() {
				t.Errorf("without treatMissingData: got %+v", got)
			}
			putServed(world, 50) // 50 errors in the period that begins now
			world.AdvanceTo(world.Now().Add(time.Duration(c.period) * time.Second))
			if got := readOne(t, world, cfg, errorsRule(c.period)); got.Silent || got.Healthy() || got.Value != 50 {
				t.Errorf("errors in the newest period: got %+v; want them to count", got)
			}
			world.AdvanceTo(world.Now().Add(time.Duration(failover.Delivery(c.period)+c.period) * time.Second))
			if got := readOne(t, world, cfg, errorsRule(c.period)); !got.Silent || !strings.Contains(got.String(), "taken as healthy") {
				t.Errorf("a period without errors after it: got %+v; want it healthy", got)
			}
		})
	}
}

func TestAMetricThatCannotBeReadIsNotMissing(t *testing.T) {
	world, cfg := newWorld(t)
	world.SetMetricStatus(string(west), "InternalError")
	if got := readOne(t, world, cfg, errorsRule(60)); got.Healthy() || got.Why != "CloudWatch answered InternalError" {
		t.Errorf("got %+v", got)
	}
}

// TestADimensionHasAValueForEachRegion, which is that of the Region that is checked, wherever the metric is.
func TestADimensionHasAValueForEachRegion(t *testing.T) {
	world, cfg := newWorld(t)
	r := rule("Average", 10)
	r.Dimensions = failover.Dimensions{"LoadBalancer": {In: map[failover.Region]string{east: "app/x/1", west: "app/x/2"}}}
	world.PutMetric(string(west), "Shop", "Served", map[string]string{"LoadBalancer": "app/x/2"}, 100)
	if got := readOne(t, world, cfg, r); !got.Healthy() {
		t.Errorf("in its own Region: %+v", got)
	}
	r.ReadIn = east
	got := readOne(t, world, cfg, r)
	if got.Healthy() || got.Region != east || !strings.Contains(got.Command(world.Now()), "--region us-east-1") {
		t.Errorf("the other Region has none: %+v", got)
	}
	world.PutMetric(string(east), "Shop", "Served", map[string]string{"LoadBalancer": "app/x/2"}, 98)
	if got := readOne(t, world, cfg, r); !got.Known || got.String() != "Shop Served in us-east-1 is 98; expected at least 99" {
		t.Errorf("read in us-east-1: %s", got)
	}
}
