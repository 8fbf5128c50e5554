package validate

import (
	"slices"
	"strings"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/lambdas/internal/live"
)

// The commands of this file go with what stands in the way: they show it, or mend it, or start the run in another way.

// start is the command that starts the same run again, but for what change makes of its input.
func (in *inspection) start(region failover.Region, change func(*failover.Input)) string {
	m, ok := failover.MachineOf(in.req.Execution.ID)
	if !ok {
		return ""
	}
	input := in.input
	if change != nil {
		change(&input)
	}
	command := m.Start(region, input)
	in.starts[command] = startOf{region, input}
	return command
}

// lookAgain is the command that looks at the same applications again.
func (in *inspection) lookAgain() string {
	return in.start(in.Region, func(input *failover.Input) {
		*input = failover.Input{Action: failover.Check, Applications: input.Applications}
	})
}

// register is the command that puts a corrected applications file into the registry.
func (in *inspection) register() string {
	return in.Handler.Plan.Drover("register applications.yaml", in.Region)
}

// withLargerShares starts with a first share that takes nobody back, in any of the waves.
func (in *inspection) withLargerShares(waves []int) string {
	has := 0
	for _, app := range in.apps {
		if slices.Contains(waves, app.Wave) {
			has = max(has, app.Live.Weights[in.run.To])
		}
	}
	return in.start(in.Region, func(input *failover.Input) {
		input.Percents = slices.DeleteFunc(slices.Clone(input.Percents), func(p int) bool { return p < has })
	})
}

// takingAlong starts the same with more applications.
func (in *inspection) takingAlong(names []string) string {
	return in.start(in.Region, func(input *failover.Input) {
		input.Applications = append(slices.Clone(input.Applications), names...)
	})
}

// finishing moves what was stopped half-way to where the run would have moved it.
func (in *inspection) finishing() string {
	return in.start(in.Region, func(input *failover.Input) {
		*input = failover.Input{Action: failover.Switchover, Applications: input.Applications}
	})
}

// withFewerStages starts in one step where shares make many stages of a wave; where there are too many waves, their
// file has to change.
func (in *inspection) withFewerStages() string {
	if len(in.input.Percents) < 2 {
		return in.register()
	}
	return in.start(in.Region, func(input *failover.Input) { input.Percents = nil })
}

func (in *inspection) globalClusterCommand(globalCluster string) string {
	return failover.CommandLine("aws", "rds", "describe-global-clusters", "--region", string(in.run.To), "--global-cluster-identifier", globalCluster)
}

func (in *inspection) clusterCommand(arn string) string {
	return failover.CommandLine("aws", "rds", "describe-db-clusters", "--region", string(in.run.To), "--db-cluster-identifier", live.ClusterID(arn))
}

// instanceClass is the class of an instance whose writer cannot be asked for its own, in an outage.
const instanceClass = "db.r6g.large"

// addInstance gives a headless cluster an instance. The class of the writer's instances is read when the command is
// typed; in an outage their Region does not answer.
func (in *inspection) addInstance(db failover.Database, engine string) string {
	to, from := live.ClusterID(db.Clusters[in.run.To]), live.ClusterID(db.Clusters[in.run.From])
	command := failover.CommandLine("aws", "rds", "create-db-instance", "--region", string(in.run.To), "--db-cluster-identifier", to,
		"--db-instance-identifier", to+"-1", "--engine", engine, "--db-instance-class")
	if in.outage() || from == "" {
		return command + " " + instanceClass
	}
	return command + ` "$(` + failover.CommandLine("aws", "rds", "describe-db-instances", "--region", string(in.run.From),
		"--filters", "Name=db-cluster-id,Values="+from, "--query", "DBInstances[0].DBInstanceClass", "--output", "text") + `)"`
}

// bringWriter brings the writer from a third Region to the one that the run leaves. A planned run needs it there.
func (in *inspection) bringWriter(db failover.Database, writer string) string {
	at := strings.Split(writer, ":")
	if in.outage() || len(at) < 4 {
		return in.globalClusterCommand(db.GlobalCluster)
	}
	return failover.CommandLine("aws", "rds", "switchover-global-cluster", "--region", at[3], "--global-cluster-identifier", db.GlobalCluster,
		"--target-db-cluster-identifier", db.Clusters[in.run.From])
}

// alarmCommand asks for both types: without them, composite alarms are left out.
func (in *inspection) alarmCommand(name string) string {
	return failover.CommandLine("aws", "cloudwatch", "describe-alarms", "--region", string(in.run.To), "--alarm-types", "MetricAlarm", "CompositeAlarm",
		"--alarm-names", name)
}

// holderCommand shows the run that stands in the way, or else who runs. One that only the fence knows of runs in the
// other Region.
func (in *inspection) holderCommand(owner, run string) string {
	if command := failover.Describe(owner); command != "" {
		return command
	}
	m, ok := failover.MachineOf(in.req.Execution.ID)
	switch {
	case !ok:
		return ""
	case owner == "" && run != "":
		return failover.Describe(m.Execution(in.Handler.Plan.Other(in.Region), run))
	}
	return failover.CommandLine("aws", "stepfunctions", "list-executions", "--region", string(in.Region), "--state-machine-arn", m.ARN(in.Region),
		"--status-filter", "RUNNING")
}

// locked is the blocker of a lock that another run holds, with the command that takes it over. A check takes nothing over,
// and neither does an input if the plan's mayLoosen leaves out takeover.
func (in *inspection) locked(object, found, owner, run string) {
	if in.onlyLooks() || !in.Plan.MayBeLoosened(failover.TakeoverSetting) {
		in.block(failover.CodeLocked, object, found, "wait for its end").Command = in.holderCommand(owner, run)
		return
	}
	in.block(failover.CodeLocked, object, found, "wait for its end, or take over").Command = in.start(in.Region, func(input *failover.Input) {
		input.Takeover = true
	})
}
