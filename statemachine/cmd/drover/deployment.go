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

// deployment identifies the deployed plan that a command is about: its name and one of its Regions. Everything else is in the
// registry ([deployment.plan]).
type deployment struct {
	Plan         string `help:"Name of the plan (default: $DROVER_PLAN, that of drover.yaml, or the only plan that is found)." placeholder:"NAME"`
	Region       string `help:"Region to call (default: the primary to register, the target Region to start, otherwise the standby)." placeholder:"REGION"`
	Table        string `help:"The registry's table (default: PLAN-registry)." placeholder:"NAME"`
	StateMachine string `help:"The state machine (default: PLAN)." placeholder:"NAME"`
	EndpointURL  string `name:"endpoint-url" help:"Address to call instead of AWS, such as that of the simulator." placeholder:"URL"`

	// Primary and Standby were the plan's Regions. They are refused.
	Primary string `hidden:""`
	Standby string `hidden:""`

	// reached is the Region whose registry has named the plan.
	reached failover.Region `kong:"-"`
	// failed are the Regions whose registry did not answer.
	failed map[failover.Region]bool `kong:"-"`
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

// reading is the Region to read in: as typed, or else the given one, unless only the other one answers.
func (d deployment) reading(plan failover.Plan, otherwise failover.Region) (failover.Region, error) {
	if d.Region == "" && d.failed[otherwise] && plan.Has(d.reached) {
		otherwise = d.reached
	}
	return d.region(plan, otherwise)
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
