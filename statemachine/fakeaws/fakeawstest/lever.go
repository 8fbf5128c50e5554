package fakeawstest

import (
	"testing"
	"time"

	"github.com/drover-dr/drover/statemachine/fakeaws"
)

// The function of AddLever, and the host of its URL.
const (
	LeverARN  = "arn:aws:lambda:us-west-2:111122223333:function:drover-lever"
	LeverHost = "lever1.lambda-url.us-west-2.on.aws"
)

// AddLever adds a function in the West with a URL of its own, for health checkers.
func (s Served) AddLever(t testing.TB, answer func(payload []byte) fakeaws.InvokeResult) {
	t.Helper()
	err := s.AddFunction(fakeaws.Function{ARN: LeverARN, Name: "drover-lever", Region: West, Timeout: 3 * time.Second, Invoke: answer})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.AddFunctionURL(fakeaws.FunctionURL{ID: "lever1", Region: West, FunctionARN: LeverARN}); err != nil {
		t.Fatal(err)
	}
}
