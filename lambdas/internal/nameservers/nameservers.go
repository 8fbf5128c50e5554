// Package nameservers asks the authoritative name servers of a hosted zone what users are answered. That is the data plane of
// Route 53: it answers when the control plane, which is in us-east-1, does not, and it is the only place that shows what a
// health check does to an answer.
package nameservers

import (
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"
	"time"

	"golang.org/x/net/dns/dnsmessage"
)

// Client asks name servers.
type Client struct {
	// Servers, when there are any, are asked in place of those of the zone, each as host:port.
	Servers []string
	// Resolver finds the name servers of a zone; nil for the system's.
	Resolver *net.Resolver
	// Dial connects to a name server; nil for the network.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
}

// timeout bounds one question to one server.
const timeout = 700 * time.Millisecond

// ErrNoAnswer means that no name server of the zone answered: it is a private zone, or cannot be reached from here.
var ErrNoAnswer = errors.New("no name server of the zone answers")

// Of returns the addresses of the name servers of a zone, in the order of their names.
func (c Client) Of(ctx context.Context, zoneName string) ([]string, error) {
	if len(c.Servers) > 0 {
		return c.Servers, nil
	}
	resolver := c.Resolver
	if resolver == nil {
		resolver = net.DefaultResolver
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	found, err := resolver.LookupNS(ctx, zoneName)
	if err != nil || len(found) == 0 {
		return nil, fmt.Errorf("zone %s: %w", zoneName, ErrNoAnswer)
	}
	var hosts []string
	for _, ns := range found {
		hosts = append(hosts, net.JoinHostPort(strings.TrimSuffix(ns.Host, "."), "53"))
	}
	slices.Sort(hosts)
	return hosts, nil
}

// Ask returns the values of a record set of type A, AAAA or CNAME, sorted, as the first of the servers has them that answers.
// An empty list is an answer too: there is no such record.
func (c Client) Ask(ctx context.Context, servers []string, name, recordType string) ([]string, error) {
	kind, ok := types[recordType]
	if !ok {
		return nil, fmt.Errorf("type %s; expected A, AAAA or CNAME", recordType)
	}
	question, err := query(name, kind)
	if err != nil {
		return nil, fmt.Errorf("%s %s: %w", name, recordType, err)
	}
	for _, server := range servers {
		answer, err := c.exchange(ctx, server, question)
		if err != nil {
			continue // the next one answers the same
		}
		return values(answer, kind), nil
	}
	return nil, fmt.Errorf("%s %s: %w", name, recordType, ErrNoAnswer)
}

// Resolve returns the addresses of a name of any zone, sorted: of the type A or AAAA.
func (c Client) Resolve(ctx context.Context, name, recordType string) ([]string, error) {
	if len(c.Servers) > 0 {
		return c.Ask(ctx, c.Servers, name, recordType)
	}
	network, ok := map[string]string{"A": "ip4", "AAAA": "ip6"}[recordType]
	if !ok {
		return nil, fmt.Errorf("type %s; expected A or AAAA", recordType)
	}
	resolver := c.Resolver
	if resolver == nil {
		resolver = net.DefaultResolver
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	found, err := resolver.LookupNetIP(ctx, network, name)
	if err != nil {
		return nil, fmt.Errorf("%s %s: %w", name, recordType, ErrNoAnswer)
	}
	var all []string
	for _, ip := range found {
		all = append(all, ip.Unmap().String())
	}
	slices.Sort(all)
	return all, nil
}

var types = map[string]dnsmessage.Type{"A": dnsmessage.TypeA, "AAAA": dnsmessage.TypeAAAA, "CNAME": dnsmessage.TypeCNAME}

// id is that of every question: each has a socket of its own.
const id = 1

func query(name string, kind dnsmessage.Type) ([]byte, error) {
	fqdn, err := dnsmessage.NewName(strings.TrimSuffix(name, ".") + ".")
	if err != nil {
		return nil, err
	}
	m := dnsmessage.Message{
		Header:    dnsmessage.Header{ID: id},
		Questions: []dnsmessage.Question{{Name: fqdn, Type: kind, Class: dnsmessage.ClassINET}},
	}
	return m.Pack()
}

// maxAnswer is the largest answer over UDP without an extension; the sets that Drover moves have one value.
const maxAnswer = 512

func (c Client) exchange(ctx context.Context, server string, question []byte) (dnsmessage.Message, error) {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	var answer dnsmessage.Message
	dial := c.Dial
	if dial == nil {
		dial = new(net.Dialer).DialContext
	}
	conn, err := dial(ctx, "udp", server)
	if err != nil {
		return answer, err
	}
	defer func() { _ = conn.Close() }()
	if deadline, ok := ctx.Deadline(); ok {
		if err := conn.SetDeadline(deadline); err != nil {
			return answer, err
		}
	}
	if _, err := conn.Write(question); err != nil {
		return answer, err
	}
	buffer := make([]byte, maxAnswer)
	n, err := conn.Read(buffer)
	if err != nil {
		return answer, err
	}
	if err := answer.Unpack(buffer[:n]); err != nil {
		return answer, err
	}
	switch {
	case !answer.Response || answer.ID != id:
		return answer, errors.New("not the answer to the question")
	case answer.RCode != dnsmessage.RCodeSuccess && answer.RCode != dnsmessage.RCodeNameError:
		return answer, fmt.Errorf("answer %s", answer.RCode)
	}
	return answer, nil
}

func values(answer dnsmessage.Message, kind dnsmessage.Type) []string {
	all := []string{}
	for _, r := range answer.Answers {
		if r.Header.Type != kind {
			continue
		}
		switch body := r.Body.(type) {
		case *dnsmessage.AResource:
			all = append(all, net.IP(body.A[:]).String())
		case *dnsmessage.AAAAResource:
			all = append(all, net.IP(body.AAAA[:]).String())
		case *dnsmessage.CNAMEResource:
			all = append(all, strings.ToLower(strings.TrimSuffix(body.CNAME.String(), ".")))
		}
	}
	slices.Sort(all)
	return all
}
