package validate

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"github.com/drover-dr/drover/internal/failover"
)

// Executions is the part of the Step Functions client that the step uses.
type Executions interface {
	DescribeExecution(context.Context, *sfn.DescribeExecutionInput, ...func(*sfn.Options)) (*sfn.DescribeExecutionOutput, error)
	GetExecutionHistory(context.Context, *sfn.GetExecutionHistoryInput, ...func(*sfn.Options)) (*sfn.GetExecutionHistoryOutput, error)
}

const (
	// askTimeout limits the call that checks whether a run has ended: without an answer the lease decides.
	askTimeout = 3 * time.Second
	// maxHistory is the most events that one page of an execution's history has.
	maxHistory = 1000
)

// readHolder checks whether the execution that holds the lock has ended, unless it is this run, or this run supersedes it
// anyway.
func (l *lookup) readHolder(ctx context.Context) {
	if l.run.Phase.Returns() || l.lock.Owner == "" || l.lock.Owner == l.run.ARN {
		return
	}
	if m, known := failover.MachineOf(l.lock.Owner); known && l.supersedes(m.Region, actionOf(l.lock.Holder)) {
		return
	}
	l.holder = l.endOf(ctx, l.lock.Owner)
}

// endOf reads from Step Functions whether an execution has ended, in its own Region; a failover never calls its source Region.
// It returns nil if the execution is running or its state is unknown. An execution that does not exist counts as unknown: the
// answer may be older than its start (DescribeExecution is eventually consistent; see the AWS Step Functions API Reference).
func (l *lookup) endOf(ctx context.Context, arn string) *execution {
	m, ok := failover.MachineOf(arn)
	if !ok || l.clients.StepFunctions == nil || l.outage() && m.Region != l.Region {
		return nil
	}
	x, err := l.describe(ctx, arn)
	if err != nil || x.Status == types.ExecutionStatusRunning {
		return nil
	}
	return x
}

// describe reads an execution in its own Region.
func (l *lookup) describe(ctx context.Context, arn string) (*execution, error) {
	ctx, cancel := context.WithTimeout(ctx, askTimeout)
	defer cancel()
	m, _ := failover.MachineOf(arn)
	out, err := l.clients.StepFunctions(m.Region).DescribeExecution(ctx, &sfn.DescribeExecutionInput{ExecutionArn: &arn})
	if err != nil {
		return nil, err
	}
	return &execution{
		ARN: aws.ToString(out.ExecutionArn), Name: aws.ToString(out.Name), Input: aws.ToString(out.Input), Status: out.Status,
		Started: aws.ToTime(out.StartDate), Stopped: aws.ToTime(out.StopDate), Error: aws.ToString(out.Error), Cause: aws.ToString(out.Cause),
	}, nil
}

// path has the states that an execution has entered, the last one first, as far as they are known.
type path struct {
	states []string
	// whole says that no state is missing.
	whole bool
}

// pathOf reads the path of an execution in this Region. If it cannot be read, the path is empty.
func (l *lookup) pathOf(ctx context.Context, arn string) path {
	ctx, cancel := context.WithTimeout(ctx, askTimeout)
	defer cancel()
	out, err := l.clients.StepFunctions(l.Region).GetExecutionHistory(ctx, &sfn.GetExecutionHistoryInput{
		ExecutionArn: &arn, ReverseOrder: true, MaxResults: maxHistory, IncludeExecutionData: aws.Bool(false),
	})
	if err != nil {
		return path{}
	}
	p := path{whole: out.NextToken == nil}
	for _, event := range out.Events {
		if event.StateEnteredEventDetails != nil {
			p.states = append(p.states, aws.ToString(event.StateEnteredEventDetails.Name))
		}
	}
	return p
}
