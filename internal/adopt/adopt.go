// Package adopt reads the live record sets of applications that are to be registered. Which record set belongs to which Region,
// and which Region users are in, is taken from Route 53 and never assumed. It changes nothing.
package adopt

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/route53"
	"github.com/aws/aws-sdk-go-v2/service/route53/types"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/prose"
)

// DNS lists record sets and says what hosted zones are; a Route 53 client does.
type DNS interface {
	GetHostedZone(context.Context, *route53.GetHostedZoneInput, ...func(*route53.Options)) (*route53.GetHostedZoneOutput, error)
	ListResourceRecordSets(context.Context, *route53.ListResourceRecordSetsInput, ...func(*route53.Options)) (*route53.ListResourceRecordSetsOutput, error)
}

// Found is what was read.
type Found struct {
	// Applications are those that can be registered, with the identifiers of their record sets.
	Applications []failover.Application
	// Places are the Regions that users are in and the weights, by the names of applications, as far as Route 53 says them.
	Places map[string]failover.Place
	// Notes say what was taken from Route 53, and what could not be.
	Notes []string
	// Findings are about the applications that cannot be registered as they are.
	Findings []Finding
}

// Finding says of one application why it cannot be registered, and how to settle that.
type Finding struct {
	Application, Text string
	// Choices are the batches that send all users to one Region.
	Choices []Choice
}

// Choice sends all users of an application to a Region.
type Choice struct {
	Region failover.Region
	// Commands has one command for each hosted zone.
	Commands []string
}

// reading is one [Read].
type reading struct {
	dns        DNS
	plan       failover.Plan
	registered map[string]failover.Record // by name
	zones      map[string]*zone
	found      Found
}

// Read reads the record sets of applications as a file has them. registered are the applications that are in the registry: the
// identifiers that were adopted once are known from them. A hosted zone that cannot be read is a note; its applications keep what
// is registered, or start in the primary.
func Read(ctx context.Context, dns DNS, plan failover.Plan, registered, apps []failover.Application) Found {
	r := &reading{dns: dns, plan: plan, registered: map[string]failover.Record{}, zones: map[string]*zone{}}
	r.found.Places = map[string]failover.Place{}
	for _, app := range registered {
		for _, record := range app.Records {
			r.registered[keyOf(record)] = record
		}
	}
	for _, app := range apps {
		app.Records = slices.Clone(app.Records)
		if finding := r.application(ctx, &app); finding != nil {
			r.found.Findings = append(r.found.Findings, *finding)
			continue
		}
		r.found.Applications = append(r.found.Applications, app)
	}
	return r.found
}

func (r *reading) note(format string, args ...any) {
	r.found.Notes = append(r.found.Notes, fmt.Sprintf(format, args...))
}

// application takes over what is live of an application, or says why that cannot be.
func (r *reading) application(ctx context.Context, app *failover.Application) *Finding {
	var pairs []pair
	whole := true
	for i := range app.Records {
		p, ok := r.record(ctx, app.Name, &app.Records[i])
		if whole = whole && ok; ok {
			pairs = append(pairs, p)
		}
	}
	if wrong := divided(pairs); wrong != "" {
		return &Finding{app.Name, fmt.Sprintf("application %s: %s", app.Name, wrong), r.choices(pairs)}
	}
	if !whole || len(pairs) == 0 {
		return nil
	}
	active, _ := pairs[0].active()
	place := failover.Place{Active: active, Weights: pairs[0].weights()}
	if slices.ContainsFunc(pairs, func(p pair) bool { return !maps.Equal(p.weights(), place.Weights) }) {
		place.Weights = map[failover.Region]int{active: all, r.plan.Other(active): 0}
	}
	r.found.Places[app.Name] = place
	if usual := (map[failover.Region]int{r.plan.Primary: all, r.plan.Standby: 0}); !maps.Equal(place.Weights, usual) {
		r.note("application %s: the weights in Route 53 are %s; it is active in %s", app.Name, prose.Weights(place.Weights), active)
	}
	return nil
}

// all is the weight that stands for all users.
const all = 100

// record reads the record sets of a record. ok is false when they are not one weighted record set for each Region.
func (r *reading) record(ctx context.Context, app string, record *failover.Record) (p pair, ok bool) {
	z := r.zone(ctx, record.Zone)
	if z.err != nil {
		r.keep(record)
		if !z.noted {
			z.noted = true
			r.note("zone %s (%s) could not be read: %v; where users of its applications are was not taken from Route 53: a check says whether the registry is right", record.Zone, record.ZoneName, z.err)
		}
		return p, false
	}
	r.mark(record, z)
	sets := z.sets[keyOf(*record)]
	if len(sets) == 0 {
		r.keep(record)
		r.note("application %s: record %s %s is not in zone %s yet; no run creates it, and a check shows the batch that does", app, record.Name, record.Type, record.Zone)
		return p, false
	}
	p = pair{record: record, sets: map[failover.Region]types.ResourceRecordSet{}}
	adopted := false
	for _, region := range []failover.Region{r.plan.Primary, r.plan.Standby} {
		set, found := r.find(*record, region, sets)
		if !found {
			r.keep(record)
			r.note("application %s: record %s %s has no weighted record set for %s; to make a pair of what is there, type drover import --convert FILE; a check says what to correct", app, record.Name, record.Type, region)
			return p, false
		}
		adopted = adopted || aws.ToString(set.SetIdentifier) != record.Identifier(region)
		p.sets[region] = set
	}
	if adopted {
		p.adopt(r.plan)
		r.note("application %s: record %s %s has the record sets %q for %s and %q for %s", app, record.Name, record.Type,
			record.Identifier(r.plan.Primary), r.plan.Primary, record.Identifier(r.plan.Standby), r.plan.Standby)
	}
	return p, true
}

// mark says of a record whether its zone is private: as Route 53 says, or, if that cannot be read, as the file or the registry does.
func (r *reading) mark(record *failover.Record, z *zone) {
	if z.private == nil {
		record.Private = record.Private || r.registered[keyOf(*record)].Private
		return
	}
	if record.Private && !*z.private {
		r.note("record %s %s: zone %s (%s) is public, and the file says private: true; registered as public", record.Name, record.Type, record.Zone, record.ZoneName)
	}
	record.Private = *z.private
}

// keep gives endpoints without an identifier the one that is registered.
func (r *reading) keep(record *failover.Record) {
	record.Private = record.Private || r.registered[keyOf(*record)].Private
	record.Endpoints = maps.Clone(record.Endpoints)
	for region, e := range record.Endpoints {
		if e.SetIdentifier == "" {
			e.SetIdentifier = r.registered[keyOf(*record)].Endpoints[region].SetIdentifier
			record.Endpoints[region] = e
		}
	}
}
