package live

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/google/go-cmp/cmp"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/statemachine/fakeaws"
)

func rule(statistic string, period int) failover.HealthRule {
	return failover.HealthRule{
		Namespace: "Shop", Metric: "Served", Dimensions: failover.SameDimensions(map[string]string{"Region": "{region}"}),
		Statistic: statistic, PeriodSeconds: period, AtLeast: aws.Float64(99),
	}
}

func putServed(world *fakeaws.World, value float64) {
	world.PutMetric(string(west), "Shop", "Served", map[string]string{"Region": string(west)}, value)
}

func clientOf(cfg aws.Config) func(failover.Region) *cloudwatch.Client {
	return func(region failover.Region) *cloudwatch.Client {
		return cloudwatch.NewFromConfig(cfg, func(o *cloudwatch.Options) { o.Region = string(region) })
	}
}

func all(failover.HealthRule) bool { return true }

func readOne(t *testing.T, world *fakeaws.World, cfg aws.Config, r failover.HealthRule) Reading {
	t.Helper()
	apps := []failover.Application{{Name: "shop", Health: []failover.HealthRule{r}}}
	readings, err := Health(t.Context(), clientOf(cfg), apps, west, world.Now(), all)
	must(t, err)
	if len(readings) != 1 {
		t.Fatalf("got %d readings", len(readings))
	}
	return readings[0]
}

func TestOnlyARecentGoodValueIsHealthy(t *testing.T) {
	for _, c := range []struct {
		name    string
		play    func(*fakeaws.World)
		healthy bool
		want    string
	}{
		{"good", func(w *fakeaws.World) { putServed(w, 100) }, true, "Shop Served in us-west-2 is 100; expected at least 99"},
		{"bad", func(w *fakeaws.World) { putServed(w, 82.5) }, false, "Shop Served in us-west-2 is 82.5; expected at least 99"},
		{"nothing", func(*fakeaws.World) {}, false, "Shop Served in us-west-2: no data in the last 1m0s; expected at least 99"},
		{"the latest counts", func(w *fakeaws.World) {
			putServed(w, 100)
			w.AdvanceTo(w.Now().Add(10 * time.Second))
			putServed(w, 50)
		}, false, "Shop Served in us-west-2 is 50; expected at least 99"},
		{"too old", func(w *fakeaws.World) {
			putServed(w, 100)
			w.AdvanceTo(w.Now().Add(2 * time.Minute))
		}, false, "Shop Served in us-west-2: no data in the last 1m0s; expected at least 99"},
		{"another Region's", func(w *fakeaws.World) {
			w.PutMetric(string(east), "Shop", "Served", map[string]string{"Region": string(east)}, 100)
		}, false, "Shop Served in us-west-2: no data in the last 1m0s; expected at least 99"},
		{"not complete", func(w *fakeaws.World) {
			putServed(w, 100)
			w.SetMetricStatus(string(west), "PartialData")
		}, false, "Shop Served in us-west-2: CloudWatch answered PartialData; expected at least 99"},
	} {
		t.Run(c.name, func(t *testing.T) {
			world, cfg := newWorld(t)
			c.play(world)
			got := readOne(t, world, cfg, rule("Average", 10))
			if got.Healthy() != c.healthy || got.String() != c.want {
				t.Errorf("got %v: %s; want %v: %s", got.Healthy(), got, c.healthy, c.want)
			}
		})
	}
}

func TestTheLargestHealthyValueBindsToo(t *testing.T) {
	r := Reading{Known: true, Value: 5, Rule: failover.HealthRule{AtMost: aws.Float64(4), AtLeast: aws.Float64(1)}}
	if r.Healthy() {
		t.Error("5 is healthy although at most 4 is")
	}
	if r.Value = 4; !r.Healthy() {
		t.Error("4 is not healthy although at most 4 is")
	}
}

// TestASumWaitsForTheEndOfItsPeriod: the sum of a period that is going on is still growing, an average is not.
func TestASumWaitsForTheEndOfItsPeriod(t *testing.T) {
	for _, c := range []struct {
		statistic string
		known     bool
	}{{"Average", true}, {"Sum", false}, {"SampleCount", false}} {
		world, cfg := newWorld(t)
		putServed(world, 100)
		world.AdvanceTo(start.Add(30 * time.Second))
		if got := readOne(t, world, cfg, rule(c.statistic, 60)); got.Known != c.known {
			t.Errorf("%s in the middle of its period: known is %v, want %v", c.statistic, got.Known, c.known)
		}
		world.AdvanceTo(start.Add(60 * time.Second))
		if got := readOne(t, world, cfg, rule(c.statistic, 60)); !got.Known {
			t.Errorf("%s after its period: %s", c.statistic, got)
		}
	}
}

func TestReadingsComeInTheOrderOfTheApplications(t *testing.T) {
	world, cfg := newWorld(t)
	var apps []failover.Application
	for i := range 1200 {
		name := fmt.Sprintf("app-%04d", i)
		period := 60
		if i%2 == 1 {
			period = 10
		}
		apps = append(apps, failover.Application{Name: name, Health: []failover.HealthRule{{
			Namespace: "Shop", Metric: "Served", Dimensions: failover.SameDimensions(map[string]string{"Application": name}), Statistic: "Average", PeriodSeconds: period,
		}}})
		world.PutMetric(string(west), "Shop", "Served", map[string]string{"Application": name}, float64(i))
	}
	readings, err := Health(t.Context(), clientOf(cfg), apps, west, world.Now(), all)
	must(t, err)
	for i, r := range readings {
		if r.Application != apps[i].Name || r.Value != float64(i) {
			t.Fatalf("reading %d: got %s %v", i, r.Application, r.Value)
		}
	}
	if got := countCalls(world, "GetMetricData"); got != 4 {
		t.Errorf("%d calls, want 4: 600 rules of each window, 500 queries a call", got)
	}
}

// pages answers with the same query in two pages, the first of them partial.
type pages []cloudwatch.GetMetricDataOutput

func (p *pages) GetMetricData(context.Context, *cloudwatch.GetMetricDataInput, ...func(*cloudwatch.Options)) (*cloudwatch.GetMetricDataOutput, error) {
	out := (*p)[0]
	*p = (*p)[1:]
	return &out, nil
}

func TestAPartialPageIsMadeWholeByTheNext(t *testing.T) {
	result := func(status types.StatusCode, at time.Time, value float64) []types.MetricDataResult {
		return []types.MetricDataResult{{Id: aws.String("q0"), StatusCode: status, Timestamps: []time.Time{at}, Values: []float64{value}}}
	}
	client := &pages{
		{NextToken: aws.String("more"), MetricDataResults: result(types.StatusCodePartialData, start.Add(-10*time.Second), 100)},
		{MetricDataResults: result(types.StatusCodeComplete, start.Add(-20*time.Second), 7)},
	}
	answers, err := ask(t.Context(), client, []question{{period: 10 * time.Second, window: time.Minute}}, start)
	must(t, err)
	want := datapoint{known: true, value: 100, at: start.Add(-10 * time.Second)}
	if diff := cmp.Diff(want, answers[0], cmp.AllowUnexported(datapoint{})); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestAnAnswerToNoQuestionIsAnError(t *testing.T) {
	client := &pages{{MetricDataResults: []types.MetricDataResult{{Id: aws.String("q9")}}}}
	if _, err := ask(t.Context(), client, []question{{period: time.Second, window: time.Minute}}, start); err == nil {
		t.Error("got no error")
	}
}

// TestADatapointFromBeforeTheWindowIsNotAnAnswer: CloudWatch rounds the start of what it is asked for down.
func TestADatapointFromBeforeTheWindowIsNotAnAnswer(t *testing.T) {
	client := &pages{{MetricDataResults: []types.MetricDataResult{{
		Id: aws.String("q0"), StatusCode: types.StatusCodeComplete, Timestamps: []time.Time{start.Add(-61 * time.Second)}, Values: []float64{100},
	}}}}
	answers, err := ask(t.Context(), client, []question{{period: 10 * time.Second, window: time.Minute}}, start)
	must(t, err)
	if answers[0].known {
		t.Errorf("got %+v", answers[0])
	}
}

// alarmQuestions keeps what DescribeAlarms was asked.
type alarmQuestions []*cloudwatch.DescribeAlarmsInput

func (q *alarmQuestions) DescribeAlarms(_ context.Context, in *cloudwatch.DescribeAlarmsInput, _ ...func(*cloudwatch.Options)) (*cloudwatch.DescribeAlarmsOutput, error) {
	*q = append(*q, in)
	return &cloudwatch.DescribeAlarmsOutput{CompositeAlarms: []types.CompositeAlarm{{AlarmName: aws.String("all"), StateValue: types.StateValueOk}}}, nil
}

func TestCompositeAlarmsAreAskedForByKind(t *testing.T) {
	var asked alarmQuestions
	states, err := Alarms(t.Context(), &asked, []failover.Application{{Alarms: []string{"all"}}})
	must(t, err)
	want := []types.AlarmType{types.AlarmTypeMetricAlarm, types.AlarmTypeCompositeAlarm}
	if diff := cmp.Diff(want, asked[0].AlarmTypes); diff != "" || states["all"] != "OK" {
		t.Errorf("states %v, kinds (-want +got):\n%s", states, diff)
	}
}

// TestAMetricIsLookedForAsLongAsItsDeliveryTakes: a datapoint of a minute is three minutes old when it comes two minutes late.
func TestAMetricIsLookedForAsLongAsItsDeliveryTakes(t *testing.T) {
	for _, c := range []struct {
		period int
		age    time.Duration
		known  bool
	}{{60, 4 * time.Minute, true}, {60, 6 * time.Minute, false}, {10, 40 * time.Second, true}, {10, 2 * time.Minute, false}} {
		world, cfg := newWorld(t)
		putServed(world, 100)
		world.AdvanceTo(start.Add(c.age))
		if got := readOne(t, world, cfg, rule("Average", c.period)); got.Known != c.known {
			t.Errorf("a period of %d s, %s ago: known is %v, want %v: %s", c.period, c.age, got.Known, c.known, got)
		}
	}
}
