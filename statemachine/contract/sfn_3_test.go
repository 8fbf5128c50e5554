package contract_test

import (
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
)

var _ = ask("SFN-3", "starts an execution, repeats that, and repeats it with a space in the input", func(a *account) verdict {
	if a.machine == "" {
		return cannotKnow("needs -machine")
	}
	client, name := sfn.NewFromConfig(a.config(a.standby)), fmt.Sprintf("contract-%d", a.now().UnixNano())
	start := func(input string) (string, string) {
		out, err := client.StartExecution(a.ctx, &sfn.StartExecutionInput{StateMachineArn: &a.machine, Name: &name, Input: &input})
		if err != nil {
			return "", codeOf(err)
		}
		return aws.ToString(out.ExecutionArn), ""
	}
	arn, code := start("{}")
	if code != "" {
		return cannotKnow("StartExecution: %s", code)
	}
	defer func() { _, _ = client.StopExecution(a.ctx, &sfn.StopExecutionInput{ExecutionArn: &arn}) }()
	again, _ := start("{}")
	_, spaced := start("{ }")
	return expect(again == arn && spaced == "ExecutionAlreadyExists", "the same text again: the same execution: %v, assumed true; the same JSON with a space: %q, assumed ExecutionAlreadyExists", again == arn, spaced)
})
