package pipeline

import (
	"encoding/json"
	"slices"

	"github.com/aws/aws-cdk-go/awscdk/v2/awscodebuild"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/drover-dr/drover/infra/logs"
	"github.com/drover-dr/drover/infra/names"
	"github.com/drover-dr/drover/infra/permission"
	"github.com/drover-dr/drover/infra/policy"
	"github.com/drover-dr/drover/internal/failover"
)

// project is a project of CodeBuild.
type project struct {
	region     names.Region
	name, does string
	spec       map[string]any
	// compute is the size of the machine.
	compute string
	days    int
	// grants are those beside its log and the artifacts.
	grants []permission.Grant
}

// tools are what both projects need. Go fetches the version that go.mod asks for.
var tools = map[string]any{"runtime-versions": map[string]any{"golang": "latest", "nodejs": "22"}}

// buildSpec builds and tries everything, on the architecture that is deployed.
var buildSpec = map[string]any{
	"version": "0.2",
	"phases": map[string]any{
		"install": tools,
		"build":   map[string]any{"commands": []string{"make test", "make synth"}},
	},
	"artifacts": map[string]any{"files": []string{"cdk.out/**/*", "infra/package.json", "infra/package-lock.json"}},
}

// deploySpec deploys stacks of the assembly as it is, with the CDK's command line of the lock file: npm refuses a package
// that is not the one whose hash is there, and runs no script of one.
var deploySpec = map[string]any{
	"version": "0.2",
	"phases": map[string]any{
		"install": tools,
		"build": map[string]any{"commands": []string{
			"npm ci --prefix infra --ignore-scripts",
			"infra/node_modules/.bin/cdk deploy --app cdk.out --exclusively --require-approval never $STACKS",
		}},
	},
}

// deployRoles are the roles of the CDK's bootstrap stack: one deploys with CloudFormation, one publishes the code of the
// functions.
func deployRoles(plan failover.Plan) permission.Grant {
	g := permission.Grant{Sid: "Deploy", Actions: []string{"sts:AssumeRole"}}
	for _, code := range []failover.Region{plan.Primary, plan.Standby} {
		region := names.Region{Plan: plan, Code: code}
		g.Resources = append(g.Resources, region.BootstrapRoleARN("deploy"), region.BootstrapRoleARN("file-publishing"))
	}
	return g
}

func newProject(scope constructs.Construct, id string, p project) awscodebuild.CfnProject {
	scope = constructs.NewConstruct(scope, jsii.String(id))
	group := p.region.ProjectLogs(p.name)
	logs.NewPassingGroup(scope, "Logs", group, p.days)
	role := policy.NewRole(scope, "Role", policy.Props{
		Name:        p.region.Role(p.name),
		Service:     "codebuild.amazonaws.com",
		Description: "Of the project " + p.region.Project(p.name) + ", which " + p.does,
		Grants: slices.Concat([]permission.Grant{
			{Sid: "WriteLogs", Actions: []string{"logs:CreateLogStream", "logs:PutLogEvents"}, Resources: []string{p.region.LogsARN(group)}},
			artifacts(p.region),
		}, p.grants),
	})
	spec, err := json.Marshal(p.spec)
	if err != nil {
		panic(err) // Texts are always JSON.
	}
	return awscodebuild.NewCfnProject(scope, jsii.String("Project"), &awscodebuild.CfnProjectProps{
		Name:          jsii.String(p.region.Project(p.name)),
		Description:   jsii.String("Drover: " + p.does),
		ServiceRole:   role.RoleArn(),
		Source:        &awscodebuild.CfnProject_SourceProperty{Type: jsii.String("CODEPIPELINE"), BuildSpec: jsii.String(string(spec))},
		Artifacts:     &awscodebuild.CfnProject_ArtifactsProperty{Type: jsii.String("CODEPIPELINE")},
		EncryptionKey: policy.Sub(p.region.KeyARN()),
		Environment: &awscodebuild.CfnProject_EnvironmentProperty{
			Type: jsii.String("ARM_CONTAINER"), ComputeType: jsii.String(p.compute), Image: jsii.String("aws/codebuild/amazonlinux-aarch64-standard:3.0"),
		},
		LogsConfig: &awscodebuild.CfnProject_LogsConfigProperty{
			CloudWatchLogs: &awscodebuild.CfnProject_CloudWatchLogsConfigProperty{Status: jsii.String("ENABLED"), GroupName: jsii.String(group)},
		},
		TimeoutInMinutes: jsii.Number(60),
	})
}
