package attach

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/route53/types"

	"github.com/drover-dr/drover/internal/changebatch"
	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/prose"
	"github.com/drover-dr/drover/internal/registry"
)

// Registry is the part of the registry that this package uses.
type Registry interface {
	Lock(context.Context) (registry.Lock, error)
	Reconfigure(ctx context.Context, before, after failover.Application) error
}

// Applier does what [Read] has found.
type Applier struct {
	DNS      DNS
	Registry Registry
	// Now is the time, to tell whether a run holds the lock.
	Now func() time.Time
	// Pause waits before a throttled batch is tried again, and before the state of a change is read again.
	Pause func(context.Context) error
	// Say reports what was done.
	Say func(format string, args ...any)
}

// Apply changes the zones and the registry. It takes no lock, so that a failover never waits for it; before each write it makes
// sure that no run holds the lock. An error about one zone stops no other zone. An application is written into the registry
// only after all of its zones have their health checks, and all name servers know them.
func (a Applier) Apply(ctx context.Context, todo Todo) error {
	var failed []error
	for _, c := range todo.Configuration {
		if !c.attaches {
			failed = append(failed, a.configure(ctx, c))
		}
	}
	if err := errors.Join(failed...); err != nil {
		return err
	}
	unwritten := map[string]bool{}
	changes := map[string][]string{}
	for _, z := range todo.Zones {
		if err := a.free(ctx); err != nil {
			return errors.Join(append(failed, err)...)
		}
		ids, err := a.zone(ctx, z)
		changes[z.ID] = ids
		if err != nil {
			unwritten[z.ID] = true
			failed = append(failed, fmt.Errorf("zone %s %s: %w", z.ID, z.Name, err))
		}
	}
	for _, z := range todo.Zones {
		if err := a.inSync(ctx, changes[z.ID]); err != nil {
			unwritten[z.ID] = true
			failed = append(failed, fmt.Errorf("zone %s %s: %w", z.ID, z.Name, err))
		}
	}
	for _, c := range todo.Configuration {
		if c.attaches && !inAny(c.Before, unwritten) {
			failed = append(failed, a.configure(ctx, c))
		}
	}
	return errors.Join(failed...)
}

func inAny(app failover.Application, zones map[string]bool) bool {
	for _, r := range app.Records {
		if zones[r.Zone] {
			return true
		}
	}
	return false
}

// free returns an error while a run holds the lock.
func (a Applier) free(ctx context.Context) error {
	lock, err := a.Registry.Lock(ctx)
	if err == nil && lock.Held(a.Now()) {
		err = &registry.LockedError{Owner: lock.Owner, Run: lock.Run, Until: lock.Expires}
	}
	return err
}

func (a Applier) configure(ctx context.Context, c Configuration) error {
	if err := a.free(ctx); err != nil {
		return err
	}
	return a.Registry.Reconfigure(ctx, c.Before, c.After)
}

// zone submits the batches of a zone, and returns the ids of their changes.
func (a Applier) zone(ctx context.Context, z Zone) (ids []string, err error) {
	batches := z.batches()
	for i, b := range batches {
		id, err := a.submitter().Submit(ctx, z.ID, b)
		if err != nil {
			err = a.whyRefused(ctx, z, b, err)
		}
		if err != nil {
			if i > 0 {
				err = fmt.Errorf("%w (%d of %s done)", err, i, prose.Count(len(batches), "batch"))
			}
			return ids, err
		}
		if id != "" {
			ids = append(ids, id)
		}
	}
	a.Say("zone %s %s: %s in %s", z.ID, z.Name, prose.Count(len(z.Sets), "record set"), prose.Count(len(batches), "batch"))
	return ids, nil
}

// submitter submits the batches.
func (a Applier) submitter() changebatch.Submitter {
	return changebatch.Submitter{DNS: a.DNS, Comment: "Drover: health checks of switches; no answer changes", Pause: a.Pause, Say: a.Say}
}

// whyRefused reads the zone again after an error. If every record set of the batch has its health check, an earlier try
// was accepted although its answer was lost.
func (a Applier) whyRefused(ctx context.Context, z Zone, b []types.Change, err error) error {
	var refused *types.InvalidChangeBatch
	if !errors.As(err, &refused) {
		return err
	}
	now, unread := readZone(ctx, a.DNS, z.ID)
	if unread != nil {
		return errors.Join(err, unread)
	}
	for _, s := range z.Sets {
		live, there := now.weighted(s.Record, s.Region)
		if contains(b, s) && (!there || aws.ToString(live.HealthCheckId) != s.To) {
			return fmt.Errorf("its record sets or its fence have changed since they were read, and Route 53 has refused the whole batch; type the command again: %w", err)
		}
	}
	return nil
}

func contains(b []types.Change, s Set) bool {
	for _, c := range b {
		set := c.ResourceRecordSet
		if c.Action == types.ChangeActionCreate && aws.ToString(set.SetIdentifier) == s.Record.Identifier(s.Region) && string(set.Type) == s.Record.Type &&
			failover.CanonicalName(aws.ToString(set.Name)) == failover.CanonicalName(s.Record.Name) {
			return true
		}
	}
	return false
}

// inSync waits until all name servers know the changes of a zone.
func (a Applier) inSync(ctx context.Context, ids []string) error {
	for _, id := range ids {
		if err := a.submitter().InSync(ctx, id); err != nil {
			return err
		}
	}
	return nil
}
