// Package reports makes the bucket into which each run's report is written.
package reports

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/drover-dr/drover/infra/names"
	"github.com/drover-dr/drover/infra/policy"
)

// New makes the bucket. Reports are evidence: they are versioned, so that an overwritten one can be seen, and they
// outlive the stack.
func New(scope constructs.Construct, id string, region names.Region) awss3.Bucket {
	scope = constructs.NewConstruct(scope, jsii.String(id))
	return awss3.NewBucket(scope, jsii.String("Bucket"), &awss3.BucketProps{
		BucketName:        policy.Sub(region.Bucket()),
		Encryption:        awss3.BucketEncryption_S3_MANAGED,
		BlockPublicAccess: awss3.BlockPublicAccess_BLOCK_ALL(),
		ObjectOwnership:   awss3.ObjectOwnership_BUCKET_OWNER_ENFORCED,
		EnforceSSL:        jsii.Bool(true),
		MinimumTLSVersion: jsii.Number(1.2),
		Versioned:         jsii.Bool(true),
		RemovalPolicy:     awscdk.RemovalPolicy_RETAIN,
	})
}
