package fakeawstest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/drover-dr/drover/statemachine/fakeaws"
)

// The resources of ServeFurnished. All Regional ones are in the West.
const (
	FurnishedMachine   = "arn:aws:states:us-west-2:111122223333:stateMachine:drover"
	FurnishedExecution = "arn:aws:states:us-west-2:111122223333:execution:drover:run-1"
	FurnishedFunction  = "arn:aws:lambda:us-west-2:111122223333:function:drover-ask"
	FurnishedTopic     = "arn:aws:sns:us-west-2:111122223333:drover"
	FurnishedPanel     = "arn:aws:route53-recovery-control::111122223333:controlpanel/0123456789abcdef"
	FurnishedControl   = FurnishedPanel + "/routingcontrol/0123456789abcdef"
	FurnishedCheck     = "11111111-2222-3333-4444-555555555555"

	furnishedRole = "arn:aws:iam::111122223333:role/machine"
)

// furnishedDefinition waits one minute for the answer to a task token.
const furnishedDefinition = `{"QueryLanguage": "JSONata", "StartAt": "Ask", "States": {
  "Ask": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke.waitForTaskToken", "TimeoutSeconds": 60,
    "Arguments": {"FunctionName": "` + FurnishedFunction + `", "Payload": {"token": "{% $states.context.Task.Token %}"}},
    "Output": "{% $states.result %}", "End": true}}}`

// Furnished is a simulator with one resource of every kind: the zone of ServeZone, the table registry, the global cluster of
// ServeAurora, the alarm shop-5xx, the bucket drover-reports, the queue dead-letters, and the Furnished ones; the execution
// has started. It has no address: tests call its ServeHTTP.
func Furnished(t testing.TB) *fakeaws.World {
	t.Helper()
	w := fakeaws.New("111122223333", Start, East, West)
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(w.AddZone(Zone, "example.com."))
	must(w.PutRecordSet(Zone, WeightedSet("www.example.com", East, 100)))
	must(w.PutRecordSet(Zone, WeightedSet("www.example.com", West, 0)))
	must(w.AddTable("registry", East, West))
	must(w.AddGlobalCluster(fakeaws.GlobalCluster{ID: "checkout", Primary: East, Members: []fakeaws.Member{
		{Region: East, ClusterARN: EastCluster, ClusterID: "checkout-us-east-1"},
		{Region: West, ClusterARN: WestCluster, ClusterID: "checkout-us-west-2"},
	}}))
	must(w.AddBucket(West, "drover-reports"))
	w.AddTopic(West, "drover")
	must(w.AddAlarm(fakeaws.Alarm{Region: West, Name: "shop-5xx", State: fakeaws.AlarmOK}))
	w.PutMetric(West, "Shop", "Latency", map[string]string{"App": "shop"}, 12)
	_, err := w.AddQueue(West, "dead-letters")
	must(err)
	w.SetHealthCheck(FurnishedCheck, true)
	must(w.AddRoutingCluster(fakeaws.RoutingCluster{
		Regions:  []string{West, East, "eu-west-1", "ap-southeast-2", "ap-northeast-1"},
		Controls: []fakeaws.RoutingControl{{ARN: FurnishedControl, Name: "shop", PanelARN: FurnishedPanel, PanelName: "shops", On: true}},
	}))
	must(furnishExecution(w))
	return w
}

// furnishExecution adds the function and the state machine, and starts the execution.
func furnishExecution(w *fakeaws.World) error {
	policy := json.RawMessage(`{"Statement": {"Effect": "Allow", "Action": "lambda:InvokeFunction", "Resource": "*"}}`)
	if _, err := w.AddRole(furnishedRole, []json.RawMessage{policy}); err != nil {
		return err
	}
	err := w.AddFunction(fakeaws.Function{
		ARN: FurnishedFunction, Name: "drover-ask", Region: West, Timeout: 10 * time.Second,
		Invoke: func([]byte) fakeaws.InvokeResult { return fakeaws.InvokeResult{Payload: []byte(`{}`)} },
	})
	if err != nil {
		return err
	}
	err = w.AddStateMachine(fakeaws.StateMachine{ARN: FurnishedMachine, Name: "drover", Region: West, Role: furnishedRole, Definition: furnishedDefinition})
	if err != nil {
		return err
	}
	body := `{"stateMachineArn": "` + FurnishedMachine + `", "name": "run-1"}`
	r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(body))
	r.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential="+fakeaws.Administrator+"/20260302/us-west-2/states/aws4_request, Signature=x")
	r.Header.Set("X-Amz-Target", "AWSStepFunctions.StartExecution")
	answer := httptest.NewRecorder()
	w.ServeHTTP(answer, r)
	if answer.Code != http.StatusOK {
		return fmt.Errorf("start the execution: %s", answer.Body)
	}
	return nil
}
