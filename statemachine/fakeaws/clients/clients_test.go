package clients_test

import (
	"context"
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"github.com/drover-dr/drover/statemachine/fakeaws"
)

// serveTraffic serves the zone of serveZone with clients of www at 100 requests a second that keep answers for 20 s.
func serveTraffic(t testing.TB) served {
	t.Helper()
	s := serveZone(t)
	s.SetMetricDelay(fakeaws.MetricDelay{})
	s.SetRoute53(fakeaws.Route53Settings{Propagation: 10 * time.Second})
	err := s.AddClients(fakeaws.Clients{
		Application: "shop", Name: "www.example.com", Type: "A", Zone: testZone, TTL: 20, RequestsPerSecond: 100,
	})
	if err != nil {
		t.Fatal(err)
	}
	s.StartTraffic()
	return s
}

func almost(a, b float64) bool { return math.Abs(a-b) < 1e-6 }

// last is the newest second of traffic.
func (s served) last() fakeaws.Sample {
	samples := s.Traffic()
	return samples[len(samples)-1]
}

func TestClientsFollowAShiftOverOneTTL(t *testing.T) {
	s := serveTraffic(t)
	s.MustChange(t, shift()...)
	for _, step := range []struct {
		after time.Duration
		east  float64
	}{
		{9 * time.Second, 100}, // not in sync yet
		{time.Second, 95},      // in sync: the first of twenty cohorts resolves again
		{9 * time.Second, 50},
		{9 * time.Second, 5},
		{time.Second, 0},
		{time.Minute, 0},
	} {
		s.Pass(step.after)
		got := s.last()
		if !almost(got.Regions[0].Requests, step.east) || !almost(got.Regions[1].Requests, 100-step.east) {
			t.Errorf("%s: %v; want %g requests in the east and the rest in the west", s.Now().Sub(testStart), got.Regions, step.east)
		}
		if got.Failed() {
			t.Errorf("%s: %g of %g requests served; want all", s.Now().Sub(testStart), got.Served, got.Requests)
		}
	}
}

func TestUsersFeelADarkRegionUntilTheyHaveLeftIt(t *testing.T) {
	s := serveTraffic(t)
	s.Pass(30 * time.Second)
	s.MustDark(t, east, true)
	s.Pass(time.Second)
	if got := s.last(); got.Served != 0 || !got.Failed() {
		t.Errorf("served in the first dark second = %g; want 0", got.Served)
	}
	s.MustChange(t, shift()...)
	s.Pass(2 * time.Minute)
	impact := fakeaws.ImpactOf(s.Traffic())
	// Dark at 30 s, changed at 31 s, in sync at 41 s; the last of twenty cohorts resolves again in the 60th second.
	if first, last := impact.FirstFailed.Sub(testStart), impact.LastFailed.Sub(testStart); first != 31*time.Second || last != 59*time.Second {
		t.Errorf("users failed from %s to %s; want 31s to 59s", first, last)
	}
	if impact.FailedSeconds != 29 || !almost(impact.Requests-impact.Served, 100*10+5*(19*20/2)) {
		t.Errorf("%d failed seconds, %g failed requests; want 29 and 1950", impact.FailedSeconds, impact.Requests-impact.Served)
	}
}

func TestUsersBeginningAndCeasingToFailIsInTheJournal(t *testing.T) {
	s := serveTraffic(t)
	s.Pass(10 * time.Second)
	s.MustDark(t, east, true)
	s.Pass(5 * time.Second)
	s.MustDark(t, east, false)
	s.Pass(5 * time.Second)
	var got []string
	for _, e := range s.Journal() {
		if e.Kind == "traffic" {
			got = append(got, fmt.Sprintf("%.0f %s", e.At.Sub(testStart).Seconds(), e.Text))
		}
	}
	want := "[11 requests fail: 0.0 % are served 16 all requests are served again, after 5s]"
	if fmt.Sprint(got) != want {
		t.Errorf("journal = %v; want %s", got, want)
	}
}

func TestAnAnswerThatLeadsNowhereIsARequestThatFails(t *testing.T) {
	s := serveTraffic(t)
	if err := s.PutRecordSet(testZone, fakeaws.RecordSet{
		Name: "www.example.com", Type: "A", SetIdentifier: "old-data-centre", Weight: 100, TTL: 60, Values: []string{"192.0.2.9"},
	}); err != nil {
		t.Fatal(err)
	}
	s.Pass(time.Minute)
	got := s.last()
	if !almost(got.Requests, 100) || !almost(got.Served, 50) || !almost(got.Regions[0].Requests, 50) {
		t.Errorf("sample = %+v; want 100 requests of which half reach no Region", got)
	}
}

func TestAnErrorShareFailsThatShare(t *testing.T) {
	s := serveTraffic(t)
	if err := s.SetErrorShare(east, "shop", 0.25); err != nil {
		t.Fatal(err)
	}
	s.Pass(10 * time.Second)
	if got := s.last(); !almost(got.Served, 75) {
		t.Errorf("served = %g; want 75 of 100", got.Served)
	}
	if got := s.servedPercent(t, east); !almost(got[0], 75) {
		t.Errorf("ServedPercent = %v; want 75", got)
	}
	if got := s.servedPercent(t, west); !almost(got[0], 100) {
		t.Errorf("ServedPercent in the idle Region = %v; want 100", got)
	}
}

// servedPercent reads the shop's metric of the last minute, newest first, as VerifyHealth does.
func (s served) servedPercent(t testing.TB, region string) []float64 {
	t.Helper()
	out, err := s.CloudWatch(region).GetMetricData(context.Background(), &cloudwatch.GetMetricDataInput{
		StartTime: aws.Time(s.Now().Add(-time.Minute)), EndTime: aws.Time(s.Now().Add(time.Second)),
		MetricDataQueries: []types.MetricDataQuery{{Id: aws.String("q"), MetricStat: &types.MetricStat{
			Period: aws.Int32(10), Stat: aws.String("Average"),
			Metric: &types.Metric{Namespace: aws.String("Application"), MetricName: aws.String("ServedPercent"), Dimensions: []types.Dimension{
				{Name: aws.String("Application"), Value: aws.String("shop")}, {Name: aws.String("Region"), Value: aws.String(region)},
			}},
		}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return out.MetricDataResults[0].Values
}

func TestMetricsArePublishedEveryTenSecondsInEveryRegionThatAnswers(t *testing.T) {
	s := serveTraffic(t)
	s.Pass(9 * time.Second)
	if got := s.servedPercent(t, west); len(got) != 0 {
		t.Errorf("ServedPercent after 9 s = %v; want none yet", got)
	}
	s.Pass(21 * time.Second)
	for _, region := range []string{east, west} {
		if got := s.servedPercent(t, region); len(got) != 3 || !almost(got[0], 100) {
			t.Errorf("ServedPercent in %s after 30 s = %v; want three times 100", region, got)
		}
	}
	s.MustDark(t, east, true)
	s.Pass(30 * time.Second)
	s.MustDark(t, east, false)
	if got := s.servedPercent(t, east); len(got) != 3 {
		t.Errorf("ServedPercent of a Region that was dark for 30 s = %v; want the three values from before", got)
	}
}

func TestAStoppedMetricHasNoDataUntilResumed(t *testing.T) {
	s := serveTraffic(t)
	resume, err := s.StopMetric(west, "shop")
	if err != nil {
		t.Fatal(err)
	}
	s.Pass(30 * time.Second)
	if got := s.servedPercent(t, west); len(got) != 0 {
		t.Errorf("ServedPercent = %v; want none while stopped", got)
	}
	if got := s.servedPercent(t, east); len(got) != 3 {
		t.Errorf("ServedPercent in the other Region = %v; want three values", got)
	}
	resume()
	s.Pass(10 * time.Second)
	if got := s.servedPercent(t, west); len(got) != 1 {
		t.Errorf("ServedPercent = %v; want one value once resumed", got)
	}
}

func TestClientsKeepAnswersForTheTTLOfTheRecordByDefault(t *testing.T) {
	s := serveZone(t) // TTL 60
	if err := s.AddClients(fakeaws.Clients{Application: "shop", Name: "www.example.com", Type: "A", Zone: testZone, RequestsPerSecond: 60}); err != nil {
		t.Fatal(err)
	}
	for _, set := range []fakeaws.RecordSet{weightedSet("www.example.com", east, 0), weightedSet("www.example.com", west, 1)} {
		if err := s.PutRecordSet(testZone, set); err != nil {
			t.Fatal(err)
		}
	}
	s.StartTraffic()
	s.Pass(time.Second)
	if got := s.last().Regions[1].Requests; !almost(got, 1) {
		t.Errorf("requests in the west after 1 s = %g; want 1 of 60", got)
	}
}

func TestAllWeightsZeroDividesTheClientsEqually(t *testing.T) {
	s := serveTraffic(t)
	s.MustChange(t, shift()[1]) // the east to 0 while the west is 0: which a batch must never do
	s.Pass(time.Minute)
	if got := s.last(); !almost(got.Regions[0].Requests, 50) || !almost(got.Regions[1].Requests, 50) {
		t.Errorf("requests = %+v; want 50 in each Region", got.Regions)
	}
}

func TestStoppedTrafficIsSilent(t *testing.T) {
	s := serveTraffic(t)
	s.Pass(5 * time.Second)
	s.StopTraffic()
	s.Pass(5 * time.Second)
	if n := len(s.Traffic()); n != 5 {
		t.Errorf("%d seconds of traffic; want 5", n)
	}
	s.StartTraffic()
	s.StopTraffic()
	s.StartTraffic() // within the same second, which must not be played twice
	s.Pass(5 * time.Second)
	if n := len(s.Traffic()); n != 10 {
		t.Errorf("%d seconds of traffic; want 10", n)
	}
}

func TestClientsThatCannotBeAreAnError(t *testing.T) {
	s := serveTraffic(t)
	well := fakeaws.Clients{Application: "a", Name: "www.example.com", Type: "A", Zone: testZone, RequestsPerSecond: 1}
	for name, change := range map[string]func(*fakeaws.Clients){
		"no application": func(c *fakeaws.Clients) { c.Application = "" },
		"no requests":    func(c *fakeaws.Clients) { c.RequestsPerSecond = 0 },
		"writes":         func(c *fakeaws.Clients) { c.Writes = 2 },
		"TTL":            func(c *fakeaws.Clients) { c.TTL = -1 },
		"no such record": func(c *fakeaws.Clients) { c.Name = "nowhere.example.com" },
	} {
		c := well
		change(&c)
		if err := s.AddClients(c); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	if err := s.SetErrorShare("mars-north-1", "shop", 0.5); err == nil {
		t.Error("error share in a Region that is not there: no error")
	}
	if err := s.SetErrorShare(east, "shop", 1.5); err == nil {
		t.Error("error share above 1: no error")
	}
	if _, err := s.StopMetric(east, "unknown"); err == nil {
		t.Error("stopping the metric of an application without clients: no error")
	}
}

// Fifteen minutes with a thousand applications, whose weights change in the middle, must take less than 1.5 s.
func BenchmarkTrafficOfAThousandApplications(b *testing.B) {
	for b.Loop() {
		s := serve(b)
		if err := s.AddZone(testZone, "example.com"); err != nil {
			b.Fatal(err)
		}
		for i := range 1000 {
			name := fmt.Sprintf("n%04d.example.com", i)
			for _, set := range []fakeaws.RecordSet{weightedSet(name, east, 100), weightedSet(name, west, 0)} {
				if err := s.PutRecordSet(testZone, set); err != nil {
					b.Fatal(err)
				}
			}
			err := s.AddClients(fakeaws.Clients{
				Application: name, Name: name, Type: "A", Zone: testZone, RequestsPerSecond: 10, Writes: 0.2, GlobalClusters: []string{name},
			})
			if err != nil {
				b.Fatal(err)
			}
		}
		s.StartTraffic()
		s.Pass(5 * time.Minute)
		for i := range 1000 {
			if err := s.PutRecordSet(testZone, weightedSet(fmt.Sprintf("n%04d.example.com", i), west, 100)); err != nil {
				b.Fatal(err)
			}
		}
		s.Pass(10 * time.Minute)
	}
}
