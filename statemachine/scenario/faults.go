package scenario

// APIFault makes calls to AWS fail.
type APIFault struct {
	// Service is the name in the credential scope, such as route53 or monitoring.
	Service   string `yaml:"service"`
	Operation string `yaml:"operation"`
	Region    string `yaml:"region" is:"region"`
	// Object is the id of a hosted zone, a global cluster or another object; without one, calls about all of them fail.
	Object string `yaml:"object"`
	// Code, Status and Message are the error that is answered.
	Code    string `yaml:"code"`
	Status  int    `yaml:"status"`
	Message string `yaml:"message"`
	// LoseAnswer performs the request and loses the response, instead of an error response.
	LoseAnswer bool `yaml:"loseAnswer"`
	// LoseRequest neither performs the request nor answers it.
	LoseRequest bool `yaml:"loseRequest"`
	// After is how many matching calls it leaves alone before.
	After int `yaml:"after"`
	// Share is the part of the matching calls that fails, from 0 to 1; 0 means all.
	Share float64 `yaml:"share"`
	// Times is for how many calls; For is for how long. One of the two ends every fault.
	Times int      `yaml:"times"`
	For   Duration `yaml:"for"`
}

// Invocations makes invocations of a function fail.
type Invocations struct {
	// Function is the step, such as shifttraffic.
	Function string `yaml:"function"`
	// Fail is throttle, crash-before, crash-midway, crash-after-effect, timeout, deleted or denied.
	Fail string `yaml:"fail"`
	// Calls is how many requests a function makes before it crashes midway.
	Calls int      `yaml:"calls"`
	Times int      `yaml:"times"`
	For   Duration `yaml:"for"`
}

// LambdaSurge is how many concurrent executions the account's other functions request in a Region.
type LambdaSurge struct {
	Region     string `yaml:"region" is:"region"`
	Executions int    `yaml:"executions"`
	// For is how long, 0 until the end.
	For Duration `yaml:"for"`
}

// RepeatStep invokes the function of a state once more, with the payload that it had: the delivery of an invocation can be late, and
// double ("Error handling and automatic retries in AWS Lambda", AWS Lambda Developer Guide).
type RepeatStep struct {
	// Run is the number of the run, from 1 in the order of their start.
	Run int `yaml:"run"`
	// State is the name of the state, Number which of its invocations so far, from 1.
	State  string `yaml:"state"`
	Number int    `yaml:"number"`
}
