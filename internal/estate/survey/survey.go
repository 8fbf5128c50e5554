// Package survey reads what an import needs from AWS: hosted zones with all record sets, their tags, and the metrics that
// CloudWatch has. It only reads, and no faster than half of what Route 53 allows an account, so that a failover that runs
// meanwhile is not throttled.
package survey

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/route53"
	"github.com/aws/aws-sdk-go-v2/service/route53/types"
	"github.com/aws/smithy-go"

	"github.com/drover-dr/drover/internal/estate"
	"github.com/drover-dr/drover/internal/failover"
)

// DNS is the part of the Route 53 client that this package uses.
type DNS interface {
	ListHostedZones(context.Context, *route53.ListHostedZonesInput, ...func(*route53.Options)) (*route53.ListHostedZonesOutput, error)
	ListTagsForResources(context.Context, *route53.ListTagsForResourcesInput, ...func(*route53.Options)) (*route53.ListTagsForResourcesOutput, error)
	GetHostedZone(context.Context, *route53.GetHostedZoneInput, ...func(*route53.Options)) (*route53.GetHostedZoneOutput, error)
	ListResourceRecordSets(context.Context, *route53.ListResourceRecordSetsInput, ...func(*route53.Options)) (*route53.ListResourceRecordSetsOutput, error)
}

var _ DNS = (*route53.Client)(nil)

// Clock is the time of a reader.
type Clock interface {
	Now() time.Time
	// Sleep waits, or returns the error of the context when that ends before.
	Sleep(context.Context, time.Duration) error
}

// Every is the time between two requests to Route 53: five in a second, as its oldest limit of an account says. Today's buckets
// refill at ten in a second ("Throttling for Amazon Route 53 API requests"), half of which this leaves to others.
const Every = 200 * time.Millisecond

// tries is how often a throttled request is sent; the wait before each is longer by a second.
const tries = 10

// Reader reads hosted zones.
type Reader struct {
	DNS   DNS
	Clock Clock
	// Progress says what has been read so far; it may be nil.
	Progress func(format string, args ...any)

	last     time.Time
	requests int
}

// Wanted are the hosted zones to read: those of the names, ids and patterns, if any are given, that have all of the tags.
type Wanted struct {
	Names []string
	Tags  map[string]string
}

func (r *Reader) say(format string, args ...any) {
	if r.Progress != nil {
		r.Progress(format, args...)
	}
}

// Requests is how many requests have been sent.
func (r *Reader) Requests() int { return r.requests }

// pace performs a request when its time has come, and again when Route 53 throttles it.
func (r *Reader) pace(ctx context.Context, request func() error) error {
	for try := 1; ; try++ {
		if wait := r.last.Add(Every).Sub(r.Clock.Now()); wait > 0 {
			if err := r.Clock.Sleep(ctx, wait); err != nil {
				return err
			}
		}
		r.last = r.Clock.Now()
		r.requests++
		err := request()
		if err == nil || !throttled(err) || try == tries {
			return err
		}
		r.say("Route 53 throttles the account; waiting")
		if err := r.Clock.Sleep(ctx, time.Duration(try)*time.Second); err != nil {
			return err
		}
	}
}

func throttled(err error) bool {
	var api smithy.APIError
	return errors.As(err, &api) && (strings.HasPrefix(api.ErrorCode(), "Throttl") || api.ErrorCode() == "PriorRequestNotComplete")
}

// Zones returns the wanted hosted zones with their record sets, in the order of their names.
func (r *Reader) Zones(ctx context.Context, w Wanted) ([]estate.Zone, error) {
	zones, err := r.list(ctx)
	if err != nil {
		return nil, err
	}
	known := len(zones)
	for _, name := range w.Names {
		if !slices.ContainsFunc(zones, func(z estate.Zone) bool { return z.Wanted([]string{name}) }) {
			return nil, &NoZoneError{Name: name, Known: names(zones)}
		}
	}
	if len(w.Names) > 0 {
		zones = slices.DeleteFunc(zones, func(z estate.Zone) bool { return !z.Wanted(w.Names) })
	}
	if len(w.Tags) > 0 {
		if zones, err = r.tagged(ctx, zones, w.Tags); err != nil {
			return nil, err
		}
	}
	if len(zones) == 0 {
		return nil, fmt.Errorf("none of the %d hosted zones of the account is wanted; expected one with the tags %v", known, w.Tags)
	}
	slices.SortStableFunc(zones, func(a, b estate.Zone) int { return strings.Compare(a.Name, b.Name) })
	for i := range zones {
		if zones[i].Sets, err = r.Sets(ctx, zones[i].ID); err != nil {
			return nil, err
		}
		r.say("read %d of %d hosted zones, %d record sets", i+1, len(zones), count(zones))
	}
	return zones, nil
}

// NoZoneError says that the account has no hosted zone of a name.
type NoZoneError struct {
	Name  string
	Known []string
}

// Error has the hosted zones that there are.
func (e *NoZoneError) Error() string {
	return fmt.Sprintf("no hosted zone %s; expected a name, an id or a pattern of one of: %s", e.Name, strings.Join(e.Known, ", "))
}

// maxNames bounds the hosted zones in an error.
const maxNames = 10

func names(zones []estate.Zone) []string {
	var all []string
	for _, z := range zones {
		all = append(all, z.String())
	}
	if len(all) > maxNames {
		all = append(all[:maxNames], fmt.Sprintf("and %d more", len(zones)-maxNames))
	}
	return all
}

func count(zones []estate.Zone) int {
	n := 0
	for _, z := range zones {
		n += len(z.Sets)
	}
	return n
}

func (r *Reader) list(ctx context.Context) ([]estate.Zone, error) {
	var zones []estate.Zone
	pages := route53.NewListHostedZonesPaginator(r.DNS, &route53.ListHostedZonesInput{})
	for pages.HasMorePages() {
		var page *route53.ListHostedZonesOutput
		err := r.pace(ctx, func() (err error) {
			page, err = pages.NextPage(ctx)
			return err
		})
		if err != nil {
			return nil, failover.Doing("list", "the hosted zones", err)
		}
		for _, z := range page.HostedZones {
			zones = append(zones, zoneOf(z))
		}
	}
	return zones, nil
}

func zoneOf(z types.HostedZone) estate.Zone {
	return estate.Zone{
		ID: strings.TrimPrefix(aws.ToString(z.Id), "/hostedzone/"), Name: failover.CanonicalName(aws.ToString(z.Name)),
		Private: z.Config != nil && z.Config.PrivateZone,
	}
}

// maxTagged is how many resources one request for tags may name.
const maxTagged = 10

// tagged are those of the zones that have all of the tags; a tag without a value is one with any.
func (r *Reader) tagged(ctx context.Context, zones []estate.Zone, tags map[string]string) ([]estate.Zone, error) {
	has := map[string]bool{}
	for batch := range slices.Chunk(zones, maxTagged) {
		in := &route53.ListTagsForResourcesInput{ResourceType: types.TagResourceTypeHostedzone}
		for _, z := range batch {
			in.ResourceIds = append(in.ResourceIds, z.ID)
		}
		var out *route53.ListTagsForResourcesOutput
		err := r.pace(ctx, func() (err error) {
			out, err = r.DNS.ListTagsForResources(ctx, in)
			return err
		})
		if err != nil {
			return nil, failover.Doing("list", "the tags of hosted zones", err)
		}
		for _, set := range out.ResourceTagSets {
			has[aws.ToString(set.ResourceId)] = hasAll(set.Tags, tags)
		}
	}
	return slices.DeleteFunc(zones, func(z estate.Zone) bool { return !has[z.ID] }), nil
}

func hasAll(have []types.Tag, want map[string]string) bool {
	for key, value := range want {
		if !slices.ContainsFunc(have, func(t types.Tag) bool {
			return aws.ToString(t.Key) == key && (value == "" || aws.ToString(t.Value) == value)
		}) {
			return false
		}
	}
	return true
}

// Zone returns one hosted zone with its record sets.
func (r *Reader) Zone(ctx context.Context, id string) (estate.Zone, error) {
	var out *route53.GetHostedZoneOutput
	err := r.pace(ctx, func() (err error) {
		out, err = r.DNS.GetHostedZone(ctx, &route53.GetHostedZoneInput{Id: &id})
		return err
	})
	if err != nil {
		return estate.Zone{}, failover.Doing("read", "hosted zone "+id, err)
	}
	z := zoneOf(*out.HostedZone)
	z.Sets, err = r.Sets(ctx, id)
	return z, err
}

// Sets returns all record sets of a hosted zone.
func (r *Reader) Sets(ctx context.Context, id string) ([]estate.Set, error) {
	var sets []estate.Set
	pages := route53.NewListResourceRecordSetsPaginator(r.DNS, &route53.ListResourceRecordSetsInput{HostedZoneId: &id})
	for pages.HasMorePages() {
		var page *route53.ListResourceRecordSetsOutput
		err := r.pace(ctx, func() (err error) {
			page, err = pages.NextPage(ctx)
			return err
		})
		if err != nil {
			return nil, failover.Doing("list", "zone "+id, err)
		}
		for _, set := range page.ResourceRecordSets {
			sets = append(sets, SetOf(set))
		}
		if pages.HasMorePages() {
			r.say("zone %s: %d record sets", id, len(sets))
		}
	}
	return sets, nil
}
