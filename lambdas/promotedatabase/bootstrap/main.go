// Command bootstrap is the Lambda function PromoteDatabase.
package main

import "github.com/drover-dr/drover/lambdas/promotedatabase"

func main() { promotedatabase.Function.Start() }
