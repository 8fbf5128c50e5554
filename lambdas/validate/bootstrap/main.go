// Command bootstrap is the Lambda function of the step Validate.
package main

import (
	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/lambdas/internal/entry"
	"github.com/drover-dr/drover/lambdas/validate"
)

func main() {
	entry.Start("validate", func(env entry.Environment) entry.Step[failover.ValidateRequest, failover.ValidateAnswer] {
		return validate.New(env).Handle
	})
}
