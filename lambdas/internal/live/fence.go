package live

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/route53"
	"github.com/aws/aws-sdk-go-v2/service/route53/types"

	"github.com/drover-dr/drover/internal/failover"
)

// FenceRecord is the fence of a hosted zone as it was read.
type FenceRecord struct {
	// Exists says whether there is a record; a zone that no run has touched has none.
	Exists bool
	// Fence is what the record says.
	Fence failover.Fence
	// Value and TTL are the record's own, to the letter: only a DELETE that gives exactly these matches.
	Value string
	TTL   int64
}

// ReadFence reads a plan's fence in a hosted zone; fence is its name, see [failover.FenceName]. A record of that name
// that no run has written is an error: what it stands for cannot be known.
func ReadFence(ctx context.Context, client recordLister, zone, fence string) (FenceRecord, error) {
	wanted := name{zone, CanonicalName(fence), string(types.RRTypeTxt)}
	var found []types.ResourceRecordSet
	_, err := listName(ctx, client, wanted, func(set types.ResourceRecordSet) { found = append(found, set) })
	if err != nil {
		return FenceRecord{}, fmt.Errorf("read the fence: %w", err)
	}
	if len(found) == 0 {
		return FenceRecord{}, nil
	}
	values := found[0].ResourceRecords
	if len(found) > 1 || len(values) != 1 {
		return FenceRecord{}, foreignFence(wanted, found, fmt.Errorf("%d record sets, %d values in the first; expected one value", len(found), len(values)))
	}
	value := aws.ToString(values[0].Value)
	parsed, err := failover.ParseFence(value)
	if err != nil {
		return FenceRecord{}, foreignFence(wanted, found, err)
	}
	return FenceRecord{Exists: true, Fence: parsed, Value: value, TTL: aws.ToInt64(found[0].TTL)}, nil
}

// ForeignFence says that a zone's fence was not written by any run.
type ForeignFence struct {
	// Zone and Name are the record's.
	Zone, Name string
	// Why says how it differs.
	Why error
	// Command deletes the record or, should there be several of its name, lists them.
	Command string
}

// Error says what is wrong, and what to do.
func (f *ForeignFence) Error() string {
	return fmt.Sprintf("TXT record %s in zone %s is not Drover's: %v; delete it and start again", f.Name, f.Zone, f.Why)
}

// Unwrap is what makes a fence a foreign one.
func (f *ForeignFence) Unwrap() error { return f.Why }

func foreignFence(n name, found []types.ResourceRecordSet, err error) error {
	foreign := &ForeignFence{Zone: n.zone, Name: n.name, Why: err, Command: listCommand(n.zone, n.name, n.kind)}
	if len(found) == 1 && found[0].SetIdentifier == nil && found[0].AliasTarget == nil {
		foreign.Command = deleteCommand(n.zone, found[0])
	}
	return failover.Fail(failover.Rejected, foreign)
}

var _ recordLister = (*route53.Client)(nil)
