package verifyhealth

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/route53"
	"github.com/google/go-cmp/cmp"

	"github.com/drover-dr/drover/internal/failover"
)

// TestChangesOfManyZonesAreAskedAboutOverSeveralChecks: no check makes more calls than Route 53's request quota takes, and none
// asks again about what is in sync. With ten zones or fewer, each check asks about all.
func TestChangesOfManyZonesAreAskedAboutOverSeveralChecks(t *testing.T) {
	for _, c := range []struct {
		zones int
		want  []int // calls of each check: two while the changes are pending, then three
	}{
		{60, []int{40, 40, 40, 20, 0}},
		{10, []int{10, 10, 10, 10, 10}},
	} {
		s := newStand(t, "checkout")
		id := s.change()
		var changes []failover.Change
		for i := range c.zones {
			changes = append(changes, failover.Change{Zone: fmt.Sprintf("Z%019d", i), ID: id})
		}
		var calls []int
		var streak *failover.Streak
		var last failover.VerifyAnswer
		for i := range len(c.want) {
			before := len(s.world.Calls())
			last = s.checkOnce(func(req *failover.VerifyRequest) {
				req.Changes, req.Streak, req.Healthy, req.Stage.Passes = changes, streak, last.Healthy, 9
			})
			streak = last.Streak
			n := 0
			for _, call := range s.world.Calls()[before:] {
				if call.Operation == "GetChange" {
					n++
				}
			}
			calls = append(calls, n)
			if waits := strings.Contains(strings.Join(last.Reasons, " "), "of Route 53; expected INSYNC"); waits != (i < 2) {
				t.Errorf("%d zones, check %d: %v", c.zones, i, last.Reasons)
			}
			s.world.AdvanceTo(s.world.Now().Add(20 * time.Second))
			s.serve("checkout", 100)
		}
		if diff := cmp.Diff(c.want, calls); diff != "" || last.Healthy == 0 {
			t.Errorf("%d zones: %d healthy checks, calls of each check (-want +got):\n%s", c.zones, last.Healthy, diff)
		}
	}
}

// TestAThrottledQuestionIsLeftToTheNextCheck: others use the account's request quota too.
func TestAThrottledQuestionIsLeftToTheNextCheck(t *testing.T) {
	s := newStand(t, "checkout")
	id := s.change()
	s.world.AdvanceTo(s.world.Now().Add(time.Minute))
	s.serve("checkout", 100)
	for range 30 {
		if _, err := s.dns.GetChange(t.Context(), getChange(id)); err != nil {
			t.Fatal(err)
		}
	}
	var changes []failover.Change
	for i := range 30 {
		changes = append(changes, failover.Change{Zone: fmt.Sprintf("Z%019d", i), ID: id})
	}
	answer := s.checkOnce(func(req *failover.VerifyRequest) { req.Changes = changes })
	if answer.Verdict != failover.Pending || answer.Streak == nil || answer.Streak.InSync != 20 {
		t.Errorf("got %s, %+v; want it pending with 20 zones in sync", answer.Verdict, answer.Streak)
	}
}

func getChange(id string) *route53.GetChangeInput { return &route53.GetChangeInput{Id: &id} }
