// Command bootstrap is the Lambda function UpdateRegistry.
package main

import "github.com/drover-dr/drover/lambdas/updateregistry"

func main() { updateregistry.Function.Start() }
