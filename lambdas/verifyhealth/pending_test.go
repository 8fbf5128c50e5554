package verifyhealth

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/service/route53"
	"github.com/aws/aws-sdk-go-v2/service/route53/types"
	"github.com/google/go-cmp/cmp"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/lambdas/internal/entry"
	"github.com/drover-dr/drover/statemachine/fakeaws"
)

var noControlPlane = fakeaws.Fault{Service: "route53", Error: &fakeaws.APIError{Code: "ServiceUnavailable", Status: 503}}

// accepted asks for a check of a run whose switch has moved users, and whose weights Route 53 has accepted.
func accepted(ids ...string) func(*failover.VerifyRequest) {
	return func(req *failover.VerifyRequest) {
		switched(req)
		req.SetAside = nil
		for _, id := range ids {
			req.Changes = append(req.Changes, failover.Change{Zone: zone, ID: id})
		}
	}
}

// TestAControlPlaneThatDiesLeavesAcceptedWeightsPending: users do not depend on it, so the check asks once, waits for nothing, and
// makes the zone pending once.
func TestAControlPlaneThatDiesLeavesAcceptedWeightsPending(t *testing.T) {
	for name, changes := range map[string]int{"before it says that a change is in sync": 1, "before the records are read": 0} {
		s, _ := newSwitched(t, "checkout")
		var ids []string
		for range changes {
			ids = append(ids, s.change())
		}
		s.world.Inject(noControlPlane)
		before := len(s.world.Calls())
		got := s.attempt(accepted(ids...))
		want := failover.Aside{{
			Kind: failover.PendingKind, Object: "example.com", Zone: zone, Error: failover.Unreachable,
			Cause: "the Route 53 control plane did not say whether the name servers have the weights",
		}}
		if diff := cmp.Diff(want, got.SetAside); diff != "" || got.Verdict != failover.Passed {
			t.Errorf("%s: got %s, %q; want passed (-want +got):\n%s", name, got.Verdict, got.Reasons, diff)
		}
		asked := 0
		for _, call := range s.world.Calls()[before:] {
			if call.Service == "route53" {
				asked++
			}
		}
		if asked != 1 {
			t.Errorf("%s: the control plane is asked %d times; want 1", name, asked)
		}
	}
}

// TestWhoDependsOnTheControlPlaneWaitsForIt: an application without a switch in the same zone, a run that only writes weights, and a
// planned run.
func TestWhoDependsOnTheControlPlaneWaitsForIt(t *testing.T) {
	for name, adjust := range map[string]func(*stand, *failover.VerifyRequest){
		"an application that moves by weights": func(s *stand, _ *failover.VerifyRequest) {
			app := s.apps[0]
			app.Switch = failover.NoSwitch
			_, err := s.Registry.Register(s.t.Context(), s.Registry.Plan, []failover.Application{app}, begin)
			s.must(err)
		},
		"a run that only writes weights": func(_ *stand, req *failover.VerifyRequest) { req.Run.OnlyWeights = true },
		"a planned run":                  func(_ *stand, req *failover.VerifyRequest) { req.Run.Action = failover.Switchover },
	} {
		for _, operation := range []string{"", "GetChange", "ListResourceRecordSets"} {
			s, _ := newSwitched(t, "checkout", "search")
			id := s.change()
			req := s.request(accepted(id))
			adjust(s, &req)
			fault := noControlPlane
			fault.Operation = operation
			s.world.Inject(fault)
			got, err := s.Handle(t.Context(), req)
			stillWaits := operation == "ListResourceRecordSets" && got.Verdict == failover.Pending && len(got.SetAside) == 0 // for the change
			if entry.ConditionOf(err) != failover.Unreachable && !stillWaits {
				t.Errorf("%s, no answer to %q: got %+v, %v; want an error, so that the next check asks again", name, operation, got, err)
			}
		}
	}
}

// TestPendingWeightsOfOtherUsersDoNotHideARecord: the zone has pending weights of a wave before, and this application moves by
// weights.
func TestPendingWeightsOfOtherUsersDoNotHideARecord(t *testing.T) {
	s, _ := newSwitched(t, "checkout")
	adjust := func(req *failover.VerifyRequest) { switched(req); req.Run.Switches = nil }
	if got := s.attempt(adjust); got.Verdict != failover.Pending {
		t.Errorf("got %+v; want it to wait for the weights, which name us-east-1", got)
	}
}

// TestUsersWhoWentBackCountFromWhenTheyLeftAgain: a lever that failed meanwhile has sent them where the weights say.
func TestUsersWhoWentBackCountFromWhenTheyLeftAgain(t *testing.T) {
	s, n := newSwitched(t, "checkout")
	first := s.world.Now().Add(-time.Minute)
	seen := func(req *failover.VerifyRequest) {
		switched(req)
		req.Streak = &failover.Streak{Since: first, AnsweredAt: &first}
	}
	if got := s.attempt(seen); got.Streak == nil || got.Streak.AnsweredAt == nil || !got.Streak.AnsweredAt.Equal(first) {
		t.Errorf("they are in us-west-2 all the time: got %+v; want them to count from %s", got.Streak, first)
	}
	n.set("checkout.example.com", "203.0.113.9")
	if got := s.attempt(seen); got.Streak != nil && got.Streak.AnsweredAt != nil {
		t.Errorf("they are not there: got %+v; want no time", got.Streak)
	}
	n.set("checkout.example.com", "192.0.2.1")
	again := func(req *failover.VerifyRequest) { switched(req); req.Streak = &failover.Streak{Since: first} }
	if got := s.attempt(again); got.Streak == nil || got.Streak.AnsweredAt == nil || !got.Streak.AnsweredAt.Equal(s.world.Now()) {
		t.Errorf("they are there again: got %+v; want them to count from now", got.Streak)
	}
}

// TestWhatIsPendingStaysPendingOnce: the run has one zone of the switch in its list, and the control plane dies before it answers
// about the other.
func TestWhatIsPendingStaysPendingOnce(t *testing.T) {
	s, _ := newSwitched(t, "checkout")
	app := s.apps[0]
	other := app.Records[0]
	other.Name, other.Zone, other.ZoneName = "checkout.example.net", "Z9", "example.net"
	app.Records = append(app.Records, other)
	_, err := s.Registry.Register(t.Context(), s.Registry.Plan, []failover.Application{app}, begin)
	s.must(err)
	id := s.change()
	s.world.Inject(noControlPlane)
	got := s.attempt(switched, func(req *failover.VerifyRequest) { req.Changes = []failover.Change{{Zone: "Z9", ID: id}} })
	if len(got.SetAside) != 1 || got.SetAside[0].Zone != "Z9" || got.SetAside[0].Object != "example.net" {
		t.Errorf("got %+v; want the zone that was not pending before, alone", got.SetAside)
	}
}

// TestUsersWaitForOneAttemptOfTheControlPlane when a switch has moved them, and for as many as the SDK makes when they depend on it.
func TestUsersWaitForOneAttemptOfTheControlPlane(t *testing.T) {
	for name, c := range map[string]struct {
		adjust func(*failover.VerifyRequest)
		want   int
	}{
		"users of a switch":  {func(*failover.VerifyRequest) {}, 1},
		"users of no switch": {func(req *failover.VerifyRequest) { req.Run.Switches = nil }, 3},
	} {
		s, _ := newSwitched(t, "checkout")
		id := s.change()
		options := s.dns.Options()
		options.Retryer = retry.NewStandard(func(o *retry.StandardOptions) {
			o.MaxAttempts, o.Backoff = 3, retry.BackoffDelayerFunc(func(int, error) (time.Duration, error) { return 0, nil })
		})
		s.Handler.Route53 = route53.New(options)
		s.world.Inject(noControlPlane)
		before := len(s.world.Calls())
		req := s.request(accepted(id), c.adjust)
		_, err := s.Handle(t.Context(), req)
		if asked := len(callsTo(s.world.Calls()[before:], "GetChange")); asked != c.want {
			t.Errorf("%s: asked %d times, %v; want %d", name, asked, err, c.want)
		}
	}
}

func callsTo(calls []fakeaws.Call, operation string) []fakeaws.Call {
	return slices.DeleteFunc(slices.Clone(calls), func(c fakeaws.Call) bool { return c.Operation != operation })
}

// TestPendingZonesAmongManyAreNotAskedAboutAndKeepTheirPlace: of many zones, those in sync are not asked about again, wherever the
// pending ones are.
func TestPendingZonesAmongManyAreNotAskedAboutAndKeepTheirPlace(t *testing.T) {
	for name, pending := range map[string][]int{"the first": {0}, "one between": {5}, "the last": {11}, "several": {0, 1, 6, 11}} {
		s := newStand(t, "checkout")
		id := s.change()
		s.world.AdvanceTo(s.world.Now().Add(time.Minute))
		var changes []failover.Change
		var aside failover.Aside
		for i := range 12 {
			changes = append(changes, failover.Change{Zone: fmt.Sprintf("Z%019d", i), ID: id})
			if slices.Contains(pending, i) {
				aside = append(aside, failover.SetAside{Kind: failover.PendingKind, Zone: changes[i].Zone})
			}
		}
		var streak *failover.Streak
		for i, want := range []int{12 - len(pending), 0} {
			s.serve("checkout", 100)
			before := len(s.world.Calls())
			answer := s.checkOnce(func(req *failover.VerifyRequest) {
				req.Changes, req.SetAside, req.Streak, req.Stage.Passes = changes, aside, streak, 9
			})
			streak = answer.Streak
			if asked := len(callsTo(s.world.Calls()[before:], "GetChange")); asked != want || streak == nil || streak.InSync != 12 {
				t.Errorf("%s, check %d: asked %d times, then %+v; want %d, then all 12 in sync", name, i+1, asked, streak, want)
			}
			s.world.AdvanceTo(s.world.Now().Add(20 * time.Second))
		}
	}
}

// TestAPendingZoneTakesNoPlaceOfOneThatIsNotInSync: what comes before it is asked about until it is.
func TestAPendingZoneTakesNoPlaceOfOneThatIsNotInSync(t *testing.T) {
	s := newStand(t, "checkout")
	synced := s.change()
	s.world.AdvanceTo(s.world.Now().Add(time.Minute))
	out, err := s.dns.ChangeResourceRecordSets(t.Context(), &route53.ChangeResourceRecordSetsInput{HostedZoneId: aws.String(zone), ChangeBatch: &types.ChangeBatch{
		Changes: []types.Change{{Action: types.ChangeActionUpsert, ResourceRecordSet: &types.ResourceRecordSet{
			Name: aws.String("other.example.com"), Type: types.RRTypeA, TTL: aws.Int64(60), ResourceRecords: []types.ResourceRecord{{Value: aws.String("192.0.2.1")}},
		}}},
	}})
	s.must(err)
	fresh := strings.TrimPrefix(*out.ChangeInfo.Id, "/change/")
	var changes []failover.Change
	for i := range 12 {
		changes = append(changes, failover.Change{Zone: fmt.Sprintf("Z%019d", i), ID: synced})
	}
	changes[2].ID = fresh
	aside := failover.Aside{{Kind: failover.PendingKind, Zone: changes[5].Zone}, {Kind: failover.PendingKind, Zone: changes[7].Zone}}
	s.serve("checkout", 100)
	answer := s.checkOnce(func(req *failover.VerifyRequest) { req.Changes, req.SetAside, req.Stage.Passes = changes, aside, 9 })
	if answer.Verdict != failover.Pending || answer.Streak == nil || answer.Streak.InSync != 2 {
		t.Errorf("%+v, %+v; want the first two in sync", answer, answer.Streak)
	}
}
