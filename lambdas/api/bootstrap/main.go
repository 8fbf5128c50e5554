// Command bootstrap is the Lambda function behind the HTTP API.
package main

import "github.com/drover-dr/drover/lambdas/api"

func main() { api.Function.Start() }
