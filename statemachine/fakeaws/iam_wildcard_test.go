package fakeaws_test

import (
	"context"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/rds"
	"github.com/aws/aws-sdk-go-v2/service/route53"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sns"
)

// everyARN covers every resource that has an ARN, and is narrower than *.
const everyARN = "arn:aws:*:*:*:*"

func TestWhatHasNoResourceIsAllowedOnEverythingAlone(t *testing.T) {
	ctx := context.Background()
	calls := map[string]func(aws.Config) error{
		"cloudwatch:DescribeAlarms": func(c aws.Config) error {
			_, err := cloudwatch.NewFromConfig(c).DescribeAlarms(ctx, nil)
			return err
		},
		"cloudwatch:ListMetrics": func(c aws.Config) error {
			_, err := cloudwatch.NewFromConfig(c).ListMetrics(ctx, nil)
			return err
		},
		"route53:ListHostedZonesByName": func(c aws.Config) error {
			_, err := route53.NewFromConfig(c).ListHostedZonesByName(ctx, nil)
			return err
		},
		"route53:ListHealthChecks": func(c aws.Config) error {
			_, err := route53.NewFromConfig(c).ListHealthChecks(ctx, nil)
			return err
		},
		"states:ListStateMachines": func(c aws.Config) error {
			_, err := sfn.NewFromConfig(c).ListStateMachines(ctx, nil)
			return err
		},
		"states:SendTaskSuccess": func(c aws.Config) error {
			_, err := sfn.NewFromConfig(c).SendTaskSuccess(ctx, &sfn.SendTaskSuccessInput{TaskToken: aws.String("arn:aws:states:x#1"), Output: aws.String("{}")})
			return err
		},
		"sns:ListTopics": func(c aws.Config) error {
			_, err := sns.NewFromConfig(c).ListTopics(ctx, nil)
			return err
		},
		"s3:ListAllMyBuckets": func(c aws.Config) error {
			_, err := s3.NewFromConfig(c).ListBuckets(ctx, nil)
			return err
		},
	}
	for action, call := range calls {
		for resource, allowed := range map[string]bool{everyARN: false, "*": true} {
			s := serve(t)
			key := s.As(t, `{"Effect": "Allow", "Action": "`+action+`", "Resource": "`+resource+`"}`)
			got := codeOf(call(s.Config(east, key)))
			denied := got == "AccessDenied" || got == "AccessDeniedException" || got == "AuthorizationError"
			if denied == allowed {
				t.Errorf("%s on %s: %q; want allowed %t", action, resource, got, allowed)
			}
		}
	}
}

// Without an identifier RDS asks for permission on all clusters of the account, even when only some are returned.
func TestDescribingAllClustersNeedsPermissionForAllOfThem(t *testing.T) {
	ctx := context.Background()
	for _, c := range []struct {
		resource         string
		globals, members string
	}{
		{globalARN, "AccessDenied", "AccessDenied"},
		{"arn:aws:rds::111122223333:global-cluster:*", "", "AccessDenied"},
		{westCluster, "AccessDenied", "AccessDenied"},
		{"arn:aws:rds:us-west-2:111122223333:cluster:*", "AccessDenied", ""},
		{"arn:aws:rds:us-east-1:111122223333:cluster:*", "AccessDenied", "AccessDenied"},
		{"*", "", ""},
	} {
		s := serveAurora(t)
		client := rds.NewFromConfig(s.Config(west, s.As(t, `{"Effect": "Allow", "Action": "rds:Describe*", "Resource": "`+c.resource+`"}`)))
		if _, err := client.DescribeGlobalClusters(ctx, nil); codeOf(err) != c.globals {
			t.Errorf("allowed %s: DescribeGlobalClusters %q, want %q", c.resource, codeOf(err), c.globals)
		}
		if _, err := client.DescribeDBClusters(ctx, nil); codeOf(err) != c.members {
			t.Errorf("allowed %s: DescribeDBClusters %q, want %q", c.resource, codeOf(err), c.members)
		}
	}
}
