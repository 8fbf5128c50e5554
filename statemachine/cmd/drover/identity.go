package main

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/arn"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/drover-dr/drover/internal/failover"
)

// identity is the user as AWS knows them.
type identity struct{ name, how, partition, account string }

// callerOf asks AWS for the identity of the credentials, in the Region of the configuration.
func callerOf(ctx context.Context, cfg aws.Config) (identity, error) {
	out, err := sts.NewFromConfig(cfg).GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{})
	if err != nil {
		return identity{}, err
	}
	who := identity{name: aws.ToString(out.Arn), how: failover.CallerIdentity, account: aws.ToString(out.Account)}
	if caller, err := arn.Parse(who.name); err == nil {
		who.partition = caller.Partition
	}
	return who, nil
}
