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
	"github.com/drover-dr/drover/lambdas/internal/entry"
)

// FenceRecord is the fence of a hosted zone as it was read.
type FenceRecord struct {
	// Exists says whether the zone has a record; a zone that no run has moved has none.
	Exists bool
	// Fence is the newer of the two records.
	Fence failover.Fence
	// Own is the plan's record, Old that of format 1. Others is the record of format 1 if another plan has written it: the
	// plans of format 1 share its name.
	Own, Old, Others FenceText
}

// FenceText is the exact text of a fence record: a DELETE must give the same to match. It is empty if there is no record.
type FenceText struct {
	Value string
	TTL   int64
}

// FenceNames are the names of a plan's fence records in a hosted zone, and a name that sorts before all of them.
type FenceNames struct{ Own, Old, first string }

// FenceNamesOf are those of a plan in a zone of this name.
func FenceNamesOf(plan, zoneName string) FenceNames {
	return FenceNames{Own: failover.FenceName(plan, zoneName), Old: failover.OldFenceName(zoneName), first: failover.FenceName("", zoneName)}
}

// ReadFence reads a plan's fence in a hosted zone. A record with one of its names that no run has written is an error: its
// meaning is unknown.
//
// A run that writes both records ([failover.Run].Writes) writes them in one batch. If they differ, release 0.1.0, which knows
// only the old one, has written later. If only the old one exists, no other version has written yet.
func ReadFence(ctx context.Context, client recordLister, zone string, names FenceNames) (FenceRecord, error) {
	sets, err := listFences(ctx, client, zone, names)
	if err != nil {
		return FenceRecord{}, failover.Doing("read", "the fence", err)
	}
	own, err := readFenceText(zone, names.Own, sets)
	if err != nil {
		return FenceRecord{}, err
	}
	old, err := readFenceText(zone, names.Old, sets)
	if err != nil {
		return FenceRecord{}, err
	}
	record := FenceRecord{Own: own.FenceText, Fence: own.Fence}
	if old.Value != "" && writtenByOther(zone, names, sets, old.Value) {
		record.Others = old.FenceText
	} else if record.Old = old.FenceText; own.Value == "" || old.Value != "" && old.Epoch >= own.Epoch && old.Value != own.OldString() {
		record.Fence = old.Fence
	}
	record.Exists = record.Own.Value != "" || record.Old.Value != ""
	return record, nil
}

// writtenByOther says whether another plan has written the record of format 1: that plan has a record of its own with the same
// content.
func writtenByOther(zone string, names FenceNames, sets map[name][]types.ResourceRecordSet, old string) bool {
	for n := range sets {
		if !failover.IsFenceName(n.name) || n == fenceName(zone, names.Own) || n == fenceName(zone, names.Old) {
			continue
		}
		if other, err := readFenceText(zone, n.name, sets); err == nil && other.Value != "" && other.OldString() == old {
			return true
		}
	}
	return false
}

// listFences lists the record sets of both names. Route 53 lists a zone in the order of [position]. Only the fences of other
// plans are before and between the two names, so one call nearly always returns all of them.
func listFences(ctx context.Context, client recordLister, zone string, names FenceNames) (map[name][]types.ResourceRecordSet, error) {
	own, old := fenceName(zone, names.Own), fenceName(zone, names.Old)
	sets := map[name][]types.ResourceRecordSet{}
	out, err := client.ListResourceRecordSets(ctx, &route53.ListResourceRecordSetsInput{
		HostedZoneId: &zone, StartRecordName: aws.String(CanonicalName(names.first)), StartRecordType: types.RRTypeTxt, MaxItems: aws.Int32(fencePage),
	})
	if err != nil {
		return nil, failover.Doing("list", "zone "+zone, err)
	}
	passed := !out.IsTruncated
	for _, set := range out.ResourceRecordSets {
		n := setName(zone, set)
		passed = passed || position(n.name) > position(old.name)
		sets[n] = append(sets[n], set)
	}
	if passed {
		return sets, nil
	}
	for _, n := range []name{own, old} {
		delete(sets, n)
		if _, err := listName(ctx, client, n, func(set types.ResourceRecordSet) { sets[n] = append(sets[n], set) }); err != nil {
			return nil, err
		}
	}
	return sets, nil
}

// fencePage is how many record sets one call lists for the fence.
const fencePage = 20

// position is a name as Route 53 sorts it: with the labels reversed and a trailing dot (ListResourceRecordSets, Amazon
// Route 53 API Reference).
func position(name string) string {
	labels := strings.Split(name, ".")
	slices.Reverse(labels)
	return strings.Join(labels, ".") + "."
}

func fenceName(zone, fence string) name {
	return name{zone, CanonicalName(fence), string(types.RRTypeTxt)}
}

// fenceText is one record of a fence, with its parsed content.
type fenceText struct {
	FenceText
	failover.Fence
}

func readFenceText(zone, fence string, sets map[name][]types.ResourceRecordSet) (fenceText, error) {
	wanted := fenceName(zone, fence)
	found := sets[wanted]
	if len(found) == 0 {
		return fenceText{}, nil
	}
	values := found[0].ResourceRecords
	if len(found) > 1 || len(values) != 1 {
		return fenceText{}, foreignFence(wanted, found, fmt.Errorf("%d record sets, %d values in the first; expected one value", len(found), len(values)))
	}
	value := aws.ToString(values[0].Value)
	parsed, err := failover.ParseFence(value)
	switch {
	case err != nil && entry.ConditionOf(err) == failover.UnknownFormat:
		return fenceText{}, fmt.Errorf("zone %s: %w", zone, err)
	case err != nil:
		return fenceText{}, foreignFence(wanted, found, err)
	}
	return fenceText{FenceText{value, aws.ToInt64(found[0].TTL)}, parsed}, nil
}

// ForeignFence says that no run has written a zone's fence.
type ForeignFence struct {
	// Zone and Name are the record's.
	Zone, Name string
	// Why says how it differs.
	Why error
	// Command deletes the record or, if there are several with its name, lists them.
	Command string
}

// Error says what is wrong, and what to do.
func (f *ForeignFence) Error() string {
	return fmt.Sprintf("TXT record %s in zone %s is not Drover's: %v; delete it and start again", f.Name, f.Zone, f.Why)
}

// Unwrap returns the reason.
func (f *ForeignFence) Unwrap() error { return f.Why }

func foreignFence(n name, found []types.ResourceRecordSet, err error) error {
	foreign := &ForeignFence{Zone: n.zone, Name: n.name, Why: err, Command: listCommand(n.zone, n.name, n.kind)}
	if len(found) == 1 && found[0].SetIdentifier == nil && found[0].AliasTarget == nil {
		foreign.Command = deleteCommand(n.zone, found[0])
	}
	return failover.Fail(failover.Rejected, foreign)
}

var _ recordLister = (*route53.Client)(nil)
