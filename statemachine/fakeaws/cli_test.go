package fakeaws_test

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/drover-dr/drover/statemachine/fakeaws"
)

// commandLine is the aws command line, pointed at a simulator that is served in real time.
type commandLine struct {
	served
	aws, home string
}

// run runs the command line in us-west-2 and returns what it prints.
func (c commandLine) run(t testing.TB, args ...string) (stdout string, err error) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), c.aws, append([]string{"--endpoint-url", c.URL, "--region", west}, args...)...)
	cmd.Dir = c.home
	cmd.Env = append(os.Environ(), "AWS_ACCESS_KEY_ID="+fakeaws.Administrator, "AWS_SECRET_ACCESS_KEY=secret", "AWS_SESSION_TOKEN=",
		"AWS_CONFIG_FILE="+filepath.Join(c.home, "config"), "AWS_SHARED_CREDENTIALS_FILE="+filepath.Join(c.home, "credentials"),
		"AWS_DEFAULT_OUTPUT=text", "AWS_MAX_ATTEMPTS=1", "AWS_PAGER=", "NO_PROXY=127.0.0.1", "AWS_EC2_METADATA_DISABLED=true")
	var out, problems bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &problems
	if err = cmd.Run(); err != nil {
		return problems.String(), err
	}
	return strings.TrimSpace(out.String()), nil
}

// furnished is a simulator with one resource of every kind, served to the aws command line.
func furnished(t *testing.T) (c commandLine, token func() string) {
	t.Helper()
	path, err := exec.LookPath("aws")
	if err != nil {
		t.Skip("the aws command line is not installed; its commands are not tried")
	}
	if testing.Short() {
		t.Skip("each aws command takes a second")
	}
	s, token := serveMachine(t)
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(s.AddZone("Z1", "example.com"))
	for region, weight := range map[string]int{east: 100, west: 0} {
		must(s.PutRecordSet("Z1", fakeaws.RecordSet{
			Name: "shop.example.com", Type: "A", SetIdentifier: region, Weight: weight, TTL: 60, Values: []string{"192.0.2.1"},
		}))
	}
	s.SetHealthCheck("shop", true)
	must(s.AddTable("drover", east, west))
	must(s.AddGlobalCluster(fakeaws.GlobalCluster{ID: "shop", Primary: east, Members: []fakeaws.Member{
		{Region: east, ClusterARN: "arn:aws:rds:us-east-1:111122223333:cluster:shop-east", ClusterID: "shop-east"},
		{Region: west, ClusterARN: "arn:aws:rds:us-west-2:111122223333:cluster:shop-west", ClusterID: "shop-west"},
	}}))
	must(s.AddBucket(west, "drover-reports"))
	must(s.AddBucket(east, "drover-east"))
	s.AddTopic(west, "drover")
	must(s.AddAlarm(fakeaws.Alarm{Region: west, Name: "shop-5xx", State: fakeaws.AlarmOK}))
	s.PutMetric(west, "Shop", "ServedPercent", map[string]string{"Region": west}, 99.5)
	must(s.AddFunction(fakeaws.Function{
		ARN: strings.Replace(functionARN, "-ask", "-echo", 1), Name: "drover-echo", Region: west, Timeout: time.Second,
		Invoke: func(payload []byte) fakeaws.InvokeResult { return fakeaws.InvokeResult{Payload: payload} },
	}))
	s.keepServing(t, 1)
	return commandLine{served: s, aws: path, home: t.TempDir()}, token
}

// keepServing makes virtual time follow real time until the test ends.
func (s served) keepServing(t testing.TB, speed float64) {
	t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		s.Serve(ctx, fakeaws.Pace{Speed: speed, Now: time.Now, Wait: func(ctx context.Context, d time.Duration) {
			select {
			case <-ctx.Done():
			case <-time.After(d):
			}
		}})
	}()
	t.Cleanup(func() { stop(); <-done })
}

func TestTheUnmodifiedCommandLineWorks(t *testing.T) {
	c, token := furnished(t)
	arn := "arn:aws:states:us-west-2:111122223333:execution:drover:run-1"
	query := `[{"Id":"a","MetricStat":{"Metric":{"Namespace":"Shop","MetricName":"ServedPercent","Dimensions":[{"Name":"Region","Value":"us-west-2"}]},"Period":60,"Stat":"Average"}}]`
	if err := os.WriteFile(filepath.Join(c.home, "report.json"), []byte(`{"outcome":"Completed"}`), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(c.home, "many.json"), []byte(manyValues()), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, command := range []struct {
		args []string
		want string
	}{
		{[]string{"stepfunctions", "list-state-machines", "--query", "stateMachines[].name"}, "drover"},
		{[]string{"stepfunctions", "start-execution", "--state-machine-arn", machineARN, "--name", "run-1", "--input", `{"action":"check"}`, "--query", "executionArn"}, arn},
		{[]string{"stepfunctions", "describe-execution", "--execution-arn", arn, "--query", "[status,input]"}, "RUNNING\t" + `{"action":"check"}`},
		{[]string{"stepfunctions", "get-execution-history", "--execution-arn", arn, "--query", "events[].type"},
			"ExecutionStarted\tTaskStateEntered\tTaskScheduled\tTaskStarted\tTaskSubmitted"},
		{[]string{"stepfunctions", "send-task-success", "--task-token", "TOKEN", "--task-output", `{"approved":true}`}, ""},
		{[]string{"stepfunctions", "list-executions", "--state-machine-arn", machineARN, "--query", "executions[].[name,status]"}, "run-1\tSUCCEEDED"},
		{[]string{"stepfunctions", "start-execution", "--state-machine-arn", machineARN, "--name", "run-2", "--query", "executionArn"}, strings.Replace(arn, "run-1", "run-2", 1)},
		{[]string{"stepfunctions", "stop-execution", "--execution-arn", strings.Replace(arn, "run-1", "run-2", 1), "--cause", "manually", "--query", "length(keys(@))"}, "1"},
		{[]string{"stepfunctions", "describe-execution", "--execution-arn", strings.Replace(arn, "run-1", "run-2", 1), "--query", "[status,cause]"}, "ABORTED\tmanually"},
		{[]string{"route53", "list-resource-record-sets", "--hosted-zone-id", "Z1", "--query", "ResourceRecordSets[].[SetIdentifier,Weight]"}, "us-east-1\t100\nus-west-2\t0"},
		{[]string{"route53", "change-resource-record-sets", "--hosted-zone-id", "Z1", "--change-batch",
			`{"Changes":[{"Action":"CREATE","ResourceRecordSet":{"Name":"a.example.com","Type":"A","TTL":60,"ResourceRecords":[{"Value":"192.0.2.2"}]}}]}`, "--query", "ChangeInfo.Status"}, "PENDING"},
		{[]string{"route53", "create-hosted-zone", "--name", "new.example", "--caller-reference", "1", "--query", "[HostedZone.Name,ChangeInfo.Status]"}, "new.example.\tPENDING"},
		{[]string{"route53", "list-hosted-zones", "--query", "HostedZones[].Name"}, "new.example.\texample.com."},
		{[]string{"route53", "list-health-checks", "--query", "HealthChecks[].HealthCheckConfig.Type"}, "HTTPS"},
		{[]string{"route53", "get-change", "--id", "CHANGE", "--query", "ChangeInfo.Status"}, "PENDING"},
		{[]string{"rds", "describe-global-clusters", "--query", "GlobalClusters[].GlobalClusterMembers[].[DBClusterArn,IsWriter]"},
			"arn:aws:rds:us-east-1:111122223333:cluster:shop-east\tTrue\narn:aws:rds:us-west-2:111122223333:cluster:shop-west\tFalse"},
		{[]string{"dynamodb", "put-item", "--table-name", "drover", "--item", `{"pk":{"S":"lock"},"sk":{"S":"lock"},"epoch":{"N":"7"}}`}, ""},
		{[]string{"dynamodb", "get-item", "--consistent-read", "--table-name", "drover", "--key", `{"pk":{"S":"lock"},"sk":{"S":"lock"}}`, "--query", "Item.epoch.N"}, "7"},
		{[]string{"dynamodb", "query", "--consistent-read", "--table-name", "drover", "--key-condition-expression", "pk = :p", "--expression-attribute-values", `{":p":{"S":"lock"}}`, "--query", "Count"}, "1"},
		{[]string{"dynamodb", "scan", "--table-name", "drover", "--query", "[Count,Items[].epoch.N]"}, "1\n7"},
		{[]string{"dynamodb", "list-tables", "--query", "TableNames"}, "drover"},
		{[]string{"sts", "get-caller-identity", "--query", "Account"}, "111122223333"},
		{[]string{"cloudwatch", "get-metric-data", "--metric-data-queries", query, "--start-time", testStart.Format(time.RFC3339),
			"--end-time", testStart.Add(time.Hour).Format(time.RFC3339), "--query", "MetricDataResults[].[StatusCode,Values[0]]"}, "Complete\t99.5"},
		{[]string{"cloudwatch", "describe-alarms", "--query", "MetricAlarms[].[AlarmName,StateValue]"}, "shop-5xx\tOK"},
		{[]string{"cloudwatch", "put-metric-alarm", "--alarm-name", "slow", "--namespace", "Shop", "--metric-name", "Latency", "--statistic", "Average", "--period", "60",
			"--evaluation-periods", "2", "--threshold", "100", "--comparison-operator", "GreaterThanThreshold"}, ""},
		{[]string{"cloudwatch", "put-metric-data", "--namespace", "Shop", "--metric-data", "file://many.json"}, ""},
		{[]string{"cloudwatch", "list-metrics", "--namespace", "Shop", "--metric-name", "Many", "--query", "length(Metrics)"}, "1"},
		{[]string{"cloudwatch", "set-alarm-state", "--alarm-name", "shop-5xx", "--state-value", "ALARM", "--state-reason", "manually"}, ""},
		{[]string{"cloudwatch", "describe-alarms", "--state-value", "ALARM", "--query", "MetricAlarms[].[AlarmName,StateValue,StateReason]"}, "shop-5xx\tALARM\tmanually"},
		{[]string{"sns", "list-topics", "--query", "Topics[].TopicArn"}, "arn:aws:sns:us-west-2:111122223333:drover"},
		{[]string{"s3", "ls"}, "2026-03-02 09:00:00 drover-east\n2026-03-02 09:00:00 drover-reports"},
		{[]string{"s3", "cp", "report.json", "s3://drover-reports/runs/run-1.json", "--only-show-errors"}, ""},
		{[]string{"s3", "ls", "s3://drover-reports/"}, "PRE runs/"},
		{[]string{"s3api", "head-bucket", "--bucket", "drover-reports", "--query", "BucketRegion"}, west},
		{[]string{"s3", "cp", "report.json", "s3://drover-east/report.json", "--only-show-errors"}, ""}, // in the other Region
		{[]string{"s3", "cp", "s3://drover-east/report.json", "-"}, `{"outcome":"Completed"}`},
		{[]string{"s3api", "get-object", "--bucket", "drover-east", "--key", "report.json", "copy.json", "--query", "ContentLength"}, "23"},
		{[]string{"sqs", "list-queues", "--query", "QueueUrls"}, "None"},
		{[]string{"s3", "cp", "s3://drover-reports/runs/run-1.json", "-"}, `{"outcome":"Completed"}`},
		{[]string{"events", "put-events", "--entries", `[{"Source":"shop","DetailType":"Sold","Detail":"{}"},{"Source":"aws.shop","DetailType":"Sold","Detail":"{}"}]`,
			"--query", "[FailedEntryCount,Entries[1].ErrorCode]"}, "1\tNotAuthorizedForSourceException"},
		{[]string{"sts", "get-caller-identity", "--query", "Account"}, "111122223333"},
		{[]string{"stepfunctions", "describe-execution", "--included-data", "METADATA_ONLY", "--execution-arn", arn, "--query", "[status,input]"}, "SUCCEEDED\tNone"},
		{[]string{"lambda", "invoke", "--function-name", "drover-echo", "--payload", "PAYLOAD", "answer.json", "--query", "StatusCode"}, "200"},
	} {
		for i, arg := range command.args {
			switch arg {
			case "TOKEN":
				command.args[i] = token()
			case "CHANGE":
				command.args[i] = c.Batches()[0].ChangeID
			case "PAYLOAD":
				command.args[i] = "fileb://report.json"
			}
		}
		got, err := c.run(t, command.args...)
		if err != nil || got != command.want {
			t.Errorf("aws %s\n got %s, %v\nwant %s", strings.Join(command.args, " "), got, err, command.want)
		}
	}
	answer, err := os.ReadFile(filepath.Join(c.home, "answer.json"))
	if err != nil || !json.Valid(answer) || !strings.Contains(string(answer), "Completed") {
		t.Errorf("the function answered %s, %v; want its payload", answer, err)
	}
}

// manyValues is metric data of more than 10 KB, which the command line compresses.
func manyValues() string {
	all := strings.Repeat(`{"MetricName":"Many","Value":1.5},`, 400)
	return "[" + strings.TrimSuffix(all, ",") + "]"
}

// TestTheCommandLineReadsWhatIsNotThere asks for services, operations and parameters that the simulator does not have. The
// command line finds the message in the answer, whatever the protocol.
func TestTheCommandLineReadsWhatIsNotThere(t *testing.T) {
	c, _ := furnished(t)
	for _, command := range []struct{ args, says string }{
		{"logs describe-log-groups", "(NotImplemented) when calling the DescribeLogGroups operation: the AWS simulator does not have this service: logs"},
		{"iam list-roles", "(NotImplemented) when calling the ListRoles operation: the AWS simulator does not have this service: iam"},
		{"batch describe-job-queues", "(NotImplemented) when calling the DescribeJobQueues operation: the AWS simulator does not have this service: batch"},
		{"sts get-session-token", "(NotImplemented) when calling the GetSessionToken operation: the AWS simulator does not have the operation GetSessionToken of sts"},
		{"dynamodb scan --table-name drover --segment 0 --total-segments 2", "does not have the parameter Segment, TotalSegments of Scan"},
		{"cloudwatch put-metric-alarm --alarm-name a --evaluation-periods 1 --comparison-operator GreaterThanThreshold --unit Count", "does not have the parameter Unit of PutMetricAlarm"},
		{"sqs get-queue-url --queue-name gone", "(AWS.SimpleQueueService.NonExistentQueue) when calling the GetQueueUrl operation"},
		{"s3api delete-object --bucket drover-reports --key a", "(NotImplemented) when calling the DeleteObject operation"},
	} {
		got, err := c.run(t, strings.Fields(command.args)...)
		if err == nil || !strings.Contains(got, command.says) {
			t.Errorf("aws %s\n got %s, %v\nwant %s", command.args, got, err, command.says)
		}
	}
}
