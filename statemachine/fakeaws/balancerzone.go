package fakeaws

import "github.com/drover-dr/drover/statemachine/fakeaws/route53"

// BalancerZone is the hosted zone of the Application Load Balancers of a Region.
func BalancerZone(region string) string { return route53.BalancerZone(region) }
