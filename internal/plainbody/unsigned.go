package plainbody

import (
	"context"
	"errors"
	"fmt"
	"net/url"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// Unsigned makes clients that send only what the AWS simulator reads of a signature, the credential scope, that send metrics
// unpacked, and that leave out the headers and measurements of the SDK about itself: thousands of situations are played in one
// process, where these take longer than the request.
func Unsigned(cfg *aws.Config) {
	cfg.DisableRequestCompression = true
	scope := scope{keys: cfg.Credentials}
	if cfg.BaseEndpoint != nil {
		scope.base, _ = url.Parse(*cfg.BaseEndpoint) // one that is none is the SDK's to refuse
	}
	cfg.APIOptions = append(cfg.APIOptions, func(stack *middleware.Stack) error {
		for _, id := range []string{"ClientRequestID", "UserAgent", "RecursionDetection"} {
			_, _ = stack.Build.Remove(id) // some are not in every client
		}
		for _, id := range []string{"RecordResponseTiming", "RequestResponseLogger"} {
			_, _ = stack.Deserialize.Remove(id)
		}
		return scope.replace(stack)
	})
}

// replace puts the scope in the place of the signature, and of all that the SDK computes for it: where the request goes is the one
// address of the configuration. S3 computes more, from the bucket and the body, and keeps it.
func (s scope) replace(stack *middleware.Stack) error {
	if _, has := stack.Finalize.Get((*v4.ContentSHA256Header)(nil).ID()); has || s.base == nil {
		s.base = nil
		_, err := stack.Finalize.Swap("Signing", s)
		return err
	}
	_, _ = stack.Serialize.Remove("setOperationInput")
	_, _ = stack.Serialize.Remove("ResolveEndpoint")
	retry, _ := stack.Finalize.Get("Retry")
	stack.Finalize.Clear()
	return errors.Join(stack.Finalize.Add(retry, middleware.After), stack.Finalize.Add(s, middleware.After))
}

// Once makes clients that send each request once, whatever the answer, without what the SDK keeps for another attempt.
func Once(cfg *aws.Config) {
	cfg.Retryer = func() aws.Retryer { return aws.NopRetryer{} }
	cfg.APIOptions = append(cfg.APIOptions, func(stack *middleware.Stack) error {
		_, err := stack.Finalize.Swap("Retry", once{})
		return err
	})
}

// once replaces the SDK's retries.
type once struct{}

// ID implements the SDK's interface.
func (once) ID() string { return "Retry" }

// HandleFinalize implements the SDK's interface. As with the SDK's own, a context that has ended sends nothing.
func (once) HandleFinalize(ctx context.Context, in middleware.FinalizeInput, next middleware.FinalizeHandler) (out middleware.FinalizeOutput, metadata middleware.Metadata, err error) {
	if err := ctx.Err(); err != nil {
		return out, metadata, err
	}
	return next.HandleFinalize(ctx, in)
}

// names are those that services have in signatures, by the names that they have in the SDK.
var names = map[string]string{
	"CloudWatch": "monitoring", "DynamoDB": "dynamodb", "Lambda": "lambda", "RDS": "rds", "Route 53": "route53",
	"Route53 Recovery Cluster": "route53-recovery-cluster", "S3": "s3", "SFN": "states", "SNS": "sns",
}

// scope replaces the signature.
type scope struct {
	keys aws.CredentialsProvider
	// base is where the request goes; nil when the SDK has resolved it.
	base *url.URL
}

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
	if s.base != nil {
		request.URL.Scheme, request.URL.Host = s.base.Scheme, s.base.Host
		request.URL.Path = smithyhttp.JoinPath(s.base.Path, request.URL.Path)
		if request.URL.RawPath != "" {
			request.URL.RawPath = smithyhttp.JoinPath(s.base.Path, request.URL.RawPath)
		}
	}
	request.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential="+key.AccessKeyID+"/20000101/"+awsmiddleware.GetRegion(ctx)+"/"+name+"/aws4_request")
	return next.HandleFinalize(ctx, in)
}
