package dynamodb

import "time"

// place is an item in the replica of a Region. Its object is what [itemParams.Object] says of a request that is about the item.
type place struct{ region, object string }

// version is how often an item was written, and until when a read that does not ask for consistency may miss the last write.
type version struct {
	writes int
	stale  time.Time
}

// edited notes that a write has reached a replica.
func (d *Service) edited(region string, t *table, key primaryKey) {
	at := place{region, t.name + " " + key.pk + " " + key.sk}
	d.versions[at] = version{d.versions[at].writes + 1, d.k.Now().Add(staleFor)}
	d.k.Edited()
}

// Version counts the writes of an item that have reached a Region: while it is the same, so is what a request reads of the item.
// object is that of the request in [kernel.Call]. It is not settled while some reads may still miss the last write.
func (ctl Control) Version(region, object string) (writes int, settled bool) {
	ctl.s.k.Lock()
	defer ctl.s.k.Unlock()
	v := ctl.s.versions[place{region, object}]
	return v.writes, !ctl.s.k.Now().Before(v.stale)
}
