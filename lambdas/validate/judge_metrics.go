package validate

import (
	"fmt"
	"time"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/lambdas/internal/live"
)

// checkLags judges the replication lag of the databases and of the registry.
func (j *judgement) checkLags() {
	j.checkLag()
	j.checkLatency()
}

// checkLatency notes the replication latency of the registry to the other Region. It is only a warning: a run needs only the
// replica of its own Region, and the fence excludes runs of the other Region whatever the latency.
func (j *judgement) checkLatency() {
	if j.latency == nil {
		return
	}
	j.run.RegistryLagMillis = new(j.latency.Milliseconds())
	if limit := time.Duration(j.Plan.MaxLagSeconds) * time.Second; *j.latency > limit {
		j.warn(failover.CodeLag, "table "+j.Table, fmt.Sprintf("its writes take %v from %s to %s; expected at most %v",
			j.latency.Round(time.Millisecond), j.run.To, j.run.From, limit), "")
	}
}

// mustStayUnreserved is the part of the account's limit that Lambda keeps unreserved (Lambda Developer Guide, "Configuring
// reserved concurrency"); usualConcurrency is the default limit of an account.
const (
	mustStayUnreserved = 100
	usualConcurrency   = 1000
)

// checkConcurrency warns when the functions of a run share the account's concurrency with all other functions: after an outage
// the traffic of all applications arrives in this Region, and their functions may use up what is not reserved.
func (j *judgement) checkConcurrency() {
	if j.concurrency == nil {
		return
	}
	c, region := *j.concurrency, j.run.To
	var found string
	switch reserved := j.Plan.ReservedConcurrency; {
	case reserved == 0 && c.Limit < usualConcurrency:
		found = fmt.Sprintf("the functions reserve none of the account's %d concurrent executions, so a surge of other functions can stop a run; expected a limit of at least %d, and reservedConcurrency in cdk.json",
			c.Limit, usualConcurrency)
	case reserved == 0:
		found = fmt.Sprintf("the functions reserve none of the account's %d concurrent executions, so a surge of other functions can stop a run; expected reservedConcurrency of at least 1 in cdk.json", c.Limit)
	case c.Unreserved < mustStayUnreserved:
		found = fmt.Sprintf("%d of the account's %d concurrent executions are unreserved; expected at least %d, or Lambda refuses the next deployment",
			c.Unreserved, c.Limit, mustStayUnreserved)
	default:
		return
	}
	j.add(failover.Warning, failover.CodeConcurrency, "Lambda in "+string(region), found, "raise the quota").Command = fmt.Sprintf(
		"aws service-quotas request-service-quota-increase --region %s --service-code lambda --quota-code L-B99A9384 --desired-value %d",
		region, max(usualConcurrency, 2*c.Limit))
}

// checkLag compares the replication lag with what a planned action accepts. Without a fresh measurement the lag is unknown.
func (j *judgement) checkLag() {
	limit := time.Duration(j.Plan.MaxLagSeconds) * time.Second
	for _, lag := range j.lags {
		object := fmt.Sprintf("database %s in %s", lag.GlobalCluster, j.run.To)
		switch {
		case j.becameSecondary(lag):
			j.unmeasured = append(j.unmeasured, fmt.Sprintf("%s: no measurement of its replication lag since it became secondary; expected one within %v",
				object, failover.LagWaits*failover.LagWait))
		case !lag.Fresh(j.req.Now):
			j.object(failover.CodeNoData, object, fmt.Sprintf("no measurement of its replication lag in the last %v; last %s", live.FreshLag, lagText(lag)),
				"see AuroraGlobalDBReplicationLag of "+live.ClusterID(lag.Cluster)).Command = lag.Command(j.run.To, j.req.Now)
		case time.Duration(lag.Millis)*time.Millisecond > limit:
			j.object(failover.CodeLag, object, fmt.Sprintf("it is %d ms behind; expected at most %d ms", lag.Millis, limit.Milliseconds()), "wait until it has caught up").Command = lag.Command(j.run.To, j.req.Now)
		}
	}
}

func lagText(l live.ReplicationLag) string {
	if !l.Known {
		return "never"
	}
	return fmt.Sprintf("%d ms on %s", l.Millis, l.At.UTC().Format(timeLayout))
}

func (j *judgement) checkAlarms() {
	if j.alarms == nil {
		return
	}
	for _, app := range j.apps {
		for _, name := range app.Alarms {
			object := fmt.Sprintf("alarm %s of application %s in %s", name, app.Name, j.run.To)
			switch state, ok := j.alarms[name]; {
			case !ok:
				j.object(failover.CodeAlarm, object, "does not exist", "create it, or correct the applications file and register it").Command = j.register()
			case state == "INSUFFICIENT_DATA":
				j.object(failover.CodeAlarm, object, "has no data", "").Command = j.alarmCommand(name)
			case state != "OK":
				j.object(failover.CodeAlarm, object, "is in "+state, "").Command = j.alarmCommand(name)
			}
		}
	}
}
