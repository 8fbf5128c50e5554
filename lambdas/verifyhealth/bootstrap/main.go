// Command bootstrap is the Lambda function VerifyHealth.
package main

import "github.com/drover-dr/drover/lambdas/verifyhealth"

func main() { verifyhealth.Function.Start() }
