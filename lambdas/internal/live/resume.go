package live

import (
	"context"
	"errors"
	"strings"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/lambdas/internal/entry"
)

// Listing has the record sets of some applications that a function has read so far. The function keeps it as JSON, and
// continues it at the next invocation.
type Listing struct {
	// For names the purpose of the listing: a listing that was kept for another purpose is not used.
	For string `json:"for"`
	// Zones has the position in each hosted zone, Sets what was found, by zone, name and type.
	Zones map[string]failover.Position `json:"zones"`
	Sets  map[string][]RecordSet       `json:"sets"`
}

// ErrUnfinished says that a listing has used up its calls, and that there is more to read.
var ErrUnfinished = errors.New("there is more to read than Route 53's request quota allows at once")

// Read continues to read the record sets of all names of the applications, with at most limit calls. The error is that of the
// first zone that could not be read, or [ErrUnfinished]; what was read is kept and returned.
func (l *Listing) Read(ctx context.Context, client recordLister, apps []failover.Application, limit int) (RecordSets, error) {
	if l.Zones == nil {
		l.Zones, l.Sets = map[string]failover.Position{}, map[string][]RecordSet{}
	}
	all := RecordSets{sets: map[name][]RecordSet{}, unread: map[string]error{}}
	for key, sets := range l.Sets {
		if parts := strings.SplitN(key, " ", 3); len(parts) == 3 {
			all.sets[name{parts[0], parts[1], parts[2]}] = sets
		}
	}
	var failed error
	for _, z := range zonesOf(apps) {
		zone := zoneListing{client: client, zoneNames: z, sets: map[name][]RecordSet{}, at: l.Zones[z.zone]}
		calls, err := zone.read(ctx, limit)
		limit -= calls
		l.Zones[z.zone] = zone.at
		for n, sets := range zone.sets {
			all.sets[n] = sets
			l.Sets[n.zone+" "+n.name+" "+n.kind] = sets
		}
		if err == nil && !zone.at.Done {
			err = ErrUnfinished
		}
		if err != nil {
			all.unread[z.zone] = err
		}
		if failed == nil {
			failed = err
		}
		if entry.ConditionOf(err) == failover.Throttled {
			limit = 0 // every further call would be throttled too, and use up the quota of the next try
		}
	}
	if failed != nil {
		return all, failover.Doing("read", "the record sets", failed)
	}
	return all, nil
}
