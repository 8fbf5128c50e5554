package config

import (
	"fmt"
	"slices"
	"strings"

	"github.com/drover-dr/drover/internal/failover"
)

// checkRegion refuses a code that has the form of a Region and is none. The plan has refused codes of any other form.
func checkRegion(key string, region failover.Region) []error {
	if _, err := failover.ParseRegion(string(region)); err != nil {
		return nil
	}
	if err := failover.CheckRegion(region); err != nil {
		return []error{fmt.Errorf("%s: %w", key, err)}
	}
	return nil
}

func (c Config) regionProblems() []error {
	problems := append(checkRegion("primary", c.Plan.Primary), checkRegion("standby", c.Plan.Standby)...)
	here, known := failover.PartitionOf(c.Plan.Primary)
	there, alsoKnown := failover.PartitionOf(c.Plan.Standby)
	if known && alsoKnown && here.ID != there.ID {
		problems = append(problems, fmt.Errorf("standby: %s is in the partition %s and %s in %s; expected Regions of one partition, which share accounts and roles",
			c.Plan.Standby, there.ID, c.Plan.Primary, here.ID))
	}
	return problems
}

// Consistency is that of the registry's replicas.
type Consistency string

const (
	// Eventual replicates within about a second. A Region that is cut off goes on reading and writing its replica.
	Eventual Consistency = "eventual"
	// Strong has a write acknowledged by two Regions of three before it counts.
	Strong Consistency = "strong"
)

// sets are the Regions within which DynamoDB offers strong consistency: all three must be of one set.
var sets = [][]failover.Region{
	{"us-east-1", "us-east-2", "us-west-2"},
	{"eu-west-1", "eu-west-2", "eu-west-3", "eu-central-1"},
	{"ap-northeast-1", "ap-northeast-2", "ap-northeast-3"},
}

func setOf(region failover.Region) []failover.Region {
	for _, set := range sets {
		if slices.Contains(set, region) {
			return set
		}
	}
	return nil
}

// besides are the Regions of a set that are not among others.
func besides(set []failover.Region, others ...failover.Region) string {
	var left []string
	for _, region := range set {
		if !slices.Contains(others, region) {
			left = append(left, string(region))
		}
	}
	return strings.Join(left, " or ")
}

// both names the Regions of a plan, one of them once.
func both(primary, standby failover.Region) string {
	if primary == standby {
		return string(primary)
	}
	return fmt.Sprintf("%s and %s", primary, standby)
}

func (c Config) consistencyProblems() []error {
	switch {
	case c.Consistency == Eventual && c.Witness != "":
		return []error{fmt.Errorf("witness: %q; only a registry with consistency: strong has one", c.Witness)}
	case c.Consistency == Eventual && c.Replica != "":
		return []error{fmt.Errorf("replica: %q; only a registry with consistency: strong has a third one", c.Replica)}
	case c.Consistency == Eventual:
		return nil
	case c.Consistency != Strong:
		return []error{fmt.Errorf("consistency: %q is not known; expected %s or %s", c.Consistency, Eventual, Strong)}
	}
	return c.strongProblems()
}

// strongProblems checks that there are three Regions and that DynamoDB takes them together.
func (c Config) strongProblems() []error {
	primary, standby := c.Plan.Primary, c.Plan.Standby
	set := setOf(primary)
	if set == nil {
		return []error{fmt.Errorf("consistency: strong is not offered in %s; it is in %v, %v and %v, all three Regions of one of these", primary, sets[0], sets[1], sets[2])}
	}
	var problems []error
	if !slices.Contains(set, standby) {
		problems = append(problems, fmt.Errorf("consistency: strong needs three Regions of one set, and %s is in none with %s; with %s the standby can be %s",
			standby, primary, primary, besides(set, primary)))
	}
	key, third := "witness", c.Witness
	if third == "" {
		key, third = "replica", c.Replica
	}
	would := besides(set, primary, standby)
	switch {
	case c.Witness != "" && c.Replica != "":
		problems = append(problems, fmt.Errorf("replica: %q beside witness: %q; expected one third Region", c.Replica, c.Witness))
	case third == "":
		problems = append(problems, fmt.Errorf("witness: missing; consistency: strong needs a third Region, as witness (no data, no cost) or as replica: %s", would))
	case third == primary || third == standby || !slices.Contains(set, third):
		problems = append(problems, fmt.Errorf("%s: %q; with %s expected %s", key, third, both(primary, standby), would))
	}
	return problems
}
