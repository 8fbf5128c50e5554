package verifyhealth

import (
	"net"
	"strings"
	"testing"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/lambdas/internal/nameservers"
)

// keptOutStand is a stand whose weights are those of the target Region and whose switch is reset, as the registry says. Its name server
// answers as the weights do.
func keptOutStand(t *testing.T, adjust func(*failover.Record)) (*stand, *named) {
	t.Helper()
	s, n := newSwitched(t, "checkout", "search")
	s.evacuate("")
	for i, name := range []string{"checkout", "search"} {
		s.setWeight(name, east, 0)
		s.setWeight(name, west, 100)
		s.apps[i].Records[0].Endpoints[east] = failover.Endpoint{Value: "203.0.113.9"}
		adjust(&s.apps[i].Records[0])
	}
	_, err := s.Registry.Register(t.Context(), s.Registry.Plan, s.apps, s.world.Now())
	s.must(err)
	return s, n
}

// TestASwitchThatTheRegistryDoesNotShowKeepsUsersOut: another run has flipped it in the Region that this one cannot reach. The check that
// may pass asks the name servers, where the weights alone would send users to the target Region.
func TestASwitchThatTheRegistryDoesNotShowKeepsUsersOut(t *testing.T) {
	s, n := keptOutStand(t, func(*failover.Record) {})
	check(t, "users arrive", passed(1), s.attempt())
	n.set("search.example.com", "198.51.100.7") // no endpoint of its own, such as one that was registered since
	check(t, "users arrive at another endpoint", passed(1), s.attempt())
	n.set("search.example.com", "203.0.113.9")
	got := s.attempt()
	if text := strings.Join(got.Reasons, " "); got.Verdict != failover.Pending || !strings.Contains(text, "record search.example.com A: the name servers of example.com answer 203.0.113.9 of us-east-1, whose weight is 0: switch default keeps users there") {
		t.Errorf("kept out: got %s, %q", got.Verdict, got.Reasons)
	}
	half, asked := 50, len(n.asked)
	for name, adjust := range map[string]func(*failover.VerifyRequest){
		"another check before it may pass": func(req *failover.VerifyRequest) { req.Stage.Passes = 3 },
		"a run that only writes weights":   func(req *failover.VerifyRequest) { req.Run.OnlyWeights = true },
		"half of the traffic":              func(req *failover.VerifyRequest) { req.Stage.Percent = &half },
		"weights of before":                func(req *failover.VerifyRequest) { req.Stage.Restore = true },
	} {
		if s.attempt(adjust); len(n.asked) > asked {
			t.Errorf("%s: asked %v", name, n.asked[asked:])
		}
	}
	silent, err := net.ListenPacket("udp", "127.0.0.1:0")
	s.must(err)
	t.Cleanup(func() { _ = silent.Close() })
	s.NameServers = nameservers.Client{Servers: []string{silent.LocalAddr().String()}}
	check(t, "name servers that cannot be reached", passed(1), s.attempt())
}

// TestOfEachSwitchOneZoneIsAsked, and none that is private.
func TestOfEachSwitchOneZoneIsAsked(t *testing.T) {
	s, n := keptOutStand(t, func(r *failover.Record) { r.Private = true })
	check(t, "private", passed(1), s.attempt())
	if len(n.asked) > 0 {
		t.Errorf("a private zone: asked %v", n.asked)
	}
	l := newAttempt(nil)
	second := s.apps[1]
	second.Records[0].Private, s.apps[0].Records[0].Private = false, false
	second.Records[0].Zone = "Z2"
	s.must(s.keptOut(t.Context(), l, s.request(), []failover.Application{s.apps[0], second}))
	if got := strings.Join(n.asked, " "); got != "checkout.example.com." {
		t.Errorf("two zones of one switch: asked %s; want the first zone", got)
	}
}
