package live

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/route53"
	"github.com/aws/aws-sdk-go-v2/service/route53/types"

	"github.com/drover-dr/drover/internal/failover"
)

// zoneListing reads the record sets of some names of one hosted zone, and can continue where it stopped.
type zoneListing struct {
	client recordLister
	zoneNames
	// sets has what was read: for each name either all record sets or none.
	sets map[name][]RecordSet
	// at is its current position.
	at failover.Position
}

// read makes at most limit calls and returns how many it made. It keeps what it read, also after an error.
func (l *zoneListing) read(ctx context.Context, limit int) (calls int, err error) {
	wanted := map[name]bool{}
	for _, n := range l.names {
		wanted[n] = true
	}
	for calls < limit && !l.at.Done {
		made := 1
		if len(wanted) <= fewNames {
			made, err = l.readName(ctx)
		} else {
			err = l.readPage(ctx, wanted, calls)
		}
		if calls += made; err != nil {
			return calls, err
		}
	}
	return calls, nil
}

// readName reads the next of a few names.
func (l *zoneListing) readName(ctx context.Context) (calls int, err error) {
	unique := l.unique()
	if l.at.Names >= len(unique) {
		l.at = failover.Position{Done: true}
		return 0, nil
	}
	n := unique[l.at.Names]
	var sets []RecordSet
	calls, err = listName(ctx, l.client, n, func(set types.ResourceRecordSet) { sets = append(sets, recordSetOf(set)) })
	if err != nil {
		return calls, err
	}
	if len(sets) > 0 {
		l.sets[n] = sets
	}
	if l.at.Names++; l.at.Names == len(unique) {
		l.at = failover.Position{Done: true}
	}
	return calls, nil
}

// unique are the names, each once.
func (l *zoneListing) unique() []name {
	var unique []name
	seen := map[name]bool{}
	for _, n := range l.names {
		if !seen[n] {
			seen[n] = true
			unique = append(unique, n)
		}
	}
	return unique
}

// readPage reads the next page of the whole zone. The record sets of a name may be on two pages: those at the end of a page are
// left to the next one, which starts with the name, so that each name is read completely.
func (l *zoneListing) readPage(ctx context.Context, wanted map[name]bool, pages int) error {
	if pages >= maxPages {
		return failover.Fail(failover.Rejected, fmt.Errorf("list zone %s: more than %d record sets", l.zone, maxPages*pageSize))
	}
	in := &route53.ListResourceRecordSetsInput{HostedZoneId: &l.zone, MaxItems: aws.Int32(pageSize)}
	if l.at.Name != "" {
		in.StartRecordName, in.StartRecordType = &l.at.Name, types.RRType(l.at.Type)
		if l.at.Identifier != "" {
			in.StartRecordIdentifier = &l.at.Identifier
		}
	}
	out, err := l.client.ListResourceRecordSets(ctx, in)
	if err != nil {
		return failover.Doing("list", "zone "+l.zone, err)
	}
	page := map[name][]RecordSet{}
	var last name
	for _, set := range out.ResourceRecordSets {
		if last = setName(l.zone, set); wanted[last] {
			page[last] = append(page[last], recordSetOf(set))
		}
	}
	next := failover.Position{Done: !out.IsTruncated, Found: l.at.Found}
	if out.IsTruncated {
		next.Name, next.Type, next.Identifier = aws.ToString(out.NextRecordName), string(out.NextRecordType), aws.ToString(out.NextRecordIdentifier)
		first := setName(l.zone, out.ResourceRecordSets[0])
		if last == (name{l.zone, CanonicalName(next.Name), next.Type}) && first != last {
			delete(page, last)
			next.Identifier = ""
		}
	}
	for n, sets := range page {
		l.sets[n] = append(l.sets[n], sets...)
	}
	l.at = next
	return nil
}

func setName(zone string, set types.ResourceRecordSet) name {
	return name{zone, CanonicalName(aws.ToString(set.Name)), string(set.Type)}
}

// listName lists the record sets of one name and type, and says how many calls that took.
func listName(ctx context.Context, client recordLister, wanted name, keep func(types.ResourceRecordSet)) (calls int, err error) {
	in := &route53.ListResourceRecordSetsInput{
		HostedZoneId: &wanted.zone, StartRecordName: &wanted.name, StartRecordType: types.RRType(wanted.kind),
		MaxItems: aws.Int32(10),
	}
	for calls = 1; ; calls++ {
		out, err := client.ListResourceRecordSets(ctx, in)
		if err != nil {
			return calls, failover.Doing("list", "zone "+wanted.zone, err)
		}
		for _, set := range out.ResourceRecordSets {
			if setName(wanted.zone, set) != wanted {
				return calls, nil
			}
			keep(set)
		}
		if !out.IsTruncated {
			return calls, nil
		}
		in.StartRecordName, in.StartRecordType, in.StartRecordIdentifier = out.NextRecordName, out.NextRecordType, out.NextRecordIdentifier
	}
}

// Calls estimates how many calls it takes to read the records of the applications: zones may have other records too.
func Calls(apps []failover.Application) int {
	calls := 0
	for _, z := range zonesOf(apps) {
		n := len((&zoneListing{zoneNames: z}).unique())
		if n > fewNames {
			n = 1 + 2*n/pageSize
		}
		calls += n
	}
	return calls
}

// Part is what [ReadSome] has read.
type Part struct {
	Sets RecordSets
	// Applications are those with records that were read, each with only these records.
	Applications []failover.Application
	// At is where to continue; Done says that everything was read.
	At   failover.Position
	Done bool
	// Missing are the hosted zones with fewer records than registered. It covers only zones that took several parts; in any
	// other zone, a record without record sets is among the applications.
	Missing []string
}

// ReadSome continues to read the records of the applications, zone by zone in the order of their ids, with at most limit calls,
// as Route 53's request quota allows. The part has everything that was read before an error.
func ReadSome(ctx context.Context, client recordLister, apps []failover.Application, at failover.Position, limit int) (Part, error) {
	p := Part{Sets: RecordSets{sets: map[name][]RecordSet{}}, At: at, Done: true}
	zones := zonesOf(apps)
	slices.SortFunc(zones, func(a, b zoneNames) int { return strings.Compare(a.zone, b.zone) })
	covered := map[name]bool{}
	var failed error
	for _, z := range zones {
		if z.zone < at.Zone || z.zone == at.Zone && at.Done {
			continue
		}
		if p.Done = limit > 0 && failed == nil; !p.Done {
			break
		}
		l := zoneListing{client: client, zoneNames: z, sets: map[name][]RecordSet{}}
		if z.zone == at.Zone {
			l.at = at
		}
		var calls int
		calls, failed = l.read(ctx, limit)
		limit -= calls
		p.take(&l, covered, z.zone == at.Zone)
		p.Done = l.at.Done
	}
	p.Applications = only(apps, covered)
	return p, failed
}

// take adds what a listing has read in this part, the names that are now complete, and where to continue.
func (p *Part) take(l *zoneListing, covered map[name]bool, continued bool) {
	found, unique := l.at.Found+len(l.sets), l.unique()
	whole := l.at.Done && !continued
	for i, n := range unique {
		_, there := l.sets[n]
		covered[n] = covered[n] || whole || there || i < l.at.Names || len(unique) <= fewNames && l.at.Done
		if there {
			p.Sets.sets[n] = l.sets[n]
		}
	}
	if l.at.Done && continued && len(unique) > fewNames && found < len(unique) {
		p.Missing = append(p.Missing, l.zone)
	}
	p.At = l.at
	p.At.Zone, p.At.Found = l.zone, found
	if l.at.Done {
		p.At = failover.Position{Zone: l.zone, Done: true}
	}
}

// only are the applications with only those records whose names were read.
func only(apps []failover.Application, read map[name]bool) []failover.Application {
	var kept []failover.Application
	for _, app := range apps {
		var records []failover.Record
		for _, r := range app.Records {
			if read[nameOf(r)] {
				records = append(records, r)
			}
		}
		if app.Records = records; len(records) > 0 {
			kept = append(kept, app)
		}
	}
	return kept
}
