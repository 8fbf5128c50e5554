package main

import (
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/route53"
	r53types "github.com/aws/aws-sdk-go-v2/service/route53/types"

	"github.com/drover-dr/drover/internal/plainbody"
	"github.com/drover-dr/drover/statemachine/fakeaws"
)

// policyWith is the policy in docs/permissions.md or SECURITY.md that has a statement of this Sid, for the account of the AWS simulator.
func policyWith(t *testing.T, sid string) string {
	t.Helper()
	for _, file := range []string{"../../../docs/permissions.md", "../../../SECURITY.md"} {
		page, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range regexp.MustCompile("(?s)```json\n(.*?)```").FindAllStringSubmatch(string(page), -1) {
			if strings.Contains(m[1], `"`+sid+`"`) {
				return strings.NewReplacer("ACCOUNT", "111122223333", "hostedzone/ZONE", "hostedzone/"+zone).Replace(m[1])
			}
		}
	}
	t.Fatalf("no page has a policy with the statement %s", sid)
	return ""
}

var accessKey = regexp.MustCompile(`AWS_ACCESS_KEY_ID=(\S+)`)

// caller creates a role with one policy on a served simulator, and returns its access key.
func caller(t *testing.T, url, name, policy string) string {
	t.Helper()
	status, answer := ask(t, http.MethodPost, url+"/_drover/callers/"+name, policy)
	key := accessKey.FindStringSubmatch(answer)
	if status != http.StatusOK || key == nil {
		t.Fatalf("%s: %d %s", name, status, answer)
	}
	return key[1]
}

// application is a file with one more application, in a wave.
func application(t *testing.T, wave string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "shop.yaml")
	text := strings.Replace(shop, "name: shop\n", "name: shop\n    wave: "+wave+"\n", 1)
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

func TestThePermissionsOnThePageAreEnoughForEveryCommand(t *testing.T) {
	url, _ := serve(t)
	operates := caller(t, url, "oncall", policyWith(t, "EachRun"))
	approves := caller(t, url, "lead", policyWith(t, "ReadTheQuestion"))
	registers := caller(t, url, "platform", policyWith(t, "RegisterApplications"))
	as := func(key string, args ...string) (code int, stdout, stderr string) {
		t.Setenv("AWS_ACCESS_KEY_ID", key)
		return drover(t, t.Context(), append(args, "--endpoint-url", url)...)
	}
	must := func(key string, args ...string) {
		t.Helper()
		if code, stdout, stderr := as(key, args...); code != exitOK {
			t.Fatalf("%v: exit code %d\n%s%s", args, code, stdout, stderr)
		}
	}
	must(operates, "status")
	must(operates, "start", "switchover", "--approval", "before-promotion", "--name", "first")
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(50 * time.Millisecond) {
		code, _, stderr := as(approves, "approve", "first") // fails until the run has asked
		if code == exitOK {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("the run cannot be approved: %s", stderr)
		}
	}
	must(operates, "watch", "first", "--every", "100ms")
	must(operates, "status", "first")
	must(operates, "report", "first")
	for _, wave := range []string{"1", "1", "2"} {
		must(registers, "register", application(t, wave))
	}
	for _, c := range []struct{ who, key, verb, file string }{{"an operator", operates, "PutItem", "3"}, {"an approver", approves, "Query", "3"}} {
		if code, _, stderr := as(c.key, "register", application(t, c.file)); code != exitFailed || !strings.Contains(stderr, "is not authorized to perform: dynamodb:") {
			t.Errorf("%s registers: exit code %d, %s", c.who, code, stderr)
		}
	}
}

// TestAWriterOfTheRegistryReachesApplicationsAlone tries what a person with each policy of the page could do to the items
// of the registry.
func TestAWriterOfTheRegistryReachesApplicationsAlone(t *testing.T) {
	url, _ := serve(t)
	cfg := func(key string) *dynamodb.Client {
		return dynamodb.New(dynamodb.Options{
			Region: "us-west-2", BaseEndpoint: &url, HTTPClient: plainbody.New(),
			Credentials: credentials.NewStaticCredentialsProvider(key, "secret", ""),
		})
	}
	callers := map[string]*dynamodb.Client{
		"operator":  cfg(caller(t, url, "oncall", policyWith(t, "EachRun"))),
		"registrar": cfg(caller(t, url, "platform", policyWith(t, "RegisterApplications"))),
		"approver":  cfg(caller(t, url, "lead", policyWith(t, "ReadTheQuestion"))),
	}
	for _, partition := range []string{"applications", "applications#7", "lock", "runs", "approvals", "drills", "versions", "switches", "switchchecks", "anything"} {
		key := map[string]types.AttributeValue{"pk": &types.AttributeValueMemberS{Value: partition}, "sk": &types.AttributeValueMemberS{Value: "x"}}
		for who, client := range callers {
			table := aws.String("drover-registry")
			_, put := client.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: table, Item: key})
			_, remove := client.DeleteItem(t.Context(), &dynamodb.DeleteItemInput{TableName: table, Key: key})
			_, update := client.UpdateItem(t.Context(), &dynamodb.UpdateItemInput{TableName: table, Key: key})
			_, query := client.Query(t.Context(), &dynamodb.QueryInput{
				TableName: table, KeyConditionExpression: aws.String("pk = :pk"), ExpressionAttributeValues: map[string]types.AttributeValue{":pk": key["pk"]},
			})
			var writes, reads bool
			switch who {
			case "registrar":
				writes = strings.HasPrefix(partition, "applications")
				reads = writes || slices.Contains([]string{"lock", "versions", "switches", "switchchecks"}, partition)
			case "approver":
				reads = partition == "approvals" || partition == "versions" // the plan is there
			default:
				reads = partition != "approvals" && partition != "anything"
			}
			for operation, err := range map[string]error{"PutItem": put, "DeleteItem": remove, "UpdateItem": update} {
				if (err == nil) != writes {
					t.Errorf("%s, %s of %s: got %v; want it allowed: %v", who, operation, partition, err, writes)
				}
			}
			if (query == nil) != reads {
				t.Errorf("%s, Query of %s: got %v; want it allowed: %v", who, partition, query, reads)
			}
		}
	}
}

func TestWhatAPolicyDoesNotAllowIsDeniedToACaller(t *testing.T) {
	url, _ := serve(t)
	t.Setenv("AWS_ACCESS_KEY_ID", caller(t, url, "visitor", policyWith(t, "CallTheAPI")))
	for _, args := range [][]string{{"status"}, {"start", "check"}, {"register", application(t, "1")}} {
		code, _, stderr := drover(t, t.Context(), append(args, "--endpoint-url", url)...)
		if code != exitFailed || !strings.Contains(stderr, "assumed-role/visitor/session is not authorized to perform") {
			t.Errorf("%v: exit code %d, %s", args, code, stderr)
		}
	}
	for name, policy := range map[string]string{"visitor": `{"Statement": []}`, "other": `{"Statement": 1}`, "a b": `{"Statement": []}`} {
		if status, answer := ask(t, http.MethodPost, url+"/_drover/callers/"+strings.ReplaceAll(name, " ", "%20"), policy); status < http.StatusBadRequest {
			t.Errorf("%s: %d %s", name, status, answer)
		}
	}
}

// TestThePermissionsOnThePageAreEnoughToImportAndConvert: a simple record beside those of the scenario.
func TestThePermissionsOnThePageAreEnoughToImportAndConvert(t *testing.T) {
	url, _ := serve(t)
	reads, converts := caller(t, url, "reader", policyWith(t, "ReadTheEstate")), caller(t, url, "converter", policyWith(t, "ConvertRecordSets"))
	client := route53.NewFromConfig(newPrincipal(url, "", fakeaws.Administrator).cfg)
	set := r53types.ResourceRecordSet{Name: aws.String("page.example.org"), Type: r53types.RRTypeA, TTL: aws.Int64(60), ResourceRecords: []r53types.ResourceRecord{{Value: aws.String("192.0.2.77")}}}
	if _, err := client.ChangeResourceRecordSets(t.Context(), &route53.ChangeResourceRecordSetsInput{
		HostedZoneId: aws.String(zone), ChangeBatch: &r53types.ChangeBatch{Changes: []r53types.Change{{Action: r53types.ChangeActionCreate, ResourceRecordSet: &set}}},
	}); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "page.yaml")
	text := `applications:
  - name: page
    records:
      - {name: page.example.org, type: A, zone: ` + zone + `, zoneName: example.org, ttl: 60, endpoints: {us-east-1: {value: 192.0.2.77}, us-west-2: {value: 198.51.100.77}}}
    health: [{namespace: N, metric: M, statistic: Sum, periodSeconds: 60, atLeast: 1}]
`
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	as := func(key string, code int, says string, args ...string) {
		t.Helper()
		t.Setenv("AWS_ACCESS_KEY_ID", key)
		got, stdout, stderr := drover(t, t.Context(), append(append([]string{"import"}, args...), "--endpoint-url", url)...)
		if got != code || !strings.Contains(stdout+stderr, says) {
			t.Fatalf("import %v: exit code %d\n%s%s\nwant %d and %q", args, got, stdout, stderr, code, says)
		}
	}
	undo := filepath.Join(t.TempDir(), "undo.json")
	as(reads, exitFailed, "none of the 2 hosted zones of the account is wanted", "--tag", "none=such")
	as(reads, exitFailed, "undecided: page.example.org A")
	as(reads, exitFailed, "checkout.example.com A (zone Z0000000000EXAMPLE): it is registered, in application checkout")
	as(reads, exitFailed, "is not authorized to perform", "--convert", file, "--yes")
	as(converts, exitFailed, "is not authorized to perform: route53:ListHostedZones")
	as(caller(t, url, "dns", `{"Statement": [{"Effect": "Allow", "Action": ["route53:List*", "cloudwatch:ListMetrics"], "Resource": "*"}]}`), exitFailed,
		"# the registry could not be read, so records that are registered may be in this file: ")
	as(converts, exitOK, "Done: 1 name", "--convert", file, "--yes", "--undo-file", undo)
	as(converts, exitOK, "Done: 1 name", "--undo", undo, "--yes")
}
