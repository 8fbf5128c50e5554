package entry

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/rds"
	"github.com/aws/aws-sdk-go-v2/service/route53"
	"github.com/aws/aws-sdk-go-v2/service/route53/types"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sns"

	"github.com/drover-dr/drover/internal/failover"
)

// answering is the configuration of an SDK whose every call is answered with one status and body.
func answering(t *testing.T, status int, contentType, body string) aws.Config {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", contentType)
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body))
	}))
	t.Cleanup(server.Close)
	return aws.Config{
		Region: "us-west-2", BaseEndpoint: &server.URL, RetryMaxAttempts: 1,
		Credentials: credentials.NewStaticCredentialsProvider("AKIDEXAMPLE", "secret", ""),
	}
}

// calls makes a call in each of the protocols that the steps speak: REST with XML, Query, JSON, CBOR and S3's.
func calls(t *testing.T, cfg aws.Config) map[string]error {
	t.Helper()
	ctx, errs := t.Context(), map[string]error{}
	_, errs["Route 53"] = route53.NewFromConfig(cfg).GetChange(ctx, &route53.GetChangeInput{Id: aws.String("C1")})
	_, errs["RDS"] = rds.NewFromConfig(cfg).DescribeGlobalClusters(ctx, &rds.DescribeGlobalClustersInput{})
	_, errs["SNS"] = sns.NewFromConfig(cfg).Publish(ctx, &sns.PublishInput{Message: aws.String("m"), TopicArn: aws.String("t")})
	_, errs["DynamoDB"] = dynamodb.NewFromConfig(cfg).Query(ctx, &dynamodb.QueryInput{TableName: aws.String("t")})
	_, errs["SFN"] = sfn.NewFromConfig(cfg).DescribeExecution(ctx, &sfn.DescribeExecutionInput{ExecutionArn: aws.String("e")})
	_, errs["CloudWatch"] = cloudwatch.NewFromConfig(cfg).DescribeAlarms(ctx, &cloudwatch.DescribeAlarmsInput{})
	_, errs["S3"] = s3.NewFromConfig(cfg, func(o *s3.Options) { o.UsePathStyle = true }).
		PutObject(ctx, &s3.PutObjectInput{Bucket: aws.String("b"), Key: aws.String("k"), Body: strings.NewReader("x")})
	return errs
}

func TestAnAnswerThatIsNotAWSsHasTheConditionOfItsStatus(t *testing.T) {
	const page = "<html><head><title>Sorry</title></head><body><h1>No</h1><hr></body></html>"
	for _, c := range []struct {
		status int
		want   failover.Condition
	}{
		{429, failover.Throttled}, {403, failover.Denied}, {401, failover.Denied}, {407, failover.Denied},
		{404, failover.Rejected}, {400, failover.Rejected}, {408, failover.Unreachable}, {502, failover.Unreachable},
		{503, failover.Unreachable},
	} {
		for name, body := range map[string]string{"HTML": page, "nothing": "", "text": "no"} {
			for service, err := range calls(t, answering(t, c.status, "text/html", body)) {
				got := Named(err)
				if got.Type != string(c.want) {
					t.Errorf("%s, %d with %s: %s; want %s", service, c.status, name, got.Type, c.want)
				}
				if strings.Contains(got.Message, noCode) || strings.Contains(got.Message, "XML") || strings.Contains(got.Message, "invalid character") {
					t.Errorf("%s, %d with %s: %s; want what happened, not how it was read", service, c.status, name, got.Message)
				}
			}
		}
	}
}

func TestTheCauseNamesTheStatusThatItIsMadeOf(t *testing.T) {
	err := calls(t, answering(t, 403, "text/html", "<html><hr></html>"))["DynamoDB"]
	const want = "DynamoDB answered Query with HTTP status 403 (Forbidden) and no AWS error code; a proxy or firewall may have answered in place of AWS"
	if got := Named(err).Message; got != want {
		t.Errorf("got %s\nwant %s", got, want)
	}
	if got := innermost(err); !strings.HasPrefix(got, "HTTP status 403") {
		t.Errorf("evidence: %s; want the status", got)
	}
}

func TestAPageInPlaceOfAnAnswerLeavesTheEffectUnknown(t *testing.T) {
	errs := calls(t, answering(t, 200, "text/html", "<html><body><hr></body></html>"))
	for _, service := range []string{"Route 53", "RDS", "SNS", "DynamoDB", "SFN", "CloudWatch"} {
		if got := ConditionOf(errs[service]); got != failover.Unreachable {
			t.Errorf("%s: %s; want Unreachable, since a captive page says nothing of the call", service, got)
		}
	}
}

func TestARefusedBatchIsUnderstoodInItsOldForm(t *testing.T) {
	const body = `<?xml version="1.0"?><InvalidChangeBatch xmlns="https://route53.amazonaws.com/doc/2013-04-01/"><Messages>` +
		`<Message>Tried to create resource record set, but it already exists</Message></Messages><RequestId>r</RequestId></InvalidChangeBatch>`
	client := route53.NewFromConfig(answering(t, 400, "text/xml", body))
	_, err := client.ChangeResourceRecordSets(t.Context(), &route53.ChangeResourceRecordSetsInput{
		HostedZoneId: aws.String("Z1"), ChangeBatch: &types.ChangeBatch{Changes: []types.Change{{
			Action: types.ChangeActionCreate, ResourceRecordSet: &types.ResourceRecordSet{Name: aws.String("a."), Type: types.RRTypeA},
		}}},
	})
	got := Named(err)
	if got.Type != string(failover.Rejected) || !strings.Contains(got.Message, "InvalidChangeBatch") || !strings.Contains(got.Message, "already exists") {
		t.Errorf("got %s: %s; want Rejected with what Route 53 said", got.Type, got.Message)
	}
}
