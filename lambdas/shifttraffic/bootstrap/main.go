// Command bootstrap is the Lambda function of the step ShiftTraffic.
package main

import "github.com/drover-dr/drover/lambdas/shifttraffic"

func main() { shifttraffic.Function.Start() }
