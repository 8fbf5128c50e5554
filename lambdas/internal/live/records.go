package live

import (
	"context"
	"fmt"
	"maps"
	"math"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/route53"
	"github.com/aws/aws-sdk-go-v2/service/route53/types"

	"github.com/drover-dr/drover/internal/failover"
)

// recordLister is the part of the Route 53 client that this package uses.
type recordLister interface {
	ListResourceRecordSets(context.Context, *route53.ListResourceRecordSetsInput, ...func(*route53.Options)) (*route53.ListResourceRecordSetsOutput, error)
}

const (
	// pageSize is the most that ListResourceRecordSets returns at once.
	pageSize = 300
	// Up to fewNames names of a zone are read one by one, in case the zone is large. For more names, the whole zone is listed:
	// most zones are one page, and the account may make only 10 calls a second.
	fewNames = 3
	// maxPages limits the listing of one zone, at ten times the default quota of record sets.
	maxPages = 334
	// noLimit is more calls than any listing makes.
	noLimit = math.MaxInt
)

// RecordSet is one record set as Route 53 has accepted it; only GetChange says whether the name servers have it.
type RecordSet struct {
	// Identifier is the SetIdentifier. It is empty for a record without routing policy.
	Identifier string
	// Weight is -1 when the record set is not weighted.
	Weight int
	// TTL is in seconds, 0 for an alias.
	TTL int64
	// Values are the record set's values; none for an alias.
	Values []string
	// Alias is the alias target, if the record set is an alias.
	Alias *failover.Alias
	// HealthCheck is the id of the health check, or empty.
	HealthCheck string
	// Whole has everything that Route 53 returns for a record set without weight; nil for a weighted one.
	Whole *types.ResourceRecordSet
}

// RecordSets are the record sets of some applications' names.
type RecordSets struct {
	sets map[name][]RecordSet
	// unread has the hosted zones that were not read completely, each with the reason.
	unread map[string]error
}

// name identifies all record sets of one name and type.
type name struct {
	zone, name, kind string
}

func nameOf(r failover.Record) name { return name{r.Zone, CanonicalName(r.Name), r.Type} }

// Of returns the record sets of a record's name and type, in the order of Route 53.
func (s RecordSets) Of(r failover.Record) []RecordSet { return s.sets[nameOf(r)] }

// Unread says why the record sets of a record were not read; nil when they were.
func (s RecordSets) Unread(r failover.Record) error { return s.unread[r.Zone] }

// Weights returns the weights of a record's name and type by Region. A Region without a weighted record set is absent; the key of
// a foreign record set is its identifier.
func (s RecordSets) Weights(r failover.Record) map[failover.Region]int {
	weights := map[failover.Region]int{}
	for _, set := range s.Of(r) {
		if set.Weight >= 0 {
			weights[keyOf(r, set)] = set.Weight
		}
	}
	return weights
}

// keyOf is the Region of a record set. A foreign one has its identifier, in quotation marks if it is the name of a Region of the
// record.
func keyOf(r failover.Record, set RecordSet) failover.Region {
	region, registered := r.RegionOf(set.Identifier)
	if registered {
		return region
	}
	if _, ambiguous := r.Endpoints[failover.Region(set.Identifier)]; ambiguous {
		return failover.Region(strconv.Quote(set.Identifier))
	}
	return failover.Region(set.Identifier)
}

// WhyNotPair says why the record sets of a record are not the pair that a run moves, one weighted record set for each of the
// Regions; it is empty if they are. It ignores other record sets of the name and type.
func (s RecordSets) WhyNotPair(r failover.Record, regions []failover.Region) string {
	sets := s.Of(r)
	if len(sets) == 0 {
		return fmt.Sprintf("Route 53 has no such record in zone %s, and a run creates none", r.Zone)
	}
	weights := s.Weights(r)
	for _, region := range regions {
		if _, ok := weights[region]; ok {
			continue
		}
		there := "none"
		if sets[0].Simple() {
			there = "a simple one"
		}
		return fmt.Sprintf("it has no weighted record set %s in zone %s (%s), and a run creates none", r.Identifier(region), r.Zone, there)
	}
	return ""
}

// Records reads the record sets of all names of the applications. A hosted zone that does not exist is an error. The error is
// that of the first zone that could not be read; Records returns what it could read as well.
func Records(ctx context.Context, client recordLister, apps []failover.Application) (RecordSets, error) {
	zones := zonesOf(apps)
	found := make([]map[name][]RecordSet, len(zones))
	errs := make([]error, len(zones))
	err := each(ctx, len(zones), func(ctx context.Context, i int) error {
		l := zoneListing{client: client, zoneNames: zones[i], sets: map[name][]RecordSet{}}
		_, errs[i] = l.read(ctx, noLimit)
		found[i] = l.sets
		return errs[i]
	})
	all := RecordSets{sets: map[name][]RecordSet{}, unread: map[string]error{}}
	for i, sets := range found {
		if errs[i] != nil {
			all.unread[zones[i].zone] = errs[i]
			continue
		}
		maps.Copy(all.sets, sets)
	}
	return all, err
}

// zoneNames are the names to read in one hosted zone.
type zoneNames struct {
	zone  string
	names []name
}

// zonesOf groups the names of the applications by zone, both in the order of the applications.
func zonesOf(apps []failover.Application) []zoneNames {
	var zones []zoneNames
	index := map[string]int{}
	for _, app := range apps {
		for _, r := range app.Records {
			i, ok := index[r.Zone]
			if !ok {
				i = len(zones)
				index[r.Zone] = i
				zones = append(zones, zoneNames{zone: r.Zone})
			}
			zones[i].names = append(zones[i].names, nameOf(r))
		}
	}
	return zones
}

func recordSetOf(s types.ResourceRecordSet) RecordSet {
	set := RecordSet{
		Identifier: aws.ToString(s.SetIdentifier), Weight: -1, TTL: aws.ToInt64(s.TTL),
		HealthCheck: aws.ToString(s.HealthCheckId),
	}
	if s.Weight != nil {
		set.Weight = int(*s.Weight)
	} else {
		set.Whole = &s
	}
	for _, r := range s.ResourceRecords {
		set.Values = append(set.Values, aws.ToString(r.Value))
	}
	if a := s.AliasTarget; a != nil {
		set.Alias = &failover.Alias{
			Name: aws.ToString(a.DNSName), Zone: aws.ToString(a.HostedZoneId), EvaluateTargetHealth: a.EvaluateTargetHealth,
		}
	}
	return set
}

// CanonicalName is [failover.CanonicalName].
func CanonicalName(n string) string { return failover.CanonicalName(n) }
