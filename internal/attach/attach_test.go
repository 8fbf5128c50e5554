package attach

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/service/route53"
	"github.com/google/go-cmp/cmp"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/registry"
	"github.com/drover-dr/drover/statemachine/fakeaws"
	"github.com/drover-dr/drover/statemachine/fakeaws/fakeawstest"
)

// carried is what a zone with one application carries when its switch is armed.
func carried(app, name string) string {
	return fmt.Sprintf("%s us-east-1 %s, %[1]s us-west-2 %[3]s", app, id(name, east), id(name, west))
}

// TestAttachingChangesHealthChecksAndNothingElse, in one batch a zone behind its fence; detaching is its inverse, and a second
// call of either finds nothing to do. Weights are the live ones, even if the registry has others.
func TestAttachingChangesHealthChecksAndNothingElse(t *testing.T) {
	s := newScene(t, three()...)
	s.fence("Z1", 7)
	s.put(three()[0].Records[0], east, 30)
	s.put(three()[0].Records[0], west, 70)
	before := map[string][]fakeaws.RecordSet{"Z1": s.without("Z1"), "Z2": s.without("Z2")}
	for _, detach := range []bool{false, true} {
		s.said = nil
		batches := len(s.world.Batches())
		s.must(s.apply(t.Context(), s.mustRead(detach, "default", "batch")))
		want := carried("blog", "default") + ", " + carried("shop", "default")
		if detach {
			want = "blog us-east-1 none, blog us-west-2 none, shop us-east-1 none, shop us-west-2 none"
		}
		if got := s.live("Z1"); got != want {
			t.Errorf("detach %t: got %s; want %s", detach, got, want)
		}
		for zone, sets := range before {
			if diff := cmp.Diff(sets, s.without(zone)); diff != "" {
				t.Errorf("detach %t: zone %s has changed otherwise (-before +after):\n%s", detach, zone, diff)
			}
		}
		if got, want := s.armed(), fmt.Sprintf("blog %t, shop %[1]t, wiki %[1]t", !detach); got != want {
			t.Errorf("detach %t: got %s; want %s", detach, got, want)
		}
		made := s.world.Batches()[batches:]
		if len(made) != 2 || made[0].Changes[0].Set.Type != "TXT" {
			t.Errorf("detach %t: got %d batches; want one for each zone, that of Z1 behind its fence", detach, len(made))
		}
		if diff := cmp.Diff([]string{"zone Z1 z1.example: 4 record sets in 1 batch", "zone Z2 z2.example: 4 record sets in 1 batch"}, s.said); diff != "" {
			t.Errorf("detach %t: said (-want +got):\n%s", detach, diff)
		}
		if again := s.mustRead(detach, "default", "batch"); !again.Done() {
			t.Errorf("detach %t: a second call has to do %v", detach, again.Lines())
		}
	}
}

// TestBatchesKeepToTheLimitsOfRoute53, whose simulator refuses larger ones. Both changes of a record set are in one batch.
func TestBatchesKeepToTheLimitsOfRoute53(t *testing.T) {
	app, long := application("shop"), application("long")
	app.Records = nil
	for i := range 600 {
		app.Records = append(app.Records, record("Z1", fmt.Sprintf("n%04d", i)))
	}
	long.Records = nil
	for i := range 100 {
		r := record("Z2", fmt.Sprintf("n%04d", i))
		r.Type = "CNAME"
		for region := range r.Endpoints {
			r.Endpoints[region] = failover.Endpoint{Value: strings.Repeat(strings.Repeat("a", 60)+".", 3) + string(region) + ".example.com"}
		}
		long.Records = append(long.Records, r)
	}
	s := newScene(t, app, long)
	s.fence("Z1", 1)
	todo := s.mustRead(false, "default")
	s.must(s.apply(t.Context(), todo))
	var got []string
	for _, b := range s.world.Batches() {
		got = append(got, fmt.Sprintf("%s %d", b.Zone, len(b.Changes)))
	}
	// 498 sets and a fence twice are 998 elements; 78 values of 202 characters, twice, are 31,512.
	if diff := cmp.Diff([]string{"Z1 1000", "Z1 1000", "Z1 406", "Z2 156", "Z2 156", "Z2 88"}, got); diff != "" {
		t.Errorf("batches (-want +got):\n%s", diff)
	}
	if got := s.armed(); got != "long true, shop true" {
		t.Errorf("got %s", got)
	}
	for _, b := range s.world.Batches()[:3] {
		if b.Changes[0].Set.Type != "TXT" || b.Changes[1].Set.Type != "TXT" {
			t.Errorf("a batch without the fence: %+v", b.Changes[:2])
		}
	}
	if !strings.Contains(strings.Join(s.said, "\n"), "throttles") {
		t.Errorf("said %q; want that Route 53 throttles", s.said)
	}
}

// TestAZoneThatFailsStopsNoOther: applications whose zones are all written are armed, the others are not, and to repeat it
// completes it.
func TestAZoneThatFailsStopsNoOther(t *testing.T) {
	s := newScene(t, three()...)
	s.stuck = true
	end := s.world.Inject(fakeaws.Fault{Operation: "ChangeResourceRecordSets", Object: "Z1", Error: &fakeaws.APIError{Code: "Throttling", Message: "Rate exceeded"}})
	err := s.apply(t.Context(), s.mustRead(false, "default"))
	if err == nil || !strings.Contains(err.Error(), "zone Z1 z1.example: ") || !strings.Contains(err.Error(), "Rate exceeded") {
		t.Errorf("got %v; want the zone that is throttled", err)
	}
	end()
	s.stuck = false
	s.world.Pass(time.Minute)
	todo := s.mustRead(false, "default")
	if got := s.live("Z2"); got != carried("shop", "default")+", "+carried("wiki", "default") || len(todo.Zones) != 1 {
		t.Errorf("Z2: got %s, and %v to do", got, todo.Lines())
	}
	s.must(s.apply(t.Context(), todo))
	if got := s.armed(); got != "blog true, shop true, wiki true" {
		t.Errorf("after the repetition: %s", got)
	}
}

// TestTheRegistryIsNeverAheadOfRoute53: while a zone has no health checks, or not all name servers know them, its applications
// are not armed. A detached application is not armed from the first change on.
func TestTheRegistryIsNeverAheadOfRoute53(t *testing.T) {
	denied := fakeaws.Fault{Operation: "ChangeResourceRecordSets", Object: "Z1", Error: &fakeaws.APIError{Code: "AccessDenied", Status: 403}}
	s := newScene(t, three()...)
	end := s.world.Inject(denied)
	if err := s.apply(t.Context(), s.mustRead(false, "default")); err == nil || s.armed() != "blog false, shop false, wiki true" {
		t.Errorf("one zone is denied: %v, %s; want wiki alone armed", err, s.armed())
	}
	end()
	s.world.SetRoute53(fakeaws.Route53Settings{Propagation: time.Hour})
	if err := s.apply(t.Context(), s.mustRead(false, "default")); err == nil || !strings.Contains(err.Error(), "not known to all name servers") || s.armed() != "blog false, shop false, wiki true" {
		t.Errorf("not in sync: %v, %s", err, s.armed())
	}
	s.must(s.apply(t.Context(), s.mustRead(false, "default")))
	s.world.Inject(denied)
	if err := s.apply(t.Context(), s.mustRead(true, "default")); err == nil || s.armed() != "blog false, shop false, wiki false" {
		t.Errorf("detached, and one zone is denied: %v, %s", err, s.armed())
	}
}

// TestAnInterruptionBetweenTwoZonesIsCompletedByRepeating.
func TestAnInterruptionBetweenTwoZonesIsCompletedByRepeating(t *testing.T) {
	s := newScene(t, three()...)
	ctx, cancel := context.WithCancel(t.Context())
	s.onSay = func(string) { cancel() }
	if err := s.apply(ctx, s.mustRead(false, "default")); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v; want the interruption", err)
	}
	s.onSay = nil
	if got := len(s.world.Batches()); got != 1 || s.armed() != "blog false, shop false, wiki false" {
		t.Errorf("%d batches, %s; want one zone written, and nothing armed", got, s.armed())
	}
	s.must(s.apply(t.Context(), s.mustRead(false, "default")))
	if got := len(s.world.Batches()); got != 2 || s.armed() != "blog true, shop true, wiki true" {
		t.Errorf("after the repetition: %d batches, %s", got, s.armed())
	}
}

// TestWhatChangesBetweenReadingAndWritingIsNotOverwritten: the batch of the zone is refused, and changes nothing.
func TestWhatChangesBetweenReadingAndWritingIsNotOverwritten(t *testing.T) {
	for name, change := range map[string]func(*scene){
		"a run has written the fence":       func(s *scene) { s.fence("Z1", 8) },
		"a run has written the weights":     func(s *scene) { s.put(three()[0].Records[0], east, 0) },
		"a record set was changed manually": func(s *scene) { r := three()[0].Records[0]; r.TTL = 30; s.put(r, east, 100) },
		"a record set is gone":              func(s *scene) { s.must(s.world.RemoveRecordSets("Z1", "blog.z1.example", "A")) },
	} {
		s := newScene(t, three()...)
		s.fence("Z1", 7)
		todo := s.mustRead(false, "default")
		change(s)
		before := s.world.RecordSets("Z1")
		err := s.apply(t.Context(), todo)
		if err == nil || !strings.Contains(err.Error(), "zone Z1 z1.example: its record sets or its fence have changed since they were read") || !strings.Contains(err.Error(), "type the command again") {
			t.Errorf("%s: got %v", name, err)
		}
		if diff := cmp.Diff(before, s.world.RecordSets("Z1")); diff != "" || s.armed() != "blog false, shop false, wiki true" {
			t.Errorf("%s: %s, the zone has changed (-before +after):\n%s", name, s.armed(), diff)
		}
	}
}

// TestNoZoneIsWrittenWhileARunHoldsTheLock, even one that has started since.
func TestNoZoneIsWrittenWhileARunHoldsTheLock(t *testing.T) {
	for _, detach := range []bool{false, true} {
		s := newScene(t, three()...)
		if detach {
			s.must(s.apply(t.Context(), s.mustRead(false, "default")))
		}
		armed, batches := s.armed(), len(s.world.Batches())
		todo := s.mustRead(detach, "default")
		run := failover.Run{ID: "run", ARN: "arn:aws:states:us-west-2:111122223333:execution:drover:run", Action: failover.Failover, From: east, To: west}
		_, err := s.store.TakeLock(t.Context(), run, s.world.Now(), s.world.Now().Add(time.Minute))
		s.must(err)
		locked := (*registry.LockedError)(nil)
		if err := s.apply(t.Context(), todo); !errors.As(err, &locked) || len(s.world.Batches()) != batches || s.armed() != armed {
			t.Errorf("detach %t: got %v, %d batches, %s; want nothing changed", detach, err, len(s.world.Batches()), s.armed())
		}
	}
}

// TestALostAnswerIsNoRefusal: the SDK submits the batch again, and Route 53 has it already.
func TestALostAnswerIsNoRefusal(t *testing.T) {
	s := newScene(t, three()...)
	s.dns = route53.NewFromConfig(s.world.Config(fakeawstest.West, fakeaws.Administrator), func(o *route53.Options) {
		o.RetryMaxAttempts = 3
		o.Retryer = retry.NewStandard(func(o *retry.StandardOptions) {
			o.Backoff = retry.BackoffDelayerFunc(func(int, error) (time.Duration, error) { return 0, nil })
		})
	})
	todo := s.mustRead(false, "default")
	s.world.Inject(fakeaws.Fault{Operation: "ChangeResourceRecordSets", LoseAnswer: true, Times: 1})
	s.must(s.apply(t.Context(), todo))
	if got := s.armed(); got != "blog true, shop true, wiki true" {
		t.Errorf("got %s", got)
	}
}
