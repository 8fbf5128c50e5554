package live

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/drover-dr/drover/internal/failover"
)

// errorRate is the share of errors, of 20 requests in a minute or more.
func errorRate(missing failover.MissingData) failover.HealthRule {
	balancer := failover.Dimensions{"LoadBalancer": {In: map[failover.Region]string{east: "app/x/1", west: "app/x/2"}}}
	return failover.HealthRule{
		Metrics: map[string]failover.RuleMetric{
			"errors":   {Namespace: "AWS/ApplicationELB", Metric: "HTTPCode_Target_5XX_Count", Dimensions: balancer, Statistic: "Sum"},
			"requests": {Namespace: "AWS/ApplicationELB", Metric: "RequestCount", Dimensions: balancer, Statistic: "Sum"},
		},
		Expression: "100 * errors / requests", PeriodSeconds: 60, AtMost: aws.Float64(1),
		MinimumRequests: &failover.MinimumRequests{Metric: "requests", AtLeast: 20}, TreatMissingData: missing,
	}
}

// TestARateIsReadAsCloudWatchComputesIt, through the SDK.
func TestARateIsReadAsCloudWatchComputesIt(t *testing.T) {
	const breaching = failover.MissingData("")
	for _, c := range []struct {
		name             string
		requests, errors float64
		missing          failover.MissingData
		healthy, silent  bool
		says             string
	}{
		{"no errors", 100, 0, breaching, true, false, "100 * errors / requests in us-west-2 is 0; expected at most 1"},
		{"errors", 100, 5, breaching, false, false, "100 * errors / requests in us-west-2 is 5; expected at most 1"},
		{"one of three", 3, 1, breaching, false, false, "3 requests in the 1m0s from 09:00:00 on, fewer than 20; expected at most 1"},
		{"one of three, which says nothing", 3, 1, failover.MissingNotBreaching, true, true, "3 requests in the 1m0s from 09:00:00 on, fewer than 20, taken as healthy"},
		{"no requests", 0, 0, breaching, false, false, "no data in the last 5m0s; expected at most 1"},
		{"no requests, which is healthy", 0, 0, failover.MissingNotBreaching, true, true, "no data in the last 5m0s, taken as healthy"},
	} {
		t.Run(c.name, func(t *testing.T) {
			world, cfg := newWorld(t)
			for name, n := range map[string]float64{"RequestCount": c.requests, "HTTPCode_Target_5XX_Count": c.errors} {
				if n > 0 {
					world.PutMetric(string(west), "AWS/ApplicationELB", name, map[string]string{"LoadBalancer": "app/x/2"}, n)
				}
			}
			world.AdvanceTo(start.Add(3 * time.Minute))
			got := readOne(t, world, cfg, errorRate(c.missing))
			text := strings.ReplaceAll(got.String(), start.Format(time.TimeOnly), "09:00:00")
			if got.Healthy() != c.healthy || got.Silent != c.silent || !strings.Contains(text, c.says) {
				t.Errorf("healthy %v, silent %v: %s; want %v, %v: %s", got.Healthy(), got.Silent, text, c.healthy, c.silent, c.says)
			}
		})
	}
}

// TestARateWaitsUntilAllOfItsMetricsAreDelivered: errors that come after the requests would be a rate of 0.
func TestARateWaitsUntilAllOfItsMetricsAreDelivered(t *testing.T) {
	world, cfg := newWorld(t)
	world.PutMetric(string(west), "AWS/ApplicationELB", "RequestCount", map[string]string{"LoadBalancer": "app/x/2"}, 100)
	for _, c := range []struct {
		at    time.Duration
		known bool
	}{{time.Minute, false}, {2*time.Minute + 59*time.Second, false}, {3 * time.Minute, true}} {
		world.AdvanceTo(start.Add(c.at))
		if got := readOne(t, world, cfg, errorRate("")); got.Known != c.known {
			t.Errorf("after %s: %s; known %v, want %v", c.at, got, got.Known, c.known)
		}
	}
}

// TestAValueThatMathMakesOfNothingIsNoData: CloudWatch fills a metric that does not exist.
func TestAValueThatMathMakesOfNothingIsNoData(t *testing.T) {
	world, cfg := newWorld(t)
	r := errorRate("")
	r.Expression, r.MinimumRequests = "FILL(errors, 0) + FILL(requests, 0)", nil
	world.AdvanceTo(start.Add(10 * time.Minute))
	if got := readOne(t, world, cfg, r); got.Healthy() || got.Known {
		t.Errorf("got %+v; want no data", got)
	}
}

// TestAMinimumBesideOneMetricCountsItsRequests, in the dimensions of the rule.
func TestAMinimumBesideOneMetricCountsItsRequests(t *testing.T) {
	for _, n := range []float64{19, 20} {
		world, cfg := newWorld(t)
		r := rule("Average", 60)
		r.MinimumRequests = &failover.MinimumRequests{Metric: "Requests", AtLeast: 20}
		putServed(world, 100)
		world.PutMetric(string(west), "Shop", "Requests", map[string]string{"Region": string(west)}, n)
		world.AdvanceTo(start.Add(4 * time.Minute))
		if got := readOne(t, world, cfg, r); got.Known != (n >= 20) {
			t.Errorf("%v requests: %s", n, got)
		}
	}
}

// TestTheQueriesOfARuleShareACall: an expression sees the metrics of its own call alone.
func TestTheQueriesOfARuleShareACall(t *testing.T) {
	world, cfg := newWorld(t)
	var apps []failover.Application
	for i := range 400 { // of three queries each, 166 in a call
		r := errorRate("")
		r.Metrics = map[string]failover.RuleMetric{
			"errors":   {Namespace: "Shop", Metric: "Errors", Dimensions: failover.SameDimensions(map[string]string{"N": fmt.Sprint(i)}), Statistic: "Sum"},
			"requests": {Namespace: "Shop", Metric: "Requests", Statistic: "Sum"},
		}
		apps = append(apps, failover.Application{Name: fmt.Sprint(i), Health: []failover.HealthRule{r}})
		world.PutMetric(string(west), "Shop", "Errors", map[string]string{"N": fmt.Sprint(i)}, float64(i))
	}
	world.PutMetric(string(west), "Shop", "Requests", nil, 100)
	world.AdvanceTo(start.Add(4 * time.Minute))
	readings, err := Health(t.Context(), clientOf(cfg), apps, west, world.Now(), all)
	must(t, err)
	for i, r := range readings {
		if !r.Known || r.Value != float64(i) {
			t.Fatalf("rule %d: got %s", i, r)
		}
	}
	if got := countCalls(world, "GetMetricData"); got != 3 {
		t.Errorf("%d calls; want 3", got)
	}
}

func TestTheCommandOfARateShowsItsMetricsToo(t *testing.T) {
	got := Reading{Rule: errorRate(""), Target: west, Region: west}.Command(start)
	for _, want := range []string{`{"Id":"q","Expression":"100 * q_errors / q_requests"}`, `{"Id":"q_errors","MetricStat":{"Metric":{"Namespace":"AWS/ApplicationELB","MetricName":"HTTPCode_Target_5XX_Count","Dimensions":[{"Name":"LoadBalancer","Value":"app/x/2"}]}`} {
		if !strings.Contains(got, want) {
			t.Errorf("%s lacks %s", got, want)
		}
	}
}
