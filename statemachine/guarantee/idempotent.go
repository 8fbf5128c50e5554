package guarantee

import (
	"cmp"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/prose"
	"github.com/drover-dr/drover/statemachine/fakeaws"
)

// idempotent is guarantee 9: repeating any step, or the whole run in unchanged circumstances, changes nothing more.
func idempotent(e Evidence) finding {
	f := finding{basis: "nothing was repeated"}
	checked := 0
	var unequal []string
	for _, again := range e.Again {
		if again.NewRun || again.MayNotify { // it notifies about its end, as every run does
			again.After.Messages = again.Before.Messages
		}
		if again.MayReset {
			again.After.Switches = withoutResets(again.Before.Switches, again.After.Switches)
		}
		found := differences(again.Before, again.After)
		if again.Unequal != "" && (again.NewRun || len(found) > 0) {
			unequal = append(unequal, again.What+" is not checked: "+again.Unequal)
			continue
		}
		checked++
		f.check(RunEvidence{Execution: fakeaws.Execution{ARN: again.Run}})
		for _, what := range found {
			f.violate("%s: %s", again.What, what)
		}
	}
	if checked > 0 {
		f.basis = prose.Count(checked, "repetition") + " of steps and runs, no effect"
	}
	if len(unequal) > 0 {
		f.basis += "; " + prose.Some(unequal, 2, "; ")
	}
	return f
}

// withoutResets are the switches after a repetition, without those that it has reset.
func withoutResets(before, after map[string]failover.Region) map[string]failover.Region {
	all := maps.Clone(after)
	for name, evacuated := range before {
		if all[name] == "" {
			all[name] = evacuated
		}
	}
	return all
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
			add("the writer of %s was %s and is %s", was.GlobalCluster, was.writers(), is.writers())
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

// writers says where the global cluster's writer is, and where it accepts writes.
func (d DatabaseState) writers() string {
	if len(d.All) == 1 && d.All[0] == d.Writer && d.Available {
		return "in " + d.Writer
	}
	return fmt.Sprintf("in %s (writes are accepted in %s)", d.Writer, cmp.Or(strings.Join(d.All, ", "), "no Region"))
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
