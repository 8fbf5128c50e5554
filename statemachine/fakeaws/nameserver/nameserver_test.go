package nameserver_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/miekg/dns"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/route53"
	"github.com/google/go-cmp/cmp"

	"github.com/drover-dr/drover/statemachine/fakeaws"
	"github.com/drover-dr/drover/statemachine/fakeaws/fakeawstest"
)

const (
	east = fakeawstest.East
	west = fakeawstest.West
)

// served is a simulator with the zone example.com, and the address of its name servers.
type served struct {
	fakeawstest.Served
	address string
}

func serve(t testing.TB, sets ...fakeaws.RecordSet) served {
	t.Helper()
	s := served{Served: fakeawstest.ServeZone(t)}
	s.put(t, sets...)
	udp, tcp, err := fakeaws.ListenDNS("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := s.ServeDNS(udp, tcp)
	t.Cleanup(func() {
		if err := server.Close(); err != nil {
			t.Error(err)
		}
	})
	s.address = udp.LocalAddr().String()
	return s
}

func (s served) put(t testing.TB, sets ...fakeaws.RecordSet) {
	t.Helper()
	for _, set := range sets {
		if err := s.PutRecordSet(fakeawstest.Zone, set); err != nil {
			t.Fatal(err)
		}
	}
}

func (s served) ask(t testing.TB, network, name string, kind uint16) *dns.Msg {
	t.Helper()
	q := new(dns.Msg)
	q.SetQuestion(name, kind)
	answer, _, err := (&dns.Client{Net: network, Timeout: 10 * time.Second}).Exchange(q, s.address)
	if err != nil {
		t.Fatalf("%s %s over %s: %v", name, dns.TypeToString[kind], network, err)
	}
	return answer
}

// text is an answer in one line: what it is, its records and the types of those of its authority.
func text(m *dns.Msg) string {
	parts := []string{dns.RcodeToString[m.Rcode]}
	if m.Authoritative {
		parts = append(parts, "aa")
	}
	for _, rr := range m.Answer {
		parts = append(parts, strings.Join(strings.Fields(rr.String()), " "))
	}
	for _, rr := range m.Ns {
		parts = append(parts, "authority "+rr.Header().Name+" "+dns.TypeToString[rr.Header().Rrtype])
	}
	return strings.Join(parts, "; ")
}

func simple(name, kind string, ttl int64, values ...string) fakeaws.RecordSet {
	return fakeaws.RecordSet{Name: name, Type: kind, TTL: ttl, Values: values}
}

func alias(name, kind, zone, target string) fakeaws.RecordSet {
	return fakeaws.RecordSet{Name: name, Type: kind, Alias: &fakeaws.AliasTarget{Zone: zone, Name: target}}
}

func TestAnswers(t *testing.T) {
	const balancer = "lb.us-west-2.elb.amazonaws.com"
	s := serve(t,
		simple("api.example.com", "A", 30, "192.0.2.7", "192.0.2.8"), simple("api.example.com", "AAAA", 30, "2001:db8::7"),
		simple("a.b.example.com", "TXT", 60, `"epoch=7" "a \"quoted\" one"`), simple("odd.example.com", "TXT", 60, `"\341\040b"`),
		simple("shop.example.com", "CNAME", 20, "api.example.com"), simple("away.example.com", "CNAME", 20, balancer),
		simple("loop.example.com", "CNAME", 20, "loop2.example.com"), simple("loop2.example.com", "CNAME", 20, "loop.example.com"),
		simple("*.wild.example.com", "A", 10, "192.0.2.9"), simple("x.y.wild.example.com", "A", 10, "192.0.2.10"),
		simple("mail.example.com", "MX", 300, "10 mx.example.com"),
		alias("in.example.com", "A", fakeawstest.Zone, "api.example.com"), alias("lb.example.com", "A", "Z1H1FL5HABSF5", balancer),
		fakeaws.RecordSet{Name: "many.example.com", Type: "A", SetIdentifier: "1", MultiValue: true, TTL: 60, Values: []string{"192.0.2.1"}},
		fakeaws.RecordSet{Name: "near.example.com", Type: "A", SetIdentifier: "1", Latency: "us-west-2", TTL: 60, Values: []string{"192.0.2.1"}},
	)
	address := s.Query(balancer, "A").Values[0]
	for _, c := range []struct{ name, kind, want string }{
		{"api.example.com.", "A", "NOERROR; aa; api.example.com. 30 IN A 192.0.2.7; api.example.com. 30 IN A 192.0.2.8"},
		{"API.example.COM.", "AAAA", "NOERROR; aa; API.example.COM. 30 IN AAAA 2001:db8::7"},
		{"www.example.com.", "A", "NOERROR; aa; www.example.com. 60 IN A 192.0.2.1"},
		{"a.b.example.com.", "TXT", `NOERROR; aa; a.b.example.com. 60 IN TXT "epoch=7" "a \"quoted\" one"`},
		{"odd.example.com.", "TXT", `NOERROR; aa; odd.example.com. 60 IN TXT "\225 b"`},
		{"mail.example.com.", "MX", "NOERROR; aa; mail.example.com. 300 IN MX 10 mx.example.com."},
		{"shop.example.com.", "A", "NOERROR; aa; shop.example.com. 20 IN CNAME api.example.com.; api.example.com. 30 IN A 192.0.2.7; api.example.com. 30 IN A 192.0.2.8"},
		{"shop.example.com.", "CNAME", "NOERROR; aa; shop.example.com. 20 IN CNAME api.example.com."},
		{"away.example.com.", "A", "NOERROR; aa; away.example.com. 20 IN CNAME " + balancer + "."},
		{"in.example.com.", "A", "NOERROR; aa; in.example.com. 30 IN A 192.0.2.7; in.example.com. 30 IN A 192.0.2.8"},
		{"lb.example.com.", "A", "NOERROR; aa; lb.example.com. 60 IN A " + address},
		{balancer + ".", "A", "NOERROR; aa; " + balancer + ". 60 IN A " + address},
		{"a.wild.example.com.", "A", "NOERROR; aa; a.wild.example.com. 10 IN A 192.0.2.9"},
		{"a.b.wild.example.com.", "A", "NOERROR; aa; a.b.wild.example.com. 10 IN A 192.0.2.9"},
		{"a.wild.example.com.", "AAAA", "NOERROR; aa; authority example.com. SOA"},
		{"a.y.wild.example.com.", "A", "NXDOMAIN; aa; authority example.com. SOA"},
		{"y.wild.example.com.", "A", "NOERROR; aa; authority example.com. SOA"},
		{"none.example.com.", "A", "NXDOMAIN; aa; authority example.com. SOA"},
		{"b.example.com.", "A", "NOERROR; aa; authority example.com. SOA"},
		{"api.example.com.", "MX", "NOERROR; aa; authority example.com. SOA"},
		{"example.com.", "A", "NOERROR; aa; authority example.com. SOA"},
		{"example.com.", "SOA", "NOERROR; aa; example.com. 900 IN SOA ns-1.awsdns-01.com. awsdns-hostmaster.amazon.com. 1 7200 900 1209600 86400"},
		{"near.example.com.", "A", "NOERROR; aa; near.example.com. 60 IN A 192.0.2.1"},
		{"many.example.com.", "A", "SERVFAIL; aa"},
		{"www.example.org.", "A", "REFUSED"},
		{"com.", "NS", "REFUSED"},
	} {
		for _, network := range []string{"udp", "tcp"} {
			if diff := cmp.Diff(c.want, text(s.ask(t, network, c.name, dns.StringToType[c.kind]))); diff != "" {
				t.Errorf("%s %s over %s (-want +got):\n%s", c.name, c.kind, network, diff)
			}
		}
	}
	if answer := s.ask(t, "udp", "loop.example.com.", dns.TypeA); len(answer.Answer) == 0 || len(answer.Answer) > 10 {
		t.Errorf("a loop of names has the answer %v", answer.Answer)
	}
}

func TestWhatIsNoQuestionIsRefused(t *testing.T) {
	s := serve(t)
	for want, change := range map[string]func(*dns.Msg){
		"NOTIMP":  func(m *dns.Msg) { m.Opcode = dns.OpcodeNotify },
		"REFUSED": func(m *dns.Msg) { m.Question[0].Qclass = dns.ClassCHAOS },
	} {
		q := new(dns.Msg)
		q.SetQuestion("www.example.com.", dns.TypeA)
		change(q)
		answer, _, err := new(dns.Client).Exchange(q, s.address)
		if err != nil || dns.RcodeToString[answer.Rcode] != want || len(answer.Answer) > 0 {
			t.Errorf("answer %v, %v; want %s", answer, err, want)
		}
	}
}

func TestALongAnswerComesOverTCP(t *testing.T) {
	var values []string
	for i := range 60 {
		values = append(values, fmt.Sprintf("192.0.2.%d", i+1))
	}
	s := serve(t, simple("many.example.com", "A", 60, values...))
	if answer := s.ask(t, "udp", "many.example.com.", dns.TypeA); !answer.Truncated || len(answer.Answer) >= 60 {
		t.Errorf("over UDP %d records, truncated %t", len(answer.Answer), answer.Truncated)
	}
	if answer := s.ask(t, "tcp", "many.example.com.", dns.TypeA); answer.Truncated || len(answer.Answer) != 60 {
		t.Errorf("over TCP %d records, truncated %t", len(answer.Answer), answer.Truncated)
	}
	q := new(dns.Msg)
	q.SetQuestion("many.example.com.", dns.TypeA)
	q.SetEdns0(4096, false)
	answer, _, err := (&dns.Client{UDPSize: 4096}).Exchange(q, s.address)
	if err != nil || answer.Truncated || len(answer.Answer) != 60 || answer.IsEdns0() == nil {
		t.Errorf("over UDP with EDNS: %v", err)
	}
}

// addresses asks n times and counts the addresses.
func (s served) addresses(t testing.TB, n int) map[string]int {
	t.Helper()
	got := map[string]int{}
	for range n {
		for _, rr := range s.ask(t, "udp", "www.example.com.", dns.TypeA).Answer {
			got[rr.(*dns.A).A.String()]++
		}
	}
	return got
}

func TestWeightedAnswersAreDrawnByWeightAndHealth(t *testing.T) {
	s := serve(t)
	weights := func(eastWeight, westWeight int) {
		t.Helper()
		for region, weight := range map[string]int{east: eastWeight, west: westWeight} {
			set := fakeawstest.WeightedSet("www.example.com", region, weight)
			set.HealthCheck = region
			s.put(t, set)
		}
	}
	s.SetHealthCheck(east, true)
	s.SetHealthCheck(west, true)
	for _, c := range []struct {
		east, west int
		sick       []string
		want       map[string]int
	}{
		{100, 0, nil, map[string]int{"192.0.2.1": 40}},
		{75, 25, nil, map[string]int{"192.0.2.1": 30, "192.0.2.2": 10}},
		{0, 0, nil, map[string]int{"192.0.2.1": 20, "192.0.2.2": 20}},
		{100, 0, []string{east}, map[string]int{"192.0.2.2": 40}},
		{100, 0, []string{east, west}, map[string]int{"192.0.2.1": 40}},
		{100, 0, []string{west}, map[string]int{"192.0.2.1": 40}},
	} {
		weights(c.east, c.west)
		for _, region := range c.sick {
			s.SetHealthCheck(region, false)
		}
		if got := s.addresses(t, 40); !within(c.want, got) {
			t.Errorf("weights %d and %d, unhealthy %v: %v; want %v", c.east, c.west, c.sick, got, c.want)
		}
		for _, region := range c.sick {
			s.SetHealthCheck(region, true)
		}
	}
}

// within says whether each count is the wanted one, or one beside it: record sets keep what they have collected.
func within(want, got map[string]int) bool {
	for address, n := range got {
		if d := n - want[address]; d < -1 || d > 1 {
			return false
		}
	}
	return len(want) == len(got)
}

func TestNameServersAnswerFromWhatIsInSync(t *testing.T) {
	s := serve(t)
	s.MustChange(t, fakeawstest.Shift()...)
	if got := text(s.ask(t, "udp", "www.example.com.", dns.TypeA)); !strings.HasSuffix(got, "192.0.2.1") {
		t.Errorf("while the change is PENDING: %s", got)
	}
	s.Pass(30 * time.Second)
	s.SetControlPlane(true)
	if got := text(s.ask(t, "udp", "www.example.com.", dns.TypeA)); !strings.HasSuffix(got, "192.0.2.2") {
		t.Errorf("once it is INSYNC: %s", got)
	}
}

func TestGoResolvesNames(t *testing.T) {
	s := serve(t, simple("text.example.com", "TXT", 60, `"epoch=7"`))
	resolver := &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, network, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, network, s.address)
	}}
	if got, err := resolver.LookupHost(t.Context(), "www.example.com."); err != nil || !slices.Equal(got, []string{"192.0.2.1"}) {
		t.Errorf("www.example.com = %v, %v", got, err)
	}
	if got, err := resolver.LookupTXT(t.Context(), "text.example.com."); err != nil || !slices.Equal(got, []string{"epoch=7"}) {
		t.Errorf("text.example.com = %v, %v", got, err)
	}
	found, err := resolver.LookupNS(t.Context(), "example.com.")
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, ns := range found {
		names = append(names, strings.TrimSuffix(ns.Host, "."))
	}
	zone, err := s.Route53().GetHostedZone(t.Context(), &route53.GetHostedZoneInput{Id: aws.String(fakeawstest.Zone)})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(names)
	slices.Sort(zone.DelegationSet.NameServers)
	if diff := cmp.Diff(zone.DelegationSet.NameServers, names); diff != "" || len(names) != 4 {
		t.Errorf("name servers of GetHostedZone and of DNS (-API +DNS):\n%s", diff)
	}
	_, err = resolver.LookupHost(t.Context(), "none.example.com.")
	if dnsErr := (*net.DNSError)(nil); !errors.As(err, &dnsErr) || !dnsErr.IsNotFound {
		t.Errorf("none.example.com = %v; want that it is not found", err)
	}
}
