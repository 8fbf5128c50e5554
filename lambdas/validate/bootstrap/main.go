// Command bootstrap is the Lambda function of the step Validate.
package main

import "github.com/drover-dr/drover/lambdas/validate"

func main() { validate.Function.Start() }
