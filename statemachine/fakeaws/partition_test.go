package fakeaws_test

import (
	"strings"
	"testing"

	"github.com/drover-dr/drover/statemachine/fakeaws"
)

func TestARNsFollowThePartitionOfTheRegions(t *testing.T) {
	for region, prefix := range map[string]string{
		"us-gov-west-1": "arn:aws-us-gov:sns:us-gov-west-1:111122223333:", "cn-north-1": "arn:aws-cn:sns:cn-north-1:111122223333:",
		"eu-west-1": "arn:aws:sns:eu-west-1:111122223333:",
	} {
		w := fakeaws.New("111122223333", testStart, region)
		if arn := w.AddTopic(region, "drover"); arn != prefix+"drover" {
			t.Errorf("topic %s; want %sdrover", arn, prefix)
		}
	}
}

// Step Functions rejects a definition whose integrations are of another partition.
func TestADefinitionOfAnotherPartitionIsRefused(t *testing.T) {
	definition := `{"QueryLanguage": "JSONata", "StartAt": "S", "States": {"S": {"Type": "Task", "End": true,
		"Resource": "arn:aws:states:::lambda:invoke", "Arguments": {"FunctionName": "f"}}}}`
	w := fakeaws.New("111122223333", testStart, "us-gov-west-1")
	m := fakeaws.StateMachine{
		ARN: "arn:aws-us-gov:states:us-gov-west-1:111122223333:stateMachine:m", Name: "m", Region: "us-gov-west-1", Definition: definition,
	}
	if err := w.AddStateMachine(m); err == nil || !strings.Contains(err.Error(), "arn:aws:states:::") {
		t.Errorf("error %v; want one that names the integration", err)
	}
	m.Definition = strings.Replace(definition, "arn:aws:", "arn:aws-us-gov:", 1)
	if err := w.AddStateMachine(m); err != nil {
		t.Error(err)
	}
}
