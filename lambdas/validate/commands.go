package validate

import (
	"slices"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/lambdas/internal/live"
)

// The commands of this file belong to blockers: they show the cause, correct it, or start the run with another input.

// start is the command that starts the same run again with the input that change returns.
func (j *judgement) start(region failover.Region, change func(*failover.Input)) string {
	m, ok := failover.MachineOf(j.req.Execution.ID)
	if !ok {
		return ""
	}
	input := j.input
	if change != nil {
		change(&input)
	}
	command := m.Start(region, input)
	j.starts[command] = startOf{region, input}
	return command
}

// checkAgain is the command that checks the same applications again.
func (j *judgement) checkAgain() string {
	return j.start(j.Region, func(input *failover.Input) {
		*input = failover.Input{Action: failover.Check, Applications: input.Applications}
	})
}

// register is the command that puts a corrected applications file into the registry.
func (j *judgement) register() string {
	return j.Plan.Drover("register applications.yaml", j.Region)
}

// withLargerShares starts with a first traffic step that moves no user back, in any of the waves.
func (j *judgement) withLargerShares(waves []int) string {
	has := 0
	for _, app := range j.apps {
		if slices.Contains(waves, app.Wave) {
			has = max(has, app.Live.Weights[j.run.To])
		}
	}
	return j.start(j.Region, func(input *failover.Input) {
		input.Percents = slices.DeleteFunc(slices.Clone(input.Percents), func(p int) bool { return p < has })
	})
}

// takingAlong starts the same run with more applications.
func (j *judgement) takingAlong(names []string) string {
	return j.start(j.Region, func(input *failover.Input) {
		input.Applications = append(slices.Clone(input.Applications), names...)
	})
}

// finishing completes the move that was stopped halfway.
func (j *judgement) finishing() string {
	return j.start(j.Region, func(input *failover.Input) {
		*input = failover.Input{Action: failover.Switchover, Applications: input.Applications}
	})
}

// withFewerStages starts with one traffic step if several of them make too many stages; if there are too many waves, the
// applications file must change.
func (j *judgement) withFewerStages() string {
	if len(j.input.Percents) < 2 {
		return j.register()
	}
	return j.start(j.Region, func(input *failover.Input) { input.Percents = nil })
}

func (j *judgement) globalClusterCommand(globalCluster string) string {
	return failover.CommandLine("aws", "rds", "describe-global-clusters", "--region", string(j.run.To), "--global-cluster-identifier", globalCluster)
}

func (j *judgement) clusterCommand(arn string) string {
	return failover.CommandLine("aws", "rds", "describe-db-clusters", "--region", string(j.run.To), "--db-cluster-identifier", live.ClusterID(arn))
}

// instanceClass is the class of a new instance when the writer's class cannot be read in an outage.
const instanceClass = "db.r6g.large"

// addInstance gives a headless cluster an instance. The command itself reads the class of the writer's instances; in an outage
// their Region does not answer.
func (j *judgement) addInstance(db failover.Database, engine string) string {
	to, from := live.ClusterID(db.Clusters[j.run.To]), live.ClusterID(db.Clusters[j.run.From])
	command := failover.CommandLine("aws", "rds", "create-db-instance", "--region", string(j.run.To), "--db-cluster-identifier", to,
		"--db-instance-identifier", to+"-1", "--engine", engine, "--db-instance-class")
	if j.outage() || from == "" {
		return command + " " + instanceClass
	}
	return command + ` "$(` + failover.CommandLine("aws", "rds", "describe-db-instances", "--region", string(j.run.From),
		"--filters", "Name=db-cluster-id,Values="+from, "--query", "DBInstances[0].DBInstanceClass", "--output", "text") + `)"`
}

// bringWriter moves the writer from a third Region to the source Region, where a planned run needs it.
func (j *judgement) bringWriter(db failover.Database, writer string) string {
	at := string(live.RegionOf(writer))
	if j.outage() || at == "" {
		return j.globalClusterCommand(db.GlobalCluster)
	}
	return failover.CommandLine("aws", "rds", "switchover-global-cluster", "--region", at, "--global-cluster-identifier", db.GlobalCluster,
		"--target-db-cluster-identifier", db.Clusters[j.run.From])
}

// alarmCommand lists both alarm types: by default AWS leaves out composite alarms.
func (j *judgement) alarmCommand(name string) string {
	return failover.CommandLine("aws", "cloudwatch", "describe-alarms", "--region", string(j.run.To), "--alarm-types", "MetricAlarm", "CompositeAlarm",
		"--alarm-names", name)
}

// holderCommand shows the run that holds the lock, or else the running executions. A run that only the fence names runs in the
// other Region.
func (j *judgement) holderCommand(owner, run string) string {
	if command := failover.Describe(owner); command != "" {
		return command
	}
	m, ok := failover.MachineOf(j.req.Execution.ID)
	switch {
	case !ok:
		return ""
	case owner == "" && run != "":
		return failover.Describe(m.Execution(j.Plan.Other(j.Region), run))
	}
	return failover.CommandLine("aws", "stepfunctions", "list-executions", "--region", string(j.Region), "--state-machine-arn", m.ARN(j.Region),
		"--status-filter", "RUNNING")
}

// upgrade is the command that brings a cluster to an engine version. It is a minor upgrade: RDS refuses a major one
// without a flag of its own.
func upgrade(region failover.Region, arn, version string) string {
	return failover.CommandLine("aws", "rds", "modify-db-cluster", "--region", string(region), "--db-cluster-identifier", live.ClusterID(arn),
		"--engine-version", version, "--apply-immediately")
}
