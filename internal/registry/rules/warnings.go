package rules

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/drover-dr/drover/internal/failover"
)

// Warnings are what is right by the rules and still surprises in a run, one line each: what the health rules of applications cannot
// see, and on which other Region they depend.
func Warnings(plan failover.Plan, apps []failover.Application) []string {
	var all []string
	for _, app := range apps {
		add := func(format string, args ...any) {
			all = append(all, fmt.Sprintf("application %s: ", app.Name)+fmt.Sprintf(format, args...))
		}
		silent := 0
		for _, rule := range app.Health {
			if rule.TreatMissingData == failover.MissingNotBreaching {
				silent++
			}
			if rule.ReadIn != "" {
				add("%s is read in %s: planned runs depend on that Region, and a failover reads the rule only when it moves there", rule.Title(), rule.ReadIn)
			}
			for _, text := range oneOfTwo(plan, rule) {
				add("%s", text)
			}
		}
		if silent > 0 && silent == len(app.Health) {
			add("every health rule has treatMissingData: notBreaching, so a run can complete although none has data, and only its report says so; add a rule that has data in a Region without users, such as HealthyHostCount")
		}
	}
	return all
}

// regional are the dimensions whose values end in an id that AWS makes, a different one in each Region.
var regional = regexp.MustCompile(`^(app|net|gwy|targetgroup)/[^/]+/[0-9a-f]{16}$|^(i|vpce|nat|tgw|eni|vol)-[0-9a-f]{8,17}$`)

// oneOfTwo finds dimensions that name a resource of one Region in both, with the form to type instead.
func oneOfTwo(plan failover.Plan, rule failover.HealthRule) []string {
	if rule.ReadIn != "" {
		return nil
	}
	metrics := rule.All()
	if rule.MinimumRequests != nil {
		metrics = maps.Clone(metrics)
		metrics["minimumRequests"] = rule.Requests()
	}
	var all []string
	for _, id := range slices.Sorted(maps.Keys(metrics)) {
		m := metrics[id]
		for _, name := range slices.Sorted(maps.Keys(m.Dimensions)) {
			value := m.Dimensions[name].Everywhere
			if !regional.MatchString(value) {
				continue
			}
			other := value[:strings.LastIndexAny(value, "/-")+1] + "ID"
			text := fmt.Sprintf("%s %s: %s %s is in one Region, and the rule has no data in the other; type one value for each: dimensions: {%s: {%s: %s, %s: %s}}",
				m.Namespace, m.Metric, name, value, name, plan.Primary, other, plan.Standby, other)
			if !slices.Contains(all, text) {
				all = append(all, text)
			}
		}
	}
	return all
}
