package route53

import (
	"fmt"
	"hash/fnv"
	"net/netip"
	"slices"
	"strings"
)

// Answer is the authoritative name servers' answer to one question.
type Answer struct {
	// Zone is the name of the hosted zone that they answer from; empty for a name in none.
	Zone string
	// Exists says whether the name exists, with record sets of any type.
	Exists bool
	// Type is that of the record set: the one that was asked for, or CNAME. It is empty when there is none.
	Type   string
	TTL    int64
	Values []string
	// NameServers are those of the hosted zone.
	NameServers []string
	// NoAnswer says that the record sets have a routing policy that the simulator does not support in answers (R53-14).
	NoAnswer bool
}

const (
	// aliasTTL is how many seconds resolvers keep an answer for a name of an AWS service.
	aliasTTL = 60
	// maxAliases is how many aliases an answer follows at most.
	maxAliases = 8
	// serviceZone is the zone of all names in the domains of AWS's services.
	serviceZone = "aws"
)

// Query answers one question, as the data plane does: from the changes that are INSYNC, by weight and by the health checks.
// Of several weighted record sets one is drawn, in proportion to the shares ([Service.draw]).
func (r *Service) Query(name, recordType string) Answer {
	return r.QueryFrom(somewhere, name, recordType)
}

// QueryFrom answers one question of a resolver in a place. No name server on the internet answers for a private zone.
func (r *Service) QueryFrom(from Place, name, recordType string) Answer {
	name = normalizeName(name)
	z := r.zoneOf(name, func(z *zone) bool { return !z.kind.Private })
	if z == nil {
		return queryService(name, recordType)
	}
	return r.queryIn(z, from, name, recordType)
}

// QueryIn answers one question from one hosted zone, of several with the same name too.
func (r *Service) QueryIn(zoneID string, from Place, name, recordType string) Answer {
	z := r.zones[zoneID]
	if z == nil {
		return Answer{}
	}
	return r.queryIn(z, from, normalizeName(name), recordType)
}

func (r *Service) queryIn(z *zone, from Place, name, recordType string) Answer {
	a := Answer{Zone: z.name, NameServers: z.nameServers()}
	owner, exists := z.owner(name)
	if a.Exists = exists; !exists {
		return a
	}
	r.answer(&a, from, z, owner, recordType, 0)
	return a
}

// owner is the name whose record sets answer for a name: its own, or the wildcard of the closest name above it that exists
// (RFC 4592). A name exists when it or a name below it has a record set.
func (z *zone) owner(name string) (owner string, exists bool) {
	if z.exists(name) {
		return name, true
	}
	for parent := name; parent != z.name; {
		_, parent, _ = strings.Cut(parent, ".")
		if z.exists(parent) || parent == z.name {
			wildcard := "*." + parent
			return wildcard, z.exists(wildcard)
		}
	}
	return name, false
}

func (z *zone) exists(name string) bool {
	return name == z.name || len(withPrefix(z.answers, strings.TrimSuffix(nameKey(name), "\x00"))) > 0
}

// answer fills in the record set that answers.
func (r *Service) answer(a *Answer, from Place, z *zone, owner, recordType string, aliases int) {
	sets := group(z.answers, owner, recordType)
	if len(sets) == 0 {
		if z.answerApex(a, owner, recordType) || recordType == "CNAME" {
			return
		}
		r.answer(a, from, z, owner, "CNAME", aliases)
		return
	}
	candidates := r.resolve(from, z.id, owner, recordType)
	if len(candidates) == 0 {
		a.NoAnswer = sets[0].set.policy() != policyGeo // which has no answer where no place matches
		return
	}
	set := r.draw(z.id+" "+sets[0].key, candidates)
	switch {
	case set.Alias == nil:
		a.Type, a.TTL, a.Values = recordType, set.TTL, set.Values
	case aliases == maxAliases:
		a.NoAnswer = true
	case set.Alias.Zone == z.id:
		if target, exists := z.owner(set.Alias.Name); exists {
			r.answer(a, from, z, target, recordType, aliases+1)
		}
	default:
		target := queryService(set.Alias.Name, recordType)
		a.Type, a.TTL, a.Values = target.Type, target.TTL, target.Values
	}
}

// draw chooses one of several record sets. Nothing is random: with each question every record set is credited with its
// share; the one with the most credit answers, and is charged 1. So after any number of questions, each has answered its
// share of them, within one (R53-21).
func (r *Service) draw(key string, candidates []candidate) RecordSet {
	held := r.draws[key]
	credit := make(map[string]float64, len(candidates))
	best := 0
	for i, c := range candidates {
		credit[c.set.SetIdentifier] = held[c.set.SetIdentifier] + c.share
		if credit[c.set.SetIdentifier] > credit[candidates[best].set.SetIdentifier]+1e-9 {
			best = i
		}
	}
	credit[candidates[best].set.SetIdentifier]--
	r.draws[key] = credit
	return candidates[best].set
}

// queryService answers for a name in a domain of AWS's services, such as that of a load balancer. The address is derived
// from the name, in a range that is reserved for tests and documents (R53-22).
func queryService(name, recordType string) Answer {
	if !slices.ContainsFunc(awsDomains, func(domain string) bool { return strings.HasSuffix(name, domain) }) {
		return Answer{}
	}
	a := Answer{Zone: serviceZone, Exists: true}
	if address := addressOf(name, recordType); address.IsValid() {
		a.Type, a.TTL, a.Values = recordType, aliasTTL, []string{address.String()}
	}
	return a
}

// addressOf derives an address from a name: in 198.18.0.0/15 (RFC 2544), or in 2001:db8::/32 (RFC 3849).
func addressOf(name, recordType string) netip.Addr {
	h := fnv.New32a()
	_, _ = h.Write([]byte(name))
	sum := h.Sum32()
	switch recordType {
	case "A":
		return netip.AddrFrom4([4]byte{198, 18 + byte(sum>>16)&1, byte(sum >> 8), byte(sum)})
	case "AAAA":
		return netip.AddrFrom16([16]byte{0x20, 0x01, 0x0d, 0xb8, 12: byte(sum >> 24), 13: byte(sum >> 16), 14: byte(sum >> 8), 15: byte(sum)})
	}
	return netip.Addr{}
}

// The record sets that Route 53 makes in a new zone, from "NS and SOA records that Amazon Route 53 creates for a public
// hosted zone". Here they are not in the zone's record sets (R53-8).
const (
	nsTTL  = 172800
	soaTTL = 900
)

// answerApex answers for the NS and SOA records of the zone itself.
func (z *zone) answerApex(a *Answer, owner, recordType string) bool {
	switch {
	case owner != z.name:
		return false
	case recordType == "NS":
		a.Type, a.TTL = recordType, nsTTL
		for _, ns := range z.nameServers() {
			a.Values = append(a.Values, ns+".")
		}
	case recordType == "SOA":
		a.Type, a.TTL = recordType, soaTTL
		a.Values = []string{z.nameServers()[0] + ". awsdns-hostmaster.amazon.com. 1 7200 900 1209600 86400"}
	}
	return a.Type != ""
}

// nameServers are the zone's delegation set: four names, each in another domain.
func (z *zone) nameServers() []string {
	var names []string
	for i, domain := range []string{"com", "net", "org", "co.uk"} {
		names = append(names, fmt.Sprintf("ns-%d.awsdns-%02d.%s", 512*i+z.index%512, z.index%64, domain))
	}
	return names
}
