package scenario

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/prose"
	"github.com/drover-dr/drover/statemachine/fakeaws"
)

// The words for a plan's Regions, wherever a scenario names one.
const (
	primaryWord = "primary"
	standbyWord = "standby"
)

// Terms are what the words of a scenario stand for: the estate of one plan.
type Terms struct {
	// Plan is the plan, Account the account that it is deployed to.
	Plan    failover.Plan
	Account string
	// Zones are the ids of its hosted zones and Clusters its global clusters, in the order of its context.
	Zones, Clusters []string
	// Alarm starts a failover; it is empty when none does. AlarmConsents says that such a failover may lose data.
	Alarm         string
	AlarmConsents bool
	// Default says that it is the plan of the shipped scenarios' own figures, which has every switch.
	Default bool
}

// words replaces the words of one scenario.
type words struct {
	Terms
	// zoneNames are the names of the plan's zones, by their ids; those that are missing get names of examples.
	zoneNames map[string]string
	// zones and clusters map positions in the scenario, from 1, to those in the plan, from 0.
	zones, clusters map[int]int
	// applications says that applications are read: they do with fewer zones and clusters.
	applications bool
	// folded and dropped are the positions of zones and clusters that applications have not got.
	folded, dropped map[int]bool
	// named are the positions that events and expectations name.
	named positions
	// missing are the words that stand for nothing in the plan.
	missing []string
}

// placeholder matches a word in braces. Any other text in braces, such as {region}, stays as it is.
var placeholder = regexp.MustCompile(`\{(primary|standby|plan|account|partition|zone (\d+)|zone (\d+) name|cluster (\d+)|failover alarm|switch|metric switch|routing-control switch|primary elb zone|standby elb zone)\}`)

// fill replaces the words in braces.
func (w *words) fill(text string) string {
	if !strings.Contains(text, "{") {
		return text
	}
	return placeholder.ReplaceAllStringFunc(text, func(found string) string {
		m := placeholder.FindStringSubmatch(found)
		switch {
		case m[2] != "":
			return w.zone(m[2])
		case m[3] != "":
			return w.zoneName(w.zone(m[3]))
		case m[4] != "":
			return w.cluster(m[4])
		}
		return w.single(m[1])
	})
}

// single is what a word without a number stands for.
func (w *words) single(word string) string {
	switch word {
	case primaryWord, standbyWord:
		return w.region(word)
	case "plan":
		return w.Plan.Name
	case "account":
		return w.Account
	case "partition":
		return w.Plan.Primary.Partition().ID
	case "failover alarm":
		return w.failoverAlarm()
	case "switch":
		return w.switchNamed("", "default")
	case "metric switch":
		return w.switchNamed(failover.MetricLever, "metric")
	case "routing-control switch":
		return w.switchNamed(failover.RoutingControlLever, "arc")
	}
	region, _, _ := strings.Cut(word, " ")
	return fakeaws.BalancerZone(w.region(region))
}

// region is the Region that a word stands for, or the text itself.
func (w *words) region(text string) string {
	switch text {
	case primaryWord:
		return string(w.Plan.Primary)
	case standbyWord:
		return string(w.Plan.Standby)
	}
	return text
}

func (w *words) lacks(format string, args ...any) string {
	if missing := fmt.Sprintf(format, args...); !slices.Contains(w.missing, missing) {
		w.missing = append(w.missing, missing)
	}
	return "none"
}

func (w *words) failoverAlarm() string {
	switch {
	case w.Alarm == "":
		return w.lacks("it needs an alarm that starts a failover, and the plan %s lists none in failoverAlarms", w.Plan.Name)
	case len(w.Clusters) > 0 && !w.AlarmConsents:
		return w.lacks("it needs an alarm whose failover may lose data, and failoverAlarmsAllowDataLoss of the plan %s is false", w.Plan.Name)
	}
	return w.Alarm
}

// switchNamed is the plan's first switch with a lever, or its first one. The stacks of the shipped scenarios have one with each lever.
func (w *words) switchNamed(lever failover.Lever, shipped string) string {
	for _, s := range w.Plan.Switches {
		if lever == "" || s.Lever == lever {
			return s.Name
		}
	}
	if w.Default {
		return shipped
	}
	return w.lacks("it needs %s, and the plan %s has none", strings.TrimSuffix("a switch with the lever "+string(lever), " with the lever "), w.Plan.Name)
}

func (w *words) zone(position string) string {
	n, _ := strconv.Atoi(position) // digits
	if i, ok := w.zones[n]; ok {
		return w.Zones[i]
	}
	if w.applications && len(w.Zones) > 0 {
		w.folded[n] = true
		return w.Zones[0]
	}
	return w.lacks("%s", w.tooFewZones())
}

// tooFewZones says that the plan has fewer zones than the scenario names.
func (w *words) tooFewZones() string {
	return fmt.Sprintf("it needs %s, and the plan %s has %d", prose.Count(max(1, len(w.named.zones)), "hosted zone"), w.Plan.Name, len(w.Zones))
}

func (w *words) cluster(position string) string {
	n, _ := strconv.Atoi(position) // digits
	if i, ok := w.clusters[n]; ok {
		return w.Clusters[i]
	}
	if w.applications {
		w.dropped[n] = true
		return absent + position
	}
	return w.lacks("it needs %s, and the plan %s has %d", prose.Count(max(1, len(w.named.clusters)), "global cluster"), w.Plan.Name, len(w.Clusters))
}

// absent begins the name of a global cluster that the plan has not got.
const absent = "not-in-the-plan-"

// exampleZones are the names of the first zones of a plan; the assembly knows only their ids.
var exampleZones = []string{"example.com", "example.org", "example.net"}

// zoneName is the name of a zone: as the user's applications have it, one that the plan's recordNames allow, or an example.
func (w *words) zoneName(id string) string {
	if name, ok := w.zoneNames[id]; ok {
		return name
	}
	i := max(0, slices.Index(w.Zones, id))
	var allowed []string
	for _, pattern := range w.Plan.RecordNames {
		if name, ok := strings.CutPrefix(pattern, "*."); ok && !strings.Contains(name, "*") {
			allowed = append(allowed, name)
		}
	}
	switch {
	case len(w.Plan.RecordNames) > 0 && len(allowed) == 0:
		return w.lacks("it needs names of its own, and recordNames of the plan %s allow none below a domain, such as *.shop.example.com", w.Plan.Name)
	case len(allowed) > 0:
		return allowed[i%len(allowed)]
	case i < len(exampleZones):
		return exampleZones[i]
	}
	return fmt.Sprintf("example-%d.com", i+1)
}

// assign gives the plan's zones and clusters to positions in the scenario: those that events and expectations name first.
func (w *words) assign(named positions) {
	w.named = named
	w.zones, w.clusters = assigned(named.zones, len(w.Zones)), assigned(named.clusters, len(w.Clusters))
}

func assigned(named map[int]bool, have int) map[int]int {
	most := have
	for n := range named {
		most = max(most, n)
	}
	given := map[int]int{}
	if most <= have {
		for n := range have {
			given[n+1] = n
		}
		return given
	}
	for _, n := range slices.Sorted(maps.Keys(named)) {
		if len(given) == have {
			break
		}
		given[n] = len(given)
	}
	for n := 1; len(given) < have; n++ {
		if _, ok := given[n]; !ok {
			given[n] = len(given)
		}
	}
	return given
}

// positions are those that a text names.
type positions struct{ zones, clusters map[int]bool }

// add notes the positions that a text names.
func (p positions) add(text string) {
	for _, m := range placeholder.FindAllStringSubmatch(text, -1) {
		for i, of := range map[int]map[int]bool{2: p.zones, 3: p.zones, 4: p.clusters} {
			if n, err := strconv.Atoi(m[i]); err == nil {
				of[n] = true
			}
		}
	}
}
