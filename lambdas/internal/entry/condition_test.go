package entry

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"

	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"
	"github.com/google/go-cmp/cmp"

	"github.com/drover-dr/drover/internal/failover"
)

// answered is an error as the SDK returns it when AWS has answered with one.
func answered(status int, code, message string) error {
	return &smithy.OperationError{
		ServiceID: "Route 53", OperationName: "ChangeResourceRecordSets",
		Err: &smithyhttp.ResponseError{
			Response: &smithyhttp.Response{Response: &http.Response{StatusCode: status}},
			Err:      &smithy.GenericAPIError{Code: code, Message: message},
		},
	}
}

func unanswered(err error) error {
	return &smithy.OperationError{
		ServiceID: "Route 53", OperationName: "ChangeResourceRecordSets", Err: &smithyhttp.RequestSendError{Err: err},
	}
}

func TestEveryAnswerOfAWSHasACondition(t *testing.T) {
	for _, c := range []struct {
		err  error
		want failover.Condition
	}{
		{answered(400, "Throttling", "Rate exceeded"), failover.Throttled},
		{answered(400, "ThrottlingException", ""), failover.Throttled},
		{answered(400, "TooManyRequestsException", ""), failover.Throttled},
		{answered(400, "ProvisionedThroughputExceededException", ""), failover.Throttled},
		{answered(400, "RequestLimitExceeded", ""), failover.Throttled},
		{answered(503, "SlowDown", ""), failover.Throttled},
		{answered(429, "Whatever", ""), failover.Throttled},
		{answered(400, "PriorRequestNotComplete", ""), failover.Busy},
		{answered(400, "InvalidGlobalClusterStateFault", ""), failover.Busy},
		{answered(400, "InvalidDBClusterStateFault", ""), failover.Busy},
		{answered(400, "InvalidGlobalClusterStateFault", "Global cluster orders is in the status failing-over."), failover.Busy},
		{answered(400, "InvalidDBClusterStateFault", "The target cluster is not available and in sync."), failover.Busy},
		{answered(400, "InvalidDBClusterStateFault", "Target cluster orders must use the same engine version as the current primary cluster"), failover.Rejected},
		{answered(400, "InvalidGlobalClusterStateFault", "The engine version of the target DB cluster orders is not compatible."), failover.Rejected},
		{answered(400, "InvalidDBClusterStateFault", "The target cluster orders has no DB instance."), failover.Rejected},
		{answered(400, "InvalidDBClusterStateFault", "You can't fail over to a headless cluster."), failover.Rejected},
		{answered(400, "TransactionInProgressException", ""), failover.Busy},
		{answered(400, "ReplicatedWriteConflictException", ""), failover.Busy},
		{answered(403, "AccessDenied", ""), failover.Denied},
		{answered(400, "AccessDeniedException", ""), failover.Denied},
		{answered(403, "UnauthorizedOperation", ""), failover.Denied},
		{answered(403, "InvalidClientTokenId", ""), failover.Denied},
		{answered(400, "UnrecognizedClientException", ""), failover.Denied},
		{answered(403, "ExpiredToken", ""), failover.Denied},
		{answered(500, "InternalServerError", ""), failover.Unreachable},
		{answered(503, "ServiceUnavailable", ""), failover.Unreachable},
		{answered(400, "ExecutionLimitExceeded", ""), failover.Throttled},
		{answered(404, "NoSuchHostedZone", ""), failover.Rejected},
		{answered(400, "InvalidChangeBatch", ""), failover.Rejected},
		{answered(501, "NotImplemented", ""), failover.Unreachable},
		{unanswered(io.EOF), failover.Unreachable},
		{unanswered(&net.OpError{Op: "dial", Err: errors.New("connection refused")}), failover.Unreachable},
		{fmt.Errorf("read: %w", io.ErrUnexpectedEOF), failover.Unreachable},
		{fmt.Errorf("read: %w", context.DeadlineExceeded), failover.Unreachable},
		{errors.New("index out of range"), failover.Unexpected},
	} {
		if got := ConditionOf(fmt.Errorf("change zone Z1: %w", c.err)); got != c.want {
			t.Errorf("%v: got %s, want %s", c.err, got, c.want)
		}
	}
}

// TestEveryCodeThatIsListedHasItsCondition, although no answer above has it.
func TestEveryCodeThatIsListedHasItsCondition(t *testing.T) {
	for want, codes := range map[failover.Condition]string{
		failover.Busy: "PriorRequestNotComplete TransactionInProgressException TransactionConflictException ReplicatedWriteConflictException " +
			"InvalidGlobalClusterStateFault InvalidDBClusterStateFault",
		failover.Throttled: "Throttling Throttled TooManyRequests ProvisionedThroughputExceeded RequestLimitExceeded RequestThrottled " +
			"LimitExceededException ExecutionLimitExceeded BandwidthLimitExceeded SlowDown",
		failover.Denied: "AccessDenied UnauthorizedOperation NotAuthorized AuthorizationError InvalidClientTokenId UnrecognizedClient " +
			"ExpiredToken InvalidAccessKeyId SignatureDoesNotMatch Forbidden",
		failover.Unreachable: "RequestTimeout RequestTimeoutException",
	} {
		for code := range strings.FieldsSeq(codes) {
			if got := ConditionOf(answered(400, code, "")); got != want {
				t.Errorf("%s: %s; want %s", code, got, want)
			}
		}
	}
	if listed := len(busyCodes) + len(clusterStateCodes) + len(throttledCodes) + len(deniedCodes); listed != 26 {
		t.Errorf("%d codes are listed; want each of them above", listed)
	}
}

func TestAConditionThatTheHandlerGaveGoesBeforeWhatAWSSaid(t *testing.T) {
	err := fmt.Errorf("stage 3: %w", failover.Fail(failover.FenceLost, answered(400, "InvalidChangeBatch", "")))
	if got := ConditionOf(err); got != failover.FenceLost {
		t.Errorf("got %s, want FenceLost", got)
	}
}

func TestTheMessageIsForPeople(t *testing.T) {
	for _, c := range []struct {
		name string
		err  error
		want string
	}{
		{
			"answered", failover.Doing("change", "zone Z1", answered(400, "PriorRequestNotComplete", "Still processing.")),
			"could not change zone Z1: Route 53 answered ChangeResourceRecordSets with PriorRequestNotComplete (Still processing)",
		},
		{
			"without text", answered(500, "InternalFailure", ""),
			"Route 53 answered ChangeResourceRecordSets with InternalFailure",
		},
		{
			"no answer", failover.Doing("change", "zone Z1", unanswered(fmt.Errorf("Post: %w", errors.New("connection reset by peer")))),
			"could not change zone Z1: Route 53 did not answer ChangeResourceRecordSets",
		},
		{
			"too late", unanswered(context.DeadlineExceeded),
			"Route 53 did not answer ChangeResourceRecordSets in time",
		},
		{
			"a task within a task", failover.Doing("read", "the registry", failover.Doing("query", "applications", answered(403, "AccessDenied", "no."))),
			"could not read the registry (query applications): Route 53 answered ChangeResourceRecordSets with AccessDenied (no)",
		},
		{
			"the first of several", &failover.FirstError{Err: failover.Doing("write", "shop", answered(500, "InternalFailure", "")), More: 3, Of: "9 applications"},
			"could not write shop: Route 53 answered ChangeResourceRecordSets with InternalFailure; and 3 more of 9 applications failed",
		},
		{
			"not sent", &smithy.OperationError{ServiceID: "Route 53", OperationName: "ChangeResourceRecordSets", Err: fmt.Errorf("sign: %w", errors.New("no credentials"))},
			"Route 53 was not called for ChangeResourceRecordSets: no credentials",
		},
		{
			"several", errors.Join(errors.New("plan: name"), errors.New("plan: order")),
			"plan: name; plan: order",
		},
		{
			"not of AWS", failover.Fail(failover.Busy, failover.Doing("promote", "global cluster orders", errors.New("a switchover is in progress"))),
			"could not promote global cluster orders: a switchover is in progress",
		},
		{
			"with a text between", fmt.Errorf("stage 3: %w", failover.Doing("change", "zone Z1", answered(500, "InternalFailure", ""))),
			"could not change zone Z1: Route 53 answered ChangeResourceRecordSets with InternalFailure",
		},
		{
			"several calls", failover.Doing("close", "the run", errors.Join(
				failover.Doing("release", "the lock", answered(503, "ServiceUnavailable", "")), failover.Doing("write", "the run", answered(400, "Throttling", "Rate exceeded")))),
			"could not close the run (release the lock): Route 53 answered ChangeResourceRecordSets with ServiceUnavailable; could not close the run (write the run): Route 53 answered ChangeResourceRecordSets with Throttling (Rate exceeded)",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, Named(c.err).Message); diff != "" {
				t.Errorf("message (-want +got):\n%s", diff)
			}
		})
	}
}

func TestWhatCouldNotBeDoneIsSaidOnce(t *testing.T) {
	for _, c := range []struct {
		err  error
		want string
	}{
		{answered(500, "InternalFailure", ""), "could not read the registry: Route 53 answered ChangeResourceRecordSets with InternalFailure"},
		{errors.New("there is none"), "could not read the registry: there is none"},
	} {
		if got := CouldNot("read the registry", c.err); got != c.want {
			t.Errorf("got %s; want %s", got, c.want)
		}
	}
}

func TestALongMessageIsCutBetweenCharacters(t *testing.T) {
	got := Named(errors.New(strings.Repeat("ü", 900))).Message
	if len(got) > maxMessage || !strings.HasSuffix(got, "ü …") || strings.ContainsRune(got, '\uFFFD') {
		t.Errorf("got %d bytes ending in %q", len(got), got[len(got)-9:])
	}
}
