package kernel

import (
	"fmt"
	"slices"
	"time"
)

// region is an AWS Region.
type region struct {
	name string
	dark bool
	// ahead is how far its clock is ahead of the virtual time; negative when it is behind.
	ahead time.Duration
}

// RegionNames are the names of the Regions in alphabetical order, not to be changed.
func (k *Kernel) RegionNames() []string { return slices.Clip(k.names) }

// HasRegion says whether there is a Region of this name.
func (k *Kernel) HasRegion(name string) bool { return k.regions[name] != nil }

// CheckRegion is an error that names the Regions, unless the given one is among them.
func (k *Kernel) CheckRegion(name string) error {
	if k.HasRegion(name) {
		return nil
	}
	return fmt.Errorf("no Region %q in the AWS simulator; there are %v", name, k.RegionNames())
}

// Dark says whether a Region is dark. A name that is not a Region, such as a global service's, is never dark.
func (k *Kernel) Dark(name string) bool {
	r, ok := k.regions[name]
	return ok && r.dark
}

// Clock is the time that a Region's clock shows.
func (k *Kernel) Clock(name string) time.Time {
	if r, ok := k.regions[name]; ok {
		return k.now.Add(r.ahead)
	}
	return k.now
}

func (k *Kernel) setClock(name string, ahead time.Duration) error {
	if err := k.CheckRegion(name); err != nil {
		return err
	}
	k.regions[name].ahead = ahead
	k.Record("region", name, "has a clock that differs by %v", ahead)
	return nil
}

// Connected says whether two Regions reach each other. A caller outside AWS has the empty name, and reaches all Regions.
func (k *Kernel) Connected(a, b string) bool {
	_, cut := k.links[Link(a, b)]
	return !cut
}

// DisconnectedFor is how long two Regions have not reached each other.
func (k *Kernel) DisconnectedFor(a, b string) time.Duration {
	since, cut := k.links[Link(a, b)]
	if !cut {
		return 0
	}
	return k.now.Sub(since)
}

// Link is the key of a pair of Regions: their names in alphabetical order.
func Link(a, b string) [2]string {
	if a > b {
		a, b = b, a
	}
	return [2]string{a, b}
}

// OnRegion registers a function that is called when a Region goes dark or answers again.
func (k *Kernel) OnRegion(changed func(region string, dark bool)) {
	k.onRegion = append(k.onRegion, changed)
}

// OnLink registers a function that is called when two Regions are disconnected or connected again.
func (k *Kernel) OnLink(changed func(a, b string, cut bool)) { k.onLink = append(k.onLink, changed) }

// SetCalling notes the Region of the function that runs now; the empty name means that none runs. While a function runs,
// all requests are its own.
func (k *Kernel) SetCalling(region string) { k.calling, k.crashAt = region, 0 }

// CrashAfter makes the function that runs now crash after so many requests: those that it makes later do not arrive.
func (k *Kernel) CrashAfter(requests int) { k.crashAt = len(k.calls) + requests }

// Crashed says whether the function that runs now has crashed.
func (k *Kernel) Crashed() bool { return k.crashAt > 0 && len(k.calls) >= k.crashAt }

// Reachable says whether a request that is made now reaches a Region.
func (k *Kernel) Reachable(region string) bool {
	return !k.Dark(region) && k.Connected(k.calling, region)
}

func (k *Kernel) setDark(name string, dark bool) error {
	if err := k.CheckRegion(name); err != nil {
		return err
	}
	if k.regions[name].dark == dark {
		return nil
	}
	k.regions[name].dark = dark
	if dark {
		k.Record("region", name, "goes dark")
	} else {
		k.Record("region", name, "is back")
	}
	for _, changed := range k.onRegion {
		changed(name, dark)
	}
	return nil
}

func (k *Kernel) cutOff(a, b string, cut bool) error {
	for _, name := range []string{a, b} {
		if err := k.CheckRegion(name); err != nil {
			return fmt.Errorf("cut off: %w", err)
		}
	}
	if cut {
		k.links[Link(a, b)] = k.now
		k.Record("region", a, "and %s are disconnected", b)
	} else {
		delete(k.links, Link(a, b))
		k.Record("region", a, "and %s are connected again", b)
	}
	for _, changed := range k.onLink {
		changed(a, b, cut)
	}
	return nil
}
