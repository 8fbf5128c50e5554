package contract_test

import (
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
)

var _ = ask("SFN-4", "answers a token that no task has", func(a *account) verdict {
	_, err := sfn.NewFromConfig(a.config(a.standby)).SendTaskHeartbeat(a.ctx, &sfn.SendTaskHeartbeatInput{TaskToken: aws.String(strings.Repeat("AQCE", 40))})
	return expect(codeOf(err) == "InvalidToken", "answered with %q; assumed InvalidToken", codeOf(err))
})
