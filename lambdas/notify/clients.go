package notify

import (
	"encoding/json"

	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/rds"
	"github.com/aws/aws-sdk-go-v2/service/route53"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/sns"
	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/registry"
	"github.com/drover-dr/drover/lambdas/internal/entry"
)

type publisher interface {
	Publish(context.Context, *sns.PublishInput, ...func(*sns.Options)) (*sns.PublishOutput, error)
}

type bucket interface {
	GetObject(context.Context, *s3.GetObjectInput, ...func(*s3.Options)) (*s3.GetObjectOutput, error)
	PutObject(context.Context, *s3.PutObjectInput, ...func(*s3.Options)) (*s3.PutObjectOutput, error)
}

type metricWriter interface {
	PutMetricData(context.Context, *cloudwatch.PutMetricDataInput, ...func(*cloudwatch.Options)) (*cloudwatch.PutMetricDataOutput, error)
}

type recordLister interface {
	ListResourceRecordSets(context.Context, *route53.ListResourceRecordSetsInput, ...func(*route53.Options)) (*route53.ListResourceRecordSetsOutput, error)
}

// metricLog writes metrics into the function's log.
type metricLog interface {
	Write(at time.Time, plan, run string, metrics ...entry.Metric) error
}

// Function is the Lambda function.
var Function = entry.Of("notify", func(env entry.Environment) entry.Step[json.RawMessage, any] { return New(env).Handle })

// New returns the handler with the clients of its environment.
func New(env entry.Environment) Handler {
	return Handler{
		Plan:       env.Plan,
		Registry:   &registry.Store{Client: dynamodb.NewFromConfig(env.Config), Table: env.Table, Plan: env.Plan},
		Route53:    route53.NewFromConfig(env.Config),
		RDS:        func(r failover.Region) *rds.Client { return rds.NewFromConfig(env.In(r)) },
		S3:         s3.NewFromConfig(env.Config),
		Bucket:     env.Bucket,
		SNS:        sns.NewFromConfig(env.Config),
		TopicARN:   env.TopicARN,
		CloudWatch: cloudwatch.NewFromConfig(env.Config),
		Metrics:    env.Metrics,
	}
}
