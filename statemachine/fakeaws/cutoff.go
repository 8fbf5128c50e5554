package fakeaws

import (
	"fmt"
	"maps"
	"slices"
	"time"
)

// CutOff lets two Regions see each other no more, or again. Each goes on serving its users, while nothing passes
// between them: no replication of DynamoDB and Aurora, and no call of a function in one of them to the other. Global
// services answer both. See NET-1 in FIDELITY.md.
func (w *World) CutOff(a, b string, cut bool) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, name := range []string{a, b} {
		if w.regions[name] == nil {
			return fmt.Errorf("cut off: no Region %q in this World; there are %v", name, w.regionNames())
		}
	}
	between := link(a, b)
	w.dynamodb.cut[between] = cut
	if cut {
		w.cuts[between] = w.now
		w.record("region", a, "and %s cannot see each other any more", b)
		return nil
	}
	delete(w.cuts, between)
	w.record("region", a, "and %s see each other again", b)
	w.dynamodb.release()
	w.rds.seenAgain()
	return nil
}

// apart says whether two Regions cannot see each other; a caller outside of AWS sees all of them.
func (w *World) apart(a, b string) bool {
	_, cut := w.cuts[link(a, b)]
	return cut
}

// apartFor is how long that has been so.
func (w *World) apartFor(a, b string) time.Duration {
	since, cut := w.cuts[link(a, b)]
	if !cut {
		return 0
	}
	return w.now.Sub(since)
}

func (w *World) setCalling(region string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.calling = region
}

// seenAgain finds the old writers that could not be fenced while the Regions were cut off.
func (r *rds) seenAgain() {
	for _, id := range slices.Sorted(maps.Keys(r.clusters)) {
		g := r.clusters[id]
		for _, m := range g.members {
			if m.open && !m.writer && !r.w.dark(m.Region) && g.operation == nil {
				r.returned(g, m)
			}
		}
	}
}

// CancelNextSwitchover lets Aurora give up the next switchover of a global cluster on its way: the writer stays where
// it was (RDS-4).
func (w *World) CancelNextSwitchover(id string) error {
	return w.withCluster(id, func(g *globalCluster) { g.cancelNext = true })
}
