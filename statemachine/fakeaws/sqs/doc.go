// Package sqs is Amazon SQS as far as the dead-letter queues of EventBridge and Scheduler go: queues that take messages and
// show them. Messages stay visible after they have been received (SQS-1 in docs/fidelity.md).
package sqs
