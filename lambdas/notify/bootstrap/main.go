// Command bootstrap is the Lambda function Notify.
package main

import (
	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/lambdas/internal/entry"
	"github.com/drover-dr/drover/lambdas/notify"
)

func main() {
	entry.Start("notify", func(env entry.Environment) entry.Step[failover.NotifyRequest, failover.NotifyAnswer] {
		return notify.New(env).Handle
	})
}
