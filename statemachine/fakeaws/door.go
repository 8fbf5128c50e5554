package fakeaws

import (
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws/arn"
	"github.com/drover-dr/drover/statemachine/fakeaws/lambda"
	"github.com/drover-dr/drover/statemachine/fakeaws/sqs"
	"github.com/drover-dr/drover/statemachine/fakeaws/stepfunctions"
	"github.com/drover-dr/drover/statemachine/fakeaws/wire"
)

// door is where EventBridge and Scheduler make the requests of their deliveries; see delivery.Door.
type door struct{ w *World }

// Order makes the request that starts a target.
func (d door) Order(target, name, input string) (*wire.Request, error) {
	parsed, err := arn.Parse(target)
	if err != nil {
		return nil, fmt.Errorf("target %q; expected an ARN", target)
	}
	switch parsed.Service {
	case "states":
		return stepfunctions.StartRequest(target, name, input), nil
	case "lambda":
		return lambda.AsyncRequest(target, input), nil
	case "sqs":
		return sqs.SendRequest(target, input), nil
	}
	return nil, fmt.Errorf("target %s: the AWS simulator starts state machines, functions and queues", target)
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
