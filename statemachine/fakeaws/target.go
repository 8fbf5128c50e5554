package fakeaws

import (
	"cmp"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/drover-dr/drover/statemachine/fakeaws/wire"
)

// Target is what an EventBridge rule or a schedule starts.
type Target struct {
	// ARN is that of a state machine, a function or a queue.
	ARN string
	// RoleARN is the role with which it is started.
	RoleARN string
	// Input is handed over as it is. When it is empty, Transformer makes the input out of the event; when that is nil
	// as well, the event itself is the input.
	Input       string
	Transformer *Transformer
	// Attempts and MaxAge bound the retries after the first try; a zero MaxAge is 24 hours. What then has not been
	// delivered goes to the queue DeadLetterARN, if there is one.
	Attempts      int
	MaxAge        time.Duration
	DeadLetterARN string
}

// Transformer makes an input out of an event: each <name> in Template stands for what the path finds in it.
type Transformer struct {
	// Paths are JSON paths by name, such as "since": "$.detail.state.timestamp".
	Paths    map[string]string
	Template string
}

// check refuses what a target cannot be; kind names its owner.
func (t Target) check() error {
	if _, err := t.order("x", "{}"); err != nil {
		return err
	}
	if t.Attempts < 0 || t.Attempts > 185 {
		return fmt.Errorf("target %s: %d attempts; expected 0 to 185", t.ARN, t.Attempts)
	}
	if t.MaxAge != 0 && (t.MaxAge < time.Minute || t.MaxAge > 24*time.Hour) {
		return fmt.Errorf("target %s: a maximum age of %v; expected 60 s to 24 h", t.ARN, t.MaxAge)
	}
	return nil
}

// order is the one request that starts a target.
type order struct {
	service, operation string
	params             any
	body               string
}

// order makes the request for an input. The name is that of the delivery, the same at every try
// (EVB-3).
func (t Target) order(name, input string) (order, error) {
	parts := strings.SplitN(t.ARN, ":", 7)
	if len(parts) < 6 || parts[0] != "arn" {
		return order{}, fmt.Errorf("target %q; expected an ARN", t.ARN)
	}
	switch parts[2] {
	case "states":
		params := &startExecutionParams{StateMachineARN: t.ARN, Name: name, Input: &input}
		return order{service: "states", operation: "StartExecution", params: params}, nil
	case "lambda":
		return order{service: "lambda", operation: "Invoke", params: lambdaParams{arn: t.ARN, kind: "Event"}, body: input}, nil
	case "sqs":
		return order{service: "sqs", operation: "SendMessage", params: &queueParams{queue: t.ARN}, body: input}, nil
	}
	return order{}, fmt.Errorf("target %s: the embedded AWS starts state machines, functions and queues", t.ARN)
}

// parcel is one delivery under way.
type parcel struct {
	target Target
	region string
	// name is the delivery's, input what the target is handed, original what goes to the dead-letter queue.
	name, input, original string
	// from says whose delivery it is, in words and as the dead letter's attributes.
	from       string
	attributes map[string]string
	// by is the service that delivers it.
	by deputy
	// asRole says that the dead letter is sent with the target's role too, as Scheduler does; EventBridge needs none
	// (EVB-5).
	asRole bool
	began  time.Time
	tries  int
}

// deliver tries to start the target, and again after a while when that may help: after a throttle, a lost answer or an
// error of AWS's own. What AWS refuses for good, and what has been tried often or long enough, is a dead letter
// (EVB-2).
func (w *World) deliver(p *parcel) {
	if p.tries == 0 {
		p.began = w.k.Now()
	}
	err := w.tryTarget(p)
	if err == nil {
		return
	}
	wait := min(time.Second<<min(p.tries, 8), 5*time.Minute)
	p.tries++
	exhausted := ""
	switch {
	case !passing(err):
	case p.tries > p.target.Attempts:
		exhausted = "MaximumRetryAttempts"
	case w.k.Now().Add(wait).Sub(p.began) > cmp.Or(p.target.MaxAge, 24*time.Hour):
		exhausted = "MaximumEventAgeInSeconds"
	default:
		w.k.Record("events", p.from, "will try %s again in %v: %s", wire.LastPart(p.target.ARN), wait, err.Code)
		w.k.After(wait, func() { w.deliver(p) })
		return
	}
	w.giveUp(p, err, exhausted)
}

// passing says whether trying again may help.
func passing(err *wire.Error) bool {
	switch err.Code {
	case "ThrottlingException", "Throttling", "TooManyRequestsException", wire.CodeUnreachable:
		return true
	}
	return err.Status >= http.StatusInternalServerError && err.Code != wire.CodeNotImplemented
}

// tryTarget makes the request as the target's role. AWS makes it, so it is recorded, throttled and denied like any other.
func (w *World) tryTarget(p *parcel) *wire.Error {
	if w.k.Dark(p.region) {
		return wire.Unreachable(p.region)
	}
	o, bad := p.target.order(p.name, p.input)
	if bad != nil {
		return wire.BadRequest("InvalidTarget", "%v", bad)
	}
	if refused := w.iam.assume(p.by, p.target.RoleARN); refused != nil {
		return refused
	}
	req := &wire.Request{
		Region: p.region, Service: o.service, Operation: o.operation, ID: w.k.NewRequestID(),
		AccessKey: w.iam.keyOf(p.target.RoleARN), HTTP: &http.Request{Header: http.Header{}}, Body: []byte(o.body), Params: o.params,
	}
	_, err, answered := w.perform(w.services[o.service], req, nil)
	if err != nil && err.Code == wire.CodeUnknownKey {
		err = denied(p.target.RoleARN, wire.Permission{Action: o.service + ":" + o.operation, Resource: p.target.ARN}, "because the role does not exist")
	}
	w.k.RecordCall(req, w.iam.roleOf(req.AccessKey), true, err)
	if err == nil && !answered {
		return wire.Unreachable(p.region)
	}
	return err
}

// giveUp puts what cannot be delivered into the dead-letter queue, or loses it.
func (w *World) giveUp(p *parcel, err *wire.Error, exhausted string) {
	attributes := map[string]string{
		"TARGET_ARN": p.target.ARN, "ERROR_CODE": err.Code, "ERROR_MESSAGE": err.Message, "RETRY_ATTEMPTS": fmt.Sprint(p.tries - 1),
	}
	for name, value := range p.attributes {
		attributes[name] = value
	}
	if exhausted != "" {
		attributes["EXHAUSTED_RETRY_CONDITION"] = exhausted
	}
	if p.asRole && p.target.DeadLetterARN != "" {
		permission := wire.Permission{Action: "sqs:SendMessage", Resource: p.target.DeadLetterARN}
		if refused := w.iam.allowService(p.by, p.target.RoleARN, permission); refused != nil {
			w.k.Record("events", p.from, "is lost, for its dead letter is denied: %s", refused.Message)
			return
		}
	}
	if !w.sqs.put(p.target.DeadLetterARN, QueueMessage{Body: p.original, Attributes: attributes}) {
		w.k.Record("events", p.from, "is lost, for there is no dead-letter queue that takes it: %s", err.Error())
	}
}
