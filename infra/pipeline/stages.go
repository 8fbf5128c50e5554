package pipeline

import (
	"fmt"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2/awscodepipeline"
	"github.com/aws/jsii-runtime-go"

	"github.com/drover-dr/drover/infra/config"
	"github.com/drover-dr/drover/infra/names"
	"github.com/drover-dr/drover/infra/policy"
)

// stage is a stage of one action.
func stage(name string, action *awscodepipeline.CfnPipeline_ActionDeclarationProperty) any {
	return &awscodepipeline.CfnPipeline_StageDeclarationProperty{Name: jsii.String(name), Actions: []any{action}}
}

func kind(category, provider string) *awscodepipeline.CfnPipeline_ActionTypeIdProperty {
	return &awscodepipeline.CfnPipeline_ActionTypeIdProperty{
		Category: jsii.String(category), Owner: jsii.String("AWS"), Provider: jsii.String(provider), Version: jsii.String("1"),
	}
}

// checkout takes a commit of the branch as soon as it is pushed.
func checkout(from config.Pipeline) *awscodepipeline.CfnPipeline_ActionDeclarationProperty {
	return &awscodepipeline.CfnPipeline_ActionDeclarationProperty{
		Name:         jsii.String("Checkout"),
		ActionTypeId: kind("Source", "CodeStarSourceConnection"),
		Configuration: map[string]any{
			"ConnectionArn": from.Connection, "FullRepositoryId": from.Repository, "BranchName": from.Branch,
		},
		OutputArtifacts: []any{&awscodepipeline.CfnPipeline_OutputArtifactProperty{Name: jsii.String(source)}},
	}
}

// run has a project work on an artifact; what it makes, if anything, is the artifact out. The stacks are for the
// project that deploys.
func run(name string, project *string, in, out string, stacks ...string) *awscodepipeline.CfnPipeline_ActionDeclarationProperty {
	configuration := map[string]any{"ProjectName": project}
	if len(stacks) > 0 {
		configuration["EnvironmentVariables"] = environment("STACKS", strings.Join(stacks, " "))
	}
	action := &awscodepipeline.CfnPipeline_ActionDeclarationProperty{
		Name:           jsii.String(name),
		ActionTypeId:   kind("Build", "CodeBuild"),
		Configuration:  configuration,
		InputArtifacts: []any{&awscodepipeline.CfnPipeline_InputArtifactProperty{Name: jsii.String(in)}},
	}
	if out != "" {
		action.OutputArtifacts = []any{&awscodepipeline.CfnPipeline_OutputArtifactProperty{Name: jsii.String(out)}}
	}
	return action
}

// agree waits for a manual approval. Until then a version with a defect is in one Region only, and applications can be
// moved to the other.
func agree(primary, standby names.Region) *awscodepipeline.CfnPipeline_ActionDeclarationProperty {
	return &awscodepipeline.CfnPipeline_ActionDeclarationProperty{
		Name:         jsii.String("Person"),
		ActionTypeId: kind("Approval", "Manual"),
		Configuration: map[string]any{
			"NotificationArn": policy.Sub(primary.TopicARN()),
			"CustomData": fmt.Sprintf("This version is deployed in %s. Approve it for %s if a check in the first Region has passed since. Until then %s has the version before, and applications can be moved there.",
				primary.Code, standby.Code, standby.Code),
		},
	}
}

// environment is one variable of a project's environment, as CodePipeline takes it.
func environment(name, value string) string {
	return fmt.Sprintf(`[{"name":%q,"value":%q,"type":"PLAINTEXT"}]`, name, value)
}
