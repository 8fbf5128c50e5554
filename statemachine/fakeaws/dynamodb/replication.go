package dynamodb

import (
	"maps"
	"slices"
	"time"

	"github.com/drover-dr/drover/statemachine/fakeaws/dynamodb/expression"
	"github.com/drover-dr/drover/statemachine/fakeaws/kernel"
)

// table is a global table: replicas that become consistent with each other.
type table struct {
	name     string
	replicas map[string]*replica
}

// replica is the copy of a table in one Region.
type replica struct {
	partitions map[string]*partition
	capacity   map[string]*capacity // by partition key
}

// partition holds the items of one partition key; order is their sort keys in ascending order, without deleted ones.
type partition struct {
	items map[string]*stored
	order []string
	// earlier are items as they were before their last write, by sort key.
	earlier map[string]earlier
	// stale is until when a read may return one of them.
	stale time.Time
}

// earlier is what a read that does not ask for consistency returns until a time: an item before its last write, or nil when
// there was none.
type earlier struct {
	stored *stored
	until  time.Time
}

// staleFor is how long such a read misses a write (DDB-5).
const staleFor = time.Second

// item is an item as a read at a time finds it, or nil.
func (p *partition) item(sk string, r reading) *stored {
	s := p.items[sk]
	if e, ok := p.earlier[sk]; ok && !r.consistent && r.at.Before(e.until) {
		s = e.stored
	}
	if s == nil || s.attributes == nil {
		return nil
	}
	return s
}

// keys are the sort keys of the items that a read at a time finds, in ascending order.
func (p *partition) keys(r reading) []string {
	if r.consistent || !r.at.Before(p.stale) {
		return p.order
	}
	all := slices.Concat(p.order, slices.Collect(maps.Keys(p.earlier)))
	slices.Sort(all)
	return slices.DeleteFunc(slices.Compact(all), func(sk string) bool { return p.item(sk, r) == nil })
}

// reading is when a read is made, and whether it asks for consistency.
type reading struct {
	at         time.Time
	consistent bool
}

type primaryKey struct{ pk, sk string }

// stored is an item with the number of its write. Numbers rise with the clock, and they also order writes that
// different Regions make at the same time (DDB-2). A deleted item is kept without attributes, so that it wins against
// older writes that arrive later.
type stored struct {
	attributes expression.Item
	size       int
	write      int
	// wire caches the attributes as a Query returns them: every stage of a run reads the pages of a large registry.
	wire []byte
}

func (s *stored) json() []byte {
	if s.wire == nil {
		s.wire = expression.AppendItem(nil, s.attributes)
	}
	return s.wire
}

// delivery is a write that is being replicated to another Region.
type delivery struct {
	table    *table
	key      primaryKey
	stored   *stored
	from, to string
	// written is when the write was made.
	written time.Time
}

func (r *replica) get(key primaryKey, at reading) (expression.Item, bool) {
	part := r.partitions[key.pk]
	if part == nil {
		return nil, false
	}
	s := part.item(key.sk, at)
	if s == nil {
		return nil, false
	}
	return s.attributes, true
}

// sizeOf is the size of an item, 0 when it is not there.
func (r *replica) sizeOf(key primaryKey) int {
	if part := r.partitions[key.pk]; part != nil && part.items[key.sk] != nil {
		return part.items[key.sk].size
	}
	return 0
}

// set stores a write unless the replica has a later one: the last writer wins, item by item.
func (r *replica) set(key primaryKey, s *stored, now time.Time) (won bool) {
	part := r.partitions[key.pk]
	if part == nil {
		part = &partition{items: map[string]*stored{}, earlier: map[string]earlier{}}
		r.partitions[key.pk] = part
	}
	old := part.items[key.sk]
	if old != nil && old.write > s.write {
		return false
	}
	part.items[key.sk] = s
	part.earlier[key.sk], part.stale = earlier{old, now.Add(staleFor)}, now.Add(staleFor)
	i, listed := slices.BinarySearch(part.order, key.sk)
	switch {
	case s.attributes != nil && !listed:
		part.order = slices.Insert(part.order, i, key.sk)
	case s.attributes == nil && listed:
		part.order = slices.Delete(part.order, i, i+1)
	}
	return true
}

// write stores an item in the Region that was asked and sends it to all others; attributes are nil for a deletion.
func (d *Service) write(r *replicaOf, key primaryKey, attributes expression.Item) error {
	size := expression.SizeOf(attributes)
	if size > maxItemBytes {
		return invalidItem("Item size has exceeded the maximum allowed size")
	}
	if err := d.admitWrite(r, key.pk, max(size, r.replica.sizeOf(key))); err != nil {
		return err
	}
	s := &stored{attributes: attributes, size: size, write: d.k.NextID()}
	r.replica.set(key, s, d.k.Now())
	d.edited(r.region, r.table, key)
	for _, to := range slices.Sorted(maps.Keys(r.table.replicas)) {
		if to != r.region {
			d.send(delivery{table: r.table, key: key, stored: s, from: r.region, to: to, written: d.k.Now()})
		}
	}
	return nil
}

func (d *Service) send(x delivery) {
	d.k.After(d.lag, func() { d.arrive(x) })
}

// arrive delivers a write, or holds it while one of its Regions is dark or the two are disconnected. A write that was
// sent before the Region went dark is held too (DDB-3). The replication latency is published in the Region of the write
// (DDB-6).
func (d *Service) arrive(x delivery) {
	if d.k.Dark(x.from) || d.k.Dark(x.to) || d.cut[kernel.Link(x.from, x.to)] {
		d.held = append(d.held, x)
		return
	}
	d.metrics.Put(x.from, "AWS/DynamoDB", "ReplicationLatency", map[string]string{"TableName": x.table.name, "ReceivingRegion": x.to},
		float64(d.k.Now().Sub(x.written).Milliseconds()))
	d.edited(x.to, x.table, x.key)
	if !x.table.replicas[x.to].set(x.key, x.stored, d.k.Now()) {
		d.k.Record("dynamodb", x.table.name, "%s %s: a late write of %s is discarded for a newer one in %s", x.key.pk, x.key.sk, x.from, x.to)
	}
}

// regionChanged sends what was held for a Region that is back.
func (d *Service) regionChanged(_ string, dark bool) {
	if !dark {
		d.release()
	}
}

// linkChanged stops replication between two Regions that are disconnected, and resumes it when they are connected again.
func (d *Service) linkChanged(a, b string, cut bool) {
	d.cut[kernel.Link(a, b)] = cut
	if !cut {
		d.release()
	}
}

// release sends what was held: of each item only the last write, which wins against those before it.
func (d *Service) release() {
	held := d.held
	d.held = nil
	type route struct {
		table    *table
		key      primaryKey
		from, to string
	}
	last := map[route]int{}
	for i, x := range held {
		last[route{x.table, x.key, x.from, x.to}] = i
	}
	for i, x := range held {
		if last[route{x.table, x.key, x.from, x.to}] == i {
			d.send(x)
		}
	}
}

// SetReplicationLag sets how long every later write takes to reach the other replicas of its table.
func (ctl Control) SetReplicationLag(lag time.Duration) {
	ctl.s.k.Lock()
	defer ctl.s.k.Unlock()
	ctl.s.lag = lag
}

// CutReplication stops DynamoDB's replication between two Regions, in both directions, or resumes it. What was written
// meanwhile arrives afterwards.
func (ctl Control) CutReplication(a, b string, cut bool) error {
	ctl.s.k.Lock()
	defer ctl.s.k.Unlock()
	for _, name := range []string{a, b} {
		if err := ctl.s.k.CheckRegion(name); err != nil {
			return err
		}
	}
	if cut {
		ctl.s.k.Record("dynamodb", a+" and "+b, "replication is cut")
	} else {
		ctl.s.k.Record("dynamodb", a+" and "+b, "replication resumes")
	}
	ctl.s.linkChanged(a, b, cut)
	return nil
}
