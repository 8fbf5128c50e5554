package fakeaws_test

import (
	"context"
	"encoding/json"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"

	"github.com/drover-dr/drover/statemachine/fakeaws"
)

// realClock is a clock for Serve that a test moves. A wait ends when its time has come, or when its context is done.
type realClock struct {
	mu    sync.Mutex
	now   time.Time
	moved chan struct{}
}

func newRealClock() *realClock {
	return &realClock{now: time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC), moved: make(chan struct{})}
}

func (c *realClock) read() (now time.Time, moved chan struct{}) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now, c.moved
}

func (c *realClock) Now() time.Time { now, _ := c.read(); return now }

func (c *realClock) wait(ctx context.Context, d time.Duration) {
	now, moved := c.read()
	for until := now.Add(d); now.Before(until); now, moved = c.read() {
		select {
		case <-ctx.Done():
			return
		case <-moved:
		}
	}
}

func (c *realClock) move(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
	close(c.moved)
	c.moved = make(chan struct{})
}

// eventually waits until done, which other goroutines bring about.
func eventually(t testing.TB, what string, done func() bool) {
	t.Helper()
	for range 2000 {
		if done() {
			return
		}
		time.Sleep(time.Millisecond)
	}
	t.Fatalf("%s did not happen", what)
}

func TestServingFollowsTheRealClock(t *testing.T) {
	s, token := serveMachine(t)
	clock := newRealClock()
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		s.Serve(ctx, fakeaws.Pace{Speed: 60, Now: clock.Now, Wait: clock.wait})
	}()
	client := s.states(west, fakeaws.Administrator)
	started, err := client.StartExecution(ctx, start("run-1", `{}`))
	if err != nil {
		t.Fatal(err)
	}
	// The function runs although the real clock stands still: the request has ended the wait.
	eventually(t, "the invocation", func() bool { return token() != "" })
	clock.move(500 * time.Millisecond)
	eventually(t, "half a minute", func() bool { return s.Now().Equal(testStart.Add(30 * time.Second)) })
	status := func() string {
		d, err := client.DescribeExecution(ctx, &sfn.DescribeExecutionInput{ExecutionArn: started.ExecutionArn})
		if err != nil {
			t.Fatal(err)
		}
		return string(d.Status)
	}
	if got := status(); got != "RUNNING" {
		t.Errorf("after 30 s the execution is %s, want RUNNING", got)
	}
	clock.move(510 * time.Millisecond)
	eventually(t, "the time-out of the question", func() bool { return status() == "FAILED" })
	if e, _ := s.Execution(aws.ToString(started.ExecutionArn)); !e.StoppedAt.Equal(testStart.Add(time.Minute)) {
		t.Errorf("it timed out %v after its start, want 1m0s", e.StoppedAt.Sub(testStart))
	}
	stop()
	<-done
	clock.move(time.Hour)
	if got := s.Now(); !got.Before(testStart.Add(2 * time.Minute)) {
		t.Errorf("the clock goes on after the end of serving: %v", got)
	}
}

func TestRequestsAreAnsweredWhileAFunctionRuns(t *testing.T) {
	s := serve(t)
	s.Role(t, machineRole, "lambda:InvokeFunction")
	entered, leave := make(chan struct{}), make(chan struct{})
	err := s.AddFunction(fakeaws.Function{ARN: functionARN, Name: "drover-ask", Region: west, Timeout: time.Minute, Invoke: func([]byte) fakeaws.InvokeResult {
		close(entered)
		<-leave
		return fakeaws.InvokeResult{Payload: []byte(`1`)}
	}})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.AddStateMachine(fakeaws.StateMachine{ARN: machineARN, Name: "drover", Region: west, Role: machineRole, Definition: asking}); err != nil {
		t.Fatal(err)
	}
	s.keepServing(t, 100)
	arn, err := s.StartExecution(machineARN, "run-1", json.RawMessage(`{}`))
	if err != nil {
		t.Fatal(err)
	}
	<-entered
	before := s.Now()
	if _, err := s.states(west, fakeaws.Administrator).DescribeExecution(t.Context(), &sfn.DescribeExecutionInput{ExecutionArn: &arn}); err != nil {
		t.Error(err)
	}
	if got := s.Now(); !got.Equal(before) {
		t.Errorf("the clock has moved by %v while a function runs, want none", got.Sub(before))
	}
	close(leave)
	eventually(t, "going on", func() bool { return s.Now().After(before) })
}

func TestAFunctionsLogHoldsMetrics(t *testing.T) {
	s := serve(t)
	s.Role(t, machineRole, "lambda:InvokeFunction")
	log := `{"level":"INFO","msg":"checked"}
{"_aws":{"Timestamp":1772442000000,"CloudWatchMetrics":[{"Namespace":"Drover","Dimensions":[["Plan"],[]],"Metrics":[{"Name":"Ready","Unit":"Count"}]}]},"Plan":"drover","Ready":1}
{"_aws":{"Timestamp":1672442000000,"CloudWatchMetrics":[{"Namespace":"Drover","Dimensions":[[]],"Metrics":[{"Name":"Old"}]}]},"Old":1}
`
	err := s.AddFunction(fakeaws.Function{ARN: functionARN, Name: "drover-ask", Region: west, Timeout: time.Minute, Invoke: func([]byte) fakeaws.InvokeResult {
		return fakeaws.InvokeResult{Payload: []byte(`1`), Logs: []byte(log)}
	}})
	if err != nil {
		t.Fatal(err)
	}
	s.Send(t, west, fakeaws.Administrator, "lambda", "", "POST", "/2015-03-31/functions/drover-ask/invocations", `{}`)
	if j := s.Journal(); len(j) != 1 || j[0].Kind != "metrics" {
		t.Errorf("journal %+v, want that the old metric was not taken", j)
	}
	// An alarm on the metric shows whether the metric exists, with these dimensions and no others.
	for _, c := range []struct {
		metric     string
		dimensions map[string]string
		want       string
	}{
		{"Ready", map[string]string{"Plan": "drover"}, fakeaws.AlarmInAlarm},
		{"Ready", nil, fakeaws.AlarmInAlarm},
		{"Ready", map[string]string{"Plan": "other"}, fakeaws.AlarmInsufficientData},
		{"Old", nil, fakeaws.AlarmInsufficientData},
	} {
		err := s.AddAlarm(fakeaws.Alarm{Region: west, Name: c.metric + c.dimensions["Plan"], Rule: fakeaws.AlarmRule{
			Namespace: "Drover", Metric: c.metric, Dimensions: c.dimensions, Statistic: "Sum", PeriodSeconds: 60,
			Comparison: "GreaterThanOrEqualToThreshold", Threshold: 1,
		}})
		if err != nil {
			t.Fatal(err)
		}
		s.AdvanceTo(testStart.Add(3 * time.Minute)) // two minutes at most after the minute that it describes
		_, body := s.Send(t, west, fakeaws.Administrator, "monitoring", "GraniteServiceVersion20100801.DescribeAlarms", "POST", "/",
			`{"AlarmNames": ["`+c.metric+c.dimensions["Plan"]+`"]}`)
		var answer struct{ MetricAlarms []struct{ StateValue string } }
		if err := json.Unmarshal([]byte(body), &answer); err != nil || len(answer.MetricAlarms) != 1 || answer.MetricAlarms[0].StateValue != c.want {
			t.Errorf("%s %v: %s, want %s", c.metric, c.dimensions, body, c.want)
		}
	}
}
