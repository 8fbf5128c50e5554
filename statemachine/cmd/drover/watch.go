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
	"github.com/drover-dr/drover/statemachine/drill"
)

type watchCommand struct {
	RunID string        `arg:"" name:"run" help:"Id of the run: what start has printed, or status shows."`
	Every time.Duration `help:"How often to look." default:"2s"`
	deployment
}

// The exit codes of runs that did not end Completed; a script can tell them apart. Any other end is exitFailed.
const (
	exitHeld       = 3
	exitRolledBack = 4
	exitRefused    = 5
)

// outcomeError says how a watched run ended, when it did not end Completed. All has been told already.
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

// Run shows what a run does, as it happens, until it ends. Its outcome is the exit code.
func (c *watchCommand) Run(env environment) error {
	if c.Every < minEvery {
		return usageError{fmt.Errorf("--every %s; expected at least %s", c.Every, minEvery)}
	}
	plan, err := c.plan()
	if err != nil {
		return err
	}
	x, err := c.find(env, plan, c.RunID)
	if err != nil {
		return err
	}
	return watch(env, x, c.Every)
}

// minEvery keeps a watcher from using up what Step Functions allows everybody in the account.
const minEvery = 100 * time.Millisecond

// watch tells a run from its beginning to its end.
func watch(env environment, x execution, every time.Duration) error {
	w := newWatcher(screen(env.terminal), x)
	for {
		over := x.outcome() != ""
		if err := w.tell(env, x); err != nil {
			return err
		}
		if over {
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

// watcher tells the events of a history, each once.
type watcher struct {
	run      string
	follower *drill.Follower
	last     int64
}

func newWatcher(out *drill.Printer, x execution) *watcher {
	out.Start = aws.ToTime(x.StartDate)
	return &watcher{run: aws.ToString(x.Name), follower: drill.NewFollower(out)}
}

// tell tells what has happened since it was last called.
func (w *watcher) tell(env environment, x execution) error {
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
	case e.TaskSubmittedEventDetails != nil: // the one task that is handed over and then waits is the question to people
		w.follower.Asked(failover.CommandLine("drover", "approve", w.run)+", or "+failover.CommandLine("drover", "reject", w.run), at)
	case e.TaskSucceededEventDetails != nil:
		w.follower.Answered(payloadOf(aws.ToString(e.TaskSucceededEventDetails.Output)), at)
	case e.TaskFailedEventDetails != nil:
		w.follower.Failed(aws.ToString(e.TaskFailedEventDetails.Error), aws.ToString(e.TaskFailedEventDetails.Cause), at)
	case e.TaskTimedOutEventDetails != nil:
		w.follower.Failed(aws.ToString(e.TaskTimedOutEventDetails.Error), aws.ToString(e.TaskTimedOutEventDetails.Cause), at)
	}
}

// payloadOf is what the function has answered; Step Functions wraps it into the answer of Lambda.
func payloadOf(output string) []byte {
	var invoked struct{ Payload json.RawMessage }
	if json.Unmarshal([]byte(output), &invoked) == nil && len(invoked.Payload) > 0 {
		return invoked.Payload
	}
	return []byte(output)
}

// writeEnd says how a run ended and why.
func writeEnd(w io.Writer, x execution) {
	fmt.Fprintf(w, "\n%s: %s after %s\n", aws.ToString(x.Name), x.outcome(),
		aws.ToTime(x.StopDate).Sub(aws.ToTime(x.StartDate)).Round(time.Second))
	if cause := aws.ToString(x.Cause); cause != "" {
		fmt.Fprintln(w, cause)
	}
}

// pause waits, unless somebody has had enough.
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
