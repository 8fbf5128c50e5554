package entry

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-lambda-go/lambda/messages"
	"github.com/aws/smithy-go"

	"github.com/drover-dr/drover/internal/failover"
)

// busyCodes are the answers of an object that is in the middle of something, service by service.
var busyCodes = []string{
	"PriorRequestNotComplete",
	"TransactionInProgressException", "TransactionConflictException", "ReplicatedWriteConflictException",
}

// clusterStateCodes are RDS's codes for "the requested operation can't be performed while the cluster is in this state"
// (Amazon RDS API Reference, FailoverGlobalCluster and SwitchoverGlobalCluster, "Errors"). Most of those states pass: a
// promotion, a modification or a backup is under way. The same codes stand for what lasts until an operator changes it,
// and only the text tells the two apart.
var clusterStateCodes = []string{"InvalidGlobalClusterStateFault", "InvalidDBClusterStateFault"}

// lastingStates are words of the texts of the second kind, in lower case. The first is in "Target cluster db-cluster-id
// must use the same engine version as the current primary cluster" (AWS re:Post Knowledge Center, on minor version
// mismatches in an Aurora global cluster; "Patch level compatibility for managed cross-Region switchovers and failovers"
// in the Aurora User Guide). The others are about a headless cluster, which has to get an instance before it is promoted
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

// ConditionOf names an error for the state machine: the condition that a handler gave it, or else what AWS's answer,
// its mere status, or the lack of one, says.
func ConditionOf(err error) failover.Condition {
	var named *failover.Failure
	if errors.As(err, &named) {
		return named.Condition
	}
	if code, ok := codeOf(err); ok {
		return conditionOfCode(code, saidBy(err), statusOf(err))
	}
	if status := statusOf(err); status > 0 {
		return conditionOfStatus(status)
	}
	if isUnanswered(err) {
		return failover.Unreachable
	}
	return failover.Unexpected
}

func conditionOfCode(code, said string, status int) failover.Condition {
	hasPrefix := func(p string) bool { return strings.HasPrefix(code, p) }
	switch {
	case slices.ContainsFunc(throttledCodes, hasPrefix) || status == 429:
		return failover.Throttled
	case slices.Contains(busyCodes, code):
		return failover.Busy
	case slices.Contains(clusterStateCodes, code):
		return conditionOfState(said)
	case slices.ContainsFunc(deniedCodes, hasPrefix) || isDenial(status):
		return failover.Denied
	case status >= 500 || code == "RequestTimeout" || code == "RequestTimeoutException":
		return failover.Unreachable
	}
	return failover.Rejected
}

// conditionOfState tells a state of a cluster that passes from one that lasts, by what RDS has said of it.
func conditionOfState(said string) failover.Condition {
	said = strings.ToLower(said)
	if slices.ContainsFunc(lastingStates, func(words string) bool { return strings.Contains(said, words) }) {
		return failover.Rejected
	}
	return failover.Busy
}

// maxMessage bounds an error's text: it becomes the cause in the execution's history and a line in the report.
const maxMessage = 1000

// Named is err as Step Functions is to see it. The runtime keeps the name only of this very type, and only by value:
// neither a pointer nor a wrapped one has it.
func Named(err error) messages.InvokeResponse_Error {
	return messages.InvokeResponse_Error{
		Type:    string(ConditionOf(err)),
		Message: truncate(plainText(err), maxMessage),
	}
}

// plainText is the error's text for a person. A failed call is told in a sentence: what could not be done, and what AWS
// has said to which operation.
func plainText(err error) string {
	text := err.Error()
	for _, op := range operations(err) {
		text = strings.Replace(text, op.Error(), callMark+callText(op), 1)
	}
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		lines[i] = sentence(line)
	}
	return strings.Join(lines, "; ")
}

// callMark is before the text of a failed call until it is known what is around it.
const callMark = "\x00"

// sentence makes "could not read the registry (query applications): DynamoDB …" of what was tried, from the outside in,
// and the call that failed.
func sentence(line string) string {
	tried, call, found := strings.Cut(line, callMark)
	switch {
	case !found:
		return line
	case tried == "":
		return call
	}
	steps := strings.Split(strings.TrimSuffix(tried, ": "), ": ")
	text := "could not " + steps[0]
	if len(steps) > 1 {
		text += " (" + strings.Join(steps[1:], ", ") + ")"
	}
	return text + ": " + call
}

// CouldNot says in a sentence that something, such as "read the registry", could not be done, and why.
func CouldNot(do string, err error) string {
	text := Named(fmt.Errorf("%s: %w", do, err)).Message
	if strings.HasPrefix(text, "could not ") {
		return text
	}
	return "could not " + text
}

// callText is such as "Route 53 answered ChangeResourceRecordSets with Throttling (Rate exceeded)".
func callText(op *smithy.OperationError) string {
	code, hasCode := codeOf(op.Err)
	switch {
	case hasCode:
		text := fmt.Sprintf("%s answered %s with %s", op.ServiceID, op.OperationName, code)
		if said := strings.TrimSuffix(strings.TrimSpace(saidBy(op.Err)), "."); said != "" {
			text += " (" + said + ")"
		}
		return text
	case errors.Is(op.Err, context.DeadlineExceeded):
		return fmt.Sprintf("%s did not answer %s in time", op.ServiceID, op.OperationName)
	case isUnanswered(op.Err): // how the connection broke is in the evidence; whoever reads this was woken by it
		return fmt.Sprintf("%s did not answer %s", op.ServiceID, op.OperationName)
	case statusOf(op.Err) > 0:
		return fmt.Sprintf("%s answered %s with %s", op.ServiceID, op.OperationName, statusText(statusOf(op.Err)))
	}
	return fmt.Sprintf("%s could not be asked for %s, %s", op.ServiceID, op.OperationName, innermost(op.Err))
}

// operations are the failed calls in an error, all of them where several errors are joined.
func operations(err error) []*smithy.OperationError {
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		var all []*smithy.OperationError
		for _, e := range joined.Unwrap() {
			all = append(all, operations(e)...)
		}
		return all
	}
	if op, ok := err.(*smithy.OperationError); ok { //nolint:errorlint // this level alone
		return []*smithy.OperationError{op}
	}
	if next := errors.Unwrap(err); next != nil {
		return operations(next)
	}
	return nil
}

func innermost(err error) string {
	if code, ok := codeOf(err); ok {
		if said := saidBy(err); said != "" {
			return code + ": " + said
		}
		return code
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return "no answer in time"
	}
	if isUnanswered(err) { // how the connection broke is in the evidence; whoever reads this was woken by it
		return "no answer"
	}
	if status := statusOf(err); status > 0 {
		return statusText(status)
	}
	for {
		next := errors.Unwrap(err)
		if next == nil {
			return err.Error()
		}
		err = next
	}
}

// truncate cuts text to at most n bytes, between characters.
func truncate(text string, n int) string {
	if len(text) <= n {
		return text
	}
	const mark = "…"
	return strings.ToValidUTF8(text[:n-len(mark)], "") + mark
}
