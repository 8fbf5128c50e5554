package attach

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/registry"
	"github.com/drover-dr/drover/statemachine/fakeaws"
)

// TestAHealthCheckOfTheUsersOwnStays: only one that is calculated of the switch's, and is unhealthy when that one is, will do.
func TestAHealthCheckOfTheUsersOwnStays(t *testing.T) {
	children := []string{id("default", east), "aa"}
	for _, c := range []struct {
		name  string
		check fakeaws.HealthCheck
		ok    bool
	}{
		{"another health check", fakeaws.HealthCheck{Type: "HTTPS", Host: "example.com"}, false},
		{"calculated of both", fakeaws.HealthCheck{Type: "CALCULATED", Children: children, HealthThreshold: 2}, true},
		{"one of them suffices", fakeaws.HealthCheck{Type: "CALCULATED", Children: children, HealthThreshold: 1}, false},
		{"never healthy", fakeaws.HealthCheck{Type: "CALCULATED", Children: children, HealthThreshold: 3}, false},
		{"of the other Region's", fakeaws.HealthCheck{Type: "CALCULATED", Children: []string{id("default", west), "aa"}, HealthThreshold: 2}, false},
		{"inverted", fakeaws.HealthCheck{Type: "CALCULATED", Children: children, HealthThreshold: 2, Inverted: true}, false},
		{"disabled", fakeaws.HealthCheck{Type: "CALCULATED", Children: children, HealthThreshold: 2, Disabled: true}, false},
	} {
		app := application("shop", record("Z1", "shop"))
		s := newScene(t, app)
		s.world.SetHealthCheck("aa", true)
		c.check.ID = "cc"
		s.must(s.world.AddHealthCheck(c.check))
		e := app.Records[0].Endpoints[east]
		e.HealthCheck = "cc"
		app.Records[0].Endpoints[east] = e
		s.put(app.Records[0], east, 100)
		_, err := s.store.Register(t.Context(), s.plan, []failover.Application{app}, s.world.Now())
		s.must(err)
		todo, err := s.read(false, "default")
		conflict := (*ConflictError)(nil)
		switch {
		case c.ok:
			s.must(err)
			s.must(s.apply(t.Context(), todo))
			if got := s.live("Z1"); got != "shop us-east-1 cc, shop us-west-2 "+id("default", west) || s.armed() != "shop true" {
				t.Errorf("%s: got %s, %s", c.name, got, s.armed())
			}
			if again := s.mustRead(false, "default"); !again.Done() {
				t.Errorf("%s: a second call has to do %v", c.name, again.Lines())
			}
			s.must(s.apply(t.Context(), s.mustRead(true, "default")))
			if got := s.live("Z1"); got != "shop us-east-1 cc, shop us-west-2 none" || s.armed() != "shop false" {
				t.Errorf("%s, detached: got %s, %s", c.name, got, s.armed())
			}
		case !errors.As(err, &conflict) || len(conflict.Sets) != 1 || !strings.HasPrefix(conflict.Sets[0], "application shop, record set shop.z1.example A us-east-1: it carries the health check cc") ||
			!strings.Contains(conflict.Sets[0], "both cc and "+id("default", east)+" as children") || !strings.Contains(conflict.Sets[0], "`switch: none`"):
			t.Errorf("%s: got %v; want the health check, and what to do", c.name, err)
		case len(s.world.Batches()) > 0:
			t.Errorf("%s: something was changed", c.name)
		}
	}
}

func TestWhatCannotCarryAHealthCheckIsNamed(t *testing.T) {
	s := newScene(t, three()...)
	s.must(s.world.RemoveRecordSets("Z2", "wiki.z2.example", "A"))
	_, err := s.read(false, "default")
	if conflict := (*ConflictError)(nil); !errors.As(err, &conflict) || len(conflict.Sets) != 2 || !strings.Contains(err.Error(), "zone Z2 has no weighted record set us-west-2 of it") {
		t.Errorf("a record that is not there: got %v", err)
	}
	app := application("shop", record("Z1", "shop"))
	app.Records[0].Endpoints[east] = failover.Endpoint{Value: "192.0.2.1", HealthCheck: "aa"}
	s = newScene(t)
	s.world.SetHealthCheck("aa", true)
	_, err = s.store.Register(t.Context(), s.plan, []failover.Application{app}, s.world.Now())
	s.must(err)
	for _, region := range []failover.Region{east, west} {
		s.put(record("Z1", "shop"), region, 0)
	}
	if _, err = s.read(false, "default"); err == nil || !strings.Contains(err.Error(), "registered with the health check aa, and Route 53 has none") {
		t.Errorf("registry and Route 53 differ: got %v", err)
	}
}

// TestARecordSetGetsTheHealthCheckOfItsSwitch: a new one for one that was replaced, another one when the application changes its
// switch, and none when it uses none any more. An application of no switch of the request is left alone.
func TestARecordSetGetsTheHealthCheckOfItsSwitch(t *testing.T) {
	app := application("shop", record("Z1", "shop"))
	other := application("wiki", record("Z2", "wiki"))
	other.Switch = "batch"
	s := newScene(t, app, other)
	s.must(s.apply(t.Context(), s.mustRead(false, "default")))
	if got := s.armed(); got != "shop true, wiki false" {
		t.Errorf("one switch of two: got %s", got)
	}
	s.publish("default", east, "bb")
	if got := s.armed(); got != "shop false, wiki false" {
		t.Errorf("replaced: got %s", got)
	}
	s.must(s.apply(t.Context(), s.mustRead(false, "default", "batch")))
	if got, want := s.live("Z1"), "shop us-east-1 bb, shop us-west-2 "+id("default", west); got != want || s.armed() != "shop true, wiki true" {
		t.Errorf("replaced: got %s, %s; want %s", got, s.armed(), want)
	}
	for _, c := range []struct{ name, want string }{{"batch", carried("shop", "batch")}, {failover.NoSwitch, "shop us-east-1 none, shop us-west-2 none"}} {
		app.Switch = c.name
		_, err := s.store.Register(t.Context(), s.plan, s.checks().Keep(s.apps(), []failover.Application{app}), s.world.Now())
		s.must(err)
		if got := s.armed(); !strings.HasPrefix(got, "shop false") {
			t.Errorf("switch %s, registered: got %s", c.name, got)
		}
		s.must(s.apply(t.Context(), s.mustRead(false, "default", "batch")))
		if got := s.live("Z1"); got != c.want {
			t.Errorf("switch %s: got %s; want %s", c.name, got, c.want)
		}
	}
}

// TestARegistrationKeepsTheHealthChecksOfSwitches, which no file names, and takes all others from the file.
func TestARegistrationKeepsTheHealthChecksOfSwitches(t *testing.T) {
	s := newScene(t, three()...)
	s.must(s.apply(t.Context(), s.mustRead(false, "default")))
	file := three()
	file[1].Records[0].Endpoints[east] = failover.Endpoint{Value: "192.0.2.9", HealthCheck: "aa"}
	kept := s.checks().Keep(s.apps(), file)
	if !s.checks().Of("default").Carried(kept[0]) || s.checks().Of("default").Carried(kept[1]) || kept[1].Records[0].Endpoints[east].HealthCheck != "aa" {
		t.Errorf("got %+v", kept)
	}
	if file[0].Records[0].Endpoints[east].HealthCheck != "" {
		t.Error("the file's own applications were changed")
	}
}

func TestUnpublishedHealthChecksAreNamed(t *testing.T) {
	plan := failover.DefaultPlan()
	plan.Switches = []failover.Switch{{Name: "default", Lever: failover.EndpointLever}, {Name: "arc", Lever: failover.RoutingControlLever, RoutingControl: &failover.RoutingControl{
		HealthChecks: map[failover.Region]string{east: "ee", west: "dd"},
	}}}
	c := NewChecks(plan, []registry.SwitchCheck{{Switch: "default", Region: west, ID: "ff"}})
	if diff := cmp.Diff([]failover.Region{east}, c.Unpublished("default")); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if got := c.Unpublished("arc"); len(got) > 0 {
		t.Errorf("a routing control: got %v; the plan has its health checks", got)
	}
	if got := c.Of("arc")[east]; got != "ee" {
		t.Errorf("got %s", got)
	}
}
