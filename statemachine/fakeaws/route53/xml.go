package route53

import (
	"encoding/xml"
	"fmt"
	"math"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/drover-dr/drover/statemachine/fakeaws/wire"
)

// xmlRecordSet is ResourceRecordSet on the wire. A pointer may be missing, which is not the same as empty.
type xmlRecordSet struct {
	Name          string       `xml:"Name"`
	Type          string       `xml:"Type"`
	SetIdentifier string       `xml:"SetIdentifier,omitempty"`
	Weight        *int         `xml:"Weight"`
	Region        string       `xml:"Region,omitempty"`
	GeoLocation   *xmlAnything `xml:"GeoLocation"`
	Failover      string       `xml:"Failover,omitempty"`
	MultiValue    *bool        `xml:"MultiValueAnswer"`
	TTL           *int64       `xml:"TTL"`
	Values        *xmlValues   `xml:"ResourceRecords"`
	Alias         *xmlAlias    `xml:"AliasTarget"`
	HealthCheck   string       `xml:"HealthCheckId,omitempty"`
	TrafficPolicy string       `xml:"TrafficPolicyInstanceId,omitempty"`
	CidrRouting   *xmlAnything `xml:"CidrRoutingConfig"`
	GeoProximity  *xmlAnything `xml:"GeoProximityLocation"`
}

type xmlAnything struct{}

type xmlValues struct {
	Records []struct {
		Value string `xml:"Value"`
	} `xml:"ResourceRecord"`
}

type xmlAlias struct {
	Zone                 string `xml:"HostedZoneId"`
	Name                 string `xml:"DNSName"`
	EvaluateTargetHealth *bool  `xml:"EvaluateTargetHealth"`
}

// maxComment is the longest comment of a batch.
const maxComment = 256

func decodeChange(req *wire.Request, zoneID string) (any, *wire.Error) {
	var body struct {
		Comment string `xml:"ChangeBatch>Comment"`
		Changes []struct {
			Action string       `xml:"Action"`
			Set    xmlRecordSet `xml:"ResourceRecordSet"`
		} `xml:"ChangeBatch>Changes>Change"`
	}
	if err := xml.Unmarshal(req.Body, &body); err != nil {
		return nil, wire.BadRequest("InvalidInput", "Invalid XML ; %v", err)
	}
	if n := utf8.RuneCountInString(body.Comment); n > maxComment {
		return nil, constraint("comment", body.Comment, "length less than or equal to %d", maxComment)
	}
	p := changeParams{zone: zoneID, comment: body.Comment}
	for i, c := range body.Changes {
		if !slices.Contains([]string{"CREATE", "DELETE", "UPSERT"}, c.Action) {
			return nil, wire.BadRequest("InvalidInput", "Change %d: Action %q; expected CREATE, DELETE or UPSERT", i+1, c.Action)
		}
		set, problem := c.Set.decode(c.Action, fmt.Sprintf("changes.%d.member.resourceRecordSet.", i+1))
		if problem != nil {
			return nil, problem
		}
		p.changes = append(p.changes, Change{Action: c.Action, Set: newEntry(set).set})
	}
	return p, nil
}

// constraint rejects a value that the API's model does not allow, before the zone is read.
func constraint(member string, value any, format string, args ...any) *wire.Error {
	return wire.BadRequest("InvalidInput", "1 validation error detected: Value '%v' at 'changeBatch.%s' failed to satisfy constraint: Member must have %s",
		value, member, fmt.Sprintf(format, args...))
}

// recordTypes are those of the API's model.
var recordTypes = []string{
	"SOA", "A", "TXT", "NS", "CNAME", "MX", "NAPTR", "PTR", "SRV", "SPF", "AAAA", "CAA", "DS", "TLSA", "SSHFP", "SVCB", "HTTPS",
}

// decode rejects what Route 53 rejects as InvalidInput, and by name what the simulator does not have.
func (x xmlRecordSet) decode(action, member string) (RecordSet, *wire.Error) {
	if x.TrafficPolicy != "" || x.GeoLocation != nil || x.CidrRouting != nil || x.GeoProximity != nil {
		return RecordSet{}, wire.NotImplemented("a routing policy other than simple, weighted, latency, failover and multivalue, as of record set %s %s",
			x.Name, x.Type)
	}
	if err := x.checkModel(member); err != nil {
		return RecordSet{}, err
	}
	if err := x.checkPolicy(action); err != nil {
		return RecordSet{}, err
	}
	if problem := checkRawName(x.Name); problem != "" {
		return RecordSet{}, wire.BadRequest("InvalidChangeBatch", "[FATAL problem: %s encountered with '%s']", problem, x.Name)
	}
	set := RecordSet{
		Name: x.Name, Type: x.Type, SetIdentifier: x.SetIdentifier, HealthCheck: x.HealthCheck,
		Latency: x.Region, Failover: x.Failover, MultiValue: x.MultiValue != nil && *x.MultiValue,
	}
	if x.Weight != nil {
		set.Weight = *x.Weight
	}
	if x.Alias != nil {
		set.Alias = &AliasTarget{Name: x.Alias.Name, Zone: x.Alias.Zone, EvaluateTargetHealth: *x.Alias.EvaluateTargetHealth}
		return set, nil
	}
	set.TTL = *x.TTL
	for _, r := range x.Values.Records {
		set.Values = append(set.Values, r.Value)
	}
	return set, nil
}

// checkModel checks what the API's model says of each member.
func (x xmlRecordSet) checkModel(member string) *wire.Error {
	switch {
	case x.Name == "" || len(x.Name) > 1024:
		return constraint(member+"name", x.Name, "length between 1 and 1024")
	case !slices.Contains(recordTypes, x.Type):
		return constraint(member+"type", x.Type, "one of the values of its enumeration: [%s]", strings.Join(recordTypes, ", "))
	case x.TTL != nil && (*x.TTL < 0 || *x.TTL > math.MaxInt32):
		return constraint(member+"tTL", *x.TTL, "value between 0 and %d", math.MaxInt32)
	case x.Failover != "" && x.Failover != "PRIMARY" && x.Failover != "SECONDARY":
		return constraint(member+"failover", x.Failover, "one of the values of its enumeration: [PRIMARY, SECONDARY]")
	case x.Alias != nil && (x.Alias.Zone == "" || len(x.Alias.Zone) > 32):
		return constraint(member+"aliasTarget.hostedZoneId", x.Alias.Zone, "length between 1 and 32")
	case x.Alias != nil && x.Alias.Name == "":
		return constraint(member+"aliasTarget.dNSName", "", "length between 1 and 1024")
	case x.Alias != nil && x.Alias.EvaluateTargetHealth == nil:
		return constraint(member+"aliasTarget.evaluateTargetHealth", "null", "a value")
	}
	return nil
}

// checkPolicy checks the members that must be together: a routing policy and an identifier, values and a TTL.
func (x xmlRecordSet) checkPolicy(action string) *wire.Error {
	policies := 0
	for _, set := range []bool{x.Weight != nil, x.Region != "", x.Failover != "", x.MultiValue != nil} {
		if set {
			policies++
		}
	}
	values := x.TTL != nil && x.Values != nil && len(x.Values.Records) > 0
	switch {
	case policies > 1 || policies == 0 && x.SetIdentifier != "":
		return x.invalid(action, "Expected exactly one of [Weight, Region, Failover, MultiValueAnswer], but found %s", foundText(policies))
	case policies == 1 && x.SetIdentifier == "":
		return x.invalid(action, "Missing field 'SetIdentifier'")
	case (x.Alias != nil) == values || x.Alias != nil && (x.TTL != nil || x.Values != nil):
		return x.invalid(action, "Expected exactly one of [AliasTarget, all of [TTL, and ResourceRecords], or TrafficPolicyInstanceId], but found %s",
			map[bool]string{true: "more than one", false: "none"}[x.Alias != nil])
	}
	return nil
}

func foundText(n int) string {
	if n == 0 {
		return "none"
	}
	return "more than one"
}

func (x xmlRecordSet) invalid(action, format string, args ...any) *wire.Error {
	identifier := x.SetIdentifier
	if identifier == "" {
		identifier = "null"
	}
	return wire.BadRequest("InvalidInput", "Invalid request: %s in Change with [Action=%s, Name=%s, Type=%s, SetIdentifier=%s]",
		fmt.Sprintf(format, args...), action, x.Name, x.Type, identifier)
}

// encode is the opposite of decode.
func (s RecordSet) encode() xmlRecordSet {
	x := xmlRecordSet{
		Name: wireName(s.Name), Type: s.Type, SetIdentifier: s.SetIdentifier, HealthCheck: s.HealthCheck,
		Region: s.Latency, Failover: s.Failover,
	}
	if s.policy() == policyWeighted {
		x.Weight = &s.Weight
	}
	if s.MultiValue {
		x.MultiValue = &s.MultiValue
	}
	if s.Alias != nil {
		x.Alias = &xmlAlias{
			Zone: s.Alias.Zone, Name: wireName(s.Alias.Name), EvaluateTargetHealth: &s.Alias.EvaluateTargetHealth,
		}
		return x
	}
	x.TTL = &s.TTL
	x.Values = &xmlValues{Records: make([]struct {
		Value string `xml:"Value"`
	}, len(s.Values))}
	for i, v := range s.Values {
		x.Values.Records[i].Value = v
	}
	return x
}
