package main

import (
	"fmt"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"

	"github.com/drover-dr/drover/infra/config"
	"github.com/drover-dr/drover/infra/machine"
	"github.com/drover-dr/drover/infra/names"
	"github.com/drover-dr/drover/infra/permission"
	"github.com/drover-dr/drover/infra/registry"
	"github.com/drover-dr/drover/infra/reports"
	"github.com/drover-dr/drover/infra/step"
	"github.com/drover-dr/drover/infra/telling"
	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/statemachine"
)

// registryStack makes the stack of the global table, in the plan's primary Region. A run does not need that stack, nor
// that Region: it needs the replica beside it.
func (a app) registryStack(root awscdk.App) awscdk.Stack {
	plan := a.config.Plan
	stack := a.newStack(root, names.RegistryStack(plan), plan.Primary, "what runs where: the registry of both Regions")
	registry.New(stack, "Registry", plan)
	output(stack, "TableName", jsii.String(names.Table(plan)), "The registry's table, of the same name in both Regions")
	return stack
}

// regionStack makes everything that a run into the Region needs.
func (a app) regionStack(root awscdk.App, code failover.Region) awscdk.Stack {
	region := names.Region{Plan: a.config.Plan, Code: code}
	scope := permission.Scope{Names: region, HostedZones: a.config.HostedZones, GlobalClusters: a.config.GlobalClusters}
	days := a.config.LogRetentionDays
	stack := a.newStack(root, region.Stack(), code, fmt.Sprintf("moves applications to %s", code))

	topic := telling.NewTopic(stack, "Events", region, a.config.Emails)
	bucket := reports.New(stack, "Reports", region)
	functions := map[string]*string{}
	for _, s := range step.All {
		function := step.New(stack, s.State, step.Props{
			Step: s, Scope: scope, Code: a.code, Environment: environment(a.config, region, s), LogDays: days,
		})
		functions[s.Placeholder()] = function.FunctionArn()
	}
	runs := machine.New(stack, "Machine", machine.Props{
		Definition: statemachine.Definition(), Functions: functions, Scope: scope, Steps: step.Names(), LogDays: days,
	})
	telling.NewAlarms(stack, "Alarms", region, runs.StateMachineArn(), topic)

	output(stack, "StateMachineArn", runs.StateMachineArn(), fmt.Sprintf("Start a run here to move applications to %s", code))
	output(stack, "TableName", jsii.String(names.Table(a.config.Plan)), "The registry; this Region's replica is the one that a run here uses")
	output(stack, "TopicArn", topic.TopicArn(), "Subscribe to this to be told how runs end")
	output(stack, "ReportBucket", bucket.BucketName(), "The report of each run")
	return stack
}

// environment is what a step finds in its environment: the plan, the registry, and for the one that tells people where.
func environment(c config.Config, region names.Region, s step.Step) map[string]string {
	env := map[string]string{
		failover.PlanVariable:  c.PlanJSON(),
		failover.TableVariable: names.Table(c.Plan),
	}
	if s.Name == "notify" {
		env[failover.TopicVariable] = region.TopicARN()
		env[failover.BucketVariable] = region.Bucket()
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
