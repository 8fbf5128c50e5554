package guarantee

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/prose"
	"github.com/drover-dr/drover/statemachine/fakeaws"
)

// idempotent is guarantee 9: repeating any step, or the whole run, changes nothing more.
func idempotent(e Evidence) finding {
	f := finding{basis: "nothing was repeated"}
	for _, again := range e.Again {
		f.checked = true
		if again.NewRun || again.MayNotify { // it notifies about its end, as every run does
			again.After.Messages = again.Before.Messages
		}
		for _, what := range differences(again.Before, again.After) {
			f.violate("%s: %s", again.What, what)
		}
	}
	if f.checked {
		f.basis = prose.Count(len(e.Again), "repetition") + " of steps and runs, no effect"
	}
	return f
}

// differences says what is not the same in two snapshots: record sets, writers, registry, the number of promotions and
// notifications. The fence of a zone and the epoch may rise: they distinguish a repetition from the run before it. The
// lock is not an effect.
func differences(before, after Snapshot) []string {
	var found []string
	add := func(format string, args ...any) { found = append(found, fmt.Sprintf(format, args...)) }
	for _, zone := range before.Zones {
		was, is := withoutFence(zone), withoutFence(ZoneState{Zone: zone.Zone, Sets: after.sets(zone.Zone)})
		if !reflect.DeepEqual(was, is) {
			add("the record sets of zone %s are not the same", zone.Zone)
		}
	}
	for _, was := range before.Databases {
		if is := after.database(was.GlobalCluster); !slices.Equal(was.All, is.All) || was.Writer != is.Writer || was.Available != is.Available {
			add("the writer of %s was %s and is %s", was.GlobalCluster, strings.Join(was.All, ", "), strings.Join(is.All, ", "))
		}
	}
	for _, was := range before.Registry {
		if is, ok := after.registered(was.Name); !ok || !sameLive(was.Live, is.Live) {
			add("the registry's %s was %s (%v) and is %s (%v)", was.Name, was.Live.Active, was.Live.Weights, is.Live.Active, is.Live.Weights)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(before.Switches)) {
		if was, is := before.Switches[name], after.Switches[name]; was != is {
			add("the switch %s made users leave %q and now %q", name, was, is)
		}
	}
	if n := after.Promotions - before.Promotions; n != 0 {
		add("%s started", prose.Count(n, "promotion"))
	}
	if n := after.Messages - before.Messages; n != 0 {
		add("%s published", prose.Count(n, "notification"))
	}
	return found
}

func withoutFence(zone ZoneState) ZoneState {
	zone.Sets = slices.DeleteFunc(slices.Clone(zone.Sets), isFence)
	return zone
}

func isFence(set fakeaws.RecordSet) bool {
	return set.Type == "TXT" && failover.IsFenceName(set.Name)
}

func sameLive(a, b failover.Live) bool {
	return a.Active == b.Active && maps.Equal(a.Weights, b.Weights)
}
