package live

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"github.com/drover-dr/drover/internal/failover"
)

// Concurrency is how many executions of functions an account may have in a Region at the same time.
type Concurrency struct {
	// Limit is the account's, Unreserved what no function has reserved of it.
	Limit      int `json:"ConcurrentExecutions"`
	Unreserved int `json:"UnreservedConcurrentExecutions"`
}

// AccountConcurrency reads the limit in the Region of cfg, with Lambda's GetAccountSettings. It speaks HTTP itself: the
// SDK's client for Lambda would double the time that a clean build takes, for one request without parameters.
func AccountConcurrency(ctx context.Context, cfg aws.Config, now time.Time) (Concurrency, error) {
	var settings struct{ AccountLimit Concurrency }
	if err := askLambda(ctx, cfg, now, &settings); err != nil {
		return Concurrency{}, fmt.Errorf("read the limit of concurrent executions: %w", &smithy.OperationError{
			ServiceID: "Lambda", OperationName: "GetAccountSettings", Err: err,
		})
	}
	return settings.AccountLimit, nil
}

func askLambda(ctx context.Context, cfg aws.Config, now time.Time, into any) error {
	endpoint := "https://lambda." + cfg.Region + "." + failover.Region(cfg.Region).Partition().URLSuffix
	if cfg.BaseEndpoint != nil {
		endpoint = *cfg.BaseEndpoint
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, endpoint+"/2016-08-19/account-settings", nil)
	if err != nil {
		return err
	}
	keys, err := cfg.Credentials.Retrieve(ctx)
	if err != nil {
		return err
	}
	nothing := sha256.Sum256(nil)
	if err := v4.NewSigner().SignHTTP(ctx, keys, req, hex.EncodeToString(nothing[:]), "lambda", cfg.Region, now); err != nil {
		return err
	}
	client := cfg.HTTPClient
	if client == nil {
		client = http.DefaultClient
	}
	resp, err := client.Do(req)
	if err != nil {
		return &smithyhttp.RequestSendError{Err: err}
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(resp.Body, 1<<20))
	if err == nil && resp.StatusCode == http.StatusOK {
		err = json.Unmarshal(body, into)
	}
	if err == nil && resp.StatusCode != http.StatusOK {
		var said struct{ Message string }
		_ = json.Unmarshal(body, &said) // what is no JSON says nothing; then the status alone counts
		err = &smithy.GenericAPIError{Code: resp.Header.Get("X-Amzn-Errortype"), Message: said.Message}
	}
	if err != nil {
		return &smithyhttp.ResponseError{Response: &smithyhttp.Response{Response: resp}, Err: err}
	}
	return nil
}
