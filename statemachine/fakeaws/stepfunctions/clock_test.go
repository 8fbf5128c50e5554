package stepfunctions_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"

	"github.com/drover-dr/drover/statemachine/fakeaws"
	"github.com/drover-dr/drover/statemachine/fakeaws/fakeawstest"
)

const saysTheTime = `{"QueryLanguage": "JSONata", "StartAt": "First", "States": {
	"First": {"Type": "Wait", "Seconds": 10, "Assign": {"first": "{% $states.context.State.EnteredTime %}"}, "Next": "Done"},
	"Done": {"Type": "Succeed", "Output": {"start": "{% $states.context.Execution.StartTime %}", "first": "{% $first %}", "done": "{% $states.context.State.EnteredTime %}"}}}}`

// TestARegionsClockIsWhatItsExecutionsShow: each state shows the time of the clock when it is entered, and a wait takes its time.
func TestARegionsClockIsWhatItsExecutionsShow(t *testing.T) {
	w := fakeawstest.Serve(t)
	machine := "arn:aws:states:us-west-2:111122223333:stateMachine:m"
	if err := w.AddStateMachine(fakeaws.StateMachine{ARN: machine, Name: "m", Region: "us-west-2", Definition: saysTheTime}); err != nil {
		t.Fatal(err)
	}
	start := w.Now()
	set := func(region string, ahead time.Duration) {
		if err := w.SetClock(region, ahead); err != nil {
			t.Fatal(err)
		}
	}
	set("us-east-1", time.Hour)
	set("us-west-2", time.Minute)
	arn, err := w.StartExecution(machine, "run", []byte("{}"))
	if err != nil {
		t.Fatal(err)
	}
	set("us-west-2", -5*time.Second)
	w.AdvanceTo(start.Add(10 * time.Second))
	x, _ := w.Execution(arn)
	var got map[string]string
	if err := json.Unmarshal(x.Output, &got); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]time.Time{"start": start.Add(time.Minute), "first": start.Add(time.Minute), "done": start.Add(5 * time.Second)} {
		if want := want.UTC().Format("2006-01-02T15:04:05.000Z"); got[name] != want {
			t.Errorf("%s is %s; expected %s", name, got[name], want)
		}
	}
	if !x.StartedAt.Equal(start) || !x.StoppedAt.Equal(start.Add(10*time.Second)) {
		t.Errorf("from %s to %s; expected ten seconds of virtual time", x.StartedAt, x.StoppedAt)
	}
	shown, err := sfn.NewFromConfig(w.Config("us-west-2", fakeaws.Administrator)).DescribeExecution(t.Context(), &sfn.DescribeExecutionInput{ExecutionArn: &arn})
	if err != nil {
		t.Fatal(err)
	}
	if from, to := aws.ToTime(shown.StartDate), aws.ToTime(shown.StopDate); !from.Equal(start.Add(time.Minute)) || !to.Equal(start.Add(5*time.Second)) {
		t.Errorf("DescribeExecution shows %s to %s; expected the Region's clock", from, to)
	}
	if err := w.SetClock("eu-west-1", 0); err == nil {
		t.Error("the clock of a Region that the simulator lacks was set")
	}
}
