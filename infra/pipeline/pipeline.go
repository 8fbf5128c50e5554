// Package pipeline makes the pipeline that deploys every commit of a branch: source, build with all tests and drills, the
// primary Region and, after a manual approval, the standby.
//
// The build makes one cloud assembly, and both Regions are deployed from it: the standby gets what was tried in the primary.
// No run needs the pipeline. It is in the primary Region only: while that Region is lost, nothing can be deployed there.
package pipeline

import (
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscodepipeline"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/drover-dr/drover/infra/config"
	"github.com/drover-dr/drover/infra/names"
	"github.com/drover-dr/drover/infra/permission"
	"github.com/drover-dr/drover/infra/policy"
	"github.com/drover-dr/drover/internal/failover"
)

// Props is what the pipeline is made of.
type Props struct {
	Plan    failover.Plan
	Source  config.Pipeline
	LogDays int
}

// The artifacts that are handed from stage to stage.
const (
	source   = "Source"
	assembly = "Assembly"
)

// New makes the pipeline in the Region of the scope's stack, which must be the plan's primary.
func New(scope constructs.Construct, id string, props Props) awscodepipeline.CfnPipeline {
	scope = constructs.NewConstruct(scope, jsii.String(id))
	region := names.Region{Plan: props.Plan, Code: props.Plan.Primary}
	bucket := newArtifacts(scope, region)
	build := newProject(scope, "Build", project{
		region: region, name: "build", days: props.LogDays, spec: buildSpec, compute: "BUILD_GENERAL1_LARGE",
		does: "runs all tests and drills, and synthesizes the assembly",
	})
	deploy := newProject(scope, "Deploy", project{
		region: region, name: "deploy", days: props.LogDays, spec: deploySpec, compute: "BUILD_GENERAL1_SMALL",
		does: "deploys stacks of the assembly", grants: []permission.Grant{deployRoles(props.Plan)},
	})
	standby := names.Region{Plan: props.Plan, Code: props.Plan.Standby}
	return awscodepipeline.NewCfnPipeline(scope, jsii.String("Pipeline"), &awscodepipeline.CfnPipelineProps{
		Name:          jsii.String(names.PipelineStack(props.Plan)),
		PipelineType:  jsii.String("V2"),
		RoleArn:       newRole(scope, region, props.Source).RoleArn(),
		ArtifactStore: &awscodepipeline.CfnPipeline_ArtifactStoreProperty{Type: jsii.String("S3"), Location: bucket.BucketName()},
		Stages: []any{
			stage("Source", checkout(props.Source)),
			stage("Build", run("Build", build.Ref(), source, assembly)),
			stage("Primary", run("Deploy", deploy.Ref(), assembly, "", names.RegistryStack(props.Plan), region.Stack())),
			stage("Agree", agree(region, standby)),
			stage("Standby", run("Deploy", deploy.Ref(), assembly, "", standby.Stack())),
		},
	})
}

// newArtifacts makes the bucket in which stages find what earlier ones have made. Everything in it can be made again.
func newArtifacts(scope constructs.Construct, region names.Region) awss3.Bucket {
	return awss3.NewBucket(scope, jsii.String("Artifacts"), &awss3.BucketProps{
		BucketName:        policy.Sub(region.Artifacts()),
		Encryption:        awss3.BucketEncryption_S3_MANAGED,
		BlockPublicAccess: awss3.BlockPublicAccess_BLOCK_ALL(),
		ObjectOwnership:   awss3.ObjectOwnership_BUCKET_OWNER_ENFORCED,
		EnforceSSL:        jsii.Bool(true),
		MinimumTLSVersion: jsii.Number(1.2),
		Versioned:         jsii.Bool(true),
		LifecycleRules:    &[]*awss3.LifecycleRule{{Expiration: awscdk.Duration_Days(jsii.Number(30)), NoncurrentVersionExpiration: awscdk.Duration_Days(jsii.Number(1))}},
	})
}

// newRole makes the role that plays the stages.
func newRole(scope constructs.Construct, region names.Region, from config.Pipeline) awsiam.Role {
	// A connection is used by the name of the service that its ARN has; AWS has renamed it.
	service := strings.Split(from.Connection, ":")[2]
	return policy.NewRole(scope, "Role", policy.Props{
		Name:        region.Role("pipeline"),
		Service:     "codepipeline.amazonaws.com",
		Description: "Of the pipeline that deploys " + region.Plan.Name,
		Grants: []permission.Grant{
			{Sid: "Source", Actions: []string{service + ":UseConnection"}, Resources: []string{from.Connection}},
			{Sid: "Projects", Actions: []string{"codebuild:BatchGetBuilds", "codebuild:StartBuild"},
				Resources: []string{region.ProjectARN("build"), region.ProjectARN("deploy")}},
			{Sid: "Ask", Actions: []string{"sns:Publish"}, Resources: []string{region.TopicARN()}},
			artifacts(region),
			handOver(region),
			inspectArtifacts(region),
		},
	})
}

// artifacts are what every stage reads and writes.
func artifacts(region names.Region) permission.Grant {
	return permission.Grant{
		Sid: "Artifacts", Actions: []string{"s3:GetObject", "s3:GetObjectVersion", "s3:PutObject"},
		Resources: []string{region.ArtifactsARN() + "/*"},
	}
}

// handOver is what the source action does beside writing: it gives each object that it has fetched to the owner of the
// bucket. Without it the action fails with AccessDenied at the first commit (aws-cdk issue 13557).
func handOver(region names.Region) permission.Grant {
	return permission.Grant{Sid: "HandOver", Actions: []string{"s3:PutObjectAcl"}, Resources: []string{region.ArtifactsARN() + "/*"}}
}

// inspectArtifacts are the permissions that CodePipeline needs on its bucket before it uses it (CodePipeline User Guide, "CodePipeline
// service role policy").
func inspectArtifacts(region names.Region) permission.Grant {
	return permission.Grant{
		Sid: "InspectArtifacts", Actions: []string{"s3:GetBucketAcl", "s3:GetBucketLocation", "s3:GetBucketVersioning"},
		Resources: []string{region.ArtifactsARN()},
	}
}
