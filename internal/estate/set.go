package estate

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/drover-dr/drover/internal/failover"
)

// Set is one record set as Route 53 keeps it. Its JSON is that of the aws command line.
type Set struct {
	Name            string
	Type            string
	SetIdentifier   string       `json:",omitempty"`
	Weight          *int64       `json:",omitempty"`
	Region          string       `json:",omitempty"`
	Failover        string       `json:",omitempty"`
	GeoLocation     *GeoLocation `json:",omitempty"`
	MultiValue      bool         `json:"MultiValueAnswer,omitempty"`
	TTL             *int64       `json:",omitempty"`
	ResourceRecords []Value      `json:",omitempty"`
	AliasTarget     *Target      `json:",omitempty"`
	HealthCheckID   string       `json:"HealthCheckId,omitempty"`
	// Other names a property that this type does not have, such as CidrRoutingConfig. Such a record set is never changed.
	Other string `json:"-"`
}

// Value is one resource record.
type Value struct{ Value string }

// GeoLocation is the place of a geolocation record set.
type GeoLocation struct {
	ContinentCode   string `json:",omitempty"`
	CountryCode     string `json:",omitempty"`
	SubdivisionCode string `json:",omitempty"`
}

// Target is the target of an alias.
type Target struct {
	HostedZoneID         string `json:"HostedZoneId"`
	DNSName              string
	EvaluateTargetHealth bool
}

// Policy is the routing policy of a record set.
type Policy string

// The routing policies.
const (
	Simple      Policy = "simple"
	Weighted    Policy = "weighted"
	Latency     Policy = "latency"
	Failover    Policy = "failover"
	Geolocation Policy = "geolocation"
	Multivalue  Policy = "multivalue"
	Foreign     Policy = "other"
)

// Policy returns the routing policy of a record set.
func (s Set) Policy() Policy {
	switch {
	case s.Other != "":
		return Foreign
	case s.Weight != nil:
		return Weighted
	case s.Region != "":
		return Latency
	case s.Failover != "":
		return Failover
	case s.GeoLocation != nil:
		return Geolocation
	case s.MultiValue:
		return Multivalue
	}
	return Simple
}

// Answer is what clients get from a record set: its values in order, or the target of its alias. A name has no trailing dot.
func (s Set) Answer() string {
	if s.AliasTarget != nil {
		return "alias " + plainTarget(s.AliasTarget.DNSName) + " in " + s.AliasTarget.HostedZoneID
	}
	var values []string
	for _, v := range s.ResourceRecords {
		if s.Type == "CNAME" {
			v.Value = failover.CanonicalName(v.Value)
		}
		values = append(values, v.Value)
	}
	slices.Sort(values)
	return strings.Join(values, ", ")
}

// targets are the DNS names that a record set points to: that of its alias, or those of a CNAME.
func (s Set) targets() []string {
	if s.AliasTarget != nil {
		return []string{plainTarget(s.AliasTarget.DNSName)}
	}
	var names []string
	if s.Type == "CNAME" {
		for _, v := range s.ResourceRecords {
			names = append(names, failover.CanonicalName(v.Value))
		}
	}
	return names
}

// plainTarget is the name of an alias's target as it is compared.
func plainTarget(name string) string { return failover.CanonicalName(name) }

// String is such as "blue (weight 255): 192.0.2.1".
func (s Set) String() string {
	text := s.Answer()
	switch s.Policy() {
	case Weighted:
		return fmt.Sprintf("%s (weight %d): %s", s.SetIdentifier, *s.Weight, text)
	case Latency:
		return fmt.Sprintf("%s (latency, %s): %s", s.SetIdentifier, s.Region, text)
	case Failover:
		return fmt.Sprintf("%s (%s): %s", s.SetIdentifier, s.Failover, text)
	case Geolocation:
		return fmt.Sprintf("%s (%s): %s", s.SetIdentifier, s.GeoLocation, text)
	case Foreign:
		return fmt.Sprintf("%s (%s): %s", cmp.Or(s.SetIdentifier, "a record set"), s.Other, text)
	}
	if s.SetIdentifier != "" {
		return s.SetIdentifier + ": " + text
	}
	return text
}

// String is such as "country US, subdivision CA".
func (g *GeoLocation) String() string {
	switch {
	case g.CountryCode == "*":
		return "default location"
	case g.SubdivisionCode != "":
		return "country " + g.CountryCode + ", subdivision " + g.SubdivisionCode
	case g.CountryCode != "":
		return "country " + g.CountryCode
	}
	return "continent " + g.ContinentCode
}

// Seconds is the TTL, 0 for an alias.
func (s Set) Seconds() int64 {
	if s.TTL == nil {
		return 0
	}
	return *s.TTL
}

// endpoint is a record set as an applications file has it, without its weight.
func (s Set) endpoint(region failover.Region) failover.Endpoint {
	e := failover.Endpoint{HealthCheck: s.HealthCheckID}
	if s.SetIdentifier != string(region) {
		e.SetIdentifier = s.SetIdentifier
	}
	if a := s.AliasTarget; a != nil {
		e.Alias = &failover.Alias{Name: plainTarget(a.DNSName), Zone: a.HostedZoneID, EvaluateTargetHealth: a.EvaluateTargetHealth}
		return e
	}
	for _, v := range s.ResourceRecords {
		value := v.Value
		if s.Type == "CNAME" {
			value = failover.CanonicalName(value)
		}
		e.Values = append(e.Values, value)
	}
	if len(e.Values) == 1 {
		e.Value, e.Values = e.Values[0], nil
	}
	return e
}
