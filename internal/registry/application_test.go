package registry

import (
	"errors"
	"maps"
	"slices"
	"testing"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/google/go-cmp/cmp"
)

func TestApplicationsComeBackAsTheyWereRegistered(t *testing.T) {
	s := newStore(t)
	want := application("checkout", 1)
	register(t, s, want)

	got, err := s.Applications(ctx)
	if err != nil {
		t.Fatal(err)
	}
	want.Live = failover.Live{Active: east, Weights: map[failover.Region]int{east: 100, west: 0}, Changed: noon}
	if diff := cmp.Diff([]failover.Application{want}, got); diff != "" {
		t.Errorf("applications (-want +got):\n%s", diff)
	}
}

func TestApplicationsAreInTheOrderOfWaveAndNameOverAllPages(t *testing.T) {
	s := newStore(t)
	register(t, s, application("b", 10), application("z", 2), application("c", 1), application("a", 10), application("a1", 1), application("y", 99))
	pages := &paging{Client: s.Client}
	s.Client = pages

	all, err := s.Applications(ctx)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"1 a1", "1 c", "2 z", "10 a", "10 b", "99 y"}
	if diff := cmp.Diff(want, names(all)); diff != "" {
		t.Errorf("all (-want +got):\n%s", diff)
	}
	if pages.queries < 3 {
		t.Errorf("%d queries; the test wants several pages", pages.queries)
	}
	wave, err := s.Wave(ctx, 1)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want[:2], names(wave)); diff != "" {
		t.Errorf("wave 1 (-want +got):\n%s", diff)
	}
}

func TestSetLiveOnlyGoesForward(t *testing.T) {
	cases := []struct {
		name        string
		there, next failover.Live
		changed     bool
		err         error
	}{
		{name: "newer epoch", there: live(3, 5, 10), next: live(4, 0, 100), changed: true},
		{name: "later stage", there: live(3, 0, 10), next: live(3, 1, 50), changed: true},
		{name: "the same again", there: live(3, 1, 50), next: live(3, 1, 50)},
		{name: "same stage, other weights", there: live(3, 1, 50), next: live(3, 1, 60), changed: true},
		{name: "an earlier stage, late", there: live(3, 1, 50), next: live(3, 0, 10)},
		{name: "an older epoch", there: live(3, 0, 50), next: live(2, 7, 100), err: ErrOvertaken},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			s := newStore(t)
			app := application("checkout", 1)
			register(t, s, app)
			if _, err := s.SetLive(ctx, app, c.there); err != nil {
				t.Fatal(err)
			}
			changed, err := s.SetLive(ctx, app, c.next)
			if changed != c.changed || !errors.Is(err, c.err) {
				t.Errorf("got %t, %v; want %t, %v", changed, err, c.changed, c.err)
			}
			want := found(c.there, live(0, 0, 0))
			switch {
			case c.changed && c.next.Epoch > c.there.Epoch:
				want = found(c.next, c.there)
			case c.changed:
				want = found(c.next, live(0, 0, 0))
			}
			got, err := s.Wave(ctx, 1)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got[0].Live); diff != "" {
				t.Errorf("live (-want +got):\n%s", diff)
			}
		})
	}
}

func TestSetLiveKeepsTheFirstTimeWhenNothingChanges(t *testing.T) {
	s := newStore(t)
	app := application("checkout", 1)
	register(t, s, app)
	first := live(1, 0, 100)
	if _, err := s.SetLive(ctx, app, first); err != nil {
		t.Fatal(err)
	}
	again := first
	again.Changed = noon.Add(1)
	if changed, err := s.SetLive(ctx, app, again); changed || err != nil {
		t.Fatalf("got %t, %v; want nothing changed", changed, err)
	}
	got, err := s.Applications(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if !got[0].Live.Changed.Equal(noon) {
		t.Errorf("changed %v; want %v", got[0].Live.Changed, noon)
	}
}

func TestSetLiveCreatesNothing(t *testing.T) {
	s := newStore(t)
	app := application("checkout", 1)
	if _, err := s.SetLive(ctx, app, live(1, 0, 100)); !errors.Is(err, ErrNotRegistered) {
		t.Errorf("got %v; want %v", err, ErrNotRegistered)
	}
	if apps, err := s.Applications(ctx); err != nil || len(apps) != 0 {
		t.Errorf("got %v, %v; want none", apps, err)
	}
}

func TestTheFirstWriteOfARunKeepsWhatItFound(t *testing.T) {
	s := newStore(t)
	app := application("checkout", 1)
	register(t, s, app)
	for _, step := range []struct {
		next, before failover.Live
	}{
		{live(3, 0, 10), live(0, 0, 0)},
		{live(3, 1, 100), live(0, 0, 0)},
		{live(4, 0, 0), live(3, 1, 100)},
	} {
		if _, err := s.SetLive(ctx, applications(t, s)[0], step.next); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(found(step.next, step.before), applications(t, s)[0].Live); diff != "" {
			t.Errorf("live (-want +got):\n%s", diff)
		}
	}
}

func TestWhatARunPromotesIsNotedBeforeAndForgottenByTheNextRun(t *testing.T) {
	s := newStore(t)
	app := application("checkout", 1)
	register(t, s, app)
	note := func(l failover.Live, clusters ...string) failover.Live {
		t.Helper()
		if err := s.Promoting(ctx, applications(t, s)[0], l, clusters); err != nil {
			t.Fatal(err)
		}
		return applications(t, s)[0].Live
	}
	// Databases first: the note is the first write of the run.
	want := found(live(0, 0, 0), live(0, 0, 0))
	want.Epoch, want.Promoted = 3, []string{"orders"}
	if diff := cmp.Diff(want, note(live(3, 0, 0), "orders")); diff != "" {
		t.Errorf("noted first (-want +got):\n%s", diff)
	}
	want.Stage, want.Promoted = 1, []string{"orders", "warehouse"}
	if diff := cmp.Diff(want, note(live(3, 1, 0), "warehouse")); diff != "" {
		t.Errorf("noted later (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(want, note(live(3, 2, 0), "orders")); diff != "" {
		t.Errorf("noted again (-want +got):\n%s", diff)
	}
	if _, err := s.SetLive(ctx, app, live(3, 2, 100)); err != nil {
		t.Fatal(err)
	}
	if got := applications(t, s)[0].Live.Promoted; len(got) != 2 {
		t.Errorf("after a later stage: %v; want both kept", got)
	}
	if err := s.Promoting(ctx, app, live(2, 9, 0), []string{"warehouse"}); !errors.Is(err, ErrOvertaken) {
		t.Errorf("by an older run: %v; want %v", err, ErrOvertaken)
	}
	if _, err := s.SetLive(ctx, app, live(4, 0, 0)); err != nil {
		t.Fatal(err)
	}
	if got := applications(t, s)[0].Live.Promoted; len(got) != 0 {
		t.Errorf("after the next run's first write: %v; want none", got)
	}
}

// TestEachRunNotesItsOwnPromotion of a database that an earlier run has promoted too: its rollback reverses what it has noted.
func TestEachRunNotesItsOwnPromotion(t *testing.T) {
	s := newStore(t)
	register(t, s, application("checkout", 1))
	for epoch := int64(3); epoch < 6; epoch++ {
		if err := s.Promoting(ctx, applications(t, s)[0], live(epoch, 0, 0), []string{"orders"}); err != nil {
			t.Fatal(err)
		}
		if got := applications(t, s)[0].Live; got.Epoch != epoch || len(got.Promoted) != 1 {
			t.Errorf("%+v; want the promotion by epoch %d", got, epoch)
		}
	}
}

func TestTheLagOfEachPromotionOfARunIsKept(t *testing.T) {
	s := newStore(t)
	register(t, s, application("checkout", 1))
	for _, step := range []struct {
		epoch          int64
		stage          int
		measured, want map[string]int64
	}{
		{3, 0, map[string]int64{"orders": 40}, map[string]int64{"orders": 40}},
		{3, 1, map[string]int64{"warehouse": 70}, map[string]int64{"orders": 40, "warehouse": 70}},
		{3, 2, map[string]int64{"ledger": 9, "warehouse": 80}, map[string]int64{"orders": 40, "warehouse": 80, "ledger": 9}},
		{4, 0, map[string]int64{"warehouse": 5}, map[string]int64{"warehouse": 5}},
	} {
		next := live(step.epoch, step.stage, 0)
		next.Lags = step.measured
		app := applications(t, s)[0]
		if err := s.Promoting(ctx, app, next, slices.Sorted(maps.Keys(step.measured))); err != nil {
			t.Fatal(err)
		}
		if got := applications(t, s)[0].Live.Lags; !maps.Equal(got, step.want) {
			t.Errorf("epoch %d, stage %d: %v; want %v", step.epoch, step.stage, got, step.want)
		}
	}
}

// TestTheFirstWriteKeepsThePlaceThatTheRunHasFound: an earlier run was stopped before it recorded its weights.
func TestTheFirstWriteKeepsThePlaceThatTheRunHasFound(t *testing.T) {
	actual := live(0, 0, 10)
	left := &failover.Place{Active: actual.Active, Weights: actual.Weights}
	next := live(3, 0, 50)
	next.Before = left

	s := newStore(t)
	app := application("checkout", 1)
	register(t, s, app)
	if _, err := s.SetLive(ctx, app, next); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(found(live(3, 0, 50), actual), applications(t, s)[0].Live); diff != "" {
		t.Errorf("live (-want +got):\n%s", diff)
	}

	// Databases first: the note is the first write, and what the registry says is put right with it.
	s = newStore(t)
	register(t, s, app)
	for range 2 {
		if err := s.Promoting(ctx, app, next, []string{"orders"}); err != nil {
			t.Fatal(err)
		}
	}
	want := found(live(3, 0, 10), actual)
	want.Promoted = []string{"orders"}
	if diff := cmp.Diff(want, applications(t, s)[0].Live); diff != "" {
		t.Errorf("noted (-want +got):\n%s", diff)
	}
}
