// Package approval sends an approver's answer to a run that waits for it. The API and drover both use it.
package approval

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/registry"
)

// ErrTooLate says that the run no longer waits for the answer: it was answered before, perhaps by this answer whose confirmation
// was lost, the time for it is over, or the run has ended.
var ErrTooLate = errors.New("the run no longer waits for this answer")

// machine is the part of the Step Functions client that takes answers.
type machine interface {
	SendTaskSuccess(context.Context, *sfn.SendTaskSuccessInput, ...func(*sfn.Options)) (*sfn.SendTaskSuccessOutput, error)
}

// ForeignError says that the registry's item under a run's key is not the question of that run: the token of another run may have
// been planted there, to be answered by the approval of this run.
type ForeignError struct {
	Asked registry.Approval
	// Found says what differs.
	Found string
}

// Error says that nothing was sent.
func (e *ForeignError) Error() string {
	return fmt.Sprintf("the approval item of run %s in %s is not the question of that run: %s; nothing was sent", e.Asked.Run, e.Asked.Region, e.Found)
}

// check returns the execution ARN of the run that the registry's key names, if the question under that key is this run's.
// Version 0.1.0 stores no digest; its items are answered with the run alone, which only its own runs accept. Without an account,
// the machine is that of the item's account: a token is not valid in another one.
func check(of failover.Machine, asked registry.Approval) (execution string, err error) {
	if stored, ok := failover.MachineOf(asked.Execution); ok && of.Account == "" {
		of.Account, of.Partition = stored.Account, stored.Partition
	}
	if asked.Digest == "" && of.Account == "" {
		return "", nil
	}
	execution = of.Execution(asked.Region, asked.Run)
	switch {
	case asked.Digest == "":
		return execution, nil
	case asked.Execution != execution:
		return "", &ForeignError{asked, fmt.Sprintf("it names %s; expected %s", asked.Execution, execution)}
	case asked.Question().Digest() != asked.Digest:
		return "", &ForeignError{asked, fmt.Sprintf("its digest %s is not that of %s, phase %s, gate %s, stage %d",
			failover.ShortDigest(asked.Digest), execution, asked.Phase, asked.Gate, asked.Stage)}
	}
	return execution, nil
}

// Give sends an answer to the run that has asked, with that run's ARN and the digest of its question: the registry's item may have
// another run's token, and that run accepts no answer to another question. The client must be of the Region that asked, because a
// token is valid only there. A rejection is sent as a success of the task too: the state machine decides what the run does then.
//
// The question stays in the registry unchanged, because only Step Functions knows which of two answers came first; the second one
// gets ErrTooLate.
//
// The machine is the plan's; its account may be unknown.
func Give(ctx context.Context, to machine, of failover.Machine, asked registry.Approval, answer failover.ApprovalAnswer) error {
	execution, err := check(of, asked)
	if err != nil {
		return err
	}
	if asked.Over {
		return ErrTooLate
	}
	answer.Run, answer.Digest = execution, asked.Digest
	output, err := json.Marshal(answer)
	if err != nil {
		return fmt.Errorf("encode the answer: %w", err)
	}
	_, err = to.SendTaskSuccess(ctx, &sfn.SendTaskSuccessInput{TaskToken: &asked.Token, Output: aws.String(string(output))})
	var gone *types.TaskTimedOut
	var unknown *types.TaskDoesNotExist
	switch {
	case errors.As(err, &gone) || errors.As(err, &unknown):
		return ErrTooLate
	case err != nil:
		return failover.Doing("answer", fmt.Sprintf("run %s in %s", asked.Run, asked.Region), err)
	}
	return nil
}
