package main

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/smithy-go/logging"
	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/plainbody"
	"github.com/drover-dr/drover/internal/registry"
)

// deployment identifies the deployed plan that a command is about, as cdk.json had it at the deployment.
type deployment struct {
	Plan         string `help:"Name of the plan; the names of its resources begin with it." default:"drover"`
	Primary      string `help:"The plan's primary Region." default:"us-east-1"`
	Standby      string `help:"The plan's standby Region." default:"us-west-2"`
	Region       string `help:"Region to call (default: the primary to register, the target Region to start, otherwise the standby)." placeholder:"REGION"`
	Table        string `help:"The registry's table (default: PLAN-registry)." placeholder:"NAME"`
	StateMachine string `help:"The state machine (default: PLAN)." placeholder:"NAME"`
	EndpointURL  string `name:"endpoint-url" help:"Address to call instead of AWS, such as that of the simulator." placeholder:"URL"`
}

// plan is what the commands need of the plan: its name and its Regions.
func (d deployment) plan() (failover.Plan, error) {
	plan := failover.DefaultPlan()
	plan.Name, plan.Primary, plan.Standby = d.Plan, failover.Region(d.Primary), failover.Region(d.Standby)
	if err := plan.Validate(); err != nil {
		return plan, usageError{err}
	}
	return plan, nil
}

// region is the Region to call: as typed, or else the given one.
func (d deployment) region(plan failover.Plan, otherwise failover.Region) (failover.Region, error) {
	region := failover.Region(d.Region)
	if region == "" {
		region = otherwise
	}
	if !plan.Has(region) {
		return "", usageError{fmt.Errorf("--region %s is not one of the plan's Regions, %s and %s", region, plan.Primary, plan.Standby)}
	}
	return region, nil
}

// table and machine are the names of what is deployed.
func (d deployment) table(plan failover.Plan) string   { return cmp.Or(d.Table, plan.Name+"-registry") }
func (d deployment) machine(plan failover.Plan) string { return cmp.Or(d.StateMachine, plan.Name) }

// config is the user's AWS configuration, for a Region.
func (d deployment) config(ctx context.Context, region failover.Region) (aws.Config, error) {
	cfg, err := config.LoadDefaultConfig(ctx, config.WithRegion(string(region)),
		config.WithLogger(logging.Nop{})) // its warnings name no action to take; errors are returned
	if err != nil {
		return aws.Config{}, fmt.Errorf("read the AWS configuration: %w", err)
	}
	cfg.HTTPClient = plainbody.Wrap(cfg.HTTPClient)
	if d.EndpointURL != "" {
		cfg.BaseEndpoint = &d.EndpointURL
	}
	return cfg, nil
}

// store is the registry as a Region has it.
func (d deployment) store(ctx context.Context, plan failover.Plan, region failover.Region) (*registry.Store, error) {
	cfg, err := d.config(ctx, region)
	if err != nil {
		return nil, err
	}
	return &registry.Store{Client: dynamodb.NewFromConfig(cfg), Table: d.table(plan), Plan: plan}, nil
}

// now is the only clock of the commands; runs have their own.
func now() time.Time { return time.Now().UTC() }
