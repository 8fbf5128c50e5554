package live

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/drover-dr/drover/internal/failover"
)

// Concurrency is how many executions of functions an account may have in a Region at the same time.
type Concurrency struct {
	// Limit is the account's, Unreserved the part of it that no function has reserved.
	Limit, Unreserved int
}

// Settings reads the settings of the account.
type Settings interface {
	GetAccountSettings(context.Context, *lambda.GetAccountSettingsInput, ...func(*lambda.Options)) (*lambda.GetAccountSettingsOutput, error)
}

// AccountConcurrency reads the limit of the account in the Region of the client.
func AccountConcurrency(ctx context.Context, client Settings) (Concurrency, error) {
	out, err := client.GetAccountSettings(ctx, &lambda.GetAccountSettingsInput{})
	if err != nil {
		return Concurrency{}, failover.Doing("read", "the limit of concurrent executions", err)
	}
	if out.AccountLimit == nil {
		return Concurrency{}, fmt.Errorf("read the limit of concurrent executions: the answer has no AccountLimit")
	}
	c := Concurrency{Limit: int(out.AccountLimit.ConcurrentExecutions)}
	if out.AccountLimit.UnreservedConcurrentExecutions != nil {
		c.Unreserved = int(*out.AccountLimit.UnreservedConcurrentExecutions)
	}
	return c, nil
}
