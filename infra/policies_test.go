package main

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/drover-dr/drover/infra/names"
	"github.com/drover-dr/drover/infra/permission"
	"github.com/drover-dr/drover/infra/step"
	"github.com/drover-dr/drover/statemachine/assembly"
)

// statement is one that allows something, of a role.
type statement struct {
	Role             string
	Sid, Effect      string
	Action, Resource words
	Condition        map[string]map[string]any
	NotAction        words
	NotResource      words
}

// words is one text or a list of them, as IAM has it. The order of a list means nothing: it is sorted.
type words []string

func (w *words) UnmarshalJSON(text []byte) error {
	if len(text) > 0 && text[0] == '"' {
		*w = words{""}
		return json.Unmarshal(text, &(*w)[0])
	}
	err := json.Unmarshal(text, (*[]string)(w))
	slices.Sort(*w)
	return err
}

// statements are all that the roles of the assembly may do.
func statements(t *testing.T) []statement {
	t.Helper()
	var all []statement
	for _, role := range fresh(t).assembly.Roles {
		for _, text := range role.Policies {
			var document struct{ Statement []statement }
			if err := json.Unmarshal(text, &document); err != nil {
				t.Fatal(err)
			}
			for _, s := range document.Statement {
				s.Role = role.Name
				all = append(all, s)
			}
		}
	}
	if len(all) < 20 {
		t.Fatalf("%d statements; the tests cover too little", len(all))
	}
	return all
}

func TestNoRoleMayDoWhatIsNotWrittenOut(t *testing.T) {
	for _, s := range statements(t) {
		if s.Effect != "Allow" && s.Sid != "NeverShift" || len(s.NotAction)+len(s.NotResource) > 0 {
			t.Errorf("%s, %s: %s with NotAction %v, NotResource %v; want only what is allowed", s.Role, s.Sid, s.Effect, s.NotAction, s.NotResource)
		}
		for _, action := range s.Action {
			if strings.Contains(action, "*") {
				t.Errorf("%s, %s: the action %s is a wildcard", s.Role, s.Sid, action)
			}
		}
	}
}

// unbounded are the actions that may be about anything, each with the reason.
var unbounded = map[string]string{
	"cloudwatch:GetMetricData":      "CloudWatch knows no resource for reading metrics",
	"cloudwatch:PutMetricData":      "CloudWatch knows no resource for writing metrics; the condition narrows it to one namespace",
	"xray:PutTraceSegments":         "X-Ray knows no resources",
	"xray:PutTelemetryRecords":      "X-Ray knows no resources",
	"xray:GetSamplingRules":         "X-Ray knows no resources",
	"xray:GetSamplingTargets":       "X-Ray knows no resources",
	"logs:CreateLogDelivery":        "log delivery to Step Functions knows no resources",
	"logs:GetLogDelivery":           "log delivery to Step Functions knows no resources",
	"logs:UpdateLogDelivery":        "log delivery to Step Functions knows no resources",
	"logs:DeleteLogDelivery":        "log delivery to Step Functions knows no resources",
	"logs:ListLogDeliveries":        "log delivery to Step Functions knows no resources",
	"logs:PutResourcePolicy":        "log delivery to Step Functions knows no resources",
	"logs:DescribeResourcePolicies": "log delivery to Step Functions knows no resources",
	"logs:DescribeLogGroups":        "log delivery to Step Functions knows no resources",
	"cloudwatch:DescribeAlarms":     "composite alarms are returned to nothing narrower; it reads only",
	"lambda:GetAccountSettings":     "the limit of the account knows no resources; it reads only",
	"rds:DescribeDBClusters":        "which clusters are members is in the registry; it reads only",
	"rds:FailoverGlobalCluster":     "any member, but only of the global clusters that are listed beside it",
	"rds:SwitchoverGlobalCluster":   "any member, but only of the global clusters that are listed beside it",
	"route53:GetChange":             "the id of a change says nothing of its zone; it reads only",
	"route53:GetHealthCheck":        "the other Region has created the check, and users those calculated of it; it reads only",
	"route53:GetHealthCheckStatus":  "the other Region has created the check, so its id is not known here; it reads only",
	"logs:CreateLogStream":          "the streams of one log group",
	"logs:PutLogEvents":             "the streams of one log group",
	"s3:GetObject":                  "the reports of all runs, and nothing else in the bucket",
	"s3:PutObject":                  "the reports of all runs, and nothing else in the bucket",
	"lambda:InvokeFunction":         "the versions of the steps' functions, which are published with every release",
	"states:SendTaskSuccess":        "IAM knows no resource for answers; a token, which cannot be guessed, says which task is answered",
	"states:DescribeExecution":      "the runs of one state machine; it reads only",
	"states:GetExecutionHistory":    "the runs of one state machine; it reads only",
}

func TestEveryOpenResourceHasAReason(t *testing.T) {
	used := map[string]bool{}
	for _, s := range statements(t) {
		if !slices.ContainsFunc(s.Resource, func(r string) bool { return strings.Contains(r, "*") }) {
			continue
		}
		for _, action := range s.Action {
			used[action] = true
			if unbounded[action] == "" {
				t.Errorf("%s, %s: %s on %v has no reason", s.Role, s.Sid, action, s.Resource)
			}
		}
	}
	for action := range unbounded {
		if !used[action] {
			t.Errorf("the reason for %s is not needed any more", action)
		}
	}
}

func TestOnlyPromoteDatabaseMayPromoteAndOnlyTheConfiguredGlobalClusters(t *testing.T) {
	s := fresh(t)
	promote := []string{"rds:FailoverGlobalCluster", "rds:SwitchoverGlobalCluster"}
	for code := range regionStacks(t) {
		region := names.Region{Plan: s.config.Plan, Code: code}
		want := words{}
		for _, id := range s.config.GlobalClusters {
			want = append(want, filled(names.GlobalClusterARN(id)))
		}
		other := names.Region{Plan: s.config.Plan, Code: s.config.Plan.Other(code)}
		want = append(want, filled(region.ClustersARN()), filled(other.ClustersARN()))
		slices.Sort(want)
		wantOf(t, promote, region, "promotedatabase", want)
	}
}

func TestOnlyShiftTrafficMayChangeRecordsAndOnlyInTheConfiguredZones(t *testing.T) {
	s := fresh(t)
	for code := range regionStacks(t) {
		want := words{}
		for _, id := range s.config.HostedZones {
			want = append(want, filled(names.ZoneARN(id)))
		}
		granted := wantOf(t, []string{"route53:ChangeResourceRecordSets"}, names.Region{Plan: s.config.Plan, Code: code}, "shifttraffic", want)
		types := granted.Condition["ForAllValues:StringEquals"]["route53:ChangeResourceRecordSetsRecordTypes"]
		if diff := gocmp.Diff([]any{"A", "AAAA", "CNAME", "HTTPS", "MX", "SRV", "SVCB", "TXT"}, types); diff != "" {
			t.Errorf("%s: record types that may be changed (-want +got)\n%s", code, diff)
		}
	}
	denied := 0
	for _, s := range statements(t) {
		if s.Effect != "Deny" {
			continue
		}
		denied++
		want := map[string]map[string]any{"ForAnyValue:StringLike": {"route53:ChangeResourceRecordSetsNormalizedRecordNames": []any{"_acme-challenge.*"}}}
		if diff := gocmp.Diff(want, s.Condition); diff != "" || !slices.Equal(s.Action, words{"route53:ChangeResourceRecordSets"}) {
			t.Errorf("%s: %v is denied (-want +got)\n%s", s.Role, s.Action, diff)
		}
	}
	if denied != len(regionStacks(t)) {
		t.Errorf("%d statements deny; want one in each Region", denied)
	}
}

func TestTheStateMachineMayCallItsStepsAndTheGatewayTheAPIAndNothingElse(t *testing.T) {
	want := map[string]words{}
	for code := range regionStacks(t) {
		region := names.Region{Plan: fresh(t).config.Plan, Code: code}
		for _, name := range step.Names() {
			want[region.Role("machine")] = append(want[region.Role("machine")], filled(region.VersionsARN(name)), filled(region.FunctionARN(name)))
		}
		slices.Sort(want[region.Role("machine")])
		want[region.Role("gateway")] = words{filled(region.FunctionARN("api"))}
	}
	if diff := gocmp.Diff(want, granted(t, "lambda:InvokeFunction")); diff != "" {
		t.Errorf("who may call what (-want +got)\n%s", diff)
	}
}

func TestOnlyTheTriggersOfARegionMayStartRunsAndOnlyThere(t *testing.T) {
	want := map[string]words{}
	for code := range regionStacks(t) {
		region := names.Region{Plan: fresh(t).config.Plan, Code: code}
		for _, of := range []string{"api", "rule", "scheduler", "stopped"} {
			want[region.Role(of)] = words{filled(region.StateMachineARN())}
		}
	}
	if diff := gocmp.Diff(want, granted(t, "states:StartExecution")); diff != "" {
		t.Errorf("who may start runs where (-want +got)\n%s", diff)
	}
}

func TestOnlyTheAPIMayAnswerRuns(t *testing.T) {
	want := map[string]words{}
	for code := range regionStacks(t) {
		want[names.Region{Plan: fresh(t).config.Plan, Code: code}.Role("api")] = words{"*"}
	}
	for action, want := range map[string]map[string]words{"states:SendTaskSuccess": want, "states:SendTaskFailure": {}} {
		if diff := gocmp.Diff(want, granted(t, action)); diff != "" {
			t.Errorf("who may %s (-want +got)\n%s", action, diff)
		}
	}
}

// granted returns, for each role that may do an action, on what.
func granted(t *testing.T, action string) map[string]words {
	t.Helper()
	roles := map[string]words{}
	for _, s := range statements(t) {
		if slices.Contains(s.Action, action) {
			roles[s.Role] = append(roles[s.Role], s.Resource...)
		}
	}
	return roles
}

func TestMetricsAreWrittenIntoDroversNamespaceOnly(t *testing.T) {
	s := fresh(t)
	for code := range regionStacks(t) {
		granted := wantOf(t, []string{"cloudwatch:PutMetricData"}, names.Region{Plan: s.config.Plan, Code: code}, "notify", words{"*"})
		if diff := gocmp.Diff(map[string]map[string]any{"StringEquals": {"cloudwatch:namespace": []any{permission.Metrics}}}, granted.Condition); diff != "" {
			t.Errorf("%s: condition (-want +got)\n%s", code, diff)
		}
	}
}

// wantOf checks that, of all roles of the Region, only one may do the actions, and only on the resources. It returns
// the statement that says so.
func wantOf(t *testing.T, actions []string, region names.Region, of string, resources words) statement {
	t.Helper()
	var granted statement
	role := region.Role(of)
	for _, s := range statements(t) {
		if !slices.ContainsFunc(s.Action, func(a string) bool { return slices.Contains(actions, a) }) {
			continue
		}
		if s.Role == role && s.Effect == "Allow" {
			granted = s
		} else if s.Role != role && strings.HasSuffix(s.Role, string(region.Code)) {
			t.Errorf("%s may do %v; want %s alone", s.Role, s.Action, role)
		}
	}
	if diff := gocmp.Diff(resources, granted.Resource); diff != "" {
		t.Errorf("%s: what %v may be about (-want +got)\n%s", role, actions, diff)
	}
	return granted
}

// filled is an ARN with its pseudo parameters resolved.
func filled(arn string) string {
	return strings.NewReplacer("${AWS::Partition}", "aws", "${AWS::AccountId}", assembly.Placeholder).Replace(arn)
}
