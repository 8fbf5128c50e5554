package conversion

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/route53/types"

	"github.com/drover-dr/drover/internal/changebatch"
	"github.com/drover-dr/drover/internal/estate"
	"github.com/drover-dr/drover/internal/estate/survey"
	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/prose"
)

// Batch is one batch of a zone.
type Batch struct {
	Zone, ZoneName string
	Conversions    []Conversion
	changes        []types.Change
}

// Changes is how many changes it has.
func (b Batch) Changes() int { return len(b.changes) }

// Batches are the batches of conversions, zone by zone in the order in which the conversions name them. Each deletes and creates
// the fence records of the plan unchanged: if a run has written the zone since it was read, Route 53 rejects the batch.
func Batches(plan string, zones []estate.Zone, conversions []Conversion) []Batch {
	var all []Batch
	for _, z := range zones {
		var own []Conversion
		var units [][]types.Change
		for _, c := range conversions {
			if c.Zone == z.ID {
				own, units = append(own, c), append(units, c.unit())
			}
		}
		for _, b := range changebatch.Split(guard(plan, z), units) {
			batch := Batch{Zone: z.ID, ZoneName: z.Name, changes: b.Changes}
			for _, i := range b.Units {
				batch.Conversions = append(batch.Conversions, own[i])
			}
			all = append(all, batch)
		}
	}
	return all
}

// guard is the plan's fence records of both formats, unchanged.
func guard(plan string, z estate.Zone) []types.Change {
	var changes []types.Change
	for _, s := range z.Sets {
		name := failover.CanonicalName(s.Name)
		if s.Type == "TXT" && (name == failover.FenceName(plan, z.Name) || name == failover.OldFenceName(z.Name)) {
			changes = append(changes, changebatch.Replace(survey.ToAPI(s), survey.ToAPI(s))...)
		}
	}
	return changes
}

// unit are the changes of a name, the deletions first.
func (c Conversion) unit() []types.Change {
	var changes []types.Change
	deleted, created := c.changes()
	for _, s := range deleted {
		set := survey.ToAPI(s)
		changes = append(changes, types.Change{Action: types.ChangeActionDelete, ResourceRecordSet: &set})
	}
	for _, s := range created {
		set := survey.ToAPI(s)
		changes = append(changes, types.Change{Action: types.ChangeActionCreate, ResourceRecordSet: &set})
	}
	return changes
}

// Applier applies batches.
type Applier struct {
	Submitter changebatch.Submitter
	// Read reads the record sets of a zone.
	Read func(ctx context.Context, zone string) ([]estate.Set, error)
	// Free is an error while a run of the plan holds the lock.
	Free func(context.Context) error
	// Say reports what was done.
	Say func(format string, args ...any)
	// Plan is the plan's name.
	Plan string
}

// Failure is a name whose batch was rejected, or not submitted, and why.
type Failure struct {
	Conversion Conversion
	Err        error
}

// Report is what [Applier.Apply] has done.
type Report struct {
	Done    []Conversion
	Failed  []Failure
	NotDone []Conversion
	// Stopped is why the batches of NotDone were not submitted, nil when all were.
	Stopped error
}

// Apply submits the batches one after the other, and waits until all name servers know them. A rejected batch stops no other one:
// it is split until the names at fault are alone. When the context ends, or a run takes the lock, the rest is not done; to apply
// again goes on.
func (a Applier) Apply(ctx context.Context, batches []Batch) Report {
	var r Report
	var changes []string
	for i, b := range batches {
		r.Stopped = a.may(ctx)
		if r.Stopped == nil {
			before := len(r.Done)
			changes = append(changes, a.batch(ctx, b, &r)...)
			a.Say("batch %d of %d, zone %s %s: %d of %s", i+1, len(batches), b.ZoneName, b.Zone, len(r.Done)-before, prose.Count(len(b.Conversions), "name"))
			continue
		}
		for _, rest := range batches[i:] {
			r.NotDone = append(r.NotDone, rest.Conversions...)
		}
		break
	}
	for _, id := range changes {
		if err := a.Submitter.InSync(ctx, id); err != nil {
			r.Stopped = errors.Join(r.Stopped, err)
			break
		}
	}
	return r
}

func (a Applier) may(ctx context.Context) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return a.Free(ctx)
}

// batch submits one batch, or its halves when Route 53 rejects it, and returns the ids of the changes.
func (a Applier) batch(ctx context.Context, b Batch, r *Report) []string {
	id, err := a.Submitter.Submit(ctx, b.Zone, b.changes)
	if err == nil {
		r.Done = append(r.Done, b.Conversions...)
		return []string{id}
	}
	var refused *types.InvalidChangeBatch
	var noCheck *types.NoSuchHealthCheck
	if !errors.As(err, &refused) && !errors.As(err, &noCheck) {
		a.fail(r, b, fmt.Errorf("it is not known whether Route 53 took the batch: %w", err))
		return nil
	}
	if busy := a.may(ctx); busy != nil { // the fence of the next try would be that of the run
		a.fail(r, b, busy)
		return nil
	}
	sets, unread := a.Read(ctx, b.Zone)
	if unread != nil {
		a.fail(r, b, errors.Join(err, unread))
		return nil
	}
	return a.halves(ctx, b, estate.Zone{ID: b.Zone, Name: b.ZoneName, Sets: sets}, r, err)
}

// halves handles a rejected batch: names that are converted in the zone as it is now were so by an earlier try whose answer was
// lost; a name whose record sets have changed is not touched; the rest is submitted in two parts.
func (a Applier) halves(ctx context.Context, b Batch, z estate.Zone, r *Report, err error) []string {
	groups := map[string][]estate.Set{}
	for _, g := range z.Groups() {
		groups[key(z.ID, g.Name, g.Type)] = g.Sets
	}
	var left []Conversion
	for _, c := range b.Conversions {
		switch live := groups[key(c.Zone, c.Name, c.Type)]; {
		case sameAll(live, c.After):
			r.Done = append(r.Done, c)
		case !sameAll(live, c.Before):
			r.Failed = append(r.Failed, Failure{c, errors.New("its record sets have changed since they were read; type the command again")})
		default:
			left = append(left, c)
		}
	}
	switch len(left) {
	case 0:
		return nil
	case 1:
		if len(b.Conversions) == 1 {
			r.Failed = append(r.Failed, Failure{left[0], left[0].wayOut(err)})
			return nil
		}
	}
	var ids []string
	for part := range slices.Chunk(left, max(1, (len(left)+1)/2)) {
		for _, half := range Batches(a.Plan, []estate.Zone{z}, part) {
			ids = append(ids, a.batch(ctx, half, r)...)
		}
	}
	return ids
}

// wayOut adds to the rejection of a pair with several values what Route 53 takes: its documents disagree on whether a weighted record
// set may have them.
func (c Conversion) wayOut(err error) error {
	if !slices.ContainsFunc(c.After, func(s estate.Set) bool { return s.Weight != nil && len(s.ResourceRecords) > 1 }) {
		return err
	}
	return fmt.Errorf("%w; if the several values are the reason: create a simple record in the zone for each Region with its values, such as us-east-1.%s, "+
		"and name it in the file as `alias: {name: us-east-1.%[2]s, zone: %s}`", err, strings.TrimPrefix(c.Name, "*."), c.Zone)
}

func (a Applier) fail(r *Report, b Batch, err error) {
	for _, c := range b.Conversions {
		r.Failed = append(r.Failed, Failure{c, err})
	}
}

// Pause is how long a throttled batch waits.
const Pause = 2 * time.Second
