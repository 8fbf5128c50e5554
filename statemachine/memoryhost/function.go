package memoryhost

import (
	"bytes"
	"context"
	"errors"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-lambda-go/lambda/messages"

	"github.com/drover-dr/drover/lambdas/inprocess"
	"github.com/drover-dr/drover/statemachine/drill"
	"github.com/drover-dr/drover/statemachine/lambdahost"
)

// function is a function of the drill.
type function struct {
	*Host
	of  drill.HostedFunction
	log bytes.Buffer
	// handler is the execution environment; nil before the first invocation and after its end.
	handler lambda.Handler
	// probed are the last answers to health checkers, by path.
	probed map[string]probed
}

// Kill implements [drill.Running].
func (f *function) Kill() { f.handler, f.probed = nil, nil }

// Invoke implements [drill.Running].
func (f *function) Invoke(ctx context.Context, payload []byte) (lambdahost.Result, error) {
	if f.of.Step == "lever" && f.settle != nil && f.Defect == nil {
		return f.probe(ctx, payload)
	}
	return f.invoke(ctx, payload)
}

func (f *function) invoke(ctx context.Context, payload []byte) (lambdahost.Result, error) {
	if f.handler == nil {
		var err error
		f.handler, err = inprocess.New(f.of.Step, inprocess.Surroundings{
			Getenv: f.getenv, Client: client{f.Host, f.of.Step}, Dial: f.dial, Log: &f.log,
		})
		if err != nil {
			return lambdahost.Result{}, err
		}
	}
	defect := f.Defect
	if defect != nil && defect.Instead != nil {
		if answer, ok := defect.Instead(f.of.Step, string(payload)); ok {
			return lambdahost.Result{Payload: []byte(answer)}, nil
		}
	}
	ctx, cancel := context.WithTimeout(ctx, f.of.Timeout)
	defer cancel()
	f.running(1)
	defer f.running(-1)
	done := make(chan lambdahost.Result, 1)
	handler := f.handler
	go func() {
		growStack(0)
		done <- resultOf(handler.Invoke(ctx, payload))
	}()
	result := f.conduct(done)
	result.Log = f.log.String()
	f.log.Reset()
	if defect != nil && defect.Answer != nil && result.ErrorType == "" {
		result.Payload = []byte(defect.Answer(f.of.Step, string(payload), string(result.Payload)))
	}
	return result, nil
}

// growStack makes the stack of a goroutine as large as calls of the SDK need it, while there is nothing on it yet that would have to
// be copied: they are a hundred functions deep.
//
//go:noinline
func growStack(at int) byte {
	var space [24 << 10]byte
	return space[at]
}

func (f *function) getenv(name string) string {
	switch name {
	case "AWS_REGION":
		return f.of.Region
	case "AWS_MAX_ATTEMPTS":
		return "1"
	}
	return f.of.Variables[name]
}

// resultOf is what Lambda makes of an answer.
func resultOf(answer []byte, err error) lambdahost.Result {
	if err == nil {
		return lambdahost.Result{Payload: answer}
	}
	var named messages.InvokeResponse_Error
	if !errors.As(err, &named) {
		named = messages.InvokeResponse_Error{Type: "Unhandled", Message: err.Error()}
	}
	return lambdahost.Failed(named.Type, named.Message)
}
