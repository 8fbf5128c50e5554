package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"
	"github.com/cdklabs/cdk-nag-go/cdknag/v2"
)

// nag has cdk-nag check every resource by the rules that it calls AWS Solutions, and write what it finds beside the
// templates.
func nag(root awscdk.App) {
	formats := []cdknag.NagReportFormat{cdknag.NagReportFormat_JSON}
	awscdk.Aspects_Of(root).Add(cdknag.NewAwsSolutionsChecks(&cdknag.NagPackProps{Reports: jsii.Bool(true), ReportFormats: &formats}), nil)
}

// accepted are the findings that stay, each with the reason. That no action is a wildcard, and why each open resource
// is open, action by action, is held by the tests of the policies; here is what the wildcards of each role are.
var accepted = []struct{ rule, resource, reason string }{
	{"AwsSolutions-IAM5", `/Validate/Role/`, "the streams of its own log group; CloudWatch metrics and X-Ray, which know no resources; alarms and member clusters of both Regions, whose names are in the registry and not in the template, and health checks, which the other Region's stack and users make, to be read only"},
	{"AwsSolutions-IAM5", `/ShiftTraffic/Role/`, "the streams of its own log group; X-Ray, which knows no resources"},
	{"AwsSolutions-IAM5", `/UpdateRegistry/Role/`, "the streams of its own log group; X-Ray, which knows no resources"},
	{"AwsSolutions-IAM5", `/PromoteDatabase/Role/`, "the streams of its own log group; CloudWatch metrics and X-Ray, which know no resources; any member cluster, but RDS asks for the global cluster too, and those are listed one by one"},
	{"AwsSolutions-IAM5", `/VerifyHealth/Role/`, "the streams of its own log group; CloudWatch metrics and X-Ray, which know no resources; changes of Route 53, whose ids are not known in advance; member clusters, to be read only"},
	{"AwsSolutions-IAM5", `/Notify/Role/`, "the streams of its own log group; CloudWatch metrics, narrowed to one namespace by a condition; X-Ray, which knows no resources; the reports of all runs, and nothing else in the bucket"},
	{"AwsSolutions-IAM5", `/Lever/Role/`, "the streams of its own log group"},
	{"AwsSolutions-IAM5", `/Machine/Role/`, "log delivery and X-Ray, which know no resources"},
	{"AwsSolutions-IAM5", `/Api/Role/`, "the streams of its own log group; X-Ray, which knows no resources; the executions of one state machine, to be read only: their names are made later"},
	{"AwsSolutions-IAM5", `^drover-pipeline/Pipeline/Role/`, "the artifacts of the pipeline's own bucket, whose names CodePipeline makes up"},
	{"AwsSolutions-IAM5", `^drover-pipeline/Pipeline/(Build|Deploy)/Role/`, "the streams of its own log group; the artifacts of the pipeline's own bucket, whose names CodePipeline makes up"},
	{"AwsSolutions-S1", `/Reports/Bucket/`, "a second bucket, kept for ever, to log the access to this one: reports hold no secret, only one function can write them, and versions keep an overwritten one; an account that wants every read of an object logged does so for all buckets with CloudTrail data events"},
	{"AwsSolutions-S1", `^drover-pipeline/Pipeline/Artifacts/`, "it holds nothing that is not in the repository, for 30 days, and only the pipeline can reach it"},
	{"AwsSolutions-SQS3", `/DeadLetters/Queue/`, "it is the dead-letter queue, of a rule and of schedules; the check knows only those of other queues"},
}

type finding struct{ RuleID, ResourceID, Compliance, RuleLevel, RuleInfo string }

// findings are what does not comply, of all stacks.
func findings(t *testing.T) []finding {
	t.Helper()
	s := complete(t)
	var all []finding
	checked := 0
	for _, stack := range s.assembly.Stacks {
		text, err := os.ReadFile(filepath.Join(s.dir, "AwsSolutions--"+stack.Name+"-NagReport.json"))
		if err != nil {
			t.Fatal(err)
		}
		var report struct{ Lines []finding }
		if err := json.Unmarshal(text, &report); err != nil {
			t.Fatal(err)
		}
		checked += len(report.Lines)
		for _, f := range report.Lines {
			if f.Compliance != "Compliant" {
				all = append(all, f)
			}
		}
	}
	if checked < 100 {
		t.Fatalf("cdk-nag has checked %d resources; that is not all", checked)
	}
	return all
}

func TestEveryFindingOfCDKNagIsMendedOrAcceptedForAReason(t *testing.T) {
	used := map[int]bool{}
	for _, f := range findings(t) {
		known := false
		for i, a := range accepted {
			if regexp.MustCompile("^(?:"+a.rule+")$").MatchString(f.RuleID) && regexp.MustCompile(a.resource).MatchString(f.ResourceID) {
				known, used[i] = true, true
			}
		}
		if !known {
			t.Errorf("%s, %s: %s: %s", f.ResourceID, f.RuleID, f.Compliance, f.RuleInfo)
		}
	}
	for i, a := range accepted {
		if !used[i] {
			t.Errorf("%s of %s is not found any more; the reason is not needed", a.rule, a.resource)
		}
	}
}
