package registry

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/drover-dr/drover/internal/failover"
	"github.com/google/go-cmp/cmp"
)

func applications(t *testing.T, s *Store) []failover.Application {
	t.Helper()
	apps, err := s.Applications(ctx)
	if err != nil {
		t.Fatal(err)
	}
	return apps
}

func setLive(t *testing.T, s *Store, app failover.Application, l failover.Live) {
	t.Helper()
	if changed, err := s.SetLive(ctx, app, l); err != nil || !changed {
		t.Fatalf("set live: %t, %v", changed, err)
	}
}

func TestRegisteringSaysWhatItChanged(t *testing.T) {
	s := newStore(t)
	first := register(t, s, application("b", 1), application("a", 1), application("c", 1))
	if diff := cmp.Diff(Registration{Added: []string{"b", "a", "c"}}, first); diff != "" {
		t.Errorf("first (-want +got):\n%s", diff)
	}
	before := applications(t, s)

	changed, moved := application("b", 1), application("c", 7)
	changed.Records[0].TTL = 30
	moved.Records[0].TTL = 20
	second := register(t, s, application("d", 2), changed, application("a", 1), moved)
	want := Registration{Added: []string{"d"}, Changed: []string{"b"}, Moved: []string{"c"}, Unchanged: []string{"a"}}
	if diff := cmp.Diff(want, second); diff != "" {
		t.Errorf("second (-want +got):\n%s", diff)
	}
	after := applications(t, s)
	if diff := cmp.Diff([]string{"1 a", "1 b", "2 d", "7 c"}, names(after)); diff != "" {
		t.Errorf("applications (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(before[0], after[0]); diff != "" {
		t.Errorf("what did not change (-before +after):\n%s", diff)
	}
	if after[1].Records[0].TTL != 30 || after[3].Records[0].TTL != 20 {
		t.Error("the configuration is the old one")
	}
}

func TestApplicationsThatAreNotNamedStay(t *testing.T) {
	s := newStore(t)
	register(t, s, application("a", 1), application("b", 1))
	before := applications(t, s)
	register(t, s, application("b", 1))
	if diff := cmp.Diff(before, applications(t, s)); diff != "" {
		t.Errorf("applications (-before +after):\n%s", diff)
	}
}

func TestRegisteringKeepsWhatRunsHaveMade(t *testing.T) {
	for name, wave := range map[string]int{"in the same wave": 1, "in another wave": 2} {
		t.Run(name, func(t *testing.T) {
			s := newStore(t)
			app := application("checkout", 1)
			register(t, s, app)
			want := live(4, 2, 100)
			setLive(t, s, app, want)

			next := application("checkout", wave)
			next.Alarms = nil
			next.Live = live(9, 9, 50) // what the caller believes does not count
			register(t, s, next)
			got := applications(t, s)
			if len(got) != 1 || got[0].Wave != wave || got[0].Alarms != nil {
				t.Fatalf("got %+v", got)
			}
			if diff := cmp.Diff(found(want, live(0, 0, 0)), got[0].Live); diff != "" {
				t.Errorf("live (-want +got):\n%s", diff)
			}
		})
	}
}

func TestRegisteringIsRefusedWhileARunHoldsTheLock(t *testing.T) {
	s := newStore(t)
	register(t, s, application("a", 1))
	before := applications(t, s)
	takeLock(t, s, run("r"), noon)
	_, err := s.Register(ctx, failover.DefaultPlan(), []failover.Application{application("b", 1)}, noon.Add(time.Minute))
	var locked *LockedError
	if !errors.As(err, &locked) || locked.Run != "r" {
		t.Errorf("got %v; want a LockedError of run r", err)
	}
	if diff := cmp.Diff(before, applications(t, s)); diff != "" {
		t.Errorf("applications (-before +after):\n%s", diff)
	}
	if _, err := s.Register(ctx, failover.DefaultPlan(), []failover.Application{application("b", 1)}, noon.Add(time.Hour)); err != nil {
		t.Errorf("after the lock has expired: %v", err)
	}
}

// interposed does something between what registering has read and its first write of a kind.
type interposed struct {
	Client
	beforePut, beforeDelete func() error
}

func once(f *func() error) error {
	if *f == nil {
		return nil
	}
	do := *f
	*f = nil
	return do()
}

func (c *interposed) PutItem(ctx context.Context, in *dynamodb.PutItemInput, opts ...func(*dynamodb.Options)) (*dynamodb.PutItemOutput, error) {
	if err := once(&c.beforePut); err != nil {
		return nil, err
	}
	return c.Client.PutItem(ctx, in, opts...)
}

func (c *interposed) DeleteItem(ctx context.Context, in *dynamodb.DeleteItemInput, opts ...func(*dynamodb.Options)) (*dynamodb.DeleteItemOutput, error) {
	if err := once(&c.beforeDelete); err != nil {
		return nil, err
	}
	return c.Client.DeleteItem(ctx, in, opts...)
}

var errCut = errors.New("the connection is cut")

// interruptedMove returns a store in which an application is in its old and its new wave, because the registration that
// moved it was cut off between its two writes.
func interruptedMove(t *testing.T, from, to failover.Application) *Store {
	t.Helper()
	s := newStore(t)
	register(t, s, from)
	cut := &Store{Table: s.Table, Plan: s.Plan, Client: &interposed{Client: s.Client, beforeDelete: func() error { return errCut }}}
	done, err := cut.Register(ctx, failover.DefaultPlan(), []failover.Application{application("a", 9), to}, noon)
	if !errors.Is(err, errCut) {
		t.Fatalf("got %v; want %v", err, errCut)
	}
	if diff := cmp.Diff(Registration{Added: []string{"a"}}, done); diff != "" {
		t.Errorf("what was done before the error (-want +got):\n%s", diff)
	}
	if got := names(applications(t, s)); len(got) != 3 {
		t.Fatalf("got %v; the test wants the application in both waves", got)
	}
	return s
}

func TestMoveThatWasInterruptedIsFinishedByTheNext(t *testing.T) {
	one, two := application("checkout", 1), application("checkout", 2)
	cases := []struct {
		name              string
		from, to, written failover.Application
	}{
		{"up, and a run wrote the old item", one, two, one},
		{"up, and a run wrote the new item", one, two, two},
		{"down, and a run wrote the old item", two, one, two},
		{"down, and a run wrote the new item", two, one, one},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			s := interruptedMove(t, c.from, c.to)
			setLive(t, s, c.written, live(5, 0, 100))
			done := register(t, s, c.to)
			if diff := cmp.Diff(Registration{Moved: []string{"checkout"}}, done); diff != "" {
				t.Errorf("registration (-want +got):\n%s", diff)
			}
			got := applications(t, s)
			if len(got) != 2 || got[0].Name != "checkout" || got[0].Wave != c.to.Wave {
				t.Fatalf("got %v", names(got))
			}
			if diff := cmp.Diff(found(live(5, 0, 100), live(0, 0, 0)), got[0].Live); diff != "" {
				t.Errorf("live (-want +got):\n%s", diff)
			}
		})
	}
}

func TestRunThatWritesMeanwhileWins(t *testing.T) {
	app, moved := application("checkout", 1), application("checkout", 2)
	cases := map[string]func(*Store) *interposed{
		"before the application is written in its new wave": func(s *Store) *interposed {
			return &interposed{Client: s.Client, beforePut: func() error {
				if _, err := s.Register(ctx, failover.DefaultPlan(), []failover.Application{moved}, noon); err != nil {
					return err
				}
				_, err := s.SetLive(ctx, moved, live(5, 0, 100))
				return err
			}}
		},
		"before it is removed from its old one": func(s *Store) *interposed {
			return &interposed{Client: s.Client, beforeDelete: func() error {
				_, err := s.SetLive(ctx, app, live(5, 0, 100))
				return err
			}}
		},
	}
	for name, interpose := range cases {
		t.Run(name, func(t *testing.T) {
			s := newStore(t)
			register(t, s, app)
			disturbed := &Store{Table: s.Table, Plan: s.Plan, Client: interpose(s)}
			if _, err := disturbed.Register(ctx, failover.DefaultPlan(), []failover.Application{moved}, noon); !errors.Is(err, errMoved) {
				t.Fatalf("got %v; want %v", err, errMoved)
			}
			register(t, s, moved)
			got := applications(t, s)
			if len(got) != 1 || got[0].Wave != 2 {
				t.Fatalf("got %v", names(got))
			}
			if diff := cmp.Diff(found(live(5, 0, 100), live(0, 0, 0)), got[0].Live); diff != "" {
				t.Errorf("live (-want +got):\n%s", diff)
			}
		})
	}
}

// TestWhatBelongsToAnotherApplicationIsNotRegisteredTwice: its file may know nothing of the other one.
func TestWhatBelongsToAnotherApplicationIsNotRegisteredTwice(t *testing.T) {
	first, second := application("checkout", 1), application("billing", 2)
	first.Records[0].Name, first.Records[0].Zone, first.Databases[0].GlobalCluster = "www.example.com", "Z1", "orders"
	second.Records, second.Databases = first.Records, first.Databases
	s := newStore(t)
	register(t, s, first)
	_, err := s.Register(ctx, failover.DefaultPlan(), []failover.Application{second}, noon)
	for _, want := range []string{
		"record www.example.com A of zone Z1 belongs to application checkout (wave 1) and application billing (wave 2); take it out of one of them",
		"global cluster orders belongs to application checkout (wave 1) and application billing (wave 2); give both the same wave",
	} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v; want it to say %q", err, want)
		}
	}
	if got := names(applications(t, s)); len(got) != 1 {
		t.Errorf("registered are %v; want what was there", got)
	}
	// What is named together replaces what is registered.
	first.Wave, first.Records = 2, application("checkout", 2).Records
	register(t, s, first, second)
}

func TestReconfiguringReplacesOnlyWhatWasRead(t *testing.T) {
	s := newStore(t)
	if _, err := s.Register(ctx, failover.DefaultPlan(), []failover.Application{application("shop", 1)}, noon); err != nil {
		t.Fatal(err)
	}
	read := func() failover.Application {
		t.Helper()
		apps, err := s.Applications(ctx)
		if err != nil || len(apps) != 1 || apps[0].Broken != "" {
			t.Fatalf("%v, %+v", err, apps)
		}
		return apps[0]
	}
	before, after := read(), read()
	after.Alarms = []string{"another"}
	for range 2 {
		if err := s.Reconfigure(ctx, before, after); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff(after, read()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	late := before
	late.Alarms = []string{"late"}
	if err := s.Reconfigure(ctx, before, late); !errors.Is(err, ErrReconfigured) {
		t.Errorf("got %v; want %v", err, ErrReconfigured)
	}
	gone := before
	gone.Name = "gone"
	if err := s.Reconfigure(ctx, gone, gone); !errors.Is(err, ErrReconfigured) {
		t.Errorf("an application that is not registered: got %v; want %v", err, ErrReconfigured)
	}
	if diff := cmp.Diff(after, read()); diff != "" {
		t.Errorf("it was changed (-want +got):\n%s", diff)
	}
}
