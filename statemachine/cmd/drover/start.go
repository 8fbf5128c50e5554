package main

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/untrusted"
)

// watchEvery is how often start --watch reads the history.
const watchEvery = 2 * time.Second

type startCommand struct {
	Action        string   `arg:"" help:"failover, switchover, failback, drill, check, or weights to write pending DNS weights."`
	Application   []string `help:"Move only this application (may be repeated; default: all)." placeholder:"NAME"`
	AllowDataLoss *bool    `help:"Consent to the loss of writes that are not replicated, or with --no- withdraw the plan's consent (default: the plan's)." negatable:""`
	DryRun        bool     `help:"List what the run would do, and change nothing."`
	Order         string   `help:"traffic-first or database-first (default: the plan's)." placeholder:"ORDER"`
	Percent       []int    `help:"Traffic step in percent (may be repeated, rising to 100; default: 100)." placeholder:"N"`
	Approval      string   `help:"Where to wait for an approval: none, before-start or before-promotion (default: the plan's)." placeholder:"GATE"`
	Since         string   `help:"When the outage began, such as 2026-01-31T03:00:00Z, or how long ago, such as 10m; the recovery time counts from it (default: the start of the run)." placeholder:"TIME"`
	Takeover      bool     `help:"Take the lock from a run that is in progress; that run then changes nothing more."`
	OverrideRules []string `name:"override-safety-rule" help:"Change routing controls of a failover although this safety rule refuses it (may be repeated)." placeholder:"ARN"`
	Reason        string   `help:"Why the run is started, for the report." placeholder:"TEXT"`
	Name          string   `help:"Id of the run; a second start with the same id and input does nothing (default: ACTION-TIME)." placeholder:"ID"`
	Watch         bool     `help:"Show each step of the run until it ends, as drover watch does."`
	deployment
}

// Run starts an execution in the Region that the run moves to. The input is checked here as Validate checks it.
func (c *startCommand) Run(env environment) error {
	input, err := c.input()
	if err != nil {
		return err
	}
	plan, region, err := c.target(env)
	if err != nil {
		return err
	}
	cfg, err := c.config(env.ctx, region)
	if err != nil {
		return err
	}
	client := sfn.NewFromConfig(cfg)
	machine, err := findMachine(env, client, c.machine(plan), region)
	if err != nil {
		return err
	}
	run := cmp.Or(c.Name, fmt.Sprintf("%s-%s", c.Action, now().Format("20060102-150405")))
	out, err := client.StartExecution(env.ctx, &sfn.StartExecutionInput{
		StateMachineArn: &machine, Name: &run, Input: aws.String(string(input)),
	})
	if err != nil {
		return fmt.Errorf("start %s in %s: %w", c.Action, region, err)
	}
	fmt.Fprintf(env.stdout, "%s started in %s\n%s\n", run, region, untrusted.Line(aws.ToString(out.ExecutionArn)))
	if !c.Watch {
		return nil
	}
	x, err := execution{
		DescribeExecutionOutput: &sfn.DescribeExecutionOutput{ExecutionArn: out.ExecutionArn, Name: &run}, client: client, region: region,
	}.again(env)
	if err != nil {
		return err
	}
	return watch(env, x, watchEvery)
}

// target is the plan and the Region that the run moves to. A plan that has not published itself yet needs a first check, which
// does: for this the plan's name and the Region are enough.
func (c *startCommand) target(env environment) (failover.Plan, failover.Region, error) {
	plan, err := c.plan(env.ctx)
	var unpublished notPublished
	if errors.As(err, &unpublished) && c.Region != "" {
		plan = failover.DefaultPlan()
		plan.Name = unpublished.name
		return plan, failover.Region(c.Region), nil
	}
	if err != nil {
		return plan, "", err
	}
	otherwise := plan.Standby
	if failover.Action(c.Action) == failover.Failback {
		otherwise = plan.Primary
	}
	region, err := c.region(plan, otherwise)
	return plan, region, err
}

// outage is when the outage began, zero when that is not given.
func (c *startCommand) outage() (time.Time, error) {
	if c.Since == "" {
		return time.Time{}, nil
	}
	if ago, err := time.ParseDuration(c.Since); err == nil && ago >= 0 {
		return now().Add(-ago).UTC().Truncate(time.Second), nil
	}
	at, err := time.Parse(time.RFC3339, c.Since)
	if err != nil {
		return at, usageError{fmt.Errorf("--since: %q; expected a time such as 2026-01-31T03:00:00Z, or how long ago, such as 10m", c.Since)}
	}
	return at, nil
}

// input is the execution's input, checked as Validate checks it.
func (c *startCommand) input() ([]byte, error) {
	since, err := c.outage()
	if err != nil {
		return nil, err
	}
	input, err := json.Marshal(failover.Input{
		Action: failover.Action(c.Action), Applications: c.Application, AllowDataLoss: c.AllowDataLoss, DryRun: c.DryRun,
		Order: failover.Order(c.Order), Percents: c.Percent, Approval: failover.Approval(c.Approval), Takeover: c.Takeover, OverrideSafetyRules: c.OverrideRules, Reason: c.Reason,
		Since: since,
	})
	if err != nil {
		return nil, err
	}
	if _, err := failover.ParseInput(input); err != nil {
		return nil, usageError{err}
	}
	if err := untrusted.CheckText(c.Name); err != nil {
		return nil, usageError{fmt.Errorf("--name: %w", err)}
	}
	return input, nil
}
