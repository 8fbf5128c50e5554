package delivery

import (
	"cmp"
	"fmt"
	"net/http"
	"time"

	"github.com/drover-dr/drover/statemachine/fakeaws/iam"
	"github.com/drover-dr/drover/statemachine/fakeaws/kernel"
	"github.com/drover-dr/drover/statemachine/fakeaws/wire"
)

// Target is what an EventBridge rule or a schedule starts.
type Target struct {
	// ARN is that of a state machine, a function or a queue.
	ARN string
	// RoleARN is the role with which it is started.
	RoleARN string
	// Input is delivered as it is. When it is empty, Transformer makes the input out of the event; when that is nil as
	// well, the event itself is the input.
	Input       string
	Transformer *Transformer
	// Attempts and MaxAge limit the retries after the first attempt; a zero MaxAge is 24 hours. What has not been
	// delivered then goes to the queue DeadLetterARN, if there is one.
	Attempts      int
	MaxAge        time.Duration
	DeadLetterARN string
}

// Door is where the requests of deliveries are made, and where their dead letters go.
type Door interface {
	// Order makes the request that starts a target with an input. The name is that of the delivery, the same for every
	// attempt (EVB-3). An ARN that cannot be a target is an error.
	Order(arn, name, input string) (*wire.Request, error)
	// Perform performs a request; answered is false when its answer is lost.
	Perform(req *wire.Request) (err *wire.Error, answered bool)
	// DeadLetter appends a message to a queue, and returns false when the queue does not exist or its Region is dark.
	DeadLetter(queueARN, body string, attributes map[string]string) bool
}

// Service makes deliveries.
type Service struct {
	k    *kernel.Kernel
	iam  *iam.Service
	door Door
}

// New returns a Service that makes its requests at a door.
func New(k *kernel.Kernel, iam *iam.Service, door Door) *Service {
	return &Service{k: k, iam: iam, door: door}
}

// Transformer makes an input out of an event: each <name> in Template stands for what the path finds in it.
type Transformer struct {
	// Paths are JSON paths by name, such as "since": "$.detail.state.timestamp".
	Paths    map[string]string
	Template string
}

// Check rejects a target that cannot be started, and settings that AWS rejects.
func (s *Service) Check(t Target) error {
	if _, err := s.door.Order(t.ARN, "x", "{}"); err != nil {
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

// Parcel is one delivery.
type Parcel struct {
	Target Target
	Region string
	// Name is the delivery's, Input what the target gets, Original what goes to the dead-letter queue.
	Name, Input, Original string
	// From is the name of the rule or schedule that delivers; Attributes name it in the dead letter.
	From       string
	Attributes map[string]string
	// By is the service that delivers.
	By iam.Deputy
	// AsRole says that the target's role sends the dead letter too, as with Scheduler; EventBridge needs none (EVB-5).
	AsRole bool

	began time.Time
	tries int
}

// Deliver starts the target. It retries a throttled request, a lost answer and an internal error, with growing delays.
// Any other rejection, and a delivery over the limits of retries, becomes a dead letter (EVB-2).
func (s *Service) Deliver(p *Parcel) {
	if p.tries == 0 {
		p.began = s.k.Now()
	}
	err := s.tryTarget(p)
	if err == nil {
		return
	}
	wait := min(time.Second<<min(p.tries, 8), 5*time.Minute)
	p.tries++
	exhausted := ""
	switch {
	case !transient(err):
	case p.tries > p.Target.Attempts:
		exhausted = "MaximumRetryAttempts"
	case s.k.Now().Add(wait).Sub(p.began) > cmp.Or(p.Target.MaxAge, 24*time.Hour):
		exhausted = "MaximumEventAgeInSeconds"
	default:
		s.k.Record("events", p.From, "retries %s in %v: %s", wire.LastPart(p.Target.ARN), wait, err.Code)
		s.k.After(wait, func() { s.Deliver(p) })
		return
	}
	s.giveUp(p, err, exhausted)
}

// transient says whether a retry may succeed.
func transient(err *wire.Error) bool {
	switch err.Code {
	case "ThrottlingException", "Throttling", "TooManyRequestsException", wire.CodeUnreachable:
		return true
	}
	return err.Status >= http.StatusInternalServerError && err.Code != wire.CodeNotImplemented
}

// tryTarget makes the request with the target's role. It is recorded, throttled and denied like any other request.
func (s *Service) tryTarget(p *Parcel) *wire.Error {
	if s.k.Dark(p.Region) {
		return wire.Unreachable(p.Region)
	}
	req, bad := s.door.Order(p.Target.ARN, p.Name, p.Input)
	if bad != nil {
		return wire.BadRequest("InvalidTarget", "%v", bad)
	}
	if denied := s.iam.Assume(p.By, p.Target.RoleARN); denied != nil {
		return denied
	}
	req.Region, req.ID, req.AccessKey = p.Region, s.k.NewRequestID(), s.iam.KeyOf(p.Target.RoleARN)
	req.HTTP = &http.Request{Header: http.Header{}}
	err, answered := s.door.Perform(req)
	if err != nil && err.Code == wire.CodeUnknownKey {
		err = iam.Denied(p.Target.RoleARN, wire.Permission{Action: req.Service + ":" + req.Operation, Resource: p.Target.ARN}, "because the role does not exist")
	}
	s.k.RecordCall(req, s.iam.RoleOf(req.AccessKey), true, err)
	if err == nil && !answered {
		return wire.Unreachable(p.Region)
	}
	return err
}

// giveUp sends what cannot be delivered to the dead-letter queue, or loses it.
func (s *Service) giveUp(p *Parcel, err *wire.Error, exhausted string) {
	attributes := map[string]string{
		"TARGET_ARN": p.Target.ARN, "ERROR_CODE": err.Code, "ERROR_MESSAGE": err.Message, "RETRY_ATTEMPTS": fmt.Sprint(p.tries - 1),
	}
	for name, value := range p.Attributes {
		attributes[name] = value
	}
	if exhausted != "" {
		attributes["EXHAUSTED_RETRY_CONDITION"] = exhausted
	}
	if p.AsRole && p.Target.DeadLetterARN != "" {
		permission := wire.Permission{Action: "sqs:SendMessage", Resource: p.Target.DeadLetterARN}
		if denied := s.iam.AllowService(p.By, p.Target.RoleARN, permission); denied != nil {
			s.k.Record("events", p.From, "is lost, and its dead letter is denied: %s", denied.Message)
			return
		}
	}
	if !s.door.DeadLetter(p.Target.DeadLetterARN, p.Original, attributes) {
		s.k.Record("events", p.From, "is lost without a dead-letter queue: %s", err.Error())
	}
}
