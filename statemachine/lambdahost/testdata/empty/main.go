// Command empty does nothing: the yardstick for the cold starts of real functions.
package main

import "github.com/aws/aws-lambda-go/lambda"

func main() { lambda.Start(func() error { return nil }) }
