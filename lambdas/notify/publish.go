package notify

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/sns"
	snstypes "github.com/aws/aws-sdk-go-v2/service/sns/types"
	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/untrusted"
)

// read decodes what an earlier call has written. For the caller a missing object and one that cannot be read are the same: it
// is not known whether the notification is out.
func (h Handler) read(ctx context.Context, key string, into any) error {
	ctx, cancel := context.WithTimeout(ctx, readBudget)
	defer cancel()
	out, err := h.S3.GetObject(ctx, &s3.GetObjectInput{Bucket: &h.Bucket, Key: &key})
	if err != nil {
		return failover.Doing("read", h.location(key), err)
	}
	defer out.Body.Close()
	text, err := io.ReadAll(out.Body)
	if err != nil {
		return failover.Doing("read", h.location(key), err)
	}
	if err := failover.Decode(text, into); err != nil {
		return fmt.Errorf("decode %s: %w", h.location(key), err)
	}
	return nil
}

// write writes what is about a run, in a format that both Regions read.
func (h Handler) write(ctx context.Context, key string, run failover.Run, what any) error {
	text, err := json.Marshal(untrusted.Scrubbed(what))
	if err != nil {
		return fmt.Errorf("encode %s: %w", h.location(key), err)
	}
	var lines bytes.Buffer
	if err := json.Indent(&lines, failover.Encoded(text, run.Writes), "", "  "); err != nil {
		return fmt.Errorf("encode %s: %w", h.location(key), err)
	}
	return h.put(ctx, key, append(lines.Bytes(), '\n'))
}

// writeAttempts is how often an object is written at most: S3 answers single requests with 503 while it is healthy.
const writeAttempts = 3

func (h Handler) put(ctx context.Context, key string, text []byte) error {
	ctx, cancel := context.WithTimeout(ctx, writeBudget)
	defer cancel()
	var err error
	for range writeAttempts {
		_, err = h.S3.PutObject(ctx, &s3.PutObjectInput{
			Bucket: &h.Bucket, Key: &key, Body: bytes.NewReader(text), ContentType: aws.String("application/json"),
		})
		if err == nil || !helpsToWait(err) || ctx.Err() != nil {
			break
		}
	}
	if err != nil {
		return failover.Doing("write", h.location(key), err)
	}
	return nil
}

func (h Handler) publish(ctx context.Context, subject, message string, attributes map[string]snstypes.MessageAttributeValue) error {
	_, err := h.SNS.Publish(ctx, &sns.PublishInput{
		TopicArn: &h.TopicARN, Subject: &subject, Message: aws.String(untrusted.Lines(message)), MessageAttributes: attributes,
	})
	if err != nil {
		return failover.Doing("publish", "to "+h.TopicARN, err)
	}
	return nil
}

// metricNamespace is the one namespace that the function's role may write to.
const metricNamespace = failover.MetricNamespace

// publishMetrics publishes what the run achieved. A run that did not complete has recovered nothing yet, so it has no
// RTO; one that was refused, or whose loss was not measured, has no RPO.
func (h Handler) publishMetrics(ctx context.Context, r failover.Report) {
	dimensions := []types.Dimension{
		{Name: aws.String("Plan"), Value: &h.Plan.Name},
		{Name: aws.String("Action"), Value: aws.String(string(r.Run.Action))},
	}
	var data []types.MetricDatum
	add := func(name string, value float64) {
		data = append(data, types.MetricDatum{
			MetricName: &name, Dimensions: dimensions, Timestamp: &r.ClosedAt, Unit: types.StandardUnitSeconds, Value: &value,
		})
	}
	if r.Outcome == failover.Completed {
		add("RTO", r.RTOSeconds)
	}
	if r.RPOSeconds != nil {
		add("RPO", *r.RPOSeconds)
	}
	if len(data) > 0 {
		_, _ = h.CloudWatch.PutMetricData(ctx, &cloudwatch.PutMetricDataInput{Namespace: aws.String(metricNamespace), MetricData: data})
	}
}
