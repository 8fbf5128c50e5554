package route53

import (
	"encoding/xml"
	"fmt"

	"github.com/drover-dr/drover/statemachine/fakeaws/constraint"
	"github.com/drover-dr/drover/statemachine/fakeaws/wire"
)

// xmlChangeRequest is the body of ChangeResourceRecordSets, with the constraints of the API's model.
type xmlChangeRequest struct {
	XMLName xml.Name             `xml:"https://route53.amazonaws.com/doc/2013-04-01/ ChangeResourceRecordSetsRequest"`
	Batch   *xmlBatch            `xml:"ChangeBatch" model:"required"`
	Unknown []constraint.Unknown `xml:",any" model:"unknown"`
}

type xmlBatch struct {
	Comment *string              `xml:"Comment" model:"length=0..256"`
	Changes []xmlChange          `xml:"Changes>Change" model:"required length=1.."`
	Unknown []constraint.Unknown `xml:",any" model:"unknown"`
}

type xmlChange struct {
	Action  *string              `xml:"Action" model:"required enum=CREATE|DELETE|UPSERT"`
	Set     *xmlRecordSet        `xml:"ResourceRecordSet" model:"required"`
	Unknown []constraint.Unknown `xml:",any" model:"unknown"`
}

// xmlRecordSet is ResourceRecordSet on the wire. A pointer may be missing, which is not the same as empty. The members of the
// routing policies that the simulator does not have, such as GeoProximityLocation, are rejected by name.
type xmlRecordSet struct {
	Name          *string              `xml:"Name" model:"required length=1..1024"`
	Type          *string              `xml:"Type" model:"required enum=@record-types"`
	SetIdentifier *string              `xml:"SetIdentifier" model:"length=1..128"`
	Weight        *int                 `xml:"Weight" model:"range=0..255"`
	Region        *string              `xml:"Region" model:"length=1..64 enum=@record-regions"`
	Failover      *string              `xml:"Failover" model:"enum=PRIMARY|SECONDARY"`
	Geo           *xmlGeo              `xml:"GeoLocation"`
	MultiValue    *bool                `xml:"MultiValueAnswer"`
	TTL           *int64               `xml:"TTL" model:"range=0..2147483647"`
	Values        *xmlRecords          `xml:"ResourceRecords"`
	Alias         *xmlAlias            `xml:"AliasTarget"`
	HealthCheck   *string              `xml:"HealthCheckId" model:"length=0..64"`
	Unknown       []constraint.Unknown `xml:",any" model:"unknown"`
}

// xmlGeo is GeoLocation.
type xmlGeo struct {
	Continent   *string              `xml:"ContinentCode" model:"length=2..2"`
	Country     *string              `xml:"CountryCode" model:"length=1..2"`
	Subdivision *string              `xml:"SubdivisionCode" model:"length=1..3"`
	Unknown     []constraint.Unknown `xml:",any" model:"unknown"`
}

type xmlRecords struct {
	Records []xmlRecord          `xml:"ResourceRecord" model:"inline required"`
	Unknown []constraint.Unknown `xml:",any" model:"unknown"`
}

type xmlRecord struct {
	Value   *string              `xml:"Value" model:"required length=0..4000"`
	Unknown []constraint.Unknown `xml:",any" model:"unknown"`
}

type xmlAlias struct {
	Zone                 *string              `xml:"HostedZoneId" model:"required length=1..32"`
	Name                 *string              `xml:"DNSName" model:"required length=1..1024"`
	EvaluateTargetHealth *bool                `xml:"EvaluateTargetHealth" model:"required"`
	Unknown              []constraint.Unknown `xml:",any" model:"unknown"`
}

func decodeChange(req *wire.Request, zoneID string) (any, *wire.Error) {
	if err := check(ofZone{&zoneID}); err != nil {
		return nil, err
	}
	var body xmlChangeRequest
	if err := decodeXML(req, &body); err != nil {
		return nil, err
	}
	p := changeParams{zone: zoneID, comment: constraint.Text(body.Batch.Comment)}
	for _, c := range body.Batch.Changes {
		set, problem := c.Set.decode(*c.Action)
		if problem != nil {
			return nil, problem
		}
		p.changes = append(p.changes, Change{Action: *c.Action, Set: newEntry(set).set})
	}
	return p, nil
}

// decode makes the record set of one whose members fit the API's model. It rejects members that cannot be together.
func (x xmlRecordSet) decode(action string) (RecordSet, *wire.Error) {
	if err := x.checkPolicy(action); err != nil {
		return RecordSet{}, err
	}
	if problem := checkRawName(*x.Name); problem != "" {
		return RecordSet{}, wire.BadRequest("InvalidChangeBatch", "[FATAL problem: %s encountered with '%s']", problem, *x.Name)
	}
	set := RecordSet{
		Name: *x.Name, Type: *x.Type, SetIdentifier: constraint.Text(x.SetIdentifier), HealthCheck: constraint.Text(x.HealthCheck),
		Latency: constraint.Text(x.Region), Failover: constraint.Text(x.Failover), MultiValue: x.MultiValue != nil && *x.MultiValue,
	}
	if x.Weight != nil {
		set.Weight = *x.Weight
	}
	if g := x.Geo; g != nil {
		set.Geo = &GeoLocation{constraint.Text(g.Continent), constraint.Text(g.Country), constraint.Text(g.Subdivision)}
	}
	if x.Alias != nil {
		set.Alias = &AliasTarget{Name: *x.Alias.Name, Zone: *x.Alias.Zone, EvaluateTargetHealth: *x.Alias.EvaluateTargetHealth}
		return set, nil
	}
	set.TTL = *x.TTL
	for _, r := range x.Values.Records {
		set.Values = append(set.Values, *r.Value)
	}
	return set, nil
}

// checkPolicy checks the members that must be together: a routing policy and an identifier, values and a TTL.
func (x xmlRecordSet) checkPolicy(action string) *wire.Error {
	policies := 0
	for _, set := range []bool{x.Weight != nil, x.Region != nil, x.Failover != nil, x.Geo != nil, x.MultiValue != nil} {
		if set {
			policies++
		}
	}
	values := x.TTL != nil && x.Values != nil
	switch {
	case policies > 1 || policies == 0 && x.SetIdentifier != nil:
		return x.invalid(action, "Expected exactly one of [Weight, Region, Failover, GeoLocation, MultiValueAnswer], but found %s", foundText(policies))
	case policies == 1 && x.SetIdentifier == nil:
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
	identifier := "null"
	if x.SetIdentifier != nil {
		identifier = *x.SetIdentifier
	}
	return wire.BadRequest("InvalidInput", "Invalid request: %s in Change with [Action=%s, Name=%s, Type=%s, SetIdentifier=%s]",
		fmt.Sprintf(format, args...), action, *x.Name, *x.Type, identifier)
}

// encode is the opposite of decode.
func (s RecordSet) encode() xmlRecordSet {
	name := wireName(s.Name)
	x := xmlRecordSet{
		Name: &name, Type: &s.Type, SetIdentifier: unlessEmpty(s.SetIdentifier), HealthCheck: unlessEmpty(s.HealthCheck),
		Region: unlessEmpty(s.Latency), Failover: unlessEmpty(s.Failover),
	}
	if s.policy() == policyWeighted {
		x.Weight = &s.Weight
	}
	if s.Geo != nil {
		x.Geo = &xmlGeo{Continent: unlessEmpty(s.Geo.Continent), Country: unlessEmpty(s.Geo.Country), Subdivision: unlessEmpty(s.Geo.Subdivision)}
	}
	if s.MultiValue {
		x.MultiValue = &s.MultiValue
	}
	if s.Alias != nil {
		target := wireName(s.Alias.Name)
		x.Alias = &xmlAlias{Zone: &s.Alias.Zone, Name: &target, EvaluateTargetHealth: &s.Alias.EvaluateTargetHealth}
		return x
	}
	x.TTL, x.Values = &s.TTL, &xmlRecords{}
	for i := range s.Values {
		x.Values.Records = append(x.Values.Records, xmlRecord{Value: &s.Values[i]})
	}
	return x
}

// unlessEmpty is a text, or nil for an empty one.
func unlessEmpty(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}
