package config

import (
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/drover-dr/drover/internal/failover"
)

const aConnection = "arn:aws:codeconnections:us-east-1:111122223333:connection/01234567-89ab-cdef-0123-456789abcdef"

func TestDefaultsAreThoseOfThePlan(t *testing.T) {
	got, err := Parse([]byte(`{"hostedZones": ["Z1"]}`))
	if err != nil {
		t.Fatal(err)
	}
	want := Config{
		Plan: failover.DefaultPlan(), HostedZones: []string{"Z1"}, LogRetentionDays: 90, Consistency: Eventual,
		CheckSchedule: "rate(30 minutes)", CheckWithinMinutes: 60, DrillSchedule: "none", Timezone: "UTC",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Parse (-want +got)\n%s", diff)
	}
}

// TestAlarmsHaveTheNamesThatCloudWatchTakes: an alarm's owner has named it, perhaps in words, long before.
func TestAlarmsHaveTheNamesThatCloudWatchTakes(t *testing.T) {
	for _, name := range []string{
		"High 5XX error % from checkout in PROD", "Primary (us-east-1) 5xx rate > 1%", "checkout [prod] down", "API, EU", `say "down" \ <now> {x}`,
		"Régión perdue", strings.Repeat("é", 255),
	} {
		text, err := json.Marshal(map[string]any{"hostedZones": []string{"Z1"}, "failoverAlarms": []string{name}})
		if err != nil {
			t.Fatal(err)
		}
		if got, err := Parse(text); err != nil || got.FailoverAlarms[0] != name {
			t.Errorf("%s: got %v, %v", name, got.FailoverAlarms, err)
		}
	}
}

func TestEverySettingIsRead(t *testing.T) {
	got, err := Parse([]byte(`{"name": "p", "primary": "eu-west-1", "standby": "eu-central-1", "allowDataLoss": true, "order": "database-first",
		"wavesAtOnce": true, "mayLoosen": ["order"], "approval": "before-promotion", "approvalSeconds": 600, "soakSeconds": 30, "bakeSeconds": 40,
		"targetRTOSeconds": 300, "targetRPOSeconds": 5, "maxLagSeconds": 3, "cooldownSeconds": 900, "settleSeconds": 2, "attempts": 9, "passes": 4, "reservedConcurrency": 5,
		"hostedZones": ["Z1", "Z2"], "globalClusters": ["a-1"], "account": "111122223333", "logRetentionDays": 30,
		"tags": {"team": "sre"}, "emails": ["a@example.com"], "consistency": "strong", "witness": "eu-west-3",
		"failoverAlarms": ["Primary down"], "failoverAlarmsAllowDataLoss": true, "timezone": "Europe/Berlin",
		"checkSchedule": "rate(5 minutes)", "checkWithinMinutes": 10, "drillSchedule": "cron(0 3 ? * 1#1 *)",
		"trafficMetrics": [{"namespace": "App", "metric": "Requests", "dimensions": {"Region": "{region}"}}],
		"pipeline": {"connection": "` + aConnection + `", "repository": "drover-dr/drover"}}`))
	if err != nil {
		t.Fatal(err)
	}
	want := Config{
		Plan: failover.Plan{
			Name: "p", Primary: "eu-west-1", Standby: "eu-central-1", AllowDataLoss: true, Order: failover.DatabaseFirst,
			WavesAtOnce: true, Approval: failover.BeforePromotion, MayLoosen: []string{"order"}, ApprovalSeconds: 600, SoakSeconds: 30, BakeSeconds: 40,
			TargetRTOSeconds: 300, TargetRPOSeconds: 5, MaxLagSeconds: 3, CooldownSeconds: 900, SettleSeconds: 2, Attempts: 9, Passes: 4, ReservedConcurrency: 5,
		},
		HostedZones: []string{"Z1", "Z2"}, GlobalClusters: []string{"a-1"}, Account: "111122223333", LogRetentionDays: 30,
		Tags: map[string]string{"team": "sre"}, Emails: []string{"a@example.com"},
		Consistency: Strong, Witness: "eu-west-3", FailoverAlarms: []string{"Primary down"}, FailoverAlarmsAllowDataLoss: true,
		CheckSchedule: "rate(5 minutes)", CheckWithinMinutes: 10, DrillSchedule: "cron(0 3 ? * 1#1 *)", Timezone: "Europe/Berlin",
		TrafficMetrics: []TrafficMetric{{Namespace: "App", Metric: "Requests", Dimensions: map[string]string{"Region": "{region}"}, Statistic: "Sum"}},
		Pipeline:       &Pipeline{Connection: aConnection, Repository: "drover-dr/drover", Branch: "main"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Parse (-want +got)\n%s", diff)
	}
}

func TestEveryMistakeIsNamedWithWhatWasExpected(t *testing.T) {
	for _, tc := range []struct{ text, want string }{
		{`[]`, `a JSON array; expected an object`},
		{`{"hostedZone": ["Z1"]}`, `hostedZone: not a key; expected one of account, allowDataLoss, approval, approvalSeconds, attempts, bakeSeconds, checkSchedule, checkWithinMinutes, consistency, cooldownSeconds, drillSchedule, emails`},
		{`{"Name": "p"}`, `Name: not a key`},
		{`{"attempts": "9"}`, `attempts: a JSON string; expected a whole number`},
		{`{"attempts": 1.5}`, `attempts: a JSON number 1.5; expected a whole number`},
		{`{"allowDataLoss": "yes"}`, `allowDataLoss: a JSON string; expected true or false`},
		{`{"primary": 1}`, `primary: a JSON number; expected a string`},
		{`{"hostedZones": "Z1"}`, `hostedZones: a JSON string; expected a list of strings`},
		{`{"tags": []}`, `tags: a JSON array; expected an object of strings`},
		{`{"name": null}`, `name: null; leave the key out for its default`},
		{`{"name": "Drover"}`, `name: "Drover"; expected a lower-case letter`},
		{`{"primary": "virginia"}`, `primary: "virginia" is not a Region code; expected one like us-west-2`},
		{`{"consistency": 1}`, `consistency: a JSON number; expected a string`},
		{`{"standby": "us-east-1"}`, `standby: "us-east-1" is the primary too; expected another Region`},
		{`{"order": "both"}`, `order: "both" is not known; expected traffic-first or database-first`},
		{`{"approval": "sometimes"}`, `approval: "sometimes" is not known; expected none, before-start or before-promotion`},
		{`{"mayLoosen": ["attempts"]}`, `mayLoosen: "attempts" is not known; expected approval, allowDataLoss, order, takeover or overrideSafetyRules`},
		{`{"mayLoosen": ["order", "order"]}`, `mayLoosen: "order" is listed twice`},
		{`{"failoverAlarmsAllowDataLoss": true, "mayLoosen": []}`, `failoverAlarmsAllowDataLoss: true is looser than allowDataLoss: false; expected "allowDataLoss" in mayLoosen`},
		{`{"attempts": 0}`, `attempts: 0; expected 1 to 1000`},
		{`{"hostedZones": []}`, `hostedZones: empty; expected the ids of the hosted zones`},
		{`{"hostedZones": ["/hostedzone/Z1"]}`, `hostedZones[0]: "/hostedzone/Z1"; expected a hosted zone id`},
		{`{"hostedZones": ["*"]}`, `hostedZones[0]: "*"; expected a hosted zone id`},
		{`{"hostedZones": ["Z1", "Z1"]}`, `hostedZones[1]: "Z1" is listed twice`},
		{`{"globalClusters": ["a", "*"]}`, `globalClusters[1]: "*"; expected the identifier of an Aurora global cluster`},
		{`{"account": "1234"}`, `account: "1234"; expected twelve digits`},
		{`{"logRetentionDays": 8}`, `logRetentionDays: 8; expected one of 1 3 5 7 14`},
		{`{"emails": ["a@example.com", "Ops <b@example.com>"]}`, `emails[1]: "Ops <b@example.com>"; expected an address such as oncall@example.com`},
		{`{"emails": ["a@example.com", "a@example.com"]}`, `emails[1]: "a@example.com" is listed twice`},
		{`{"standby": "us-west-9"}`, `standby: "us-west-9" is not a known Region; if AWS has it, add it to the list in internal/failover/partition.go`},
		{`{"standby": "cn-north-1"}`, `standby: cn-north-1 is in the partition aws-cn and us-east-1 in aws; expected Regions of one partition`},
		{`{"consistency": "weak"}`, `consistency: "weak" is not known; expected eventual or strong`},
		{`{"witness": "us-east-2"}`, `witness: "us-east-2"; only a registry with consistency: strong has one`},
		{`{"replica": "us-east-2"}`, `replica: "us-east-2"; only a registry with consistency: strong has a third one`},
		{`{"consistency": "strong"}`, `witness: missing; consistency: strong needs a third Region, as witness (no data, no cost) or as replica: us-east-2`},
		{`{"consistency": "strong", "witness": "eu-west-1"}`, `witness: "eu-west-1"; with us-east-1 and us-west-2 expected us-east-2`},
		{`{"consistency": "strong", "replica": "us-west-2"}`, `replica: "us-west-2"; with us-east-1 and us-west-2 expected us-east-2`},
		{`{"consistency": "strong", "replica": "us-east-2", "witness": "us-east-2"}`, `replica: "us-east-2" beside witness: "us-east-2"; expected one third Region`},
		{`{"consistency": "strong", "primary": "eu-west-1"}`, `consistency: strong needs three Regions of one set, and us-west-2 is in none with eu-west-1; with eu-west-1 the standby can be eu-west-2 or eu-west-3 or eu-central-1`},
		{`{"consistency": "strong", "primary": "sa-east-1"}`, `consistency: strong is not offered in sa-east-1; it is in [us-east-1 us-east-2 us-west-2], [eu-west-1`},
		{`{"failoverAlarms": ["two\nlines"]}`, `failoverAlarms[0]: "two\nlines"; expected the name of an alarm: 1 to 255 characters, none of them a control character`},
		{`{"failoverAlarms": [""]}`, `failoverAlarms[0]: ""; expected the name of an alarm`},
		{`{"failoverAlarms": ["` + strings.Repeat("é", 256) + `"]}`, `failoverAlarms[0]: "` + strings.Repeat("é", 256) + `"; expected the name of an alarm: 1 to 255 characters`},
		{`{"cooldownSeconds": -1}`, `cooldownSeconds: -1; expected 0 to 86400`},
		{`{"checkWithinMinutes": 7}`, `checkWithinMinutes: 7; expected a multiple of 5 from 5 to 1440`},
		{`{"checkSchedule": "rate(2 hours)"}`, `checkWithinMinutes: 60; checkSchedule is rate(2 hours), so the alarm would go off between two checks`},
		{`{"timezone": "Berlin"}`, `timezone: "Berlin" is not known; expected UTC or a name such as Europe/Berlin`},
		{`{"trafficMetrics": {}}`, `trafficMetrics: expected a list of objects with namespace, metric and dimensions`},
		{`{"trafficMetrics": [{"name": "x"}]}`, `trafficMetrics[0].name: not a key; expected one of dimensions, metric, namespace, statistic`},
		{`{"trafficMetrics": [{"metric": "x"}]}`, `trafficMetrics[0]: namespace "", metric "x"; expected both`},
		{`{"trafficMetrics": [{"namespace": "x", "metric": "x", "statistic": "avg"}]}`, `trafficMetrics[0].statistic: "avg"; expected Sum, Average`},
		{`{"trafficMetrics": [{"metric": 1}]}`, `trafficMetrics[0].metric: a JSON number; expected a string`},
		{`{"pipeline": []}`, `pipeline: a JSON array; expected an object`},
		{`{"pipeline": null}`, `pipeline: null; leave the key out for its default`},
		{`{"pipeline": {"repo": "a/b"}}`, `pipeline.repo: not a key; expected one of branch, connection, repository`},
		{`{"pipeline": {"connection": "arn:aws:iam::1:role/x"}}`, `pipeline.connection: "arn:aws:iam::1:role/x"; expected the ARN of a connection`},
		{`{"pipeline": {"repository": "drover"}}`, `pipeline.repository: "drover"; expected OWNER/NAME`},
		{`{"pipeline": {"branch": "a b"}}`, `pipeline.branch: "a b"; expected the name of a branch`},
		{`{"tags": {"aws:x": ""}}`, `tags: "aws:x"; expected a key of 1 to 128 characters without the prefix aws:`},
		{`{"tags": {"k": "` + strings.Repeat("v", 257) + `"}}`, `tags: the value of "k" has 257 characters; expected at most 256`},
	} {
		_, err := Parse([]byte(tc.text))
		if err == nil || !strings.Contains(err.Error(), "\n  - "+tc.want) {
			t.Errorf("%s: error %v, want the line %q", tc.text, err, tc.want)
		}
	}
}

func TestAllMistakesAreReportedAtOnce(t *testing.T) {
	_, err := Parse([]byte(`{"colour": "red", "attempts": "many", "primary": "x", "standby": "y", "passes": 99, "emails": ["oncall"]}`))
	var mistakes *Mistakes
	if !errors.As(err, &mistakes) {
		t.Fatalf("error %v, want Mistakes", err)
	}
	want := []string{"colour:", "attempts:", "primary:", "standby:", "passes:", "hostedZones:", "emails[0]:"}
	for _, key := range want {
		if strings.Count(err.Error(), "\n  - "+key) != 1 {
			t.Errorf("%q is not reported once in: %v", key, err)
		}
	}
	if len(mistakes.Unwrap()) != strings.Count(err.Error(), "\n") {
		t.Errorf("%d mistakes in %d lines; want one line each: %v", len(mistakes.Unwrap()), strings.Count(err.Error(), "\n"), err)
	}
}

func TestAWrongStandbyDoesNotHideAWrongWitness(t *testing.T) {
	for standby, want := range map[string][]string{
		"us-east-1": {`standby: "us-east-1" is the primary too; expected another Region`, `witness: "eu-west-1"; with us-east-1 expected us-east-2 or us-west-2`},
		"eu-west-2": {`consistency: strong needs three Regions of one set, and eu-west-2 is in none with us-east-1`, `witness: "eu-west-1"; with us-east-1 and eu-west-2 expected us-east-2 or us-west-2`},
	} {
		_, err := Parse([]byte(`{"hostedZones": ["Z1"], "standby": "` + standby + `", "consistency": "strong", "witness": "eu-west-1"}`))
		if err == nil || strings.Count(err.Error(), "\n") != len(want) {
			t.Errorf("%s: %v; want %d mistakes", standby, err, len(want))
			continue
		}
		for _, mistake := range want {
			if !strings.Contains(err.Error(), mistake) {
				t.Errorf("%s: %v; want %s", standby, err, mistake)
			}
		}
	}
}

func TestPlanTravelsAsTheLambdasReadIt(t *testing.T) {
	c, err := Parse([]byte(`{"name": "p", "maxLagSeconds": 3, "hostedZones": ["Z1"]}`))
	if err != nil {
		t.Fatal(err)
	}
	plan, err := failover.ParsePlan([]byte(c.PlanJSON()))
	if err != nil || !reflect.DeepEqual(plan, c.Plan) {
		t.Errorf("ParsePlan(%s) = %+v, %v; want %+v", c.PlanJSON(), plan, err, c.Plan)
	}
	if !json.Valid([]byte(c.PlanJSON())) {
		t.Errorf("not JSON: %s", c.PlanJSON())
	}
}
