package rds

import (
	"maps"
	"slices"
	"time"
)

// operation is a promotion in progress, which DescribeGlobalClusters shows as FailoverState.
type operation struct {
	*Promotion
	status   string
	from, to *member
}

// The statuses of an operation. The API model does not have switching-over; the User Guide does.
const (
	statusPending       = "pending"
	statusSwitchingOver = "switching-over"
	statusFailingOver   = "failing-over"
	statusCancelling    = "cancelling"
)

// promote starts a promotion that mayMove allows. It has four steps (RDS-3):
//
//	at once       pending
//	margin later  switching-over or failing-over; a switchover closes the old writer, a failover tries to
//	margin before the end, the topology names the new writer, and it accepts writes
//	at the end    the FailoverState is empty again and the new primary available
func (r *Service) promote(g *globalCluster, p Promotion, from, to *member) {
	op := &operation{Promotion: &p, status: statusPending, from: from, to: to}
	r.promotions = append(r.promotions, op.Promotion)
	g.operation, g.moved = op, true
	total := g.FailoverTime
	if p.Planned {
		total = g.SwitchoverTime + g.Lag // it waits until the secondary has caught up
	}
	margin := min(5*time.Second, total/4)
	r.k.Record("rds", g.ID, "%s from %s to %s starts", op.kind(), p.From, p.To)
	r.step(g, op, margin, func() {
		r.begin(g, op)
		r.step(g, op, total-2*margin, func() {
			r.flip(g, op)
			r.step(g, op, margin, func() { r.finish(g, op) })
		})
	})
}

func (op *operation) kind() string {
	if op.Planned {
		return "switchover"
	}
	return "failover"
}

// step runs next after d, unless the operation is cancelled meanwhile. It waits while the operation is stuck or its
// target Region is dark.
func (r *Service) step(g *globalCluster, op *operation, d time.Duration, next func()) {
	r.k.After(d, func() {
		switch {
		case g.operation != op || op.status == statusCancelling:
		case g.cancelNext && op.Planned && op.status != statusPending:
			g.cancelNext = false
			r.cancel(g)
		case r.k.Dark(op.To) || (g.Stuck && op.status != statusPending):
			r.step(g, op, time.Second, next)
		default:
			next()
		}
	})
}

func (r *Service) begin(g *globalCluster, op *operation) {
	op.to.status = "promoting"
	if op.Planned {
		op.status = statusSwitchingOver
		op.from.open, op.from.status = false, "modifying"
		return
	}
	op.status = statusFailingOver
	r.fence(g, op.from, op.To)
}

// fence stops the old writer from accepting writes. It is best effort: in a Region that cannot be reached the cluster
// still accepts writes (RDS-EVENT-0391), until regionChanged or linkChanged finds it.
func (r *Service) fence(g *globalCluster, m *member, from string) {
	if r.k.Dark(m.Region) || !r.k.Connected(m.Region, from) {
		r.k.Record("rds", g.ID, "the writer in %s cannot be fenced and accepts writes", m.Region)
		return
	}
	m.open = false
}

func (r *Service) flip(g *globalCluster, op *operation) {
	op.from.writer = false
	op.to.writer, op.to.open, op.to.synced = true, true, true
	if op.Planned {
		op.from.status = statusAvailable
		r.k.Record("rds", g.ID, "the writer is in %s, nothing lost", op.To)
		return
	}
	lost := g.Lag + r.k.DisconnectedFor(op.From, op.To).Truncate(time.Millisecond)
	if r.k.Dark(op.From) {
		lost = g.lost
	}
	op.from.synced = false
	r.losses = append(r.losses, Loss{GlobalCluster: g.ID, At: r.k.Now(), Seconds: lost.Seconds()})
	r.k.Record("rds", g.ID, "the writer is in %s, %s of writes lost", op.To, lost)
	switch {
	case !op.from.open:
		r.resync(g, op.from)
	case !r.k.Dark(op.From) && r.k.Connected(op.From, op.To): // it has come back in the meantime
		r.returned(g, op.from)
	}
}

func (r *Service) finish(g *globalCluster, op *operation) {
	op.to.status = statusAvailable
	g.operation = nil
	op.Finished = r.k.Now()
	r.k.Record("rds", g.ID, "%s to %s finished", op.kind(), op.To)
}

// cancel ends a switchover without moving the writer, because one of its Regions has gone dark meanwhile (RDS-4).
func (r *Service) cancel(g *globalCluster) {
	op := g.operation
	op.status = statusCancelling
	r.k.Record("rds", g.ID, "switchover to %s is being cancelled", op.To)
	r.k.After(30*time.Second, func() {
		op.from.open, op.from.status, op.to.status = true, statusAvailable, statusAvailable
		g.operation = nil
		op.Finished, op.Cancelled = r.k.Now(), true
		r.k.Record("rds", g.ID, "switchover to %s is cancelled", op.To)
	})
}

// resync rebuilds a former primary as a secondary. The writes that only it has are lost then.
func (r *Service) resync(g *globalCluster, m *member) {
	r.k.After(g.ResyncTime, func() {
		if m.writer || m.open {
			return
		}
		if r.k.Dark(m.Region) {
			return // regionChanged starts it again
		}
		m.synced = true
		r.k.Record("rds", g.ID, "the cluster in %s is in sync again", m.Region)
	})
}

func (r *Service) regionChanged(name string, dark bool) {
	for _, id := range slices.Sorted(maps.Keys(r.clusters)) {
		g := r.clusters[id]
		m := g.memberIn(name)
		switch {
		case m == nil:
		case dark:
			if m.writer {
				g.lost = g.Lag
			}
			if op := g.operation; op != nil && op.Planned && op.status != statusCancelling && !op.to.writer && (op.from == m || op.to == m) {
				r.cancel(g)
			}
		case m.open && !m.writer:
			r.returned(g, m)
		case !m.writer && !m.synced:
			r.resync(g, m)
		}
	}
}

// returned handles a former primary whose Region is back: it accepts writes, like the new one, until it is fenced
// (RDS-5).
func (r *Service) returned(g *globalCluster, m *member) {
	r.k.Record("rds", g.ID, "the old writer in %s is back: two clusters accept writes", m.Region)
	r.k.After(g.FenceTime, func() {
		if m.writer || !m.open || r.k.Dark(m.Region) {
			return
		}
		m.open = false
		r.k.Record("rds", g.ID, "the old writer in %s is fenced and being rebuilt", m.Region)
		r.resync(g, m)
	})
}

// lagPeriod is how often Aurora publishes its metrics.
const lagPeriod = time.Minute

func (r *Service) startPublishing() {
	if r.publishing {
		return
	}
	r.publishing = true
	var tick func()
	tick = func() {
		for _, id := range slices.Sorted(maps.Keys(r.clusters)) {
			r.publishLag(r.clusters[id])
		}
		r.k.After(lagPeriod, tick)
	}
	r.k.After(lagPeriod, tick)
}

// publishLag publishes the replication lag in the Regions of the secondaries, and only there. Nothing is published
// while the primary cannot be reached (RDS-7).
func (r *Service) publishLag(g *globalCluster) { r.eachLag(g, r.metrics.Put) }

// publishPastLag publishes the lag for the minutes before the global cluster was added.
func (r *Service) publishPastLag(g *globalCluster) { r.eachLag(g, r.metrics.PutPast) }

func (r *Service) eachLag(g *globalCluster, put func(region, namespace, name string, dims map[string]string, value float64)) {
	if r.k.Dark(g.writer().Region) {
		return
	}
	for _, m := range g.members {
		if !m.writer && m.synced && !r.k.Dark(m.Region) && r.k.Connected(m.Region, g.writer().Region) {
			put(m.Region, "AWS/RDS", "AuroraGlobalDBReplicationLag", map[string]string{"DBClusterIdentifier": m.ClusterID}, float64(g.Lag.Milliseconds()))
		}
	}
}

// linkChanged fences the old writers that could not be fenced while two Regions were disconnected.
func (r *Service) linkChanged(_, _ string, cut bool) {
	if cut {
		return
	}
	for _, id := range slices.Sorted(maps.Keys(r.clusters)) {
		g := r.clusters[id]
		for _, m := range g.members {
			if m.open && !m.writer && !r.k.Dark(m.Region) && g.operation == nil {
				r.returned(g, m)
			}
		}
	}
}
