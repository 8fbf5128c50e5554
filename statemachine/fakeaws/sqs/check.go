package sqs

import (
	"slices"
	"strings"

	"github.com/drover-dr/drover/statemachine/fakeaws/wire"
)

// shapes are the names of SQS's errors in its model.
var shapes = wire.ErrorShapes{
	codeNoQueue: "QueueDoesNotExist", "AWS.SimpleQueueService.UnsupportedOperation": "UnsupportedOperation",
}

// codeNoQueue is the code of a queue that does not exist, as clients see it.
const codeNoQueue = "AWS.SimpleQueueService.NonExistentQueue"

func errNoQueue() *wire.Error {
	return wire.BadRequest(codeNoQueue, "The specified queue does not exist.")
}

// required rejects a parameter that is missing.
func required(name, value string) *wire.Error {
	if value == "" {
		return wire.BadRequest("MissingParameter", "The request must contain the parameter %s.", name)
	}
	return nil
}

// within rejects a number out of its range; nil is none.
func within(name string, n *int, least, most int) *wire.Error {
	if n != nil && (*n < least || *n > most) {
		return wire.BadRequest("InvalidParameterValue", "Value %d for parameter %s is invalid. Reason: Must be between %d and %d, if provided.", *n, name, least, most)
	}
	return nil
}

// first is the first of some errors.
func first(errs ...*wire.Error) *wire.Error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// The attributes of queues and of messages that the model lists.
var (
	queueAttributes = strings.Fields(`All Policy VisibilityTimeout MaximumMessageSize MessageRetentionPeriod ApproximateNumberOfMessages
		ApproximateNumberOfMessagesNotVisible CreatedTimestamp LastModifiedTimestamp QueueArn ApproximateNumberOfMessagesDelayed DelaySeconds
		ReceiveMessageWaitTimeSeconds RedrivePolicy FifoQueue ContentBasedDeduplication KmsMasterKeyId KmsDataKeyReusePeriodSeconds
		DeduplicationScope FifoThroughputLimit RedriveAllowPolicy SqsManagedSseEnabled`)
	messageAttributes = strings.Fields(`All SenderId SentTimestamp ApproximateReceiveCount ApproximateFirstReceiveTimestamp SequenceNumber
		MessageDeduplicationId MessageGroupId AWSTraceHeader DeadLetterQueueSourceArn`)
)

// known rejects attributes that SQS does not have, and names those that the simulator does not have.
func known(req *wire.Request, parameter string, asked, all, here []string) *wire.Error {
	for _, name := range asked {
		switch {
		case !slices.Contains(all, name):
			return wire.BadRequest("InvalidAttributeName", "Unknown Attribute %s.", name)
		case !slices.Contains(here, name):
			return wire.NotImplemented("the attribute %s in the parameter %s of %s", name, parameter, req.Operation)
		}
	}
	return nil
}

// selects says whether a message attribute is asked for: by its name, All, .*, or a beginning that ends in .*
func selects(asked []string, name string) bool {
	return slices.ContainsFunc(asked, func(a string) bool {
		begin, open := strings.CutSuffix(a, ".*")
		return a == "All" || a == name || open && (begin == "" || strings.HasPrefix(name, begin))
	})
}
