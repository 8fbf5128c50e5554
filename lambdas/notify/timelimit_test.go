package notify

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/sns"
	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/registry"
	"github.com/drover-dr/drover/lambdas/internal/entry"
)

// hanging accepts every call and never answers.
type hanging struct{ registry.Client }

func (hanging) GetObject(ctx context.Context, _ *s3.GetObjectInput, _ ...func(*s3.Options)) (*s3.GetObjectOutput, error) {
	<-ctx.Done()
	return nil, ctx.Err()
}

func (hanging) PutObject(ctx context.Context, _ *s3.PutObjectInput, _ ...func(*s3.Options)) (*s3.PutObjectOutput, error) {
	<-ctx.Done()
	return nil, ctx.Err()
}

func (hanging) Query(ctx context.Context, _ *dynamodb.QueryInput, _ ...func(*dynamodb.Options)) (*dynamodb.QueryOutput, error) {
	<-ctx.Done()
	return nil, ctx.Err()
}

func (hanging) GetItem(ctx context.Context, _ *dynamodb.GetItemInput, _ ...func(*dynamodb.Options)) (*dynamodb.GetItemOutput, error) {
	<-ctx.Done()
	return nil, ctx.Err()
}

func (hanging) PutItem(ctx context.Context, _ *dynamodb.PutItemInput, _ ...func(*dynamodb.Options)) (*dynamodb.PutItemOutput, error) {
	<-ctx.Done()
	return nil, ctx.Err()
}

func (hanging) UpdateItem(ctx context.Context, _ *dynamodb.UpdateItemInput, _ ...func(*dynamodb.Options)) (*dynamodb.UpdateItemOutput, error) {
	<-ctx.Done()
	return nil, ctx.Err()
}

func (hanging) PutMetricData(ctx context.Context, _ *cloudwatch.PutMetricDataInput, _ ...func(*cloudwatch.Options)) (*cloudwatch.PutMetricDataOutput, error) {
	<-ctx.Done()
	return nil, ctx.Err()
}

// stopwatch notes when a message is published.
type stopwatch struct {
	begin time.Time
	took  time.Duration
}

func (s *stopwatch) Publish(ctx context.Context, _ *sns.PublishInput, _ ...func(*sns.Options)) (*sns.PublishOutput, error) {
	s.took = time.Since(s.begin)
	return &sns.PublishOutput{}, ctx.Err()
}

func TestWhatHangsDoesNotUseUpTheTimeForTheMessage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), entry.AnswerTime)
		defer cancel()
		watch := &stopwatch{begin: time.Now()}
		h := Handler{
			Plan: failover.DefaultPlan(), Registry: &registry.Store{Client: hanging{}, Table: "registry"},
			S3: hanging{}, Bucket: "reports", SNS: watch, CloudWatch: hanging{},
		}
		req := request(failover.Completed)
		req.Run.Action, req.Run.Approval = failover.Drill, failover.BeforePromotion // everything that there is to remember
		answer, err := h.End(ctx, req)
		if err != nil || !answer.Notified {
			t.Errorf("got notified %v, %v; want notified", answer.Notified, err)
		}
		if watch.took == 0 || watch.took+entry.CallTimeout > entry.AnswerTime {
			t.Errorf("the message was published after %s; want %s before the end of %s", watch.took, entry.CallTimeout, entry.AnswerTime)
		}
		if took := time.Since(watch.begin); took > entry.AnswerTime {
			t.Errorf("the step took %s; want at most %s", took, entry.AnswerTime)
		}
	})
}
