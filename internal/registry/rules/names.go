// Package rules says what an application may look like. Whoever writes one and whoever reads one, from a file or from the
// registry, holds it to the same rules. Each rule answers with what is wrong and what was expected, or with nothing.
package rules

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/drover-dr/drover/internal/failover"
)

// ChallengeLabel begins the names under which a certificate authority looks for a proof of who has a zone. No run moves them.
const ChallengeLabel = "_acme-challenge"

const (
	// MaxWave is the largest wave. The bound catches a typing error.
	MaxWave = 99
	// MaxTTL is a day: with a longer one, clients do not follow a failover; most likely it is a typing error.
	MaxTTL = 86400
)

// RecordTypes are those that a run moves.
var RecordTypes = []string{"A", "AAAA", "CNAME", "HTTPS", "SVCB", "MX", "TXT", "SRV"}

var (
	applicationName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$`)
	zoneID          = regexp.MustCompile(`^Z[A-Z0-9]{1,31}$`)
	healthCheck     = regexp.MustCompile(`^[A-Za-z0-9-]{1,64}$`)
	dnsLabel        = regexp.MustCompile(`^[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?$`)
)

// ApplicationName is that of the name of an application.
func ApplicationName(name string) string {
	return form(applicationName, name, "1 to 63 of letters, digits, dot, hyphen and underscore, the first a letter or digit")
}

// Zone is that of the id of a hosted zone.
func Zone(id string) string {
	return form(zoneID, id, "the id of a hosted zone, such as Z0000000000EXAMPLE, without /hostedzone/")
}

// Switch is that of the switch that an application of a plan names; it need not name one.
func Switch(plan failover.Plan, name string) string {
	if name == "" || name == failover.NoSwitch || slices.ContainsFunc(plan.Switches, func(s failover.Switch) bool { return s.Name == name }) {
		return ""
	}
	known := []string{failover.NoSwitch}
	for _, s := range plan.Switches {
		known = append(known, s.Name)
	}
	return fmt.Sprintf("%q is not a switch of the plan %s; expected one of %s", name, plan.Name, strings.Join(known, ", "))
}

// HealthCheck is that of the id of a health check.
func HealthCheck(id string) string { return form(healthCheck, id, "the id of a Route 53 health check") }

func form(pattern *regexp.Regexp, text, expected string) string {
	if pattern.MatchString(text) {
		return ""
	}
	return fmt.Sprintf("%q; expected %s", text, expected)
}

// OwnName is that of the name of a record, which may begin with an asterisk.
func OwnName(name string) string { return dnsName(name, isDNSName(strings.TrimPrefix(name, "*."))) }

// ZoneName is that of the name of a hosted zone. It allows one label, because private zones have such names.
func ZoneName(name string) string { return dnsName(name, isDNSName(name)) }

// TargetName is that of what a record points to. It wants a dot: a word alone is a slip.
func TargetName(name string) string {
	return dnsName(name, isDNSName(name) && strings.Contains(name, "."))
}

func dnsName(name string, valid bool) string {
	if valid {
		return ""
	}
	return fmt.Sprintf("%q; expected a DNS name such as www.example.com", name)
}

func isDNSName(name string) bool {
	return len(name) <= 253 &&
		!slices.ContainsFunc(strings.Split(name, "."), func(label string) bool { return !dnsLabel.MatchString(label) })
}

// Mistake is what is wrong with one field.
type Mistake struct{ Field, Text string }

// Placed checks what depends on a record's name, type and zone together, when each of them is right by itself.
func Placed(plan failover.Plan, r failover.Record) *Mistake {
	apex := r.Name == r.ZoneName
	first, _, _ := strings.Cut(r.Name, ".")
	switch {
	case !apex && !strings.HasSuffix(r.Name, "."+r.ZoneName):
		return &Mistake{"name", fmt.Sprintf("%s is not in the zone %s; expected that name or one below it", r.Name, r.ZoneName)}
	case apex && r.Type == "CNAME":
		return &Mistake{"type", fmt.Sprintf("CNAME at %s, the top of its zone, where DNS does not allow one; expected A or AAAA, with an alias", r.Name)}
	case failover.IsFenceName(r.Name):
		return &Mistake{"name", r.Name + " is a name of Drover's own records; expected another"}
	case first == ChallengeLabel:
		return &Mistake{"name", r.Name + " is where a certificate authority looks for a proof; expected another"}
	case !listed(plan.RecordNames, r.Name):
		return &Mistake{"name", fmt.Sprintf("%s matches none of the plan's recordNames, %s; expected one that does", r.Name, strings.Join(plan.RecordNames, ", "))}
	}
	return nil
}

// listed says whether a name matches one of the patterns, as IAM compares it: it writes an asterisk in a name as \052.
func listed(patterns []string, name string) bool {
	name = strings.ReplaceAll(name, "*", `\052`)
	return len(patterns) == 0 || slices.ContainsFunc(patterns, func(pattern string) bool { return matches(pattern, name) })
}

// matches compares with * for any text, in linear time for each asterisk.
func matches(pattern, name string) bool {
	parts := strings.Split(pattern, "*")
	last := len(parts) - 1
	if last == 0 {
		return pattern == name
	}
	rest, begins := strings.CutPrefix(name, parts[0])
	if !begins {
		return false
	}
	for _, part := range parts[1:last] {
		_, after, found := strings.Cut(rest, part)
		if !found {
			return false
		}
		rest = after
	}
	return strings.HasSuffix(rest, parts[last])
}
