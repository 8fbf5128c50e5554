package survey

import (
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/route53/types"

	"github.com/drover-dr/drover/internal/estate"
)

// SetOf is a record set as the API has it.
func SetOf(s types.ResourceRecordSet) estate.Set {
	out := estate.Set{
		Name: aws.ToString(s.Name), Type: string(s.Type), SetIdentifier: aws.ToString(s.SetIdentifier), Weight: s.Weight, Region: string(s.Region),
		Failover: string(s.Failover), MultiValue: aws.ToBool(s.MultiValueAnswer), TTL: s.TTL, HealthCheckID: aws.ToString(s.HealthCheckId),
	}
	switch {
	case s.CidrRoutingConfig != nil:
		out.Other = "IP-based"
	case s.GeoProximityLocation != nil:
		out.Other = "geoproximity"
	case s.TrafficPolicyInstanceId != nil:
		out.Other = "of a traffic policy"
	}
	if g := s.GeoLocation; g != nil {
		out.GeoLocation = &estate.GeoLocation{
			ContinentCode: aws.ToString(g.ContinentCode), CountryCode: aws.ToString(g.CountryCode), SubdivisionCode: aws.ToString(g.SubdivisionCode),
		}
	}
	for _, r := range s.ResourceRecords {
		out.ResourceRecords = append(out.ResourceRecords, estate.Value{Value: aws.ToString(r.Value)})
	}
	if a := s.AliasTarget; a != nil {
		out.AliasTarget = &estate.Target{HostedZoneID: aws.ToString(a.HostedZoneId), DNSName: aws.ToString(a.DNSName), EvaluateTargetHealth: a.EvaluateTargetHealth}
	}
	return out
}

// ToAPI is a record set for a change.
func ToAPI(s estate.Set) types.ResourceRecordSet {
	out := types.ResourceRecordSet{
		Name: aws.String(s.Name), Type: types.RRType(s.Type), SetIdentifier: unlessEmpty(s.SetIdentifier), Weight: s.Weight,
		Region: types.ResourceRecordSetRegion(s.Region), Failover: types.ResourceRecordSetFailover(s.Failover), TTL: s.TTL, HealthCheckId: unlessEmpty(s.HealthCheckID),
	}
	if s.MultiValue {
		out.MultiValueAnswer = aws.Bool(true)
	}
	if g := s.GeoLocation; g != nil {
		out.GeoLocation = &types.GeoLocation{
			ContinentCode: unlessEmpty(g.ContinentCode), CountryCode: unlessEmpty(g.CountryCode), SubdivisionCode: unlessEmpty(g.SubdivisionCode),
		}
	}
	for _, r := range s.ResourceRecords {
		out.ResourceRecords = append(out.ResourceRecords, types.ResourceRecord{Value: aws.String(r.Value)})
	}
	if a := s.AliasTarget; a != nil {
		out.AliasTarget = &types.AliasTarget{HostedZoneId: aws.String(a.HostedZoneID), DNSName: aws.String(a.DNSName), EvaluateTargetHealth: a.EvaluateTargetHealth}
	}
	return out
}

func unlessEmpty(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}
