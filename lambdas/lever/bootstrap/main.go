// Command bootstrap is the Lambda function that Route 53's health checkers ask.
package main

import "github.com/drover-dr/drover/lambdas/lever"

func main() { lever.Function.Start() }
