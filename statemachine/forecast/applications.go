package forecast

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/drover-dr/drover/internal/failover"
)

// Applications are applications as the runs of a forecast have them.
type Applications struct {
	// Names are those of the applications; Records, Databases and Zones count.
	Names                     []string
	Records, Databases, Zones int
	// blocks are the applications as lines of a scenario.
	blocks []string
	// databases are the global clusters.
	databases  []string
	longestTTL time.Duration
	// rules counts the health rules, replaced those with a stand-in; standard says that one of them had a standard resolution.
	rules, replaced int
	standard        bool
	// approval says that the plan has an approval.
	approval bool
}

// Prepare makes applications ready to be played: the clusters are those of the simulated account, and health rules name the metric
// that the simulator publishes.
func Prepare(plan failover.Plan, account string, apps []failover.Application) (Applications, error) {
	a := Applications{approval: plan.Approval != failover.NoApproval}
	zones := map[string]bool{}
	a.standard = slices.ContainsFunc(apps, func(app failover.Application) bool {
		return slices.ContainsFunc(app.Health, func(rule failover.HealthRule) bool {
			return rule.PeriodSeconds >= standardPeriod && !published(app, rule)
		})
	})
	for _, app := range apps {
		a.Names = append(a.Names, app.Name)
		for _, record := range app.Records {
			a.Records++
			zones[record.Zone] = true
			a.longestTTL = max(a.longestTTL, time.Duration(record.CacheSeconds())*time.Second)
		}
		for i, db := range app.Databases {
			if !slices.Contains(a.databases, db.GlobalCluster) {
				a.databases = append(a.databases, db.GlobalCluster)
			}
			app.Databases[i].Clusters = inAccount(db.Clusters, account)
		}
		app.Health = a.health(app)
		block, err := blockOf(app)
		if err != nil {
			return a, err
		}
		a.blocks = append(a.blocks, block)
	}
	a.Databases, a.Zones = len(a.databases), len(zones)
	return a, nil
}

// inAccount are the ARNs of clusters with another account.
func inAccount(clusters map[failover.Region]string, account string) map[failover.Region]string {
	changed := maps.Clone(clusters)
	for region, arn := range changed {
		if parts := strings.SplitN(arn, ":", 6); len(parts) == 6 {
			parts[4] = account
			changed[region] = strings.Join(parts, ":")
		}
	}
	return changed
}

// standardPeriod is the shortest period of metrics of standard resolution, in seconds; publishedEvery is how often the simulated
// applications publish.
const standardPeriod, publishedEvery = 60, 10

// standIn is the rule for the metric that the simulator publishes of an application.
func standIn(app failover.Application, period int) failover.HealthRule {
	atLeast := 99.0
	return failover.HealthRule{
		Namespace: "Application", Metric: "ServedPercent", Dimensions: failover.SameDimensions(map[string]string{"Application": app.Name, "Region": "{region}"}),
		Statistic: "Average", PeriodSeconds: period, AtLeast: &atLeast,
	}
}

// published says whether a rule is about that metric.
func published(app failover.Application, rule failover.HealthRule) bool {
	own := standIn(app, 0)
	const nowhere = failover.Region("nowhere")
	return rule.Namespace == own.Namespace && rule.Metric == own.Metric && maps.Equal(rule.Dimensions.Values(nowhere), own.Dimensions.Values(nowhere))
}

// health are the rules of an application, with a stand-in for each metric that the simulator does not publish. The simulator delivers
// all of its metrics equally late: if one has a standard resolution, no period is shorter.
func (a *Applications) health(app failover.Application) []failover.HealthRule {
	least := publishedEvery
	if a.standard {
		least = standardPeriod
	}
	var rules []failover.HealthRule
	for _, rule := range app.Health {
		a.rules++
		period := max(rule.PeriodSeconds, least)
		if published(app, rule) {
			rule.PeriodSeconds = period
			rules = append(rules, rule)
			continue
		}
		a.replaced++
		if !slices.ContainsFunc(rules, func(r failover.HealthRule) bool { return r.PeriodSeconds == period }) {
			rules = append(rules, standIn(app, period))
		}
	}
	return rules
}

// blockOf is an application as one line of YAML, which JSON is.
func blockOf(app failover.Application) (string, error) {
	text, err := json.Marshal(app)
	if err != nil {
		return "", fmt.Errorf("application %s: %w", app.Name, err)
	}
	keys := map[string]json.RawMessage{}
	if err := json.Unmarshal(text, &keys); err != nil {
		return "", fmt.Errorf("application %s: %w", app.Name, err)
	}
	delete(keys, "live") // that is what runs have made of it
	if text, err = json.Marshal(keys); err != nil {
		return "", fmt.Errorf("application %s: %w", app.Name, err)
	}
	return "  - " + string(text), nil
}
