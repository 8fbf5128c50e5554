package main

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/drover-dr/drover/statemachine/assembly"
)

// pipelineStack is the pipeline's, in the synthesis of everything.
func pipelineStack(t *testing.T) assembly.Stack {
	t.Helper()
	s := complete(t)
	i := slices.IndexFunc(s.assembly.Stacks, func(s assembly.Stack) bool { return s.Name == "drover-pipeline" })
	if i < 0 {
		t.Fatal("no stack drover-pipeline")
	}
	return s.assembly.Stacks[i]
}

func TestBothRegionsAreDeployedFromOneAssemblyPrimaryFirstAndThenAPersonAgrees(t *testing.T) {
	stack := pipelineStack(t)
	var stages []struct {
		Name    string
		Actions []struct {
			ActionTypeId                    struct{ Category, Provider string }
			Configuration                   map[string]string
			InputArtifacts, OutputArtifacts []struct{ Name string }
		}
	}
	text := compact(t, ofType(stack, "AWS::CodePipeline::Pipeline")[0].Properties["Stages"])
	if err := json.Unmarshal([]byte(text), &stages); err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, s := range stages {
		a := s.Actions[0]
		line := s.Name + ": " + a.ActionTypeId.Provider
		for _, artifact := range a.InputArtifacts {
			line += " of " + artifact.Name
		}
		for _, artifact := range a.OutputArtifacts {
			line += " makes " + artifact.Name
		}
		for _, key := range []string{"ProjectName", "EnvironmentVariables", "BranchName", "NotificationArn"} {
			if value := a.Configuration[key]; value != "" {
				line += ", " + value
			}
		}
		got = append(got, line)
	}
	want := []string{
		"Source: CodeStarSourceConnection makes Source, main",
		"Build: CodeBuild of Source makes Assembly, drover-build",
		`Primary: CodeBuild of Assembly, drover-deploy, [{"name":"STACKS","value":"drover-registry drover-us-east-1","type":"PLAINTEXT"}]`,
		"Agree: Manual, arn:aws:sns:us-east-1:111122223333:drover-events",
		`Standby: CodeBuild of Assembly, drover-deploy, [{"name":"STACKS","value":"drover-us-west-2","type":"PLAINTEXT"}]`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("stages (-want +got)\n%s", diff)
	}
}

func TestWhatIsDeployedHasPassedAllTestsAndIsNotBuiltAgain(t *testing.T) {
	for _, p := range ofType(pipelineStack(t), "AWS::CodeBuild::Project") {
		source, _ := p.Properties["Source"].(map[string]any)
		spec := fmt.Sprint(source["BuildSpec"])
		builds := strings.Contains(spec, `["make test","make synth"]`)
		deploys := strings.Contains(spec, "deploy --app cdk.out --exclusively")
		if builds == deploys || builds != (p.Name == "drover-build") {
			t.Errorf("%s does %s; want one project that tests and synthesizes, and one that deploys what it finds", p.Name, spec)
		}
	}
}

func TestThePipelineMayDeployThroughTheRolesOfTheBootstrapOnly(t *testing.T) {
	want := []string{
		"codebuild:BatchGetBuilds", "codebuild:StartBuild", "codeconnections:UseConnection", "logs:CreateLogStream", "logs:PutLogEvents",
		"s3:GetBucketAcl", "s3:GetBucketLocation", "s3:GetBucketVersioning",
		"s3:GetObject", "s3:GetObjectVersion", "s3:PutObject", "s3:PutObjectAcl", "sns:Publish", "sts:AssumeRole",
	}
	var got []string
	for _, p := range ofType(pipelineStack(t), "AWS::IAM::Policy") {
		var document struct{ Statement []statement }
		if err := json.Unmarshal([]byte(compact(t, p.Properties["PolicyDocument"])), &document); err != nil {
			t.Fatal(err)
		}
		for _, s := range document.Statement {
			got = append(got, s.Action...)
			if slices.Contains(s.Resource, "*") {
				t.Errorf("%s, %s: %v on everything", p.LogicalID, s.Sid, s.Action)
			}
			if s.Sid == "Deploy" && !slices.Equal(s.Resource, words{
				"arn:aws:iam::111122223333:role/cdk-hnb659fds-deploy-role-111122223333-us-east-1",
				"arn:aws:iam::111122223333:role/cdk-hnb659fds-deploy-role-111122223333-us-west-2",
				"arn:aws:iam::111122223333:role/cdk-hnb659fds-file-publishing-role-111122223333-us-east-1",
				"arn:aws:iam::111122223333:role/cdk-hnb659fds-file-publishing-role-111122223333-us-west-2",
			}) {
				t.Errorf("%s may take the roles %v", p.LogicalID, s.Resource)
			}
		}
	}
	slices.Sort(got)
	if diff := cmp.Diff(want, slices.Compact(got)); diff != "" {
		t.Errorf("what the pipeline's roles may do (-want +got)\n%s", diff)
	}
}

// The source action gives what it has fetched to the owner of the bucket, and CodePipeline inspects the bucket first.
func TestTheSourceActionMayWriteIntoTheArtifactBucket(t *testing.T) {
	const bucket = "arn:aws:s3:::drover-pipeline-111122223333-us-east-1"
	want := map[string]words{
		"s3:GetObject": {bucket + "/*"}, "s3:GetObjectVersion": {bucket + "/*"}, "s3:PutObject": {bucket + "/*"}, "s3:PutObjectAcl": {bucket + "/*"},
		"s3:GetBucketAcl": {bucket}, "s3:GetBucketLocation": {bucket}, "s3:GetBucketVersioning": {bucket},
	}
	got := map[string]words{}
	for _, p := range ofType(pipelineStack(t), "AWS::IAM::Policy") {
		if roles := compact(t, p.Properties["Roles"]); !strings.Contains(roles, `"drover-pipeline-us-east-1"`) {
			continue
		}
		var document struct{ Statement []statement }
		if err := json.Unmarshal([]byte(compact(t, p.Properties["PolicyDocument"])), &document); err != nil {
			t.Fatal(err)
		}
		for _, s := range document.Statement {
			for _, action := range s.Action {
				if strings.HasPrefix(action, "s3:") {
					got[action] = s.Resource
				}
			}
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("what the pipeline's role may do with objects and buckets (-want +got)\n%s", diff)
	}
}

func TestWithoutBeingAskedForThereIsNoPipeline(t *testing.T) {
	for _, stack := range fresh(t).assembly.Stacks {
		if len(ofType(stack, "AWS::CodePipeline::Pipeline")) > 0 {
			t.Errorf("%s has a pipeline", stack.Name)
		}
	}
}

func TestAStronglyConsistentRegistryHasAWitness(t *testing.T) {
	want := []assembly.Table{{
		Name: "drover-registry", Regions: []string{"us-east-1", "us-west-2"}, PartitionKey: "pk", SortKey: "sk", Strong: true, Witness: "us-east-2",
	}}
	if diff := cmp.Diff(want, complete(t).assembly.Tables); diff != "" {
		t.Errorf("tables (-want +got)\n%s", diff)
	}
	if table := fresh(t).assembly.Tables[0]; table.Strong || table.Witness != "" {
		t.Errorf("by default %+v; want eventual consistency", table)
	}
}

func TestDrillsRunWhenTheyAreScheduled(t *testing.T) {
	found := 0
	for _, s := range complete(t).assembly.Schedules {
		if s.Name != "drover-drill" {
			continue
		}
		found++
		if s.Expression != "cron(0 3 ? * 1#1 *)" || s.Timezone != "Europe/Berlin" || !strings.Contains(s.Target.Input, `"action":"drill"`) {
			t.Errorf("%s: %+v; want a drill as the context says", s.Region, s)
		}
	}
	if found != 2 {
		t.Errorf("%d drills are scheduled; want one in each Region", found)
	}
}
