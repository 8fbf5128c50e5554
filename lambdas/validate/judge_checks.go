package validate

import (
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/route53/types"

	"github.com/drover-dr/drover/internal/attach"
	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/lambdas/internal/entry"
)

// checkSetting is one setting of a health check: what it is, what it has to be, and the flags of `aws route53 update-health-check`
// that make it so, quoted for a shell; none where it cannot be changed.
type checkSetting struct {
	name, found, expected string
	flags                 string
}

// checkHealthChecks compares the settings of the switches' health checks with those that the stacks have given them. With others,
// a switch would move no user, or users without a run.
func (j *judgement) checkHealthChecks() {
	for _, s := range j.Plan.Switches {
		for _, region := range []failover.Region{j.Plan.Primary, j.Plan.Standby} {
			id := j.checksOf(s)[region]
			read, ok := j.checksRead[id]
			if id == "" || !ok {
				continue
			}
			object := fmt.Sprintf("health check %s of switch %s on the record sets of %s", id, s.Name, region)
			switch {
			case read.err != nil:
				j.warn(failover.CodeSwitchCheck, object, "its settings "+entry.CouldNot("be read", read.err), "")
			case read.found == nil:
				j.notReady(object, "Route 53 has no such health check; record sets with it count as healthy, and the switch moves none of their users",
					"deploy the stack of "+string(j.Plan.Other(region))+" so that it creates another one, start a check there, then attach it", deploy)
			default:
				j.checkSettings(object, id, j.settingsOf(s, region, read.found))
			}
		}
	}
	j.checkCalculated()
}

// checkSettings makes one finding of all settings that are wrong.
func (j *judgement) checkSettings(object, id string, settings []checkSetting) {
	var wrong []string
	command, fixed := failover.CommandLine("aws", "route53", "update-health-check", "--health-check-id", id), false
	for _, s := range settings {
		if s.found != s.expected {
			wrong = append(wrong, fmt.Sprintf("%s is %s; expected %s", s.name, orNone(s.found), s.expected))
			command, fixed = command+" "+s.flags, fixed || s.flags == ""
		}
	}
	if len(wrong) == 0 {
		return
	}
	next := "correct it"
	if fixed {
		next = "Route 53 cannot change this of a health check; let cdk.json name another one, or make another one by a switch of another name"
		command = deploy
	}
	j.notReady(object, strings.Join(wrong, ", "), next, command)
}

// notReady notes a health check with which a switch would not move users as it should: a blocker of a check, so that the readiness
// alarm goes off, and else a warning, for planned runs move users by weights.
func (j *judgement) notReady(object, found, next, command string) {
	if j.input.Action == failover.Check {
		j.block(failover.CodeSwitchCheck, object, found, next).Command = command
		return
	}
	j.warn(failover.CodeSwitchCheck, object, found, next+", type: "+command)
}

// settingsOf are the settings of a health check that count, as the package switching of the CDK app makes them.
func (j *judgement) settingsOf(s failover.Switch, region failover.Region, check *types.HealthCheck) []checkSetting {
	c, driver := check.HealthCheckConfig, j.Plan.Other(region)
	flag := func(name string, found *bool, expected bool) checkSetting {
		option := "--" + strings.ToLower(name)
		if !expected {
			option = "--no-" + strings.ToLower(name)
		}
		return checkSetting{name, fmt.Sprint(aws.ToBool(found)), fmt.Sprint(expected), option}
	}
	kind := func(expected types.HealthCheckType) checkSetting {
		return checkSetting{"Type", string(c.Type), string(expected), ""}
	}
	switch s.Lever {
	case failover.EndpointLever:
		path := "/switches/" + s.Name + "/" + string(region)
		return []checkSetting{
			kind(types.HealthCheckTypeHttps), flag("Inverted", c.Inverted, true), flag("Disabled", c.Disabled, false),
			{"RequestInterval", number(c.RequestInterval), "10", ""},
			{"FailureThreshold", number(c.FailureThreshold), "1", "--failure-threshold 1"},
			{"Port", number(c.Port), "443", "--port 443"},
			{"ResourcePath", aws.ToString(c.ResourcePath), path, "--resource-path " + path},
			j.hostOf(aws.ToString(c.FullyQualifiedDomainName), driver),
		}
	case failover.MetricLever:
		alarm := failover.SwitchAlarm(j.Plan, s)
		found := types.AlarmIdentifier{Name: new(string)}
		if c.AlarmIdentifier != nil {
			found = *c.AlarmIdentifier
		}
		last := string(types.InsufficientDataHealthStatusLastKnownStatus)
		return []checkSetting{
			kind(types.HealthCheckTypeCloudwatchMetric), flag("Inverted", c.Inverted, false), flag("Disabled", c.Disabled, false),
			{"AlarmIdentifier", aws.ToString(found.Name) + " in " + string(found.Region), alarm + " in " + string(driver), "--alarm-identifier " + failover.Quote("Region="+string(driver)+",Name="+alarm)},
			{"InsufficientDataHealthStatus", string(c.InsufficientDataHealthStatus), last, "--insufficient-data-health-status " + last},
		}
	case failover.RoutingControlLever:
		return []checkSetting{
			kind(types.HealthCheckTypeRecoveryControl), flag("Inverted", c.Inverted, false), flag("Disabled", c.Disabled, false),
			{"RoutingControlArn", aws.ToString(c.RoutingControlArn), s.RoutingControl.Controls[region], ""},
		}
	}
	return nil
}

// hostOf is the host that health checkers ask: the URL of the lever's function in the Region that drives the health check.
func (j *judgement) hostOf(host string, driver failover.Region) checkSetting {
	expected := "a function URL in " + string(driver)
	if strings.Contains(host, ".lambda-url."+string(driver)+".") {
		return checkSetting{"FullyQualifiedDomainName", expected, expected, ""}
	}
	url := failover.CommandLine("aws", "lambda", "get-function-url-config", "--region", string(driver), "--function-name", failover.LeverFunction(j.Plan), "--query", "FunctionUrl", "--output", "text")
	return checkSetting{"FullyQualifiedDomainName", host, expected, `--fully-qualified-domain-name "$(` + url + ` | cut -d/ -f3)"`}
}

func number(n *int32) string { return fmt.Sprint(aws.ToInt32(n)) }

// checkCalculated checks that health checks of users, which the registry has beside those of switches, are calculated of them.
func (j *judgement) checkCalculated() {
	for _, c := range j.calculated() {
		read, ok := j.checksRead[c.id]
		if !ok || read.err != nil || read.found != nil && attach.Includes(read.found.HealthCheckConfig, c.of) {
			continue
		}
		j.notReady(fmt.Sprintf("health check %s on record %s %s of application %s in %s", c.id, c.record.Name, c.record.Type, c.app.Name, c.region),
			"it is not calculated so that it needs "+c.of+", that of the switch, to be healthy: the switch would not move this record set's users",
			"make both children of it, and as many healthy children necessary as it has",
			failover.CommandLine("aws", "route53", "get-health-check", "--health-check-id", c.id))
	}
}
