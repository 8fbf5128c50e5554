package contract_test

import "github.com/aws/aws-sdk-go-v2/service/lambda"

var _ = ask("LAM-6", "reads the account's limit of concurrent executions", func(a *account) verdict {
	out, err := lambda.NewFromConfig(a.config(a.standby)).GetAccountSettings(a.ctx, &lambda.GetAccountSettingsInput{})
	if err != nil {
		return cannotKnow("GetAccountSettings: %v", err)
	}
	return expect(out.AccountLimit.ConcurrentExecutions == 1000, "%d concurrent executions; assumed 1,000", out.AccountLimit.ConcurrentExecutions)
})
