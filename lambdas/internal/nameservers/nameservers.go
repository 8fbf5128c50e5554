// Package nameservers asks the authoritative name servers of a hosted zone what users are answered. That is the data plane of
// Route 53: it answers when the control plane, which is in us-east-1, does not, and it is the only place that shows what a
// health check does to an answer.
package nameservers

import (
	"context"
	"errors"
	"fmt"
	"net"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/miekg/dns"

	"github.com/drover-dr/drover/internal/prose"
	"github.com/drover-dr/drover/internal/registry/rules"
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

// Ask returns the values of a record set, sorted, as the first of the servers has them that answers. An empty list is an answer
// too: there is no such record. Names in values are in lower case; other values are written as Route 53 does.
func (c Client) Ask(ctx context.Context, servers []string, name, recordType string) ([]string, error) {
	kind, ok := dns.StringToType[recordType]
	if !ok || !slices.Contains(rules.RecordTypes, recordType) {
		return nil, fmt.Errorf("type %s; expected %s", recordType, prose.Or(rules.RecordTypes))
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

// id is that of every question: each has a socket of its own.
const id = 1

func query(name string, kind uint16) ([]byte, error) {
	fqdn := dns.Fqdn(name)
	if _, ok := dns.IsDomainName(fqdn); !ok {
		return nil, fmt.Errorf("%q is no domain name", name)
	}
	m := &dns.Msg{MsgHdr: dns.MsgHdr{Id: id}, Question: []dns.Question{{Name: fqdn, Qtype: kind, Qclass: dns.ClassINET}}}
	return m.SetEdns0(maxAnswer, false).Pack()
}

// maxAnswer is the largest answer over UDP that is asked for ("EDNS(0)", RFC 6891, and DNS Flag Day 2020).
const maxAnswer = 1232

func (c Client) exchange(ctx context.Context, server string, question []byte) (*dns.Msg, error) {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	dial := c.Dial
	if dial == nil {
		dial = new(net.Dialer).DialContext
	}
	conn, err := dial(ctx, "udp", server)
	if err != nil {
		return nil, err
	}
	defer func() { _ = conn.Close() }()
	if deadline, ok := ctx.Deadline(); ok {
		if err := conn.SetDeadline(deadline); err != nil {
			return nil, err
		}
	}
	if _, err := conn.Write(question); err != nil {
		return nil, err
	}
	buffer := make([]byte, maxAnswer)
	n, err := conn.Read(buffer)
	if err != nil {
		return nil, err
	}
	answer := new(dns.Msg)
	if err := answer.Unpack(buffer[:n]); err != nil {
		return nil, err
	}
	switch {
	case !answer.Response || answer.Id != id:
		return nil, errors.New("not the answer to the question")
	case answer.Rcode != dns.RcodeSuccess && answer.Rcode != dns.RcodeNameError:
		return nil, fmt.Errorf("answer %s", dns.RcodeToString[answer.Rcode])
	}
	return answer, nil
}

func values(answer *dns.Msg, kind uint16) []string {
	all := []string{}
	for _, r := range answer.Answer {
		if r.Header().Rrtype != kind {
			continue
		}
		value := strings.TrimPrefix(r.String(), r.Header().String())
		if cname, ok := r.(*dns.CNAME); ok {
			value = strings.ToLower(strings.TrimSuffix(cname.Target, "."))
		}
		all = append(all, octal(value))
	}
	slices.Sort(all)
	return all
}

// decimalEscape is a byte in the form of a zone file. Route 53 writes it with octal digits.
var decimalEscape = regexp.MustCompile(`\\[0-9]{3}`)

func octal(value string) string {
	return decimalEscape.ReplaceAllStringFunc(value, func(escape string) string {
		n, _ := strconv.Atoi(escape[1:]) // three digits
		return fmt.Sprintf(`\%03o`, n)
	})
}
