// Package config is what the operator decides about a deployment: the object "drover" in the context of cdk.json.
//
// It is read and checked as a whole before the CDK starts: all mistakes are reported at once, and nothing is synthesized
// from a configuration with a mistake.
package config

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/mail"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/drover-dr/drover/internal/failover"
)

// Key is the key in the context of cdk.json under which everything here is found.
const Key = "drover"

// Config is one deployment: the plan that the Lambdas carry, and what only the deployment needs to know. The keys of
// the plan and of the other settings lie beside each other in cdk.json.
type Config struct {
	// Plan holds the keys of [failover.Plan], each with the default of [failover.DefaultPlan].
	Plan failover.Plan
	// HostedZones are the ids of the Route 53 zones whose records may be moved. At least one; no default.
	HostedZones []string
	// GlobalClusters are the identifiers of the Aurora global clusters that may be promoted. None by default, and then
	// no function may touch a database.
	GlobalClusters []string
	// Account pins the deployment to one AWS account. By default it goes where the credentials belong.
	Account string
	// LogRetentionDays is how long CloudWatch Logs keeps what functions and state machine write. 90 by default.
	LogRetentionDays int
	// Tags are put on everything that can carry one.
	Tags map[string]string
	// Emails are subscribed to the topic of each Region. Each address must confirm, once per Region.
	Emails []string

	// Consistency is that of the registry's replicas: eventual by default.
	Consistency Consistency
	// Witness or Replica is the third Region that a registry with strong consistency needs: a witness holds no data.
	Witness, Replica failover.Region

	// FailoverAlarms name CloudWatch alarms. One of them that goes off starts a failover to the Region that it is in,
	// so an alarm must watch the other Region from there. None by default.
	FailoverAlarms []string
	// FailoverAlarmsAllowDataLoss is the consent that such a failover is started with. False by default.
	FailoverAlarmsAllowDataLoss bool
	// CheckSchedule and DrillSchedule are expressions of EventBridge Scheduler in the time zone Timezone, or none. By
	// default there is a check every 30 minutes, and no drill.
	CheckSchedule, DrillSchedule, Timezone string
	// CheckWithinMinutes is how long there may be no check before an alarm goes off. 60 by default.
	CheckWithinMinutes int

	// TrafficMetrics are shown on the dashboard, for both Regions beside each other. None by default.
	TrafficMetrics []TrafficMetric
	// Pipeline deploys every commit of a branch. By default there is none, and operators deploy.
	Pipeline *Pipeline
}

// Default is the configuration of a context that says nothing of its own.
func Default() Config {
	return Config{
		Plan: failover.DefaultPlan(), LogRetentionDays: 90, Consistency: Eventual,
		CheckSchedule: "rate(30 minutes)", CheckWithinMinutes: 60, DrillSchedule: Never, Timezone: "UTC",
	}
}

// retentions are the numbers of days that CloudWatch Logs accepts.
var retentions = []int{
	1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
}

// Parse reads the object under [Key]. The error, if there is one, holds every mistake, each with its key, what was
// found and what was expected.
func Parse(text []byte) (Config, error) {
	c := Default()
	problems := c.decode(text)
	problems = append(problems, c.problems()...)
	if len(problems) > 0 {
		return Config{}, &Mistakes{problems}
	}
	return c, nil
}

// Mistakes is everything that is wrong with a configuration.
type Mistakes struct{ list []error }

// Error lists the mistakes, one per line.
func (m *Mistakes) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "the context %q in cdk.json:", Key)
	for _, err := range m.list {
		fmt.Fprintf(&b, "\n  - %s", err)
	}
	return b.String()
}

// Unwrap returns the mistakes.
func (m *Mistakes) Unwrap() []error { return m.list }

// problems returns what is wrong with the values, whatever they were read from.
func (c Config) problems() []error {
	problems := flatten(c.Plan.Validate())
	problems = append(problems, checkList("hostedZones", c.HostedZones, hostedZone, "a hosted zone id such as Z0123456789ABCDEFGHIJ")...)
	problems = append(problems, checkList("globalClusters", c.GlobalClusters, globalCluster, "the identifier of an Aurora global cluster")...)
	add := func(format string, args ...any) { problems = append(problems, fmt.Errorf(format, args...)) }
	if len(c.HostedZones) == 0 {
		add("hostedZones: empty; expected the ids of the hosted zones whose records Drover moves")
	}
	if c.Account != "" && !account.MatchString(c.Account) {
		add("account: %q; expected twelve digits, or leave it out to deploy where the credentials belong", c.Account)
	}
	if !slices.Contains(retentions, c.LogRetentionDays) {
		add("logRetentionDays: %d; expected one of %s", c.LogRetentionDays, strings.Trim(fmt.Sprint(retentions), "[]"))
	}
	for i, address := range c.Emails {
		if parsed, err := mail.ParseAddress(address); err != nil || parsed.Address != address {
			add("emails[%d]: %q; expected an address such as oncall@example.com", i, address)
		} else if slices.Contains(c.Emails[:i], address) {
			add("emails[%d]: %q is listed twice", i, address)
		}
	}
	if c.FailoverAlarmsAllowDataLoss && !c.Plan.Consent(failover.Input{}) && !c.Plan.MayBeLoosened(failover.ConsentSetting) {
		add("failoverAlarmsAllowDataLoss: true is looser than allowDataLoss: false; expected %q in mayLoosen; without it every failover that such an alarm starts would be refused", failover.ConsentSetting)
	}
	for _, more := range [][]error{
		checkList("failoverAlarms", c.FailoverAlarms, alarmName, "the name of an alarm: 1 to 255 characters, none of them a control character"),
		c.tagProblems(), c.regionProblems(), c.consistencyProblems(), c.scheduleProblems(), c.trafficProblems(), c.pipelineProblems(),
	} {
		problems = append(problems, more...)
	}
	return problems
}

var (
	hostedZone    = regexp.MustCompile(`^Z[A-Z0-9]{1,31}$`)
	globalCluster = regexp.MustCompile(`^[A-Za-z](-?[A-Za-z0-9]){0,62}$`)
	// What CloudWatch takes for a name: see PutMetricAlarm, AlarmName, in the CloudWatch API Reference.
	alarmName = regexp.MustCompile(`^[^\x00-\x1f\x7f]+$`)
	account   = regexp.MustCompile(`^\d{12}$`)
)

// longest is what none of the lists' values exceeds; those that must be shorter say so in their form.
const longest = 255

func checkList(key string, values []string, form *regexp.Regexp, expected string) []error {
	var problems []error
	for i, v := range values {
		switch {
		case !form.MatchString(v) || utf8.RuneCountInString(v) > longest:
			problems = append(problems, fmt.Errorf("%s[%d]: %q; expected %s", key, i, v, expected))
		case slices.Contains(values[:i], v):
			problems = append(problems, fmt.Errorf("%s[%d]: %q is listed twice", key, i, v))
		}
	}
	return problems
}

func (c Config) tagProblems() []error {
	var problems []error
	for _, key := range sortedKeys(c.Tags) {
		if key == "" || len(key) > 128 || strings.HasPrefix(strings.ToLower(key), "aws:") {
			problems = append(problems, fmt.Errorf("tags: %q; expected a key of 1 to 128 characters without the prefix aws:, which is AWS's own", key))
		}
		if len(c.Tags[key]) > 256 {
			problems = append(problems, fmt.Errorf("tags: the value of %q has %d characters; expected at most 256", key, len(c.Tags[key])))
		}
	}
	return problems
}

// flatten takes a joined error apart, so that each mistake has a line of its own.
func flatten(err error) []error {
	var joined interface{ Unwrap() []error }
	switch {
	case err == nil:
		return nil
	case errors.As(err, &joined):
		return joined.Unwrap()
	}
	return []error{err}
}

// PlanJSON is the plan as the Lambdas find it in their environment.
func (c Config) PlanJSON() string {
	text, err := json.Marshal(c.Plan)
	if err != nil {
		panic(err) // A struct of strings, numbers and booleans is always JSON.
	}
	return string(text)
}
