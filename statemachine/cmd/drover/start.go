package main

import (
	"encoding/json"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/drover-dr/drover/internal/failover"
)

type startCommand struct {
	Action        string   `arg:"" help:"failover, switchover, failback, drill or check."`
	Application   []string `help:"Only this application (may be repeated; default: all)." placeholder:"NAME"`
	AllowDataLoss bool     `help:"Consent to losing writes that are not replicated."`
	DryRun        bool     `help:"List exactly what it would do."`
	Order         string   `help:"traffic-first or database-first." placeholder:"ORDER"`
	Percent       []int    `help:"Share of traffic to stop at on the way, rising to 100 (may be repeated)." placeholder:"N"`
	Approval      string   `help:"none, before-start or before-promotion." placeholder:"GATE"`
	Takeover      bool     `help:"Take the lock from the run that holds it."`
	Reason        string   `help:"Why, for the report." placeholder:"TEXT"`
	deployment
}

// Run starts an execution in the Region that the run moves to. The input is checked here as the run itself would.
func (c *startCommand) Run(env environment) error {
	plan, err := c.plan()
	if err != nil {
		return err
	}
	otherwise := plan.Standby
	if failover.Action(c.Action) == failover.Failback {
		otherwise = plan.Primary
	}
	region, err := c.region(plan, otherwise)
	if err != nil {
		return err
	}
	input, err := json.Marshal(failover.Input{
		Action: failover.Action(c.Action), Applications: c.Application, AllowDataLoss: c.AllowDataLoss, DryRun: c.DryRun,
		Order: failover.Order(c.Order), Percents: c.Percent, Approval: failover.Approval(c.Approval), Takeover: c.Takeover, Reason: c.Reason,
	})
	if err != nil {
		return err
	}
	if _, err := failover.ParseInput(input); err != nil {
		return usageError{err}
	}
	cfg, err := c.config(env.ctx, region)
	if err != nil {
		return err
	}
	client := sfn.NewFromConfig(cfg)
	machine, err := c.findMachine(env, client, plan.Name, region)
	if err != nil {
		return err
	}
	run := fmt.Sprintf("%s-%s", c.Action, now().Format("20060102-150405"))
	out, err := client.StartExecution(env.ctx, &sfn.StartExecutionInput{
		StateMachineArn: &machine, Name: &run, Input: aws.String(string(input)),
	})
	if err != nil {
		return fmt.Errorf("start %s in %s: %w", c.Action, region, err)
	}
	fmt.Fprintf(env.stdout, "%s has been started in %s\n%s\n", run, region, aws.ToString(out.ExecutionArn))
	return nil
}

// findMachine returns the ARN of the plan's state machine. Its name is known, the account is not.
func (c *startCommand) findMachine(env environment, client sfn.ListStateMachinesAPIClient, name string, region failover.Region) (string, error) {
	pages := sfn.NewListStateMachinesPaginator(client, &sfn.ListStateMachinesInput{})
	for pages.HasMorePages() {
		page, err := pages.NextPage(env.ctx)
		if err != nil {
			return "", fmt.Errorf("find the state machine in %s: %w", region, err)
		}
		for _, m := range page.StateMachines {
			if aws.ToString(m.Name) == name {
				return aws.ToString(m.StateMachineArn), nil
			}
		}
	}
	return "", fmt.Errorf("there is no state machine %q in %s; is the plan deployed there, and is --plan its name?", name, region)
}
