// Package sns is Amazon SNS: topics, and the messages that were published to them. There are no subscriptions; a drill reads
// the messages of a topic ([Control.Messages]) in place of a subscriber.
package sns
