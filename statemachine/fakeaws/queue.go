package fakeaws

import (
	"fmt"
	"strings"
	"time"
)

// QueueMessage is what EventBridge or Scheduler could not deliver, in the dead-letter queue.
type QueueMessage struct {
	At time.Time
	// Body is what was to be delivered: the event, or the schedule's input.
	Body string
	// Attributes say why: ERROR_CODE, ERROR_MESSAGE, RULE_ARN or SCHEDULE_ARN, TARGET_ARN, EXHAUSTED_RETRY_CONDITION.
	Attributes map[string]string
	// ID is the message id.
	ID string
}

// sqs holds queues as the dead letters of EventBridge and Scheduler need them.
type sqs struct {
	w      *World
	queues map[string]*queue
}

type queue struct {
	region, name string
	messages     []QueueMessage
}

func newSQS(w *World) *sqs { return &sqs{w: w, queues: map[string]*queue{}} }

// AddQueue adds an empty queue to a Region and returns its ARN.
func (w *World) AddQueue(region, name string) (arn string, err error) {
	w.k.Lock()
	defer w.k.Unlock()
	arn = w.k.ARN("sqs", region, name)
	switch {
	case !w.k.HasRegion(region):
		return "", fmt.Errorf("add queue %s: %w", name, w.k.CheckRegion(region))
	case w.sqs.queues[arn] != nil:
		return "", fmt.Errorf("add queue %s: it exists", arn)
	}
	w.sqs.queues[arn] = &queue{region: region, name: name}
	return arn, nil
}

// QueueMessages returns what lies in a queue, in the order of arrival.
func (w *World) QueueMessages(arn string) []QueueMessage {
	w.k.Lock()
	defer w.k.Unlock()
	if q := w.sqs.queues[arn]; q != nil {
		return append([]QueueMessage(nil), q.messages...)
	}
	return nil
}

// put appends a message to a queue; false means that there is no such queue in an AWS that answers.
func (s *sqs) put(arn string, m QueueMessage) bool {
	q := s.queues[arn]
	if q == nil || s.w.k.Dark(q.region) {
		return false
	}
	m.At, m.ID = s.w.k.Now(), s.w.k.NewRequestID()
	q.messages = append(q.messages, m)
	if len(q.messages) == 1 {
		s.publish(q)
	}
	s.w.k.Record("sqs", arn, "takes a dead letter: %s", strings.TrimSpace(m.Attributes["ERROR_CODE"]+" "+m.Attributes["ERROR_MESSAGE"]))
	return true
}

// publish publishes every minute how many messages lie in a queue, as long as there are some (CW-10).
func (s *sqs) publish(q *queue) {
	dims := map[string]string{"QueueName": q.name}
	if !s.w.k.Dark(q.region) {
		s.w.metrics.put(q.region, "AWS/SQS", "ApproximateNumberOfMessagesVisible", dims, float64(len(q.messages)))
	}
	s.w.k.After(time.Minute, func() { s.publish(q) })
}
