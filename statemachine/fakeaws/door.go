package fakeaws

import (
	"fmt"
	"strings"

	"github.com/drover-dr/drover/statemachine/fakeaws/lambda"
	"github.com/drover-dr/drover/statemachine/fakeaws/sqs"
	"github.com/drover-dr/drover/statemachine/fakeaws/stepfunctions"
	"github.com/drover-dr/drover/statemachine/fakeaws/wire"
)

// door is where EventBridge and Scheduler make the requests of their deliveries; see delivery.Door.
type door struct{ w *World }

// Order makes the request that starts a target.
func (d door) Order(arn, name, input string) (*wire.Request, error) {
	parts := strings.SplitN(arn, ":", 7)
	if len(parts) < 6 || parts[0] != "arn" {
		return nil, fmt.Errorf("target %q; expected an ARN", arn)
	}
	switch parts[2] {
	case "states":
		return stepfunctions.StartRequest(arn, name, input), nil
	case "lambda":
		return lambda.AsyncRequest(arn, input), nil
	case "sqs":
		return sqs.SendRequest(arn, input), nil
	}
	return nil, fmt.Errorf("target %s: the AWS simulator starts state machines, functions and queues", arn)
}

// Perform performs a request that AWS itself makes.
func (d door) Perform(req *wire.Request) (err *wire.Error, answered bool) {
	_, err, answered = d.w.perform(d.w.endpoints[req.Service], req, nil)
	return err, answered
}

// DeadLetter appends a message to a dead-letter queue.
func (d door) DeadLetter(queueARN, body string, attributes map[string]string) bool {
	return d.w.sqs.Put(queueARN, body, attributes)
}
