package plainbody

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// Unsigned makes clients that send only what the AWS simulator reads of a signature, the credential scope, and that send metrics
// unpacked: thousands of situations are played in one process, where both take longer than the request.
func Unsigned(cfg *aws.Config) {
	cfg.DisableRequestCompression = true
	keys := cfg.Credentials
	cfg.APIOptions = append(cfg.APIOptions, func(stack *middleware.Stack) error {
		_, err := stack.Finalize.Swap("Signing", scope{keys})
		return err
	})
}

// names are those that services have in signatures, by the names that they have in the SDK.
var names = map[string]string{
	"CloudWatch": "monitoring", "DynamoDB": "dynamodb", "Lambda": "lambda", "RDS": "rds", "Route 53": "route53",
	"Route53 Recovery Cluster": "route53-recovery-cluster", "S3": "s3", "SFN": "states", "SNS": "sns",
}

// scope replaces the signature.
type scope struct{ keys aws.CredentialsProvider }

// ID implements the SDK's interface.
func (scope) ID() string { return "Signing" }

// HandleFinalize implements the SDK's interface.
func (s scope) HandleFinalize(ctx context.Context, in middleware.FinalizeInput, next middleware.FinalizeHandler) (out middleware.FinalizeOutput, metadata middleware.Metadata, err error) {
	request, ok := in.Request.(*smithyhttp.Request)
	if !ok {
		return out, metadata, fmt.Errorf("a request of type %T; expected one of HTTP", in.Request)
	}
	key, err := s.keys.Retrieve(ctx)
	if err != nil {
		return out, metadata, fmt.Errorf("read the credentials: %w", err)
	}
	name, ok := names[awsmiddleware.GetServiceID(ctx)]
	if !ok {
		return out, metadata, fmt.Errorf("service %s; expected its name in signatures in package plainbody", awsmiddleware.GetServiceID(ctx))
	}
	request.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential="+key.AccessKeyID+"/20000101/"+awsmiddleware.GetRegion(ctx)+"/"+name+"/aws4_request")
	return next.HandleFinalize(ctx, in)
}
