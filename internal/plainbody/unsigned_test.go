package plainbody

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/rds"
	"github.com/aws/aws-sdk-go-v2/service/route53"
	arc "github.com/aws/aws-sdk-go-v2/service/route53recoverycluster"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sns"
	"github.com/aws/aws-sdk-go-v2/service/sts"
)

// kept is a client that keeps the last request and answers none.
type kept struct{ last *http.Request }

func (k *kept) Do(r *http.Request) (*http.Response, error) {
	k.last = r
	return nil, errors.New("no answer")
}

func config(client aws.HTTPClient) aws.Config {
	return aws.Config{
		Region: "us-west-2", BaseEndpoint: aws.String("http://127.0.0.1:1"), HTTPClient: client, RetryMaxAttempts: 1,
		Credentials: credentials.NewStaticCredentialsProvider("AKIDEXAMPLE", "secret", ""),
	}
}

// calls makes one call of each service.
var calls = map[string]func(context.Context, aws.Config) error{
	"CloudWatch": func(ctx context.Context, cfg aws.Config) error {
		_, err := cloudwatch.NewFromConfig(cfg).DescribeAlarms(ctx, &cloudwatch.DescribeAlarmsInput{})
		return err
	},
	"DynamoDB": func(ctx context.Context, cfg aws.Config) error {
		_, err := dynamodb.NewFromConfig(cfg).ListTables(ctx, &dynamodb.ListTablesInput{})
		return err
	},
	"Lambda": func(ctx context.Context, cfg aws.Config) error {
		_, err := lambda.NewFromConfig(cfg).GetAccountSettings(ctx, &lambda.GetAccountSettingsInput{})
		return err
	},
	"RDS": func(ctx context.Context, cfg aws.Config) error {
		_, err := rds.NewFromConfig(cfg).DescribeGlobalClusters(ctx, &rds.DescribeGlobalClustersInput{})
		return err
	},
	"Route 53": func(ctx context.Context, cfg aws.Config) error {
		_, err := route53.NewFromConfig(cfg).GetChange(ctx, &route53.GetChangeInput{Id: aws.String("C1")})
		return err
	},
	"Route53 Recovery Cluster": func(ctx context.Context, cfg aws.Config) error {
		_, err := arc.NewFromConfig(cfg).ListRoutingControls(ctx, &arc.ListRoutingControlsInput{})
		return err
	},
	"S3": func(ctx context.Context, cfg aws.Config) error {
		_, err := s3.NewFromConfig(cfg).GetObject(ctx, &s3.GetObjectInput{Bucket: aws.String("bucket"), Key: aws.String("key")})
		return err
	},
	"SFN": func(ctx context.Context, cfg aws.Config) error {
		_, err := sfn.NewFromConfig(cfg).ListStateMachines(ctx, &sfn.ListStateMachinesInput{})
		return err
	},
	"SNS": func(ctx context.Context, cfg aws.Config) error {
		_, err := sns.NewFromConfig(cfg).Publish(ctx, &sns.PublishInput{Message: aws.String("m"), TopicArn: aws.String("t")})
		return err
	},
}

// scopeIn is the credential scope in a request, without the day.
func scopeIn(r *http.Request) string {
	_, rest, _ := strings.Cut(r.Header.Get("Authorization"), "Credential=")
	whole, _, _ := strings.Cut(rest, ",")
	if parts := strings.Split(whole, "/"); len(parts) == 5 {
		parts[1] = "day"
		return strings.Join(parts, "/")
	}
	return whole
}

// TestARequestWithoutASignatureHasItsScope: the simulator takes caller, Region and service from it.
func TestARequestWithoutASignatureHasItsScope(t *testing.T) {
	if len(calls) != len(names) {
		t.Errorf("%d services are called; expected the %d that have a name", len(calls), len(names))
	}
	for service, call := range calls {
		signed, unsigned := &kept{}, &kept{}
		_ = call(t.Context(), config(signed))
		cfg := config(unsigned)
		Unsigned(&cfg)
		_ = call(t.Context(), cfg)
		if signed.last == nil || unsigned.last == nil {
			t.Errorf("%s: signed %v, unsigned %v; expected a request of each", service, signed.last, unsigned.last)
			continue
		}
		want, got := scopeIn(signed.last), scopeIn(unsigned.last)
		if got != want || strings.Contains(unsigned.last.Header.Get("Authorization"), "Signature=") {
			t.Errorf("%s: got the scope %s in %s; want %s and no signature", service, got, unsigned.last.Header.Get("Authorization"), want)
		}
		for _, part := range []func(*http.Request) string{
			func(r *http.Request) string { return r.Method + " " + r.URL.String() },
			func(r *http.Request) string { return r.Header.Get("X-Amz-Target") + " " + r.Header.Get("Content-Type") },
		} {
			if got, want := part(unsigned.last), part(signed.last); got != want {
				t.Errorf("%s: got %s; want %s", service, got, want)
			}
		}
	}
}

func TestAServiceWithoutANameIsNotCalled(t *testing.T) {
	client := &kept{}
	cfg := config(client)
	Unsigned(&cfg)
	_, err := sts.NewFromConfig(cfg).AssumeRole(t.Context(), &sts.AssumeRoleInput{RoleArn: aws.String("a"), RoleSessionName: aws.String("b")})
	if err == nil || !strings.Contains(err.Error(), "service STS") || client.last != nil {
		t.Errorf("got %v; want an error that names the service, and no request", err)
	}
}

// TestLargeMetricsAreNotPacked, which the SDK does with more than 10 KB.
func TestLargeMetricsAreNotPacked(t *testing.T) {
	for _, want := range []string{"gzip", ""} {
		client := &kept{}
		cfg := config(client)
		if want == "" {
			Unsigned(&cfg)
		}
		_, _ = cloudwatch.NewFromConfig(cfg).PutMetricData(t.Context(), &cloudwatch.PutMetricDataInput{
			Namespace: aws.String(strings.Repeat("long", 5000)), MetricData: []types.MetricDatum{{MetricName: aws.String("m")}},
		})
		if client.last == nil || client.last.Header.Get("Content-Encoding") != want {
			t.Errorf("got %v; want Content-Encoding %q", client.last, want)
		}
	}
}

// TestARequestIsSentOnce, whatever comes of it, and not at all after its time.
func TestARequestIsSentOnce(t *testing.T) {
	for _, ended := range []bool{false, true} {
		client := &counting{}
		cfg := config(client)
		cfg.RetryMaxAttempts = 3
		Unsigned(&cfg)
		Once(&cfg)
		ctx, cancel := context.WithCancel(t.Context())
		if ended {
			cancel()
		}
		err := calls["DynamoDB"](ctx, cfg)
		cancel()
		if want := map[bool]int{false: 1, true: 0}[ended]; client.sent != want || err == nil || ended && !errors.Is(err, context.Canceled) {
			t.Errorf("context ended %v: %d requests, %v; want %d, and the error", ended, client.sent, err, want)
		}
	}
}

// counting is a client that answers each request with an error that the SDK would try again.
type counting struct{ sent int }

func (c *counting) Do(r *http.Request) (*http.Response, error) {
	c.sent++
	return &http.Response{StatusCode: http.StatusServiceUnavailable, Header: http.Header{}, Body: http.NoBody, Request: r}, nil
}
