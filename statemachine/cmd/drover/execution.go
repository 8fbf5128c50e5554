package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"
	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/untrusted"
)

// execution is a run of a deployed plan, found in one of its Regions.
type execution struct {
	*sfn.DescribeExecutionOutput
	client *sfn.Client
	region failover.Region
}

// outcome is how the run ended, as the state machine's terminal states have it; empty while it is running.
func (x execution) outcome() failover.Outcome {
	switch x.Status {
	case types.ExecutionStatusRunning:
		return ""
	case types.ExecutionStatusSucceeded:
		return failover.Completed
	case types.ExecutionStatusFailed:
		return failover.Outcome(aws.ToString(x.Error))
	}
	return failover.Outcome(x.Status)
}

// find finds a run by its id: in the Region that was named, or in the standby and then in the primary, also when the
// standby does not answer.
func (d deployment) find(env environment, plan failover.Plan, run string) (execution, error) {
	regions := []failover.Region{plan.Standby, plan.Primary}
	if d.Region != "" {
		region, err := d.region(plan, plan.Standby)
		if err != nil {
			return execution{}, err
		}
		regions = []failover.Region{region}
	}
	var problems []error
	for _, region := range regions {
		x, err := d.describe(env, plan, region, run)
		if err == nil {
			return x, nil
		}
		problems = append(problems, err)
	}
	return execution{}, errors.Join(problems...)
}

// describe finds a run in a Region.
func (d deployment) describe(env environment, plan failover.Plan, region failover.Region, run string) (execution, error) {
	cfg, err := d.config(env.ctx, region)
	if err != nil {
		return execution{}, err
	}
	client := sfn.NewFromConfig(cfg)
	machine, err := findMachine(env, client, d.machine(plan), region)
	if err != nil {
		return execution{}, err
	}
	arn := strings.Replace(machine, ":stateMachine:", ":execution:", 1) + ":" + run
	out, err := client.DescribeExecution(env.ctx, &sfn.DescribeExecutionInput{ExecutionArn: &arn})
	if missing := (*types.ExecutionDoesNotExist)(nil); errors.As(err, &missing) {
		return execution{}, fmt.Errorf("there is no run %s in %s; type `drover status` for the latest ones", run, region)
	}
	if err != nil {
		return execution{}, fmt.Errorf("find run %s in %s: %w", run, region, err)
	}
	untrusted.Scrub(out)
	return execution{DescribeExecutionOutput: out, client: client, region: region}, nil
}

// again reads the run once more.
func (x execution) again(env environment) (execution, error) {
	out, err := x.client.DescribeExecution(env.ctx, &sfn.DescribeExecutionInput{ExecutionArn: x.ExecutionArn})
	if err != nil {
		return x, fmt.Errorf("read run %s in %s: %w", aws.ToString(x.Name), x.region, err)
	}
	untrusted.Scrub(out)
	x.DescribeExecutionOutput = out
	return x, nil
}

// historyAfter returns the events of the run's history after the one with this id, oldest first. It is read from its end, so
// that no event is read twice.
func (x execution) historyAfter(env environment, last int64) ([]types.HistoryEvent, error) {
	var events []types.HistoryEvent
	pages := sfn.NewGetExecutionHistoryPaginator(x.client, &sfn.GetExecutionHistoryInput{
		ExecutionArn: x.ExecutionArn, ReverseOrder: true, MaxResults: 100, IncludeExecutionData: aws.Bool(true),
	})
	for pages.HasMorePages() {
		page, err := pages.NextPage(env.ctx)
		if err != nil {
			return nil, fmt.Errorf("read the history of %s in %s: %w", aws.ToString(x.Name), x.region, err)
		}
		for _, e := range page.Events {
			if e.Id <= last {
				return reversed(events), nil
			}
			if n := len(events); n > 0 && e.Id >= events[n-1].Id {
				continue // the run has gone on between two pages, and the second begins with what the first had
			}
			events = append(events, e)
		}
	}
	return reversed(events), nil
}

func reversed(events []types.HistoryEvent) []types.HistoryEvent {
	for i, j := 0, len(events)-1; i < j; i, j = i+1, j-1 {
		events[i], events[j] = events[j], events[i]
	}
	return events
}

// errNoMachine means that a Region has no state machine of the plan.
var errNoMachine = errors.New("there is no state machine")

// findMachine returns the ARN of the plan's state machine. Its name is known, the account is not.
func findMachine(env environment, client sfn.ListStateMachinesAPIClient, name string, region failover.Region) (string, error) {
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
	return "", fmt.Errorf("%w %q in %s; is the plan deployed there, and is --plan its name?", errNoMachine, name, region)
}
