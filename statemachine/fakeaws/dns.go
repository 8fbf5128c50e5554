package fakeaws

import (
	"net"

	"github.com/drover-dr/drover/statemachine/fakeaws/nameserver"
	"github.com/drover-dr/drover/statemachine/fakeaws/route53"
)

// ServeDNS answers DNS queries from the hosted zones, as the name servers of Route 53 do, until the returned server is
// closed. Either connection may be nil; [ListenDNS] opens both.
func (w *World) ServeDNS(udp net.PacketConn, tcp net.Listener) *nameserver.Server {
	return nameserver.Serve(names{w}, udp, tcp)
}

// ListenDNS opens one port of an address for UDP and TCP, such as 127.0.0.1:0 for a free one.
func ListenDNS(address string) (udp net.PacketConn, tcp net.Listener, err error) {
	return nameserver.Listen(address)
}

// Query answers one DNS question as the name servers do.
func (w *World) Query(name, recordType string) route53.Answer {
	w.k.Lock()
	defer w.k.Unlock()
	w.k.CatchUp()
	return w.route53.Query(name, recordType)
}

// QueryFrom answers one DNS question of a resolver in a place, as the name servers do.
func (w *World) QueryFrom(from route53.Place, name, recordType string) route53.Answer {
	w.k.Lock()
	defer w.k.Unlock()
	w.k.CatchUp()
	return w.route53.QueryFrom(from, name, recordType)
}

// QueryIn answers one DNS question from one hosted zone, of several with the same name too.
func (w *World) QueryIn(zoneID string, from route53.Place, name, recordType string) route53.Answer {
	w.k.Lock()
	defer w.k.Unlock()
	w.k.CatchUp()
	return w.route53.QueryIn(zoneID, from, name, recordType)
}

// names are the zones of the name servers; see nameserver.Zones.
type names struct{ w *World }

// Query answers one question.
func (n names) Query(name, recordType string) nameserver.Answer {
	a := n.w.Query(name, recordType)
	return nameserver.Answer{Zone: a.Zone, Exists: a.Exists, Type: a.Type, TTL: a.TTL, Values: a.Values, NoAnswer: a.NoAnswer}
}

// AnswerDNS answers one message of the DNS protocol, as over UDP.
func (w *World) AnswerDNS(message []byte) ([]byte, error) { return nameserver.Reply(names{w}, message) }
