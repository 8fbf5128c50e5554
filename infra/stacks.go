package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssns"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctions"
	"github.com/aws/jsii-runtime-go"

	"github.com/drover-dr/drover/infra/alerting"
	"github.com/drover-dr/drover/infra/api"
	"github.com/drover-dr/drover/infra/config"
	"github.com/drover-dr/drover/infra/dashboard"
	"github.com/drover-dr/drover/infra/machine"
	"github.com/drover-dr/drover/infra/names"
	"github.com/drover-dr/drover/infra/permission"
	"github.com/drover-dr/drover/infra/pipeline"
	"github.com/drover-dr/drover/infra/registry"
	"github.com/drover-dr/drover/infra/reports"
	"github.com/drover-dr/drover/infra/step"
	"github.com/drover-dr/drover/infra/switching"
	"github.com/drover-dr/drover/infra/trigger"
	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/release"
	"github.com/drover-dr/drover/statemachine"
)

// registryStack makes the stack of the global table, in the plan's primary Region. A run needs neither: it needs the
// replica in its own Region.
func (a app) registryStack(root awscdk.App) awscdk.Stack {
	plan := a.config.Plan
	stack := a.newStack(root, names.RegistryStack(plan), plan.Primary, "the registry of both Regions")
	registry.New(stack, "Registry", registry.Props{
		Plan: plan, Strong: a.config.Consistency == config.Strong, Witness: a.config.Witness, Replica: a.config.Replica,
	})
	output(stack, "TableName", jsii.String(names.Table(plan)), "The table of the registry, with the same name in both Regions")
	return stack
}

// regional is the stack of one Region while it is being made.
type regional struct {
	awscdk.Stack
	config config.Config
	names  names.Region
	scope  permission.Scope
	// code is the directory of the built Lambdas.
	code string
}

// regionStack makes everything that a run into the Region needs, and everything that starts one there.
func (a app) regionStack(root awscdk.App, code failover.Region) awscdk.Stack {
	region := names.Region{Plan: a.config.Plan, Code: code}
	r := regional{
		Stack:  a.newStack(root, region.Stack(), code, fmt.Sprintf("moves applications to %s", code)),
		config: a.config, names: region, code: a.code,
		scope: permission.Scope{Names: region, HostedZones: a.config.HostedZones, GlobalClusters: a.config.GlobalClusters},
	}
	topic := alerting.NewTopic(r.Stack, "Events", region, a.config.Emails)
	bucket := reports.New(r.Stack, "Reports", region)
	runs, validate := r.runs()
	r.triggers(runs.StateMachineArn(), validate)
	r.watching(runs.StateMachineArn(), topic)

	output(r.Stack, "StateMachineArn", runs.StateMachineArn(), fmt.Sprintf("Start a run here to move applications to %s", code))
	output(r.Stack, "TableName", jsii.String(names.Table(a.config.Plan)), "The table of the registry; a run in this Region uses this Region's replica")
	output(r.Stack, "TopicArn", topic.TopicArn(), "Subscribe here for the notifications of runs and alarms")
	output(r.Stack, "ReportBucket", bucket.BucketName(), "The bucket with the report of each run")
	return r.Stack
}

// runs makes the state machine and the functions that it calls, of which it returns Validate.
func (r regional) runs() (runs awsstepfunctions.StateMachine, validate awslambda.Function) {
	values := map[string]*string{statemachine.PartitionID: awscdk.Aws_PARTITION()}
	for _, s := range step.All {
		function := r.function(s)
		if s.Name == "validate" {
			validate = function
		}
		values[s.Placeholder()] = function.CurrentVersion().FunctionArn()
	}
	runs = machine.New(r.Stack, "Machine", machine.Props{
		Definition: statemachine.Definition(), Substitutions: values, Scope: r.scope, Steps: step.Names(), LogDays: r.config.LogRetentionDays,
	})
	return runs, validate
}

func (r regional) function(s step.Step) awslambda.Function {
	return step.New(r.Stack, s.State, step.Props{
		Step: s, Scope: r.scope, Code: r.code, Environment: environment(r.config, r.names, s), LogDays: r.config.LogRetentionDays,
		Reserved: s.Reserved(r.config.Plan.ReservedConcurrency),
	})
}

// triggers makes what starts runs: the API, the rule for alarms if there are any, the schedules, and the dead-letter queue.
func (r regional) triggers(stateMachine *string, validate awslambda.Function) {
	c := r.config
	gateway := api.New(r.Stack, "Gateway", api.Props{Scope: r.scope, Function: r.function(step.API).FunctionArn(), LogDays: c.LogRetentionDays})
	r.switches(validate)
	output(r.Stack, "ApiUrl", gateway.AttrApiEndpoint(), fmt.Sprintf("POST /runs, signed, starts a run to %s", r.names.Code))
	letters := trigger.NewDeadLetters(r.Stack, "DeadLetters", r.names)
	output(r.Stack, "DeadLetterQueueUrl", letters.QueueUrl(), "Runs that an alarm or a schedule could not start, with the reason")
	if len(c.FailoverAlarms) > 0 {
		trigger.NewAlarmRule(r.Stack, "Failover", trigger.AlarmProps{
			Scope: r.scope, Alarms: c.FailoverAlarms, AllowDataLoss: c.FailoverAlarmsAllowDataLoss,
			StateMachine: stateMachine, DeadLetters: letters.QueueArn(),
		})
	}
	trigger.NewStoppedRule(r.Stack, "Stopped", trigger.StoppedProps{Scope: r.scope, StateMachine: stateMachine, DeadLetters: letters.QueueArn()})
	trigger.NewSchedules(r.Stack, "Schedules", trigger.ScheduleProps{
		Scope: r.scope, Schedules: schedules(c), Timezone: c.Timezone, StateMachine: stateMachine, DeadLetters: letters.QueueArn(),
	})
}

// weightsSchedule is every five minutes: within ten after the Route 53 control plane answers again, all weights are written.
func weightsSchedule(plan failover.Plan) string {
	if len(plan.Switches) == 0 {
		return config.Never
	}
	return "rate(5 minutes)"
}

// switches makes the health checks of the plan's switches that are driven from this Region, and gives their ids to
// Validate, which publishes them in the registry.
func (r regional) switches(validate awslambda.Function) {
	props := switching.Props{Region: r.names}
	if r.config.Plan.DrivenByEndpoint() {
		props.Lever = r.function(step.Lever)
	}
	var pairs []*string
	for _, check := range switching.New(r.Stack, "Switches", props) {
		pairs = append(pairs, awscdk.Fn_Join(jsii.String("="), &[]*string{jsii.String(check.Switch), check.ID}))
	}
	if len(pairs) > 0 {
		ids := awscdk.Fn_Join(jsii.String(","), &pairs)
		validate.AddEnvironment(jsii.String(failover.SwitchChecksVariable), ids, nil)
		output(r.Stack, "SwitchChecks", ids, fmt.Sprintf("The health check of each switch on the record sets of %s", r.config.Plan.Other(r.names.Code)))
	}
}

func schedules(c config.Config) []trigger.Schedule {
	return slices.DeleteFunc([]trigger.Schedule{
		{ID: "Check", Action: "check", Expression: c.CheckSchedule, Does: "checks whether applications could be moved to this Region"},
		{ID: "Weights", Action: string(failover.Weights), Expression: weightsSchedule(c.Plan), Does: "writes the DNS weights that a failover by switch has left pending"},
		{ID: "Drill", Action: "drill", Expression: c.DrillSchedule, Does: "moves the applications to this Region and back"},
	}, func(s trigger.Schedule) bool { return s.Expression == config.Never })
}

// watching makes the alarms and the dashboard.
func (r regional) watching(stateMachine *string, topic awssns.Topic) {
	subject := alerting.Subject{Region: r.names, StateMachine: stateMachine, Functions: step.Deployed(r.config.Plan)}
	if r.config.CheckSchedule != config.Never {
		subject.CheckWithinMinutes = r.config.CheckWithinMinutes
	}
	alarms := alerting.Alarms(subject)
	alerting.NewAlarms(r.Stack, "Alarms", r.names, alarms, topic)
	page := dashboard.Props{Region: r.names, Steps: step.All, Traffic: r.config.TrafficMetrics}
	for _, a := range alarms {
		page.Alarms = append(page.Alarms, a.Name)
	}
	dashboard.New(r.Stack, "Dashboard", page)
	output(r.Stack, "DashboardName", jsii.String(r.names.Dashboard()), "Runs, readiness and traffic, in CloudWatch")
}

// pipelineStack makes the stack of the pipeline, in the plan's primary Region.
func (a app) pipelineStack(root awscdk.App) {
	plan := a.config.Plan
	stack := a.newStack(root, names.PipelineStack(plan), plan.Primary, "deploys both Regions")
	pipeline.New(stack, "Pipeline", pipeline.Props{Plan: plan, Source: *a.config.Pipeline, LogDays: a.config.LogRetentionDays})
}

// environment is the environment of a function: the plan and the registry; the topic and the bucket for Notify, and the
// state machine for the API.
func environment(c config.Config, region names.Region, s step.Step) map[string]string {
	env := map[string]string{
		failover.PlanVariable:  c.PlanJSON(),
		failover.TableVariable: names.Table(c.Plan),
	}
	switch s.Name {
	case "validate":
		if len(c.GlobalClusters) > failover.FewClusters {
			env[failover.GlobalClustersVariable] = strings.Join(c.GlobalClusters, ",")
		}
	case "notify":
		env[failover.TopicVariable] = region.TopicARN()
		env[failover.BucketVariable] = region.Bucket()
	case step.API.Name:
		env[failover.MachineVariable] = region.StateMachineARN()
	}
	return env
}

func (a app) newStack(root awscdk.App, name string, region failover.Region, does string) awscdk.Stack {
	env := &awscdk.Environment{Region: jsii.String(string(region))}
	if a.config.Account != "" {
		env.Account = jsii.String(a.config.Account)
	}
	tags := map[string]*string{}
	for key, value := range a.config.Tags {
		tags[key] = jsii.String(value)
	}
	tags["drover:version"] = jsii.String(release.Version)
	stack := awscdk.NewStack(root, jsii.String(name), &awscdk.StackProps{
		StackName:   jsii.String(name),
		Description: jsii.String("Drover, plan " + a.config.Plan.Name + ": " + does),
		Env:         env,
		Tags:        &tags,
	})
	return stack
}

func output(stack awscdk.Stack, name string, value *string, description string) {
	awscdk.NewCfnOutput(stack, jsii.String(name), &awscdk.CfnOutputProps{Value: value, Description: jsii.String(description)})
}
