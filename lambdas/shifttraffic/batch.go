package shifttraffic

import (
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/route53/types"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/lambdas/internal/live"
)

// Route 53's limits of one batch. A DELETE and a CREATE of each of the fence's two records
// are elements too, and their values count. There is room for both records in every
// batch, so that the batches of a stage depend neither on the format in which a run writes nor on the names of runs.
const (
	maxElements   = 1000
	fenceElements = 4
	maxCharacters = 32_000
	fenceLetters  = 4 * failover.MaxFence
	// changesOfSet is how many changes a record set takes: a DELETE of the old one and a CREATE of the new one. An UPSERT
	// counts as two as well, and would create a record set that does not exist.
	changesOfSet = 2
)

// fenceTTL is the TTL of the fence record, in seconds. No client resolves it; it must only be the same in every batch.
const fenceTTL = 60

// ZonePlan is everything that a stage writes into one hosted zone.
type ZonePlan struct {
	// Zone is the hosted zone's id, Name its name.
	Zone, Name string
	// Batches are written in this order. Route 53 applies each of them completely or not at all.
	Batches []Batch
}

// Batch is the content of one ChangeResourceRecordSets call without the fence. Both Regions of a record are always in the same
// batch: in two batches, all of its weights could be zero for a moment.
type Batch struct {
	Records []failover.Record
	// Owners are the applications that the records belong to.
	Owners []string
	// Weights are what each of the records gets.
	Weights []map[failover.Region]int
	// Changes replace each record set by the same one with another weight. A DELETE must match the existing record set exactly,
	// so a batch changes only weights and creates no record.
	Changes []types.Change
}

// Sets counts the record sets of the batch.
func (b Batch) Sets() int { return len(b.Changes) / changesOfSet }

// Fault is a record that is in no batch, because its registration is invalid.
type Fault struct {
	Application string
	Record      failover.Record
	Err         error
}

// faultOf is the first fault of the plans.
func faultOf(faults []Fault) error {
	if len(faults) == 0 {
		return nil
	}
	return faults[0].Err
}

// Plan makes the fewest batches that give the records of the applications the weights of a stage, in a run of this epoch. The
// same applications make the same batches, so that a later call recognises what an earlier one has done. Zones are in the order
// of their ids, records in the order of the applications. A record whose registration is invalid is in no batch but among the
// faults: a failover moves the other records, every other run is refused.
func Plan(apps []failover.Application, stage failover.Stage, epoch int64) ([]ZonePlan, []Fault) {
	byZone := map[string]*packer{}
	seen := map[string]string{}
	var faults []Fault
	for _, app := range apps {
		for _, r := range app.Records {
			key := r.Zone + " " + live.CanonicalName(r.Name) + " " + r.Type
			if other, ok := seen[key]; ok {
				err := rejected("record %s %s belongs to the applications %s and %s; expected one", r.Name, r.Type, other, app.Name)
				faults = append(faults, Fault{app.Name, r, err})
				continue
			}
			seen[key] = app.Name
			p, ok := byZone[r.Zone]
			if !ok {
				p = &packer{plan: ZonePlan{Zone: r.Zone, Name: live.CanonicalName(r.ZoneName)}}
				byZone[r.Zone] = p
			}
			if err := p.add(app, r, stage.WeightsOf(app, epoch)); err != nil {
				faults = append(faults, Fault{app.Name, r, err})
			}
		}
	}
	plans := make([]ZonePlan, 0, len(byZone))
	for _, p := range byZone {
		if len(p.plan.Batches) > 0 {
			plans = append(plans, p.plan)
		}
	}
	slices.SortFunc(plans, func(a, b ZonePlan) int { return strings.Compare(a.Zone, b.Zone) })
	return plans, faults
}

// Batches counts the batches of all zones.
func Batches(plans []ZonePlan) int {
	n := 0
	for _, p := range plans {
		n += len(p.Batches)
	}
	return n
}

// part is the batch with only the records for which keep is true, each with the record sets of both Regions.
func (b Batch) part(keep func(record int) bool) Batch {
	var p Batch
	at := 0
	for i, r := range b.Records {
		sets := changesOfSet * len(b.Weights[i])
		if keep(i) {
			p.Records, p.Owners = append(p.Records, r), append(p.Owners, b.Owners[i])
			p.Weights = append(p.Weights, b.Weights[i])
			p.Changes = append(p.Changes, b.Changes[at:at+sets]...)
		}
		at += sets
	}
	return p
}

// packer fills the batches of one zone, one after the other.
type packer struct {
	plan              ZonePlan
	elements, letters int // of the last batch
}

func (p *packer) add(app failover.Application, r failover.Record, weights map[failover.Region]int) error {
	if name := live.CanonicalName(r.ZoneName); name != p.plan.Name {
		return rejected("zone %s is named %s and, by application %s, %s; expected one name", r.Zone, p.plan.Name, app.Name, name)
	}
	changes, err := asRegistered(app, r, weights)
	if err != nil {
		return err
	}
	elements, letters := 0, 0
	for _, c := range changes {
		elements += max(1, len(c.ResourceRecordSet.ResourceRecords)) // an alias counts as one
		for _, v := range c.ResourceRecordSet.ResourceRecords {
			letters += len(aws.ToString(v.Value))
		}
	}
	full := p.elements+elements+fenceElements > maxElements || p.letters+letters+fenceLetters > maxCharacters
	if len(p.plan.Batches) == 0 || full {
		p.plan.Batches = append(p.plan.Batches, Batch{})
		p.elements, p.letters = 0, 0
	}
	last := &p.plan.Batches[len(p.plan.Batches)-1]
	last.Records = append(last.Records, r)
	last.Owners = append(last.Owners, app.Name)
	last.Weights = append(last.Weights, weights)
	last.Changes = append(last.Changes, changes...)
	p.elements += elements
	p.letters += letters
	return nil
}

// asRegistered are the changes of one record whose record sets match the registry, in the order of the Regions' names.
func asRegistered(app failover.Application, r failover.Record, weights map[failover.Region]int) ([]types.Change, error) {
	var changes []types.Change
	for _, region := range regionsOf(weights) {
		endpoint, ok := r.Endpoints[region]
		if !ok {
			return nil, rejected("record %s %s of application %s has no endpoint in %s; register it again", r.Name, r.Type, app.Name, region)
		}
		changes = append(changes, reweighted(recordSet(r, region, endpoint, app.Live.Weights[region]), weights[region])...)
	}
	return changes, nil
}

// reweighted are the changes that give a record set another weight.
func reweighted(set *types.ResourceRecordSet, weight int) []types.Change {
	after := *set
	after.Weight = aws.Int64(int64(weight))
	return []types.Change{
		{Action: types.ChangeActionDelete, ResourceRecordSet: set},
		{Action: types.ChangeActionCreate, ResourceRecordSet: &after},
	}
}

// recordSet is a whole record set: a DELETE matches nothing less.
func recordSet(r failover.Record, region failover.Region, e failover.Endpoint, weight int) *types.ResourceRecordSet {
	set := &types.ResourceRecordSet{
		Name: aws.String(r.Name), Type: types.RRType(r.Type),
		SetIdentifier: aws.String(r.Identifier(region)), Weight: aws.Int64(int64(weight)),
	}
	if e.HealthCheck != "" {
		set.HealthCheckId = aws.String(e.HealthCheck)
	}
	if e.Alias != nil {
		set.AliasTarget = &types.AliasTarget{
			DNSName: aws.String(e.Alias.Name), HostedZoneId: aws.String(e.Alias.Zone), EvaluateTargetHealth: e.Alias.EvaluateTargetHealth,
		}
		return set
	}
	set.TTL = aws.Int64(r.TTL)
	for _, value := range e.All() {
		set.ResourceRecords = append(set.ResourceRecords, types.ResourceRecord{Value: aws.String(value)})
	}
	return set
}

func regionsOf(weights map[failover.Region]int) []failover.Region {
	regions := make([]failover.Region, 0, len(weights))
	for r := range weights {
		regions = append(regions, r)
	}
	slices.Sort(regions)
	return regions
}

func rejected(format string, args ...any) error {
	return failover.Fail(failover.Rejected, fmt.Errorf(format, args...))
}
