package route53_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sns"
	"github.com/google/go-cmp/cmp"

	"github.com/drover-dr/drover/statemachine/fakeaws"
	"github.com/drover-dr/drover/statemachine/fakeaws/fakeawstest"
)

// statuses watches a health check second by second: it returns each status with the second from which it holds.
func (s served) statuses(t testing.TB, id string, seconds int) string {
	t.Helper()
	var all []string
	last := ""
	for at := range seconds + 1 {
		s.AdvanceTo(fakeawstest.Start.Add(time.Duration(at) * time.Second))
		healthy, ok := s.Healthy(id)
		if !ok {
			t.Fatalf("no health check %s", id)
		}
		if text := map[bool]string{true: "healthy", false: "unhealthy"}[healthy]; text != last {
			all, last = append(all, fmt.Sprintf("%d %s", at, text)), text
		}
	}
	return strings.Join(all, ", ")
}

func (s served) addCheck(t testing.TB, h fakeaws.HealthCheck) {
	t.Helper()
	if err := s.AddHealthCheck(h); err != nil {
		t.Fatal(err)
	}
}

func lever(id string, change func(*fakeaws.HealthCheck)) fakeaws.HealthCheck {
	h := fakeaws.HealthCheck{
		ID: id, Type: fakeaws.CheckHTTPS, Host: fakeawstest.LeverHost, Path: "/switches/default/us-east-1", RequestInterval: 10, FailureThreshold: 1,
	}
	if change != nil {
		change(&h)
	}
	return h
}

func TestCheckersAskTheFunctionBehindTheHost(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*fakeaws.HealthCheck)
		// from and to are the seconds in which the function answers 200, else 404.
		from, to int
		want     string
	}{
		{"threshold 1", nil, 25, 45, "0 healthy, 10 unhealthy, 30 healthy, 50 unhealthy"},
		{"inverted", func(h *fakeaws.HealthCheck) { h.Inverted = true }, 25, 45, "0 unhealthy, 10 healthy, 30 unhealthy, 50 healthy"},
		{"inverted and settled", func(h *fakeaws.HealthCheck) { h.Inverted, h.Settled = true, true }, 25, 45, "0 healthy, 30 unhealthy, 50 healthy"},
		{"threshold 2", func(h *fakeaws.HealthCheck) { h.FailureThreshold = 2 }, 25, 55, "0 healthy, 20 unhealthy, 40 healthy, 70 unhealthy"},
		{"one answer in between", func(h *fakeaws.HealthCheck) { h.FailureThreshold = 2 }, 15, 25, "0 healthy, 40 unhealthy"},
		{"threshold 3 and interval 30 by default", func(h *fakeaws.HealthCheck) { h.RequestInterval, h.FailureThreshold = 0, 0 }, 200, 300, "0 healthy, 90 unhealthy"},
		{"disabled", func(h *fakeaws.HealthCheck) { h.Disabled = true }, 200, 200, "0 healthy"},
		{"disabled and inverted", func(h *fakeaws.HealthCheck) { h.Disabled, h.Inverted = true, true }, 0, 200, "0 unhealthy"},
		{"HTTP, which the host does not speak", func(h *fakeaws.HealthCheck) { h.Type = fakeaws.CheckHTTP }, 0, 200, "0 healthy, 14 unhealthy"},
		{"another port", func(h *fakeaws.HealthCheck) { h.Port = 8443 }, 0, 200, "0 healthy, 14 unhealthy"},
		{"without SNI", func(h *fakeaws.HealthCheck) { h.NoSNI = true }, 0, 200, "0 healthy, 14 unhealthy"},
		{"another host", func(h *fakeaws.HealthCheck) { h.Host = "www.example.com" }, 0, 200, "0 healthy, 14 unhealthy"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := served{fakeawstest.Serve(t)}
			s.AddLever(t, func([]byte) fakeaws.InvokeResult {
				second := int(s.Now().Sub(fakeawstest.Start) / time.Second)
				if second >= c.from && second < c.to {
					return fakeaws.InvokeResult{Payload: []byte(`{"statusCode": 200}`)}
				}
				return fakeaws.InvokeResult{Payload: []byte(`{"statusCode": 404}`)}
			})
			s.addCheck(t, lever("check", c.change))
			// A status is known as soon as the function has run, 30 ms after the request: within the second before the next.
			s.AdvanceTo(fakeawstest.Start)
			if diff := cmp.Diff(c.want, roundDown(s.statuses(t, "check", 110))); diff != "" {
				t.Errorf("statuses (-want +got):\n%s", diff)
			}
		})
	}
}

// roundDown takes the one second off that lies between a request and the next full second after its answer.
func roundDown(statuses string) string {
	var all []string
	for _, status := range strings.Split(statuses, ", ") {
		var at int
		var text string
		if _, err := fmt.Sscan(status, &at, &text); err == nil && at%10 == 1 {
			at--
		}
		all = append(all, fmt.Sprintf("%d %s", at, text))
	}
	return strings.Join(all, ", ")
}

func TestAnEndpointInADarkRegionDoesNotAnswer(t *testing.T) {
	s := served{fakeawstest.Serve(t)}
	s.AddLever(t, func([]byte) fakeaws.InvokeResult { return fakeaws.InvokeResult{Payload: []byte(`{"statusCode": 200}`)} })
	s.addCheck(t, lever("plain", nil))
	s.addCheck(t, lever("inverted", func(h *fakeaws.HealthCheck) { h.Inverted = true }))
	s.Pass(15 * time.Second)
	if got := s.healthy(t, "plain", "inverted"); got != "true false" {
		t.Fatalf("while the Region is there: %s", got)
	}
	if err := s.SetDark(west, true); err != nil {
		t.Fatal(err)
	}
	s.Pass(10 * time.Second)
	if got := s.healthy(t, "plain", "inverted"); got != "false true" {
		t.Errorf("in the dark: %s; want that no answer is a failure, which the inverted check turns round", got)
	}
	entries := map[string]bool{}
	for _, e := range s.Journal() {
		if e.Kind == "healthcheck" {
			entries[e.Object+" "+e.Text] = true
		}
	}
	if diff := cmp.Diff(map[string]bool{"inverted is healthy": true, "plain is unhealthy": true}, entries); diff != "" {
		t.Errorf("journal (-want +got):\n%s", diff)
	}
}

func (s served) healthy(t testing.TB, ids ...string) string {
	t.Helper()
	var all []string
	for _, id := range ids {
		healthy, ok := s.Healthy(id)
		if !ok {
			t.Fatalf("no health check %s", id)
		}
		all = append(all, fmt.Sprint(healthy))
	}
	return strings.Join(all, " ")
}

func TestAnAnswerThatIsLateIsAFailure(t *testing.T) {
	for _, c := range []struct {
		answer fakeaws.ProbeAnswer
		want   string
	}{
		{fakeaws.ProbeAnswer{Connect: 4 * time.Second}, "true"},
		{fakeaws.ProbeAnswer{Connect: 4*time.Second + 1}, "false"},
		{fakeaws.ProbeAnswer{Respond: 1900 * time.Millisecond}, "true"},
		{fakeaws.ProbeAnswer{Respond: 2 * time.Second}, "false"}, // and the function's own 30 ms
		{fakeaws.ProbeAnswer{Status: 399, Respond: 2 * time.Second}, "true"},
		{fakeaws.ProbeAnswer{Status: 400}, "false"},
	} {
		s := served{fakeawstest.Serve(t)}
		s.AddLever(t, func([]byte) fakeaws.InvokeResult { return fakeaws.InvokeResult{Payload: []byte(`{"statusCode": 200}`)} })
		s.SetEndpoint(fakeawstest.LeverHost, c.answer)
		s.addCheck(t, lever("check", nil))
		s.Pass(19 * time.Second)
		if got := s.healthy(t, "check"); got != c.want {
			t.Errorf("%+v: healthy %s; want %s", c.answer, got, c.want)
		}
		s.SetEndpoint(fakeawstest.LeverHost, fakeaws.ProbeAnswer{})
		s.Pass(10 * time.Second)
		if got := s.healthy(t, "check"); got != "true" {
			t.Errorf("%+v taken back: healthy %s", c.answer, got)
		}
	}
}

func TestWhatTheFunctionAsksCountsForItsAnswer(t *testing.T) {
	s := served{fakeawstest.Serve(t)}
	// A request into a dark Region takes the function 5 s, which is more than checkers wait.
	s.AddLever(t, func([]byte) fakeaws.InvokeResult {
		_, _ = sns.NewFromConfig(s.Config(east, fakeaws.Administrator)).ListTopics(t.Context(), nil)
		return fakeaws.InvokeResult{Payload: []byte(`{"statusCode": 200}`)}
	})
	s.addCheck(t, lever("check", nil))
	s.Pass(15 * time.Second)
	if got := s.healthy(t, "check"); got != "true" {
		t.Fatalf("healthy %s while all is well", got)
	}
	if err := s.SetDark(east, true); err != nil {
		t.Fatal(err)
	}
	s.Pass(15 * time.Second)
	if got := s.healthy(t, "check"); got != "false" {
		t.Errorf("healthy %s although the function waits for a dark Region", got)
	}
}

func TestACalculatedCheckCountsItsChildren(t *testing.T) {
	s := served{fakeawstest.Serve(t)}
	for _, id := range []string{"a", "b", "c"} {
		s.SetHealthCheck(id, true)
	}
	for threshold, want := range map[int]string{0: "true true true true", 1: "true true true false", 2: "true true false false", 3: "true false false false", 4: "false false false false"} {
		id := fmt.Sprintf("of-%d", threshold)
		s.addCheck(t, fakeaws.HealthCheck{ID: id, Type: fakeaws.CheckCalculated, Children: []string{"a", "b", "c"}, HealthThreshold: threshold})
		s.addCheck(t, fakeaws.HealthCheck{ID: "not-" + id, Type: fakeaws.CheckCalculated, Children: []string{id}, HealthThreshold: 1, Inverted: true})
		var got []string
		for _, sick := range []string{"", "a", "b", "c"} {
			if sick != "" {
				s.SetHealthCheck(sick, false)
			}
			got = append(got, s.healthy(t, id))
			if not := s.healthy(t, "not-"+id); not == got[len(got)-1] {
				t.Errorf("threshold %d: the inverted parent is %s as well", threshold, not)
			}
		}
		if diff := cmp.Diff(want, strings.Join(got, " ")); diff != "" {
			t.Errorf("threshold %d, one child after the other sick (-want +got):\n%s", threshold, diff)
		}
		for _, id := range []string{"a", "b", "c"} {
			s.SetHealthCheck(id, true)
		}
	}
}

func TestAFixedStatusHoldsUntilItIsReleased(t *testing.T) {
	s := served{fakeawstest.Serve(t)}
	s.AddLever(t, func([]byte) fakeaws.InvokeResult { return fakeaws.InvokeResult{Payload: []byte(`{"statusCode": 200}`)} })
	s.addCheck(t, lever("check", nil))
	s.SetHealthCheck("check", false)
	s.Pass(time.Minute)
	if got := s.healthy(t, "check"); got != "false" {
		t.Errorf("fixed: %s", got)
	}
	if err := s.ReleaseHealthCheck("check"); err != nil || s.healthy(t, "check") != "true" {
		t.Errorf("released: %s, %v", s.healthy(t, "check"), err)
	}
	if err := s.ReleaseHealthCheck("other"); err == nil {
		t.Error("a check that is not there was released")
	}
}

func TestHealthChecksThatRoute53RefusesAreErrors(t *testing.T) {
	s := served{fakeawstest.Serve(t)}
	s.SetHealthCheck("there", true)
	for name, h := range map[string]fakeaws.HealthCheck{
		"exists":          lever("there", nil),
		"no id":           lever("", nil),
		"type":            {ID: "x", Type: "TCP"},
		"interval":        lever("x", func(h *fakeaws.HealthCheck) { h.RequestInterval = 20 }),
		"threshold":       lever("x", func(h *fakeaws.HealthCheck) { h.FailureThreshold = 11 }),
		"no host":         lever("x", func(h *fakeaws.HealthCheck) { h.Host = "" }),
		"address":         lever("x", func(h *fakeaws.HealthCheck) { h.IPAddress = "example.com" }),
		"port":            lever("x", func(h *fakeaws.HealthCheck) { h.Port = 70000 }),
		"two Regions":     lever("x", func(h *fakeaws.HealthCheck) { h.Regions = []string{"us-west-1", "eu-west-1"} }),
		"no checkers":     lever("x", func(h *fakeaws.HealthCheck) { h.Regions = []string{"us-west-1", "eu-west-1", "eu-central-1"} }),
		"no children":     {ID: "x", Type: fakeaws.CheckCalculated},
		"no such child":   {ID: "x", Type: fakeaws.CheckCalculated, Children: []string{"y"}},
		"no such alarm":   {ID: "x", Type: fakeaws.CheckMetric, Alarm: "a", AlarmRegion: west, InsufficientData: fakeaws.MissingHealthy},
		"routing control": {ID: "x", Type: fakeaws.CheckRecoveryControl, RoutingControl: "arn:aws:route53-recovery-control::1:controlpanel/a/routingcontrol/b"},
	} {
		if err := s.AddHealthCheck(h); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}
