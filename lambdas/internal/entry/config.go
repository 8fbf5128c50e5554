package entry

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/credentials"

	"github.com/drover-dr/drover/internal/plainbody"
)

const (
	// CallTimeout limits one attempt of one call: the SDK has no read timeout, and a failing Region may accept connections
	// without ever responding.
	CallTimeout = 4 * time.Second
	// maxBackoff keeps the SDK's own retries short. The state machine has the long waits, where operators see them.
	maxBackoff = 2 * time.Second
)

// loadConfig makes the configuration of the clients from the function's environment.
//
// It replaces config.LoadDefaultConfig, which also reads profiles, single sign-on, containers and instance metadata: a function
// has none of them, and their code makes every binary 2 MB larger and every cold start 20 % longer.
func loadConfig(getenv func(string) string) (aws.Config, error) {
	attempts := retry.DefaultMaxAttempts
	if text := getenv("AWS_MAX_ATTEMPTS"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 {
			return aws.Config{}, fmt.Errorf("environment variable AWS_MAX_ATTEMPTS: %q; expected a whole number from 1", text)
		}
		attempts = n
	}
	cfg := aws.Config{
		Region: getenv("AWS_REGION"),
		Credentials: credentials.NewStaticCredentialsProvider(
			getenv("AWS_ACCESS_KEY_ID"), getenv("AWS_SECRET_ACCESS_KEY"), getenv("AWS_SESSION_TOKEN")),
		HTTPClient: plainbody.Client{BuildableClient: awshttp.NewBuildableClient().WithTimeout(CallTimeout)},
		Retryer: func() aws.Retryer {
			return retry.NewStandard(func(o *retry.StandardOptions) {
				o.MaxAttempts, o.MaxBackoff = attempts, maxBackoff
			})
		},
		ConfigSources: []any{endpoints{getenv}},
	}
	if url := getenv("AWS_ENDPOINT_URL"); url != "" {
		cfg.BaseEndpoint = aws.String(url)
	}
	Record(&cfg)
	return cfg, nil
}

// endpoints reads the endpoint of one service from AWS_ENDPOINT_URL_<SERVICE>, for the SDK.
type endpoints struct {
	getenv func(string) string
}

// GetServiceBaseEndpoint implements the SDK's interface.
func (e endpoints) GetServiceBaseEndpoint(_ context.Context, sdkID string) (string, bool, error) {
	url := e.getenv("AWS_ENDPOINT_URL_" + strings.ToUpper(strings.ReplaceAll(sdkID, " ", "_")))
	return url, url != "", nil
}
