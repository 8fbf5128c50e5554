package nameservers

import (
	"errors"
	"net"
	"slices"
	"testing"

	"github.com/miekg/dns"
)

// serve answers on loopback, with another implementation of DNS than the client's, and returns the address.
func serve(t *testing.T, answer func(q dns.Question, m *dns.Msg)) string {
	t.Helper()
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := &dns.Server{PacketConn: conn, Handler: dns.HandlerFunc(func(w dns.ResponseWriter, r *dns.Msg) {
		m := new(dns.Msg)
		m.SetReply(r)
		m.Authoritative = true
		answer(r.Question[0], m)
		_ = w.WriteMsg(m)
	})}
	go func() { _ = server.ActivateAndServe() }()
	t.Cleanup(func() { _ = server.Shutdown() })
	return conn.LocalAddr().String()
}

func record(t *testing.T, text string) dns.RR {
	t.Helper()
	rr, err := dns.NewRR(text)
	if err != nil {
		t.Fatal(err)
	}
	return rr
}

// silent is an address at which nothing answers.
func silent(t *testing.T) string {
	t.Helper()
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return conn.LocalAddr().String()
}

func TestTheAnswerIsWhatTheNameServerHas(t *testing.T) {
	address := serve(t, func(q dns.Question, m *dns.Msg) {
		switch {
		case q.Name == "gone.example.com.":
			m.Rcode = dns.RcodeNameError
		case q.Name == "broken.example.com.":
			m.Rcode = dns.RcodeServerFailure
		case q.Qtype == dns.TypeA:
			m.Answer = append(m.Answer, record(t, q.Name+" 60 A 198.51.100.10"), record(t, q.Name+" 60 A 192.0.2.1"))
		case q.Qtype == dns.TypeAAAA:
			m.Answer = append(m.Answer, record(t, q.Name+" 60 AAAA 2001:db8::1"))
		case q.Qtype == dns.TypeCNAME:
			m.Answer = append(m.Answer, record(t, q.Name+" 60 CNAME LB.example.net."))
		}
	})
	for _, c := range []struct {
		name, recordType string
		servers          []string
		want             []string
		err              error
	}{
		{"checkout.example.com", "A", []string{address}, []string{"192.0.2.1", "198.51.100.10"}, nil},
		{"checkout.example.com.", "AAAA", []string{address}, []string{"2001:db8::1"}, nil},
		{"*.example.com", "CNAME", []string{address}, []string{"lb.example.net"}, nil},
		{"gone.example.com", "A", []string{address}, []string{}, nil},
		{"broken.example.com", "A", []string{address}, nil, ErrNoAnswer},
		{"checkout.example.com", "A", []string{silent(t), address}, []string{"192.0.2.1", "198.51.100.10"}, nil},
		{"checkout.example.com", "A", []string{silent(t)}, nil, ErrNoAnswer},
		{"checkout.example.com", "A", nil, nil, ErrNoAnswer},
	} {
		got, err := Client{}.Ask(t.Context(), c.servers, c.name, c.recordType)
		if !slices.Equal(got, c.want) || !errors.Is(err, c.err) || (got == nil) != (c.want == nil) {
			t.Errorf("%s %s of %v: got %q, %v; want %q, %v", c.name, c.recordType, c.servers, got, err, c.want, c.err)
		}
	}
	if _, err := (Client{}).Ask(t.Context(), []string{address}, "checkout.example.com", "NS"); err == nil {
		t.Error("NS: got no error")
	}
}

func TestAnAnswerToAnotherQuestionIsNone(t *testing.T) {
	address := serve(t, func(_ dns.Question, m *dns.Msg) { m.Id++ })
	if got, err := (Client{}).Ask(t.Context(), []string{address}, "a.example.com", "A"); !errors.Is(err, ErrNoAnswer) {
		t.Errorf("got %q, %v; want no answer", got, err)
	}
}

func TestServersThatAreGivenAreAskedInPlaceOfTheZones(t *testing.T) {
	got, err := Client{Servers: []string{"127.0.0.1:5353"}}.Of(t.Context(), "example.com")
	if err != nil || !slices.Equal(got, []string{"127.0.0.1:5353"}) {
		t.Errorf("got %v, %v", got, err)
	}
}

// TestAnAnswerIsOfTheTypeThatWasAsked: a name server answers with the CNAME that leads to the address too.
func TestAnAnswerIsOfTheTypeThatWasAsked(t *testing.T) {
	for _, first := range []bool{true, false} {
		address := serve(t, func(q dns.Question, m *dns.Msg) {
			m.Answer = []dns.RR{record(t, q.Name+" 60 CNAME lb.example.com."), record(t, "lb.example.com. 60 A 192.0.2.1")}
			if !first {
				slices.Reverse(m.Answer)
			}
		})
		for kind, want := range map[string]string{"A": "192.0.2.1", "CNAME": "lb.example.com"} {
			if got, err := (Client{}).Ask(t.Context(), []string{address}, "www.example.com", kind); err != nil || len(got) != 1 || got[0] != want {
				t.Errorf("%s: %q, %v; want %s alone", kind, got, err, want)
			}
		}
	}
}
