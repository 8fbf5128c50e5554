// Command bootstrap is the Lambda function Notify.
package main

import "github.com/drover-dr/drover/lambdas/notify"

func main() { notify.Function.Start() }
