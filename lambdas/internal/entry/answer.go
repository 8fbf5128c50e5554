package entry

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/route53/types"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"github.com/drover-dr/drover/internal/failover"
)

// noCode is the code that the SDK puts where an answer has none.
const noCode = "UnknownError"

// codeOf is AWS's code for an error, and whether the response had one. A response that is not in the service's protocol has
// none: it comes from a proxy, a firewall or a load balancer.
func codeOf(err error) (code string, ok bool) {
	var api smithy.APIError
	if !errors.As(err, &api) || api.ErrorCode() == "" || api.ErrorCode() == noCode {
		return "", false
	}
	return api.ErrorCode(), true
}

// awsText is AWS's text for an error, if it has one. Route 53 may list what is wrong with a batch; the SDK's own text for that
// error does not include the list.
func awsText(err error) string {
	var batch *types.InvalidChangeBatch
	if errors.As(err, &batch) && len(batch.Messages) > 0 {
		return strings.Join(batch.Messages, "; ")
	}
	var api smithy.APIError
	if errors.As(err, &api) {
		return api.ErrorMessage()
	}
	return ""
}

// conditionOfStatus names a response without a code by its HTTP status. A status of success came with a body that could not
// be read, so that it is unknown whether the call took effect.
func conditionOfStatus(status int) failover.Condition {
	switch {
	case status == http.StatusTooManyRequests:
		return failover.Throttled
	case isDenial(status):
		return failover.Denied
	case status >= 500, status < 400, status == http.StatusRequestTimeout:
		return failover.Unreachable
	}
	return failover.Rejected
}

// isDenial says whether the HTTP status alone means that the call was denied.
func isDenial(status int) bool {
	return status == http.StatusUnauthorized || status == http.StatusForbidden || status == http.StatusProxyAuthRequired
}

// statusText is the text for a response that has only a status.
func statusText(status int) string {
	text := fmt.Sprintf("HTTP status %d", status)
	if name := http.StatusText(status); name != "" {
		text += " (" + name + ")"
	}
	return text + " and no AWS error code; a proxy or firewall may have answered in place of AWS"
}

func statusOf(err error) int {
	var resp *smithyhttp.ResponseError
	if errors.As(err, &resp) && resp.Response != nil {
		return resp.HTTPStatusCode()
	}
	return 0
}

// isUnanswered says whether there was no usable response, so that it is unknown whether the call took effect.
func isUnanswered(err error) bool {
	var send *smithyhttp.RequestSendError
	var network net.Error
	return errors.As(err, &send) || errors.As(err, &network) ||
		errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) ||
		errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, net.ErrClosed)
}
