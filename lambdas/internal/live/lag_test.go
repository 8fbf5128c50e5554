package live

import (
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/untrusted/altered"
)

// TestAMeasurementIsCurrentForFiveMinutes, the last moment included: CloudWatch delivers a minute's value up to two minutes late.
func TestAMeasurementIsCurrentForFiveMinutes(t *testing.T) {
	for age, want := range map[time.Duration]bool{0: true, FreshLag - time.Millisecond: true, FreshLag: true, FreshLag + time.Millisecond: false} {
		if got := (ReplicationLag{Known: true, At: start}).Fresh(start.Add(age)); got != want {
			t.Errorf("%s old: current %v; want %v", age, got, want)
		}
	}
	old := ReplicationLag{Known: true, At: start}
	if got := altered.Deciding(old, func(l ReplicationLag) bool { return l.Fresh(start.Add(FreshLag + time.Second/2)) }); !slices.Equal(got, []string{"At"}) {
		t.Errorf("whether a measurement is current depends on %v; want its time", got)
	}
}

// TestTheLagOfAMinuteIsItsLargest: a planned promotion would wait for it, and an unplanned one would lose as much. The latency of the
// registry is a warning about how it usually is: the average.
func TestTheLagOfAMinuteIsItsLargest(t *testing.T) {
	world, cfg := newWorld(t)
	client := cloudwatch.NewFromConfig(cfg)
	cluster := map[string]string{"DBClusterIdentifier": ClusterID(clusterARN("app-0000", west))}
	table := map[string]string{"TableName": "registry", "ReceivingRegion": string(east)}
	for _, value := range []float64{100, 9000, 200} {
		world.PutMetric(string(west), "AWS/RDS", "AuroraGlobalDBReplicationLag", cluster, value)
		world.PutMetric(string(west), "AWS/DynamoDB", "ReplicationLatency", table, value)
		world.AdvanceTo(world.Now().Add(10 * time.Second))
	}
	world.AdvanceTo(start.Add(4 * time.Minute))
	lags, err := Lag(t.Context(), client, withoutRecords(applications(1, "")), west, world.Now())
	must(t, err)
	if len(lags) != 1 || lags[0].Millis != 9000 {
		t.Errorf("lags %+v; want 9000 ms, the largest of 100, 9000 and 200", lags)
	}
	latency, known, err := TableLatency(t.Context(), client, "registry", east, world.Now())
	must(t, err)
	if !known || latency != 3100*time.Millisecond {
		t.Errorf("latency %s, known %v; want 3.1 s, the average of 0.1, 9 and 0.2", latency, known)
	}
}

// TestTheLargestLagIsFoundWhereverItIs, and the one of its cluster is returned.
func TestTheLargestLagIsFoundWhereverItIs(t *testing.T) {
	small, large := ReplicationLag{GlobalCluster: "a", Known: true, Millis: 5}, ReplicationLag{GlobalCluster: "b", Known: true, Millis: 9, At: start}
	none, unknown := ReplicationLag{GlobalCluster: "c", Known: true}, ReplicationLag{GlobalCluster: "d", Millis: 99}
	for _, lags := range [][]ReplicationLag{{small, large, none, unknown}, {unknown, none, large, small}, {large, small}} {
		if got := MaxLag(lags); got != large {
			t.Errorf("of %v: %+v; want %+v", lags, got, large)
		}
	}
	if got := MaxLag([]ReplicationLag{unknown, none}); got != none {
		t.Errorf("of none and an unknown one: %+v; want none", got)
	}
}

// TestTheNewestDatapointAnswersWhereverItIs in the pages: CloudWatch is asked for the newest first, and a page may come after it.
func TestTheNewestDatapointAnswersWhereverItIs(t *testing.T) {
	q := question{period: time.Minute, window: 10 * time.Minute}
	now := start.Add(5 * time.Minute)
	at := []time.Time{start, start.Add(2 * time.Minute), start.Add(time.Minute)}
	values := []float64{1, 3, 2}
	for range 2 {
		s := &series{at: slices.Clone(at), values: slices.Clone(values), status: "Complete"}
		if got := q.latest("q", map[string]*series{"q": s}, now); !got.known || got.value != 3 || !got.at.Equal(start.Add(2*time.Minute)) {
			t.Errorf("%v: %+v; want the newest", at, got)
		}
		slices.Reverse(at)
		slices.Reverse(values)
	}
}

// TestARuleIsMetByTheseFields of a reading: each alone keeps a healthy one from being so, or makes an unhealthy one healthy. Altered, a
// number is larger, and a pointer is missing.
func TestARuleIsMetByTheseFields(t *testing.T) {
	least, most := 10.0, 10.0
	for value, want := range map[float64][]string{
		10: {"Known", "Rule.AtLeast", "Value"},
		11: {"Rule.AtMost", "Silent"},
		9:  {"Rule.AtLeast", "Silent", "Value"},
	} {
		r := Reading{Known: true, Value: value, Rule: failover.HealthRule{AtLeast: &least, AtMost: &most}}
		got := altered.Deciding(r, func(r Reading) bool { return r.Healthy() })
		if r.Healthy() != (value == 10) || !slices.Equal(got, want) {
			t.Errorf("%v of 10 to 10: healthy %v, and that depends on %v; want %v", value, r.Healthy(), got, want)
		}
	}
}
