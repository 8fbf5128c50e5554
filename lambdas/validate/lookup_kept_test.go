package validate

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/lambdas/internal/entry"
	"github.com/drover-dr/drover/statemachine/fakeaws"
)

// fleet is a registry with these applications: thousands are not written one by one.
type fleet struct {
	store
	apps []failover.Application
}

func (f fleet) Applications(context.Context) ([]failover.Application, error) {
	return slices.Clone(f.apps), nil
}

// inZones is a scene with so many applications of one record each, in so many hosted zones beside Z1.
func inZones(t *testing.T, applications, zones int) *scene {
	t.Helper()
	s := newScene(t)
	s.h.Kept = &Kept{}
	var apps []failover.Application
	for i := range applications {
		zone := i*zones/applications + 2
		name := fmt.Sprintf("app-%05d", i)
		r := failover.Record{
			Name: fmt.Sprintf("%s.zone%d.example", name, zone), Type: "A", Zone: fmt.Sprintf("Z%d", zone), ZoneName: fmt.Sprintf("zone%d.example", zone), TTL: 60,
			Endpoints: map[failover.Region]failover.Endpoint{east: {Value: "192.0.2.11"}, west: {Value: "192.0.2.21"}},
		}
		apps = append(apps, failover.Application{Name: name, Wave: 1, Records: []failover.Record{r}})
	}
	for zone := range zones {
		must(t, s.world.AddZone(fmt.Sprintf("Z%d", zone+2), fmt.Sprintf("zone%d.example", zone+2)))
	}
	for _, app := range apps {
		s.putWeights(app.Records[0], 100, 0)
	}
	for i := range apps {
		apps[i].Live = failover.Live{Active: east, Weights: map[failover.Region]int{east: 100, west: 0}}
	}
	s.h.Registry = fleet{s.store, apps}
	s.world.AdvanceTo(s.world.Now().Add(time.Minute))
	return s
}

// tries asks as the state machine does, and returns the answer, how many tries it took, and how many of them had failed.
func (s *scene) tries(input string) (answer failover.ValidateAnswer, n, failed int, err error) {
	first := s.request(input)
	for wait := 2 * time.Second; ; n++ {
		req := first
		if failed == 0 {
			req.Now = s.world.Now()
		}
		answer, err = s.h.Handle(s.t.Context(), req)
		switch {
		case err == nil && answer.Verdict == failover.Early:
			s.world.AdvanceTo(s.world.Now().Add(time.Duration(answer.WaitSeconds) * time.Second))
		case err == nil || failed == patientTries-1 || entry.ConditionOf(err) != failover.Throttled:
			return answer, n + 1, failed, err
		default:
			failed++
			s.world.AdvanceTo(s.world.Now().Add(wait))
			wait *= 2
		}
	}
}

// reads counts the calls of Route 53 that were answered.
func reads(world *fakeaws.World) int {
	n := 0
	for _, c := range world.Calls() {
		if c.Service == "route53" && c.Code == "" {
			n++
		}
	}
	return n
}

// TestATryGoesOnWhereTheOneBeforeHadToStop: 24 hosted zones with one record each take three calls each, one of them for all names around the record, and Route 53 lets 50
// pass at once.
func TestATryGoesOnWhereTheOneBeforeHadToStop(t *testing.T) {
	for _, input := range []string{`{"action": "switchover"}`, `{"action": "check"}`, `{"action": "failover", "allowDataLoss": true, "dryRun": true}`} {
		s := inZones(t, 24, 24)
		answer, n, failed, err := s.tries(input)
		if err != nil || n < 2 || failed > 0 || answer.Verdict == failover.Refuse {
			t.Errorf("%s: %d tries, %d failed, %v, %s %+v; want it to be validated by a further try", input, n, failed, err, answer.Verdict, answer.Findings)
		}
		if got := reads(s.world); got != 24*3 {
			t.Errorf("%s: %d calls were answered; want 72, nothing asked for twice", input, got)
		}
	}
}

// TestTenThousandApplicationsAreValidated: 69 pages of record sets.
func TestTenThousandApplicationsAreValidated(t *testing.T) {
	if testing.Short() {
		t.Skip("20,000 record sets are set up and listed")
	}
	s := inZones(t, 10_000, 3)
	last := failover.Record{Name: "app-09999.zone4.example", Type: "A", Zone: "Z4", TTL: 60, Endpoints: map[failover.Region]failover.Endpoint{east: {Value: "192.0.2.99"}, west: {Value: "192.0.2.21"}}}
	s.putWeights(last, 100, 0) // drift in the last zone
	answer, n, _, err := s.tries(`{"action": "check"}`)
	must(t, err)
	if got := reads(s.world); got != 3+69+3 {
		t.Errorf("%d calls in %d tries; want each zone, page and fence once", got, n)
	}
	if diff := codes(answer, failover.Blocker); len(diff) != 1 || diff[0] != failover.CodeDrift {
		t.Errorf("%v; want the record that has drifted, and nothing else", answer.Findings)
	}
}

// TestAFailoverLeavesCallsForItsShift: it does not wait for records that it can do without.
func TestAFailoverLeavesCallsForItsShift(t *testing.T) {
	s := inZones(t, 60, 60)
	answer, n, _, err := s.tries(`{"action": "failover", "allowDataLoss": true}`)
	must(t, err)
	if got := reads(s.world); n != 1 || got != listBudget || answer.Verdict != failover.Proceed {
		t.Errorf("%d tries, %d calls, %s; want one try of %d calls that proceeds", n, got, answer.Verdict, listBudget)
	}
}

// TestAPlannedRunReadsOnForABoundedTime: each of its tries finds another environment of the function, which knows nothing of
// those before.
func TestAPlannedRunReadsOnForABoundedTime(t *testing.T) {
	s := inZones(t, 60, 60)
	req := s.request(`{"action": "switchover"}`)
	early := 0
	for ; ; early++ {
		s.h.Kept = &Kept{}
		answer, err := s.h.Handle(t.Context(), req)
		if err != nil {
			if entry.ConditionOf(err) != failover.Throttled {
				t.Fatal(err)
			}
			break
		}
		if answer.Verdict != failover.Early || answer.WaitSeconds <= 0 || answer.Run.Epoch != 0 {
			t.Fatalf("got %s, %d s, epoch %d; want it to be early, without the lock", answer.Verdict, answer.WaitSeconds, answer.Run.Epoch)
		}
		req.Now = req.Now.Add(time.Duration(answer.WaitSeconds) * time.Second)
		s.world.AdvanceTo(s.world.Now().Add(time.Duration(answer.WaitSeconds) * time.Second))
	}
	if took := req.Now.Sub(req.Execution.StartTime); early == 0 || took > readTime+time.Minute {
		t.Errorf("%d tries in %v; want several within %v", early, took, readTime)
	}
}

// TestTheBoundCountsTheTimeForReading: the run begins when it was started, not when everything was read.
func TestTheBoundCountsTheTimeForReading(t *testing.T) {
	s := inZones(t, 60, 60)
	answer, _, _, err := s.tries(`{"action": "switchover"}`)
	must(t, err)
	took := s.world.Now().Sub(answer.Run.StartedAt)
	rest := failover.Bound(answer.Run, answer.Stages, nil, failover.PlanRollback(s.h.Plan, west, east, []int{1}, nil, 1), nil)
	if bound := time.Duration(answer.Run.BoundSeconds) * time.Second; took < 20*time.Second || bound < rest/2+took {
		t.Errorf("the bound is %v after %v of reading", bound, took)
	}
}
