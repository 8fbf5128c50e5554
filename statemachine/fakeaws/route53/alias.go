package route53

import (
	"fmt"
	"slices"
	"strings"
)

// awsDomains are the domains in which AWS's services have the names that an alias may point to.
var awsDomains = []string{
	".amazonaws.com", ".amazonaws.com.cn", ".api.aws", ".on.aws", ".cloudfront.net", ".awsglobalaccelerator.com",
	".elasticbeanstalk.com", ".awsapprunner.com", ".vpce.amazonaws.com",
}

// cloudFrontZone is the hosted zone of all distributions.
const cloudFrontZone = "Z2FDTNDATAQYW2"

// balancerZones are the hosted zones of the load balancers of some Regions: those of Application and Classic Load
// Balancers, then of Network Load Balancers, from "Elastic Load Balancing endpoints and quotas" in the AWS General
// Reference (R53-12).
var balancerZones = map[string][]string{
	"us-east-1":      {"Z35SXDOTRQ7X7K", "Z26RNL4JYFTOTI"},
	"us-east-2":      {"Z3AADJGX6KTTL2", "ZLMOA37VPKANP"},
	"us-west-1":      {"Z368ELLRRE2KJ0", "Z24FKFUX50B4VW"},
	"us-west-2":      {"Z1H1FL5HABSF5", "Z18D5FSROUN65G"},
	"ca-central-1":   {"ZQSVJUPU6J1EY", "Z2EPGBW3API2WT"},
	"eu-west-1":      {"Z32O12XQLNTSW2", "Z2IFOLAFXWLO4F"},
	"eu-west-2":      {"ZHURV8PSTC4K8", "ZD4D7Y8KGAS4G"},
	"eu-central-1":   {"Z215JYRZR1TBD5", "Z3F0SRJ5LGBH90"},
	"ap-northeast-1": {"Z14GRHDCWA56QT", "Z31USIVHYNEOWT"},
	"ap-southeast-1": {"Z1LMS91P8CMLE5", "ZKVM4W9LS7TM"},
	"ap-southeast-2": {"Z1GM3OXH4ZPM65", "ZCT6FZBF4DROD"},
}

// BalancerZone is the hosted zone of the Application Load Balancers of a Region, or an id that is none of AWS's known ones.
func BalancerZone(region string) string {
	if zones := balancerZones[region]; len(zones) > 0 {
		return zones[0]
	}
	return "Z00LOADBALANCERS"
}

func aliasText(s RecordSet) string {
	return fmt.Sprintf("Tried to create an alias that targets %s, type %s in zone %s", wireName(s.Alias.Name), s.Type, s.Alias.Zone)
}

// checkAlias returns what is wrong with an alias by itself. Its target lies in the record set's own zone, or in the
// zone of an AWS service. checkTargets checks that a target in the own zone exists.
func (r *Service) checkAlias(z *zone, s RecordSet) (problems []string) {
	if s.Alias == nil {
		return nil
	}
	outside := aliasText(s) + ", but the alias target name does not lie within the target zone"
	_, account := r.zones[s.Alias.Zone]
	switch {
	case s.Type == "NS" || s.Type == "SOA":
		return []string{fmt.Sprintf("Invalid request: %s %s cannot be an alias", wireName(s.Name), s.Type)}
	case s.Alias.Zone == z.id && z.contains(s.Alias.Name):
		return nil
	case account || !inServiceZone(*s.Alias):
		return []string{outside}
	case s.Alias.Zone == cloudFrontZone && s.Alias.EvaluateTargetHealth:
		return []string{fmt.Sprintf("EvaluateTargetHealth of %s %s is not supported for an alias to a CloudFront distribution", wireName(s.Name), s.Type)}
	}
	return nil
}

// inServiceZone says whether a name may lie in a hosted zone that is not the account's.
func inServiceZone(a AliasTarget) bool {
	if !slices.ContainsFunc(awsDomains, func(domain string) bool { return strings.HasSuffix(a.Name, domain) }) {
		return false
	}
	if (a.Zone == cloudFrontZone) != strings.HasSuffix(a.Name, ".cloudfront.net") {
		return false
	}
	for region, zones := range balancerZones {
		if strings.HasSuffix(a.Name, "."+region+".elb.amazonaws.com") || strings.HasSuffix(a.Name, ".elb."+region+".amazonaws.com") {
			return slices.Contains(zones, a.Zone)
		}
		if slices.Contains(zones, a.Zone) {
			return false
		}
	}
	return true
}
