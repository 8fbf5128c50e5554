// Package changebatch puts changes of record sets into batches that Route 53 takes, submits them and waits until all name
// servers know them, for the command line.
package changebatch

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/route53"
	"github.com/aws/aws-sdk-go-v2/service/route53/types"
	"github.com/aws/smithy-go"

	"github.com/drover-dr/drover/internal/failover"
)

// Route 53's limits of one batch ("Maximums on API requests", Amazon Route 53 Developer Guide). An alias counts as one element,
// and what an UPSERT has counts twice.
const (
	MaxElements   = 1000
	MaxCharacters = 32_000
)

// Batch is one batch of a hosted zone.
type Batch struct {
	Changes []types.Change
	// Units are the indexes of the units that are in it.
	Units []int
}

// Split puts units into as few batches as Route 53 accepts, in their order. The changes of a unit are in one batch, and each
// batch begins with the guard.
func Split(guard []types.Change, units [][]types.Change) []Batch {
	guardElements, guardCharacters := size(guard)
	var all []Batch
	elements, characters := MaxElements, 0
	for i, unit := range units {
		n, chars := size(unit)
		if elements+n > MaxElements || characters+chars > MaxCharacters {
			all = append(all, Batch{Changes: append([]types.Change{}, guard...)})
			elements, characters = guardElements, guardCharacters
		}
		last := &all[len(all)-1]
		last.Changes, last.Units = append(last.Changes, unit...), append(last.Units, i)
		elements, characters = elements+n, characters+chars
	}
	return all
}

func size(changes []types.Change) (elements, characters int) {
	for _, c := range changes {
		times := 1
		if c.Action == types.ChangeActionUpsert {
			times = 2
		}
		elements += times * max(1, len(c.ResourceRecordSet.ResourceRecords))
		for _, r := range c.ResourceRecordSet.ResourceRecords {
			characters += times * utf8.RuneCountInString(aws.ToString(r.Value))
		}
	}
	return elements, characters
}

// Replace deletes a record set exactly as it is and creates another in its place.
func Replace(before, after types.ResourceRecordSet) []types.Change {
	return []types.Change{
		{Action: types.ChangeActionDelete, ResourceRecordSet: &before},
		{Action: types.ChangeActionCreate, ResourceRecordSet: &after},
	}
}

// DNS is the part of the Route 53 client that this package uses.
type DNS interface {
	ChangeResourceRecordSets(context.Context, *route53.ChangeResourceRecordSetsInput, ...func(*route53.Options)) (*route53.ChangeResourceRecordSetsOutput, error)
	GetChange(context.Context, *route53.GetChangeInput, ...func(*route53.Options)) (*route53.GetChangeOutput, error)
}

var _ DNS = (*route53.Client)(nil)

// Submitter submits batches.
type Submitter struct {
	DNS DNS
	// Comment says in Route 53 what a batch is.
	Comment string
	// Pause waits before a throttled batch is tried again, and before the state of a change is read again.
	Pause func(context.Context) error
	// Say reports that Route 53 throttles.
	Say func(format string, args ...any)
}

// tries is how often a throttled batch is submitted, and the state of a change is read. With two seconds between, that is as
// long as Route 53 needs to refill the tokens of the largest batch ten times.
const tries = 60

// Submit submits a batch, again while Route 53 throttles it, and returns the id of its change.
func (s Submitter) Submit(ctx context.Context, zone string, changes []types.Change) (id string, err error) {
	for try := 1; ; try++ {
		out, err := s.DNS.ChangeResourceRecordSets(ctx, &route53.ChangeResourceRecordSetsInput{
			HostedZoneId: &zone, ChangeBatch: &types.ChangeBatch{Changes: changes, Comment: &s.Comment},
		})
		switch {
		case err == nil:
			return strings.TrimPrefix(aws.ToString(out.ChangeInfo.Id), "/change/"), nil
		case !Passes(err) || try == tries:
			return "", failover.Doing("change", "zone "+zone, err)
		case try == 1:
			s.Say("zone %s: Route 53 is busy or throttles; trying again", zone)
		}
		if err := s.Pause(ctx); err != nil {
			return "", err
		}
	}
}

// Passes says whether an error of Route 53 passes by itself.
func Passes(err error) bool {
	var api smithy.APIError
	return errors.As(err, &api) && (strings.HasPrefix(api.ErrorCode(), "Throttl") || api.ErrorCode() == "PriorRequestNotComplete")
}

// InSync waits until all name servers know a change.
func (s Submitter) InSync(ctx context.Context, id string) error {
	for try := 1; ; try++ {
		out, err := s.DNS.GetChange(ctx, &route53.GetChangeInput{Id: &id})
		if err != nil && !Passes(err) {
			return failover.Doing("get", "change "+id, err)
		}
		if err == nil && out.ChangeInfo.Status == types.ChangeStatusInsync {
			return nil
		}
		if try == tries {
			return fmt.Errorf("change %s is not known to all name servers yet; type the command again", id)
		}
		if err := s.Pause(ctx); err != nil {
			return err
		}
	}
}
