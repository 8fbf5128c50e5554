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

// Give hands an answer to the run that has asked. The client must be of the Region that asked: a token is good nowhere
// else. A no is a success too, of the task to ask: what becomes of the run is for the state machine to say.
//
// What was asked stays in the registry as it is, because only Step Functions knows which of two answers came first; a
// second one gets ErrTooLate from it.
func Give(ctx context.Context, to machine, asked registry.Approval, answer failover.ApprovalAnswer) error {
	if asked.Over {
		return ErrTooLate
	}
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
		return fmt.Errorf("answer run %s in %s: %w", asked.Run, asked.Region, err)
	}
	return nil
}
