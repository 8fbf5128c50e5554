package sqs

import (
	"fmt"
	"strings"
	"time"

	"github.com/drover-dr/drover/statemachine/fakeaws/kernel"
)

// Message is a message of a queue; in a dead-letter queue, what EventBridge or Scheduler could not deliver.
type Message struct {
	At time.Time
	// Body is what was not delivered: the event, or the schedule's input.
	Body string
	// Attributes say why: ERROR_CODE, ERROR_MESSAGE, RULE_ARN or SCHEDULE_ARN, TARGET_ARN, EXHAUSTED_RETRY_CONDITION.
	Attributes map[string]string
	// ID is the message id.
	ID string
}

// Metrics is where SQS publishes how many messages a queue holds.
type Metrics interface {
	Put(region, namespace, name string, dims map[string]string, value float64)
}

// Service holds the queues.
type Service struct {
	k       *kernel.Kernel
	metrics Metrics
	queues  map[string]*queue
}

type queue struct {
	region, name string
	messages     []Message
}

// New returns an SQS without queues.
func New(k *kernel.Kernel, metrics Metrics) *Service {
	return &Service{k: k, metrics: metrics, queues: map[string]*queue{}}
}

// Control is what drills and tests do to SQS and see of it. Its methods take the kernel's mutex.
type Control struct{ s *Service }

// Control returns the control surface.
func (s *Service) Control() Control { return Control{s} }

// AddQueue adds an empty queue to a Region and returns its ARN.
func (ctl Control) AddQueue(region, name string) (arn string, err error) {
	ctl.s.k.Lock()
	defer ctl.s.k.Unlock()
	arn = ctl.s.k.ARN("sqs", region, name)
	switch {
	case !ctl.s.k.HasRegion(region):
		return "", fmt.Errorf("add queue %s: %w", name, ctl.s.k.CheckRegion(region))
	case ctl.s.queues[arn] != nil:
		return "", fmt.Errorf("add queue %s: it exists", arn)
	}
	ctl.s.queues[arn] = &queue{region: region, name: name}
	return arn, nil
}

// QueueMessages returns the messages of a queue, in the order of arrival.
func (ctl Control) QueueMessages(arn string) []Message {
	ctl.s.k.Lock()
	defer ctl.s.k.Unlock()
	if q := ctl.s.queues[arn]; q != nil {
		return append([]Message(nil), q.messages...)
	}
	return nil
}

// Put appends a message to a queue. It returns false when there is no such queue, or its Region is dark.
func (s *Service) Put(arn, body string, attributes map[string]string) bool {
	q := s.queues[arn]
	if q == nil || s.k.Dark(q.region) {
		return false
	}
	m := Message{At: s.k.Now(), Body: body, Attributes: attributes, ID: s.k.NewRequestID()}
	q.messages = append(q.messages, m)
	if len(q.messages) == 1 {
		s.publish(q)
	}
	s.k.Record("sqs", arn, "receives a dead letter: %s", strings.TrimSpace(m.Attributes["ERROR_CODE"]+" "+m.Attributes["ERROR_MESSAGE"]))
	return true
}

// publish publishes the number of messages of a queue every minute, from its first message on (CW-10).
func (s *Service) publish(q *queue) {
	dims := map[string]string{"QueueName": q.name}
	if !s.k.Dark(q.region) {
		s.metrics.Put(q.region, "AWS/SQS", "ApproximateNumberOfMessagesVisible", dims, float64(len(q.messages)))
	}
	s.k.After(time.Minute, func() { s.publish(q) })
}
