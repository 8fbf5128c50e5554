// Command function does what its payload asks for: the function that the tests of package lambdahost invoke.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-lambda-go/lambda/messages"
	"github.com/aws/aws-lambda-go/lambdacontext"
)

type request struct {
	Do   string `json:"do"`
	Code int    `json:"code"`
	Text string `json:"text"`
}

type reply struct {
	Pid      int      `json:"pid"`
	Count    int      `json:"count"`
	Environ  []string `json:"environ,omitempty"`
	Millis   int64    `json:"millis"`
	ARN      string   `json:"arn"`
	Function string   `json:"function"`
}

var count int

func handle(ctx context.Context, r request) (reply, error) {
	count++
	fmt.Fprint(os.Stderr, r.Text)
	deadline, _ := ctx.Deadline()
	lc, _ := lambdacontext.FromContext(ctx)
	out := reply{
		Pid: os.Getpid(), Count: count, Millis: time.Until(deadline).Milliseconds(),
		ARN: lc.InvokedFunctionArn, Function: lambdacontext.FunctionName,
	}
	switch r.Do {
	case "environ":
		out.Environ = os.Environ()
	case "error":
		return out, errors.New(r.Text)
	case "condition":
		return out, messages.InvokeResponse_Error{Type: "Throttled", Message: r.Text}
	case "panic":
		panic(r.Text)
	case "exit":
		os.Exit(r.Code)
	case "hang":
		time.Sleep(time.Hour)
	}
	return out, nil
}

func main() {
	if os.Getenv("FAIL_INIT") != "" {
		fmt.Fprint(os.Stderr, "no configuration")
		os.Exit(3)
	}
	lambda.Start(handle)
}
