// Package approval answers a run that waits for a person. Whoever answers, by whichever way, answers like this.
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

// ErrTooLate says that nobody waits for the answer any more: there was one before, perhaps this very one whose
// confirmation was lost, or the time for it is over, or the run is.
var ErrTooLate = errors.New("nobody waits for the answer any more")

// machine is the part of the Step Functions client that takes answers.
type machine interface {
	SendTaskSuccess(context.Context, *sfn.SendTaskSuccessInput, ...func(*sfn.Options)) (*sfn.SendTaskSuccessOutput, error)
}

// ForeignError says that what the registry has under a run's key is not the question of that run. It names what it
// found: another run's token may have been planted there, to be answered by the approval of this run.
type ForeignError struct {
	Asked registry.Approval
	// Found is what is wrong.
	Found string
}

// Error says that nothing was sent.
func (e *ForeignError) Error() string {
	return fmt.Sprintf("the approval item of run %s in %s is not the question of that run: %s; nothing was sent", e.Asked.Run, e.Asked.Region, e.Found)
}

// check returns the execution ARN of the run that the registry's key names, if the question under that key is this run's.
// Version 0.1.0 has stored no digest; its items are answered with the run alone, which only its own runs accept. Without
// an account, the machine is that of the item's account: a token is of no use in another one.
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

// Give hands an answer to the run that has asked, with that run's ARN and the digest of its question: what the registry
// has under the run's key can be another run's token, and that run accepts no answer to another question. The client must be of the Region
// that asked: a token is good nowhere else. A no is a success too, of the task to ask: what becomes of the run is for the state machine to say.
//
// What was asked stays in the registry as it is, because only Step Functions knows which of two answers came first; a
// second one gets ErrTooLate from it.
//
// The machine is that of the plan; its account may be unknown.
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
