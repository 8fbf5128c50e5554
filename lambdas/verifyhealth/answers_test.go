package verifyhealth

import (
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	mdns "github.com/miekg/dns"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/registry"
	"github.com/drover-dr/drover/lambdas/internal/nameservers"
	"github.com/drover-dr/drover/statemachine/fakeaws"
)

// named is a name server on loopback with one address for each name; a name without one does not exist.
type named struct {
	mu      sync.Mutex
	address map[string]string
	asked   []string
}

func (n *named) set(name, address string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.address[name] = address
}

func (n *named) ServeDNS(w mdns.ResponseWriter, r *mdns.Msg) {
	n.mu.Lock()
	defer n.mu.Unlock()
	q := r.Question[0]
	n.asked = append(n.asked, q.Name)
	m := new(mdns.Msg)
	m.SetReply(r)
	address, ok := n.address[strings.TrimSuffix(q.Name, ".")]
	if !ok {
		m.Rcode = mdns.RcodeNameError
	} else if rr, err := mdns.NewRR(q.Name + " 60 A " + address); err == nil {
		m.Answer = append(m.Answer, rr)
	}
	_ = w.WriteMsg(m)
}

// newSwitched is a stand of a plan with a switch, whose zone has weights pending, and its name server.
func newSwitched(t *testing.T, names ...string) (*stand, *named) {
	t.Helper()
	s := newStand(t, names...)
	s.Registry.Plan.Switches = []failover.Switch{{Name: "default", Lever: failover.EndpointLever}}
	n := &named{address: map[string]string{}}
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	s.must(err)
	server := &mdns.Server{PacketConn: conn, Handler: n}
	go func() { _ = server.ActivateAndServe() }()
	t.Cleanup(func() { _ = server.Shutdown() })
	s.NameServers = nameservers.Client{Servers: []string{conn.LocalAddr().String()}}
	s.evacuate(east)
	for _, name := range names {
		s.setWeight(name, east, 100)
		s.setWeight(name, west, 0)
		n.set(name+".example.com", "192.0.2.1")
	}
	return s, n
}

// evacuate writes the switch.
func (s *stand) evacuate(region failover.Region) {
	s.t.Helper()
	_, err := s.Registry.WriteSwitch(s.t.Context(), "default", registry.SwitchState{Evacuated: region, Epoch: 1, Run: "run-1", At: begin})
	s.must(err)
}

// switched asks for a check of a run that has moved users by its switch, long after that.
func switched(req *failover.VerifyRequest) {
	req.Run.Switches = []string{"default"}
	req.SetAside = failover.Aside{{Kind: failover.PendingKind, Object: "example.com", Zone: zone}}
	req.ShiftedAt = begin.Add(-time.Hour)
}

// TestUsersOfASwitchAreVerifiedByTheNameServers, without any call to the control plane, which may be gone.
func TestUsersOfASwitchAreVerifiedByTheNameServers(t *testing.T) {
	s, n := newSwitched(t, "checkout", "search")
	s.world.Inject(fakeaws.Fault{Service: "route53", Error: &fakeaws.APIError{Code: "ServiceUnavailable", Status: 503}})
	before := len(s.world.Calls())
	check(t, "the names resolve to the target", passed(1), s.attempt(switched))
	for _, call := range s.world.Calls()[before:] {
		if call.Service == "route53" {
			t.Errorf("the control plane is asked: %s", call.Operation)
		}
	}
	n.set("search.example.com", "203.0.113.9")
	got := s.attempt(switched)
	const want = "record search.example.com A: the name servers of example.com answer 203.0.113.9; expected 192.0.2.1 of us-west-2"
	if got.Verdict != failover.Pending || len(got.Reasons) != 1 || got.Reasons[0] != want {
		t.Errorf("one name resolves to another address: got %s, %q; want %q", got.Verdict, got.Reasons, want)
	}
	delete(n.address, "search.example.com")
	if got := s.attempt(switched); got.Verdict != failover.Pending || !strings.Contains(strings.Join(got.Reasons, " "), "answer nothing; expected 192.0.2.1") {
		t.Errorf("a name does not exist: got %s, %q", got.Verdict, got.Reasons)
	}
}

// TestAZoneWithoutNameServersIsJudgedByItsMetrics: a private zone has none that can be reached.
func TestAZoneWithoutNameServersIsJudgedByItsMetrics(t *testing.T) {
	s, _ := newSwitched(t, "checkout")
	silent, err := net.ListenPacket("udp", "127.0.0.1:0")
	s.must(err)
	t.Cleanup(func() { _ = silent.Close() })
	s.NameServers = nameservers.Client{Servers: []string{silent.LocalAddr().String()}}
	check(t, "healthy", passed(1), s.attempt(switched))
	s.serve("checkout", 10)
	if got := s.attempt(switched); got.Verdict == failover.Passed {
		t.Errorf("unhealthy: got %+v", got)
	}
}

// TestTheNameServersOfAPublicZoneSayNothingOfAPrivateOne of the same name.
func TestTheNameServersOfAPublicZoneSayNothingOfAPrivateOne(t *testing.T) {
	s, n := newSwitched(t, "checkout")
	n.set("checkout.example.com", "203.0.113.9") // that of the public zone
	if got := s.attempt(switched); got.Verdict != failover.Pending {
		t.Errorf("a public zone: got %+v; want it pending", got)
	}
	s.apps[0].Records[0].Private = true
	_, err := s.Registry.Register(t.Context(), failover.DefaultPlan(), s.apps, s.world.Now())
	s.must(err)
	check(t, "a private zone", passed(1), s.attempt(switched))
}

// TestADatapointFromBeforeUsersCameByTheSwitchSaysNothing: health checks take their time, and resolvers the TTL.
func TestADatapointFromBeforeUsersCameByTheSwitchSaysNothing(t *testing.T) {
	s, _ := newSwitched(t, "checkout")
	shifted := s.world.Now()
	at := func(req *failover.VerifyRequest) { switched(req); req.ShiftedAt = shifted }
	s.world.AdvanceTo(shifted.Add(75 * time.Second))
	s.serve("checkout", 100)
	s.world.AdvanceTo(shifted.Add(79 * time.Second))
	if got := s.attempt(at); got.Verdict != failover.Pending {
		t.Errorf("within delay and TTL: got %+v; want it pending", got)
	}
	s.world.AdvanceTo(shifted.Add(95 * time.Second))
	s.serve("checkout", 100)
	s.world.AdvanceTo(shifted.Add(105 * time.Second))
	check(t, "after both", passed(1), s.attempt(at))
}

// TestAZoneOfManyNamesIsSampled: all record sets of a switch carry the same two health checks.
func TestAZoneOfManyNamesIsSampled(t *testing.T) {
	s, n := newSwitched(t, "a", "b", "c", "d", "e", "f")
	check(t, "six names", passed(1), s.attempt(switched))
	if got := strings.Join(n.asked, " "); got != "a.example.com. d.example.com. f.example.com." {
		t.Errorf("asked %s; want the first, the middle and the last", got)
	}
}

// TestWithoutASwitchNoNameServerIsAsked: weights are verified by GetChange.
func TestWithoutASwitchNoNameServerIsAsked(t *testing.T) {
	s, n := newSwitched(t, "checkout")
	s.setWeight("checkout", east, 0)
	s.setWeight("checkout", west, 100)
	s.apps[0].Switch = failover.NoSwitch
	_, err := s.Registry.Register(t.Context(), s.Registry.Plan, s.apps, s.world.Now())
	s.must(err)
	check(t, "moved by weights", passed(1), s.attempt())
	if len(n.asked) > 0 {
		t.Errorf("asked %v", n.asked)
	}
}

// TestPendingWeightsNeedTheSwitch: a stage does not pass when the switch no longer keeps users out of the Region that the weights
// name, although a name server has not noticed yet.
func TestPendingWeightsNeedTheSwitch(t *testing.T) {
	s, _ := newSwitched(t, "checkout")
	s.evacuate("")
	rollback := func(req *failover.VerifyRequest) {
		switched(req)
		req.SetAside, req.Run.Action, req.Run.Phase = nil, failover.Failback, failover.Rollback
	}
	for name, of := range map[string]func(*failover.VerifyRequest){"a failover": switched, "a rollback": rollback} {
		got := s.attempt(of)
		if got.Verdict != failover.Pending || !strings.Contains(strings.Join(got.Reasons, " "), "checkout: switch default: its users do not leave us-east-1") {
			t.Errorf("%s: got %s, %q", name, got.Verdict, got.Reasons)
		}
	}
}

// TestARunThatWritesPendingWeightsChecksNeitherHealthNorWriters: no user and no writer moves by it.
func TestARunThatWritesPendingWeightsChecksNeitherHealthNorWriters(t *testing.T) {
	s, _ := newSwitched(t, "checkout")
	s.setWeight("checkout", east, 0)
	s.setWeight("checkout", west, 100)
	s.serve("checkout", 10)
	finishes := func(req *failover.VerifyRequest) {
		req.Run.Switches, req.Run.OnlyWeights = []string{"default"}, true
	}
	if got := s.attempt(finishes); got.Verdict != failover.Passed {
		t.Errorf("unhealthy: got %+v; want passed", got)
	}
}

// TestDatapointsOfAPlannedRunCountAfterItsSwitchIsReset, which takes as long as users need to leave.
func TestDatapointsOfAPlannedRunCountAfterItsSwitchIsReset(t *testing.T) {
	s, _ := newSwitched(t, "checkout")
	shifted := s.world.Now()
	at := func(req *failover.VerifyRequest) {
		switched(req)
		req.SetAside, req.ShiftedAt, req.Run.Action = nil, shifted, failover.Failback
	}
	s.setWeight("checkout", east, 0)
	s.setWeight("checkout", west, 100)
	s.world.AdvanceTo(shifted.Add(75 * time.Second))
	s.serve("checkout", 100)
	s.world.AdvanceTo(shifted.Add(79 * time.Second))
	if got := s.attempt(at); got.Verdict != failover.Pending {
		t.Errorf("within delay and TTL: got %+v; want it pending", got)
	}
}
