package assembly

import (
	"encoding/json"
	"time"
)

// API is an HTTP API of API Gateway with its one stage.
type API struct {
	ID     string
	Name   string
	Region string
	// Endpoint is where it is called, without a slash at the end.
	Endpoint string
	Routes   []Route
	// RatePerSecond and Burst are the stage's throttle for each route; zero when it has none.
	RatePerSecond float64
	Burst         int
	// LogGroup is the name of the log group of its access log, empty when it has none; LogFormat is a line of it.
	LogGroup, LogFormat string
}

// Route is one method and path of an API, and the function behind it.
type Route struct {
	// Key is the method and the path as API Gateway writes them: "GET /runs/{id}".
	Key string
	// Authorization is NONE or AWS_IAM.
	Authorization string
	FunctionARN   string
	// PayloadVersion is the form of the event that the function gets: 1.0 or 2.0.
	PayloadVersion string
	// RoleARN is the role with which API Gateway calls the function.
	RoleARN string
}

// Rule is an EventBridge rule on the Region's default bus.
type Rule struct {
	Name    string
	ARN     string
	Region  string
	Enabled bool
	// Pattern is what an event must match.
	Pattern json.RawMessage
	Targets []Target
}

// Schedule is a schedule of EventBridge Scheduler.
type Schedule struct {
	Name    string
	ARN     string
	Region  string
	Enabled bool
	// Expression is rate(…), cron(…) or at(…), in the time zone Timezone.
	Expression, Timezone string
	Target               Target
}

// Target is what a rule or a schedule starts.
type Target struct {
	ARN     string
	RoleARN string
	// Input is delivered as it is. When it is empty, Transformer makes the input out of the event; when that is nil as
	// well, the event itself is the input.
	Input       string
	Transformer *Transformer
	// Attempts and MaxAge limit the retries after the first attempt. What has not been delivered then goes to the queue
	// DeadLetterARN, if there is one.
	Attempts      int
	MaxAge        time.Duration
	DeadLetterARN string
}

// Transformer makes an input out of an event: each <name> in Template stands for what the path finds in it.
type Transformer struct {
	Paths    map[string]string
	Template string
}

// Queue is an SQS queue.
type Queue struct {
	Name   string
	ARN    string
	URL    string
	Region string
	// Policies are the documents of the queue's resource policies.
	Policies []json.RawMessage
}
