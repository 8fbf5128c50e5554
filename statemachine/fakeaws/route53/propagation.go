package route53

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// accept makes the result of a checked batch the state of the zone, and schedules its propagation to the name servers.
func (r *Service) accept(z *zone, role, comment string, changes []Change, after []*entry) *change {
	c := r.take(z, role, comment, changes, after)
	r.batches = append(r.batches, c)
	return c
}

// take is accept for changes that no client has submitted as a batch, such as the first records of a zone.
func (r *Service) take(z *zone, role, comment string, changes []Change, after []*entry) *change {
	z.changes++
	c := &change{
		// From the zone and its own count, not from NextID: requests to other zones at the same time do not change it.
		id:   fmt.Sprintf("C%04d%09d", z.index, z.changes),
		zone: z, at: r.k.Now(), role: role, comment: comment, changes: changes, before: z.current, after: after, answers: after,
	}
	z.current = after
	r.k.Edited()
	z.busyUntil = r.k.Now().Add(r.settings.Processing)
	r.changes[c.id] = c
	r.k.Record("route53", z.name, "change %s accepted: %s", c.id, describe(changes))
	if !c.changesAnything() { // R53-11
		c.status = changeInSync
		r.k.Record("route53", z.name, "change %s changes nothing, and is in sync", c.id)
		return c
	}
	z.pending = append(z.pending, c)
	r.k.At(r.syncTime(z), func() { r.sync(c) })
	return c
}

// changesAnything says whether the batch changes any record set that it names.
func (c *change) changesAnything() bool {
	for _, change := range c.changes {
		key := newEntry(change.Set).key
		i, was := position(c.before, key)
		j, is := position(c.after, key)
		if was != is || was && !sameSet(c.before[i].set, c.after[j].set) {
			return true
		}
	}
	return false
}

// syncTime keeps the changes of a zone in the order in which they were accepted, whatever the settings were then.
func (r *Service) syncTime(z *zone) time.Time {
	propagation := r.settings.Propagation
	if propagation == 0 {
		propagation = defaultPropagation
	}
	if at := r.k.Now().Add(propagation); at.After(z.lastSync) {
		z.lastSync = at
	}
	return z.lastSync
}

func (r *Service) sync(c *change) {
	if c.status == changeLost {
		return
	}
	c.status = changeInSync
	c.zone.pending = slices.DeleteFunc(c.zone.pending, func(p *change) bool { return p == c })
	c.zone.answers = c.answers
	r.generation++
	r.k.Record("route53", c.zone.name, "change %s is in sync", c.id)
}

// LoseChange makes Route 53 lose a change that is still PENDING, as it may when its control plane is restored in
// another Region: GetChange answers NoSuchChange, and the zone is what it was before. Only the newest change of a zone
// can be lost, because later ones build on it.
func (ctl Control) LoseChange(id string) error {
	ctl.s.k.Lock()
	defer ctl.s.k.Unlock()
	c, ok := ctl.s.changes[id]
	if !ok || c.status != changePending {
		return fmt.Errorf("lose change %s: no such change is PENDING", id)
	}
	z := c.zone
	if last := len(z.pending) - 1; z.pending[last] != c {
		return fmt.Errorf("lose change %s: hosted zone %s has accepted %s since", id, z.id, z.pending[last].id)
	}
	c.status = changeLost
	z.pending = z.pending[:len(z.pending)-1]
	z.current = c.before
	ctl.s.k.Edited()
	ctl.s.k.Record("route53", z.name, "change %s is lost", id)
	return nil
}

// LoseNewestChange makes Route 53 lose the newest change of a zone, if it is still PENDING; see [Control.LoseChange].
func (ctl Control) LoseNewestChange(zoneID string) (lost bool) {
	ctl.s.k.Lock()
	newest := ""
	if z := ctl.s.zones[zoneID]; z != nil && len(z.pending) > 0 {
		newest = z.pending[len(z.pending)-1].id
	}
	ctl.s.k.Unlock()
	return newest != "" && ctl.LoseChange(newest) == nil
}

// describe is a batch in a transcript: the number of changes of each kind.
func describe(changes []Change) string {
	counts := map[string]int{}
	for _, c := range changes {
		counts[c.Action]++
	}
	var parts []string
	for _, action := range []string{"CREATE", "DELETE", "UPSERT"} {
		if n := counts[action]; n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, action))
		}
	}
	return strings.Join(parts, ", ")
}
