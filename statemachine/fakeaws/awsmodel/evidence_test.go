package awsmodel_test

import (
	"encoding/json"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/drover-dr/drover/statemachine/fakeaws/awsmodel"
	"github.com/drover-dr/drover/statemachine/fakeaws/fakeawstest"
)

var evidencePage = fakeawstest.Page{File: "../../../docs/fidelity.md", Part: "evidence", Command: "go test ./statemachine/fakeaws/awsmodel -update"}

// recorded are the operations whose answers the recorded executions have.
var recorded = []string{"StartExecution", "GetExecutionHistory"}

// vectorFiles are the files of vectors of a service's protocols.
func vectorFiles(s awsmodel.Service) []string {
	switch s.Protocol {
	case awsmodel.ProtocolCBOR:
		return []string{"smithy-rpc-v2-cbor", "smithy-rpc-v2-cbor-query-compatible", "json_1_0", "query"}
	case awsmodel.ProtocolJSON:
		if s.JSONVersion == "1.1" {
			return []string{"json"}
		}
		return []string{"json_1_0"}
	case awsmodel.ProtocolRestJSON:
		return nil
	}
	return []string{s.Protocol}
}

// title is how AWS writes the name of a service.
var title = map[string]string{
	"dynamodb": "DynamoDB", "events": "EventBridge", "lambda": "Lambda", "monitoring": "CloudWatch", "rds": "RDS", "route53": "Route 53",
	"route53-recovery-cluster": "Routing control", "s3": "S3", "sns": "SNS", "sqs": "SQS", "states": "Step Functions", "sts": "STS",
}

func TestThePageHasTheEvidenceOfEveryOperation(t *testing.T) {
	before, _, after := evidencePage.Read(t)
	e := evidence{
		t: t, assumptions: before + after, baseline: textOf(t, baselineFile), boto3: textOf(t, "../secondopinion/cases.py"),
		vectors: textOf(t, "../wire/vectorlist_test.go"), executions: countRecorded(t),
	}
	var b strings.Builder
	b.WriteString("\n| operation | recorded | vectors | model | boto3 | assumptions |\n| --- | --- | --- | --- | --- | --- |\n")
	for _, s := range awsmodel.Services() {
		for _, operation := range s.Names() {
			if claimed(t, s, operation) {
				b.WriteString(e.row(s, operation))
			}
		}
	}
	evidencePage.Check(t, b.String()+"\n", *update)
}

func textOf(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func countRecorded(t *testing.T) int {
	t.Helper()
	var executions []json.RawMessage
	if err := json.Unmarshal([]byte(textOf(t, "../../asl/testdata/recorded/cases.json")), &executions); err != nil {
		t.Fatal(err)
	}
	return len(executions)
}

// claimed says whether the simulator has an operation.
func claimed(t *testing.T, s awsmodel.Service, operation string) bool {
	t.Helper()
	first := generator(s).Cases(operation)[0]
	return send(t, s, s.Protocol, first).code != "NotImplemented"
}

// evidence are the texts in which the evidence is.
type evidence struct {
	t                                     *testing.T
	assumptions, baseline, boto3, vectors string
	executions                            int
}

// row is the evidence of one operation. It must be called with boto3 at least once.
func (e evidence) row(s awsmodel.Service, operation string) string {
	calls := len(regexp.MustCompile(fmt.Sprintf(`"%s", "%s",`, s.Folder, operation)).FindAllString(e.boto3, -1))
	if calls == 0 {
		e.t.Errorf("%s %s: no call in secondopinion/cases.py; add one", s.Service, operation)
	}
	executions := "–"
	if s.Service == "states" && slices.Contains(recorded, operation) {
		executions = strconv.Itoa(e.executions)
	}
	return fmt.Sprintf("| %s %s | %s | %s | %s | %d | %s |\n",
		title[s.Service], operation, executions, e.passing(s), e.model(s, operation), calls, e.named(s, operation))
}

// passing is how many vectors of the service's protocols pass.
func (e evidence) passing(s awsmodel.Service) string {
	passed := 0
	for _, file := range vectorFiles(s) {
		for _, match := range regexp.MustCompile(`"(?:input|output) `+file+`":\s*\{(\d+),`).FindAllStringSubmatch(e.vectors, -1) {
			n, _ := strconv.Atoi(match[1])
			passed += n
		}
	}
	if passed == 0 {
		return "–"
	}
	return strconv.Itoa(passed)
}

// model is how many inputs are made of the model, in all protocols, and how many of them the baseline lists.
func (e evidence) model(s awsmodel.Service, operation string) string {
	cases := len(generator(s).Cases(operation)) * len(protocolsOf(s))
	listed := strings.Count(e.baseline, fmt.Sprintf(" %s %s: ", s.Service, operation))
	if listed == 0 {
		return fmt.Sprintf("%d", cases)
	}
	return fmt.Sprintf("%d, %d listed", cases, listed)
}

// prefixes are those of a service's assumptions.
var prefixes = map[string][]string{
	"dynamodb": {"DDB", "IAM"}, "events": {"EVB"}, "lambda": {"LAM", "API"}, "monitoring": {"CW", "IAM"}, "rds": {"RDS", "IAM"}, "route53": {"R53"},
	"route53-recovery-cluster": {"ARC"}, "s3": {"S3"}, "sns": {"SNS"}, "sqs": {"SQS"}, "states": {"SFN"}, "sts": {"STS"},
}

var assumption = regexp.MustCompile(`(?m)^\| ([A-Z][A-Z0-9]*-\d+) \|.*$`)

// named are the assumptions that name an operation.
func (e evidence) named(s awsmodel.Service, operation string) string {
	var numbers []string
	for _, match := range assumption.FindAllStringSubmatch(e.assumptions, -1) {
		prefix, _, _ := strings.Cut(match[1], "-")
		if slices.Contains(prefixes[s.Service], prefix) && regexp.MustCompile(`\b`+operation+`\b`).MatchString(match[0]) {
			numbers = append(numbers, match[1])
		}
	}
	if len(numbers) == 0 {
		return "–"
	}
	return strings.Join(numbers, ", ")
}
