package entry

import (
	"errors"
	"slices"
	"strings"

	"github.com/aws/aws-lambda-go/lambda/messages"
	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/prose"
)

// busyCodes are the codes, service by service, for an object with another change in progress.
var busyCodes = []string{
	"PriorRequestNotComplete",
	"TransactionInProgressException", "TransactionConflictException", "ReplicatedWriteConflictException",
}

// clusterStateCodes are RDS's codes for "the requested operation can't be performed while the cluster is in this state" (Amazon
// RDS API Reference, FailoverGlobalCluster and SwitchoverGlobalCluster, "Errors"). Most of those states are temporary: a
// promotion, a modification or a backup is in progress. RDS gives the same codes for states that last until an operator changes
// them. RDS has no separate code for these, so its text decides.
var clusterStateCodes = []string{"InvalidGlobalClusterStateFault", "InvalidDBClusterStateFault"}

// lastingStates are words in AWS's texts for states that last, in lower case. The first is in "Target cluster db-cluster-id
// must use the same engine version as the current primary cluster" (AWS re:Post Knowledge Center, on minor version
// mismatches in an Aurora global cluster; "Patch level compatibility for managed cross-Region switchovers and failovers"
// in the Aurora User Guide). The others are about a headless cluster, which needs an instance before it can be promoted
// ("Using switchover or failover in Amazon Aurora Global Database", in the same guide).
var lastingStates = []string{"engine version", "headless", "no db instance", "no instance"}

// throttledCodes and deniedCodes are matched as prefixes: services write them with and without "Exception".
var (
	throttledCodes = []string{
		"Throttling", "Throttled", "TooManyRequests", "ProvisionedThroughputExceeded", "RequestLimitExceeded",
		"RequestThrottled", "LimitExceededException", "ExecutionLimitExceeded", "BandwidthLimitExceeded", "SlowDown",
	}
	deniedCodes = []string{
		"AccessDenied", "UnauthorizedOperation", "NotAuthorized", "AuthorizationError", "InvalidClientTokenId",
		"UnrecognizedClient", "ExpiredToken", "InvalidAccessKeyId", "SignatureDoesNotMatch", "Forbidden",
	}
)

// ConditionOf names an error for the state machine: by the condition that a handler gave it, or else by AWS's error code,
// by the HTTP status alone, or by the missing response.
func ConditionOf(err error) failover.Condition {
	var named *failover.Failure
	if errors.As(err, &named) {
		return named.Condition
	}
	if code, ok := codeOf(err); ok {
		return conditionOfCode(code, awsText(err), statusOf(err))
	}
	if status := statusOf(err); status > 0 {
		return conditionOfStatus(status)
	}
	if isUnanswered(err) {
		return failover.Unreachable
	}
	return failover.Unexpected
}

func conditionOfCode(code, text string, status int) failover.Condition {
	hasPrefix := func(p string) bool { return strings.HasPrefix(code, p) }
	switch {
	case slices.ContainsFunc(throttledCodes, hasPrefix) || status == 429:
		return failover.Throttled
	case slices.Contains(busyCodes, code):
		return failover.Busy
	case slices.Contains(clusterStateCodes, code):
		return conditionOfState(text)
	case slices.ContainsFunc(deniedCodes, hasPrefix) || isDenial(status):
		return failover.Denied
	case status >= 500 || code == "RequestTimeout" || code == "RequestTimeoutException":
		return failover.Unreachable
	}
	return failover.Rejected
}

// conditionOfState distinguishes a temporary state of a cluster from a lasting one, by RDS's text.
func conditionOfState(text string) failover.Condition {
	text = strings.ToLower(text)
	if slices.ContainsFunc(lastingStates, func(words string) bool { return strings.Contains(text, words) }) {
		return failover.Rejected
	}
	return failover.Busy
}

// maxMessage limits an error's text: it becomes the cause in the execution's history and a line in the report.
const maxMessage = 1000

// Named is err as Step Functions receives it. The runtime keeps the name of this type only if the error is returned by value: a
// pointer, or an error that wraps it, loses the name.
func Named(err error) messages.InvokeResponse_Error {
	return messages.InvokeResponse_Error{
		Type:    string(ConditionOf(err)),
		Message: prose.Cut(words(err, nil), maxMessage),
	}
}
