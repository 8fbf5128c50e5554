package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"
	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/untrusted"
	"github.com/drover-dr/drover/statemachine/transcript"
)

type watchCommand struct {
	RunID string        `arg:"" name:"run" help:"Id of the run, as start prints it and status shows it."`
	Every time.Duration `help:"How often to read the history." default:"2s"`
	deployment
}

// The exit codes of runs that did not end Completed. Any other end is exitFailed.
const (
	exitHeld       = 3
	exitRolledBack = 4
	exitRefused    = 5
)

// outcomeError is the outcome of a watched run that did not end Completed. It has been printed already.
type outcomeError struct{ outcome failover.Outcome }

func (e outcomeError) Error() string { return "the run ended " + string(e.outcome) }

// code is the exit code.
func (e outcomeError) code() int {
	switch e.outcome {
	case failover.Held:
		return exitHeld
	case failover.RolledBack:
		return exitRolledBack
	case failover.Refused:
		return exitRefused
	}
	return exitFailed
}

// Run prints each step of a run until it ends. The exit code is the outcome.
func (c *watchCommand) Run(env environment) error {
	if c.Every < minEvery {
		return usageError{fmt.Errorf("--every %s; expected at least %s", c.Every, minEvery)}
	}
	plan, err := c.plan(env.ctx)
	if err != nil {
		return err
	}
	x, err := c.find(env, plan, c.RunID)
	if err != nil {
		return err
	}
	return watch(env, x, c.Every)
}

// minEvery keeps a watcher from using up the request quota of Step Functions, which the account shares.
const minEvery = 100 * time.Millisecond

// watch prints a run from its start to its end.
func watch(env environment, x execution, every time.Duration) error {
	w := newWatcher(screen(env.terminal), x)
	for {
		ended := x.outcome() != ""
		if err := w.print(env, x); err != nil {
			return err
		}
		if ended {
			break
		}
		if err := pause(env.ctx, every); err != nil {
			return err
		}
		var err error
		if x, err = x.again(env); err != nil {
			return err
		}
	}
	writeEnd(env.stdout, x)
	if outcome := x.outcome(); outcome != failover.Completed {
		return outcomeError{outcome}
	}
	return nil
}

// watcher prints the events of a history, each once.
type watcher struct {
	run      string
	follower *transcript.Follower
	last     int64
}

func newWatcher(out *transcript.Printer, x execution) *watcher {
	out.Start = aws.ToTime(x.StartDate)
	return &watcher{run: aws.ToString(x.Name), follower: transcript.NewFollower(out)}
}

// print prints the events since it was last called.
func (w *watcher) print(env environment, x execution) error {
	events, err := x.historyAfter(env, w.last)
	if err != nil {
		return err
	}
	for _, e := range events {
		w.last = e.Id
		w.event(e)
	}
	return nil
}

func (w *watcher) event(e types.HistoryEvent) {
	at := aws.ToTime(e.Timestamp)
	switch {
	case e.StateEnteredEventDetails != nil:
		w.follower.Entered(aws.ToString(e.StateEnteredEventDetails.Name), at)
	case e.TaskScheduledEventDetails != nil:
		w.follower.Scheduled(payloadOf(aws.ToString(e.TaskScheduledEventDetails.Parameters)))
	case e.TaskSubmittedEventDetails != nil: // the one task that waits for a token is the approval
		w.follower.Asked(failover.CommandLine("drover", "approve", w.run)+", or "+failover.CommandLine("drover", "reject", w.run), at)
	case e.TaskSucceededEventDetails != nil:
		w.follower.Answered(payloadOf(aws.ToString(e.TaskSucceededEventDetails.Output)), at)
	case e.TaskFailedEventDetails != nil:
		w.follower.Failed(aws.ToString(e.TaskFailedEventDetails.Error), aws.ToString(e.TaskFailedEventDetails.Cause), at)
	case e.TaskTimedOutEventDetails != nil:
		w.follower.Failed(aws.ToString(e.TaskTimedOutEventDetails.Error), aws.ToString(e.TaskTimedOutEventDetails.Cause), at)
	}
}

// payloadOf is the function's answer; Step Functions wraps it into that of Lambda.
func payloadOf(output string) []byte {
	var invoked struct{ Payload json.RawMessage }
	if json.Unmarshal([]byte(output), &invoked) == nil && len(invoked.Payload) > 0 {
		return invoked.Payload
	}
	return []byte(output)
}

// writeEnd prints the outcome of a run and its cause, and what is left to do.
func writeEnd(w io.Writer, x execution) {
	fmt.Fprintf(w, "\n%s: %s after %s\n", aws.ToString(x.Name), x.outcome(),
		aws.ToTime(x.StopDate).Sub(aws.ToTime(x.StartDate)).Round(time.Second))
	if cause := aws.ToString(x.Cause); cause != "" {
		fmt.Fprintln(w, cause)
	}
	var answer failover.NotifyAnswer // of a run that has moved something
	if json.Unmarshal([]byte(aws.ToString(x.Output)), &answer) == nil {
		untrusted.Scrub(&answer)
		writeFollowUp(w, answer.FollowUp)
	}
}

// pause waits, or ends with the context.
func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
