package main

import (
	"encoding/json"
	"flag"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	cwtypes "github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	sfntypes "github.com/aws/aws-sdk-go-v2/service/sfn/types"
	"github.com/google/go-cmp/cmp"

	"github.com/drover-dr/drover/statemachine/assembly"
	"github.com/drover-dr/drover/statemachine/fakeaws"
)

// Rewrites the table of the threat model in SECURITY.md, and what the commands of docs/runbook.md print. Only commit the change
// if you understand what caused it.
var update = flag.Bool("update", false, "rewrite SECURITY.md and docs/runbook.md")

// actor is principal, or a role, in the threat model.
type actor struct {
	name string
	// role is a role of the stacks by what it is of, policy the Sid of a statement of a policy in docs/permissions.md or SECURITY.md,
	// and statement a policy of one statement: where the actor's permissions come from. Without any, it has none.
	role, policy, statement string
	// may are the attempts that are not denied, in the order of attempts; all others are.
	may []string
	// reaches says what follows from that, and what stands against it.
	reaches string
}

// TestThreatModel tries everything with the credentials of every actor: what its row says is not denied, and all else is.
func TestThreatModel(t *testing.T) {
	url, _ := serve(t)
	deployed, err := assembly.Default()
	if err != nil {
		t.Fatal(err)
	}
	api := ""
	for _, a := range deployed.APIs {
		if a.Region == west {
			api = a.ID
		}
	}
	for _, who := range threats {
		t.Run(who.name, func(t *testing.T) {
			name := strings.NewReplacer(" ", "-", ",", "", "'", "").Replace(who.name)
			accessKey := "AKIAANOTHERACCOUNT"
			if policy := who.document(t, deployed); policy != "" {
				accessKey = caller(t, url, name, strings.ReplaceAll(policy, "API-ID", api))
			}
			if diff := cmp.Diff(who.may, may(t, newPrincipal(url, api, accessKey))); diff != "" {
				t.Errorf("what it may (-SECURITY.md +tried)\n%s", diff)
			}
		})
	}
}

// document is all that the actor is allowed, as one policy; empty for one without an identity in this account.
func (a actor) document(t *testing.T, deployed *assembly.Assembly) string {
	t.Helper()
	switch {
	case a.policy != "":
		return policyWith(t, a.policy)
	case a.statement != "":
		return `{"Version": "2012-10-17", "Statement": [` + a.statement + `]}`
	case a.role == "":
		return ""
	}
	var all struct{ Statement []json.RawMessage }
	i := slices.IndexFunc(deployed.Roles, func(r assembly.Role) bool { return r.Name == "drover-"+a.role+"-"+west })
	if i < 0 {
		t.Fatalf("no role of %s", a.role)
	}
	for _, text := range deployed.Roles[i].Policies {
		var document struct{ Statement []json.RawMessage }
		if err := json.Unmarshal(text, &document); err != nil {
			t.Fatal(err)
		}
		all.Statement = append(all.Statement, document.Statement...)
	}
	text, err := json.Marshal(map[string]any{"Version": "2012-10-17", "Statement": all.Statement})
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// TestThreatModelOfEveryRole: no role of the stacks is without a row.
func TestThreatModelHasEveryRole(t *testing.T) {
	deployed, err := assembly.Default()
	if err != nil {
		t.Fatal(err)
	}
	for _, role := range deployed.Roles {
		of := strings.TrimPrefix(strings.TrimSuffix(strings.TrimSuffix(role.Name, "-us-west-2"), "-us-east-1"), "drover-")
		if !slices.ContainsFunc(threats, func(a actor) bool { return a.role == of }) {
			t.Errorf("the role of %s has no row in the threat model", of)
		}
	}
}

// TestThreatModelOfAnotherAccount: a service that another account has given a resource with one of the roles cannot assume
// it. The resources have the names that the roles are for.
func TestThreatModelOfAnotherAccount(t *testing.T) {
	deployed, err := assembly.Default()
	if err != nil {
		t.Fatal(err)
	}
	for account, want := range map[string]bool{deployed.Account: true, "444455556666": false} {
		for _, f := range deployed.Functions {
			world := fakeaws.New(deployed.Account, now(), "us-east-1", west)
			for _, role := range deployed.Roles {
				if _, err := world.AddRole(role.ARN, role.Policies); err != nil {
					t.Fatal(err)
				}
				if err := world.TrustRole(role.ARN, role.Trust); err != nil {
					t.Fatal(err)
				}
			}
			err := world.AddFunction(fakeaws.Function{ARN: strings.Replace(f.ARN, deployed.Account, account, 1), Name: f.Name, Region: f.Region, Role: f.RoleARN})
			if (err == nil) != want {
				t.Errorf("%s of account %s with the role %s: %v", f.Name, account, f.RoleARN, err)
			}
		}
	}
}

// TestThreatModelOfAlarms: whoever sets the alarm of the plan starts a failover, with the consent of the plan and nothing
// more. An event of the same form starts nothing.
func TestThreatModelOfAlarms(t *testing.T) {
	url, _ := serve(t)
	runs := func() []sfntypes.ExecutionListItem {
		t.Helper()
		list, err := sfn.NewFromConfig(newPrincipal(url, "", fakeaws.Administrator).cfg).ListExecutions(t.Context(), &sfn.ListExecutionsInput{StateMachineArn: aws.String(machine)})
		if err != nil {
			t.Fatal(err)
		}
		return list.Executions
	}
	sends := newPrincipal(url, "", caller(t, url, "sends", `{"Statement": [{"Effect": "Allow", "Action": "events:PutEvents", "Resource": "*"}]}`))
	event := `{"Entries":[{"Source":"aws.cloudwatch","DetailType":"CloudWatch Alarm State Change","Resources":["arn:aws:cloudwatch:us-west-2:111122223333:alarm:other-region-lost"],` +
		`"Detail":"{\"alarmName\":\"other-region-lost\",\"state\":{\"value\":\"ALARM\"}}"}]}`
	if err := sends.raw(t.Context(), "events", http.MethodPost, "/", event, "X-Amz-Target", "AWSEvents.PutEvents"); err != nil {
		t.Fatal(err)
	}
	sets := newPrincipal(url, "", caller(t, url, "sets", `{"Statement": [{"Effect": "Allow", "Action": "cloudwatch:SetAlarmState", "Resource": "*"}]}`))
	_, err := cloudwatch.NewFromConfig(sets.cfg).SetAlarmState(t.Context(), &cloudwatch.SetAlarmStateInput{
		AlarmName: aws.String("other-region-lost"), StateValue: cwtypes.StateValueAlarm, StateReason: aws.String("a test"),
	})
	if err != nil {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(20 * time.Second); len(runs()) == 0; time.Sleep(50 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("the alarm starts nothing")
		}
	}
	started := runs()
	x, err := sfn.NewFromConfig(newPrincipal(url, "", fakeaws.Administrator).cfg).DescribeExecution(t.Context(), &sfn.DescribeExecutionInput{ExecutionArn: started[0].ExecutionArn})
	if err != nil || len(started) != 1 || !strings.HasPrefix(aws.ToString(x.Input), `{"action":"failover","allowDataLoss":true,`) {
		t.Errorf("%d runs, %v: %s; want the failover of the alarm alone", len(started), err, aws.ToString(x.Input))
	}
}

// The markers are around the table in SECURITY.md.
const (
	tableBegins = "<!-- threats:begin -->\n"
	tableEnds   = "<!-- threats:end -->"
)

// TestThreatModelIsTheTableOfSECURITY keeps the page equal to what is tried.
func TestThreatModelIsTheTableOfSECURITY(t *testing.T) {
	const file = "../../../SECURITY.md"
	page, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok := strings.Cut(string(page), tableBegins)
	got, after, closed := strings.Cut(rest, tableEnds)
	if !ok || !closed {
		t.Fatalf("%s has no %s", file, tableBegins)
	}
	want := threatTable()
	if *update {
		if err := os.WriteFile(file, []byte(before+tableBegins+want+tableEnds+after), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(got, want); diff != "" {
		t.Errorf("the table is not the threat model; go test ./statemachine/cmd/drover -run ThreatModel -update rewrites it (-SECURITY.md +tried)\n%s", diff)
	}
}

func threatTable() string {
	var b strings.Builder
	b.WriteString("| actor | holds | may | reaches |\n|---|---|---|---|\n")
	for _, a := range threats {
		may := strings.Join(a.may, "; ")
		if may == "" {
			may = "nothing"
		}
		b.WriteString("| " + a.name + " | " + a.holds() + " | " + may + " | " + a.reaches + " |\n")
	}
	b.WriteString("\nTried by every actor, and denied where its row does not list it: ")
	var names []string
	for _, a := range attempts {
		names = append(names, a.name)
	}
	b.WriteString(strings.Join(names, "; ") + ".\n")
	return b.String()
}

func (a actor) holds() string {
	switch {
	case a.policy != "":
		return "the policy with `" + a.policy + "`"
	case a.role != "":
		return "the role `drover-" + a.role + "-REGION`"
	case a.statement != "":
		var s struct{ Action string }
		_ = json.Unmarshal([]byte(a.statement), &s) // a constant of this file
		return "`" + s.Action + "`"
	}
	return "nothing in this account"
}
