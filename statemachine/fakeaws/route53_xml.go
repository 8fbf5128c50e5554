package fakeaws

import (
	"encoding/xml"
	"slices"
)

// xmlRecordSet is ResourceRecordSet on the wire. Weight and TTL are pointers, since 0 and missing differ there.
type xmlRecordSet struct {
	Name          string       `xml:"Name"`
	Type          string       `xml:"Type"`
	SetIdentifier string       `xml:"SetIdentifier,omitempty"`
	Weight        *int         `xml:"Weight"`
	Region        string       `xml:"Region,omitempty"`
	GeoLocation   *xmlAnything `xml:"GeoLocation"`
	Failover      string       `xml:"Failover,omitempty"`
	MultiValue    string       `xml:"MultiValueAnswer,omitempty"`
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
	EvaluateTargetHealth bool   `xml:"EvaluateTargetHealth"`
}

func decodeChange(req *Request, zoneID string) (any, *APIError) {
	var body struct {
		Comment string `xml:"ChangeBatch>Comment"`
		Changes []struct {
			Action string       `xml:"Action"`
			Set    xmlRecordSet `xml:"ResourceRecordSet"`
		} `xml:"ChangeBatch>Changes>Change"`
	}
	if err := xml.Unmarshal(req.Body, &body); err != nil {
		return nil, badRequest("InvalidInput", "Invalid XML ; %v", err)
	}
	p := changeParams{zone: zoneID, comment: body.Comment}
	for i, c := range body.Changes {
		if !slices.Contains([]string{"CREATE", "DELETE", "UPSERT"}, c.Action) {
			return nil, badRequest("InvalidInput", "Change %d: Action %q; expected CREATE, DELETE or UPSERT", i+1, c.Action)
		}
		set, problem := c.Set.decode()
		if problem != nil {
			return nil, problem
		}
		p.changes = append(p.changes, Change{Action: c.Action, Set: newEntry(set).set})
	}
	return p, nil
}

// decode refuses what Route 53 refuses as InvalidInput, and by name what the embedded one does not have.
func (x xmlRecordSet) decode() (RecordSet, *APIError) {
	if x.otherPolicy() {
		return RecordSet{}, notImplemented("a routing policy other than simple and weighted, as of record set %s %s",
			x.Name, x.Type)
	}
	if (x.SetIdentifier != "") != (x.Weight != nil) {
		return RecordSet{}, invalidSet(x, "SetIdentifier and Weight must be given together")
	}
	if (x.Alias != nil) == (x.Values != nil) {
		return RecordSet{}, invalidSet(x, "expected exactly one of AliasTarget and ResourceRecords")
	}
	if (x.Alias != nil) == (x.TTL != nil) {
		return RecordSet{}, invalidSet(x, "expected TTL with ResourceRecords, and none with AliasTarget")
	}
	set := RecordSet{Name: x.Name, Type: x.Type, SetIdentifier: x.SetIdentifier, HealthCheck: x.HealthCheck}
	if x.Weight != nil {
		set.Weight = *x.Weight
	}
	if x.Alias != nil {
		set.Alias = &AliasTarget{Name: x.Alias.Name, Zone: x.Alias.Zone, EvaluateTargetHealth: x.Alias.EvaluateTargetHealth}
		return set, nil
	}
	set.TTL = *x.TTL
	for _, r := range x.Values.Records {
		set.Values = append(set.Values, r.Value)
	}
	return set, nil
}

func (x xmlRecordSet) otherPolicy() bool {
	return x.Region != "" || x.Failover != "" || x.MultiValue != "" || x.TrafficPolicy != "" ||
		x.GeoLocation != nil || x.CidrRouting != nil || x.GeoProximity != nil
}

func invalidSet(x xmlRecordSet, problem string) *APIError {
	return badRequest("InvalidInput", "Invalid request: %s, in record set %s %s", problem, x.Name, x.Type)
}

// encode is the opposite of decode.
func (s RecordSet) encode() xmlRecordSet {
	x := xmlRecordSet{Name: wireName(s.Name), Type: s.Type, SetIdentifier: s.SetIdentifier, HealthCheck: s.HealthCheck}
	if s.SetIdentifier != "" {
		x.Weight = &s.Weight
	}
	if s.Alias != nil {
		x.Alias = &xmlAlias{
			Zone: s.Alias.Zone, Name: wireName(s.Alias.Name), EvaluateTargetHealth: s.Alias.EvaluateTargetHealth,
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
