// Package nameserver answers DNS queries over UDP and TCP from the hosted zones of the simulator, as the authoritative name
// servers of Route 53 do.
package nameserver

import (
	"errors"
	"fmt"
	"net"
	"strings"
	"sync"

	"github.com/miekg/dns"
)

// Answer is the zones' answer to one question.
type Answer struct {
	// Zone is the name of the zone; empty when no zone has the name.
	Zone string
	// Exists says whether the name exists, with records of any type.
	Exists bool
	// Type is that of the records, the one that was asked for or CNAME; empty for no records.
	Type string
	TTL  int64
	// Values are the records, written as in Route 53's API.
	Values []string
	// NoAnswer says that there are records that the server cannot choose from.
	NoAnswer bool
}

// Zones are where the answers come from. Query takes a name without escapes and trailing dot, in lower case.
type Zones interface {
	Query(name, recordType string) Answer
}

// maxCNAMEs is how many CNAME records an answer follows at most.
const maxCNAMEs = 8

// Server answers until it is closed.
type Server struct {
	zones   Zones
	servers []*dns.Server
	ended   sync.WaitGroup
}

// Serve answers on the connections until the server is closed; either may be nil. The server closes them.
func Serve(zones Zones, udp net.PacketConn, tcp net.Listener) *Server {
	s := &Server{zones: zones}
	if udp != nil {
		s.start(&dns.Server{PacketConn: udp})
	}
	if tcp != nil {
		s.start(&dns.Server{Listener: tcp})
	}
	return s
}

// start starts a server and returns when it answers.
func (s *Server) start(server *dns.Server) {
	server.Handler = dns.HandlerFunc(s.serve)
	started := make(chan struct{})
	server.NotifyStartedFunc = sync.OnceFunc(func() { close(started) })
	s.ended.Go(func() {
		_ = server.ActivateAndServe() // ends with Close, or when the connection is closed
		server.NotifyStartedFunc()
	})
	<-started
	s.servers = append(s.servers, server)
}

// Close ends the server when the answers in progress are sent.
func (s *Server) Close() error {
	var all []error
	for _, server := range s.servers {
		all = append(all, server.Shutdown())
	}
	s.ended.Wait()
	return errors.Join(all...)
}

// Listen opens one port of an address for UDP and TCP; port 0 is a free one.
func Listen(address string) (udp net.PacketConn, tcp net.Listener, err error) {
	const tries = 10 // a port that is free for UDP may be taken for TCP
	for range tries {
		if udp, err = net.ListenPacket("udp", address); err != nil {
			return nil, nil, fmt.Errorf("listen for DNS on %s: %w", address, err)
		}
		if tcp, err = net.Listen("tcp", udp.LocalAddr().String()); err == nil {
			return udp, tcp, nil
		}
		_ = udp.Close()
	}
	return nil, nil, fmt.Errorf("listen for DNS on %s: %w", address, err)
}

// serve answers one message.
func (s *Server) serve(w dns.ResponseWriter, r *dns.Msg) {
	m := s.reply(r)
	size := dns.MinMsgSize
	if opt := r.IsEdns0(); opt != nil {
		size = max(size, int(opt.UDPSize()))
		m.SetEdns0(opt.UDPSize(), opt.Do())
	}
	if _, overUDP := w.LocalAddr().(*net.UDPAddr); overUDP {
		m.Truncate(size)
	}
	_ = w.WriteMsg(m) // the client may have gone
}

// Reply answers one message without a connection.
func Reply(zones Zones, message []byte) ([]byte, error) {
	var r dns.Msg
	if err := r.Unpack(message); err != nil {
		return nil, err
	}
	m := (&Server{zones: zones}).reply(&r)
	m.Truncate(dns.MinMsgSize)
	return m.Pack()
}

func (s *Server) reply(r *dns.Msg) *dns.Msg {
	m := new(dns.Msg)
	switch {
	case r.Opcode != dns.OpcodeQuery || len(r.Question) != 1:
		return m.SetRcode(r, dns.RcodeNotImplemented)
	case r.Question[0].Qclass != dns.ClassINET:
		return m.SetRcode(r, dns.RcodeRefused)
	}
	m.SetReply(r)
	m.Authoritative = true
	s.answer(m, r.Question[0])
	return m
}

// answer fills in the answer, with the targets of CNAME records as far as they are in the same zone.
func (s *Server) answer(m *dns.Msg, q dns.Question) {
	name, zone := q.Name, ""
	for range maxCNAMEs {
		a := s.zones.Query(unescape(name), dns.TypeToString[q.Qtype])
		switch {
		case zone == "" && a.Zone == "":
			m.Authoritative = false
			m.Rcode = dns.RcodeRefused
			return
		case a.NoAnswer:
			m.Rcode = dns.RcodeServerFailure
			return
		case zone != "" && a.Zone != zone:
			return
		}
		zone = a.Zone
		if a.Type == "" {
			s.deny(m, a)
			return
		}
		records, err := a.records(name)
		if err != nil {
			m.Rcode = dns.RcodeServerFailure
			return
		}
		m.Answer = append(m.Answer, records...)
		if a.Type != "CNAME" || q.Qtype == dns.TypeCNAME {
			return
		}
		name = records[0].(*dns.CNAME).Target
	}
}

// deny answers that there is no such name, or no record of the type; the zone's SOA says how long that may be kept.
func (s *Server) deny(m *dns.Msg, a Answer) {
	if !a.Exists {
		m.Rcode = dns.RcodeNameError
	}
	soa := s.zones.Query(a.Zone, "SOA")
	if records, err := soa.records(dns.Fqdn(a.Zone)); err == nil {
		m.Ns = records
	}
}

// records are the values on the wire, under the name as the question writes it.
func (a Answer) records(owner string) ([]dns.RR, error) {
	var all []dns.RR
	for _, value := range a.Values {
		if a.Type == "CNAME" || a.Type == "NS" {
			value = dns.Fqdn(value)
		}
		record, err := dns.NewRR(fmt.Sprintf("%s %d IN %s %s", owner, a.TTL, a.Type, decimal(value)))
		if err != nil {
			return nil, err
		}
		all = append(all, record)
	}
	return all, nil
}

// decimal writes Route 53's escapes, which are octal, as those of zone files, which are decimal.
func decimal(value string) string {
	var b strings.Builder
	for i := 0; i < len(value); i++ {
		var c int
		if value[i] == '\\' && i+3 < len(value) && isOctal(value[i+1:i+4]) {
			_, _ = fmt.Sscanf(value[i+1:i+4], "%o", &c)
			fmt.Fprintf(&b, `\%03d`, c)
			i += 3
			continue
		}
		b.WriteByte(value[i])
	}
	return b.String()
}

func isOctal(digits string) bool { return strings.Trim(digits, "01234567") == "" }

// unescape is a name of a message without escapes and without its trailing dot.
func unescape(name string) string {
	var b strings.Builder
	for i := 0; i < len(name); i++ {
		var c int
		switch {
		case name[i] == '\\' && i+3 < len(name) && strings.Trim(name[i+1:i+4], "0123456789") == "":
			_, _ = fmt.Sscanf(name[i+1:i+4], "%d", &c)
			b.WriteByte(byte(c))
			i += 3
		case name[i] == '\\' && i+1 < len(name):
			i++
			b.WriteByte(name[i])
		default:
			b.WriteByte(name[i])
		}
	}
	return strings.ToLower(strings.TrimSuffix(b.String(), "."))
}
