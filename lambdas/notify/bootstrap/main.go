// Command bootstrap is the Lambda function Notify.
package main

import (
	"encoding/json"

	"github.com/drover-dr/drover/lambdas/internal/entry"
	"github.com/drover-dr/drover/lambdas/notify"
)

func main() {
	entry.Start("notify", func(env entry.Environment) entry.Step[json.RawMessage, any] {
		return notify.New(env).Handle
	})
}
