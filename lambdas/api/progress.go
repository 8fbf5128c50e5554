package api

import (
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/lambdas/internal/wording"
)

// Progress is how far a run has come, by its history.
type Progress struct {
	// State is the state that was entered last.
	State string `json:"state,omitempty"`
	// StagesDone counts the verified stages, Stages all of them.
	StagesDone int `json:"stagesDone"`
	Stages     int `json:"stages"`
	// Stage is the stage in progress, or the last one.
	Stage *failover.Stage `json:"stage,omitempty"`
	// Reasons say what the stage is waiting for, or why the run ended with its outcome; MoreReasons counts those that are not
	// shown.
	Reasons     []string `json:"reasons,omitempty"`
	MoreReasons int      `json:"moreReasons,omitempty"`
	// Failure is the first failed step of a run that has ended, or the last failed attempt of one in progress.
	Failure *failover.StepFailure `json:"failure,omitempty"`
	// Findings are Validate's; MoreFindings counts those that are not shown.
	Findings     []failover.Finding `json:"findings,omitempty"`
	MoreFindings int                `json:"moreFindings,omitempty"`

	// end is the request that concludes the run.
	end failover.NotifyRequest
}

// progressOf reads a run's progress from the first events of its history, oldest first, and from the last ones, newest
// first.
func progressOf(first, last []types.HistoryEvent) *Progress {
	p := &Progress{}
	for _, e := range first {
		if e.TaskSucceededEventDetails != nil {
			p.planned(payloadOf(e.TaskSucceededEventDetails.Output))
			break // the first answer is Validate's
		}
	}
	back := backward{Progress: p}
	for _, e := range last {
		if !back.read(e) {
			break
		}
	}
	return p
}

// planned reads an answer of Validate.
func (p *Progress) planned(answer payload) {
	p.Findings, p.MoreFindings = answer.Findings, answer.MoreFindings
	p.Stages = max(p.Stages, answer.stages())
}

// text says in one sentence where a run is.
func (p *Progress) text() string {
	if p.Stage == nil {
		return p.State
	}
	parts := []string{fmt.Sprintf("wave %d", p.Stage.Wave)}
	if p.Stage.Prove != "" {
		parts[0] = fmt.Sprintf("proof of the switches, %s", p.Stage.Prove)
	}
	if p.Stage.Closing() {
		parts[0] = "verification of all that has moved"
	}
	if p.Stage.Percent != nil {
		parts = append(parts, fmt.Sprintf("%d %% of the traffic to %s", *p.Stage.Percent, p.Stage.To))
	}
	if p.Stage.Promote {
		parts = append(parts, "databases promoted in "+string(p.Stage.To))
	}
	return fmt.Sprintf("%s, stage %d of %d: %s", p.State, p.Stage.Index+1, p.Stages, strings.Join(parts, ", "))
}

// backward reads a history from its end back to the start of the stage. The newest events come first; for each field, the first
// value counts.
type backward struct {
	*Progress
	// answered says that a newer step has succeeded, so that older failures do not count.
	answered bool
	// concluded says that the request with the outcome and the failures of the run was read.
	concluded bool
}

// read reads one more event, and says whether to continue.
func (b *backward) read(e types.HistoryEvent) bool {
	switch {
	case e.StateEnteredEventDetails != nil:
		b.entered(aws.ToString(e.StateEnteredEventDetails.Name))
	case e.TaskFailedEventDetails != nil:
		b.failed(e.TaskFailedEventDetails.Error, e.TaskFailedEventDetails.Cause)
	case e.TaskTimedOutEventDetails != nil:
		b.failed(e.TaskTimedOutEventDetails.Error, e.TaskTimedOutEventDetails.Cause)
	case e.TaskSucceededEventDetails != nil:
		b.succeeded(payloadOf(e.TaskSucceededEventDetails.Output))
	case e.TaskScheduledEventDetails != nil:
		return b.scheduled(payloadOf(e.TaskScheduledEventDetails.Parameters))
	}
	return true
}

func (b *backward) entered(state string) {
	if b.State == "" {
		b.State = state
	}
	if b.Failure != nil && b.Failure.State == "" {
		b.Failure.State = state // the attempts of a task come after the entry of its state
	}
}

func (b *backward) failed(name, cause *string) {
	if !b.answered && b.Failure == nil {
		b.Failure = &failover.StepFailure{Error: aws.ToString(name), Cause: aws.ToString(cause)}
	}
}

func (b *backward) succeeded(answer payload) {
	b.answered = true
	switch {
	case answer.Findings != nil:
		b.planned(answer)
	case answer.Verdict != "" && b.Reasons == nil:
		b.Reasons, b.MoreReasons = answer.Reasons, answer.MoreReasons
	}
}

// scheduled reads a request to a step. The request that concludes the run has the outcome; the others have their stage. The
// first request of another stage ends the reading.
func (b *backward) scheduled(asked payload) bool {
	if asked.Outcome != "" && !b.concluded {
		b.concluded = true
		end := asked.concludes()
		b.Failure, b.end = failover.FailedStep(end.Failed()), end
		b.Reasons = append(wording.Reasons(end.Run, end.Failed(), end.MoreFailures, end.Decisions), end.SetAside.WithoutPending().Lines()...)
		b.Stages = max(b.Stages, asked.stages())
	}
	if asked.StagesDone != nil {
		b.StagesDone = max(b.StagesDone, *asked.StagesDone)
	}
	if asked.Stage == nil {
		return true
	}
	if b.Stage != nil {
		return b.Stage.Index == asked.Stage.Index
	}
	b.Stage = asked.Stage
	b.Stages = max(b.Stages, b.Stage.Index+1)
	b.StagesDone = max(b.StagesDone, b.Stage.Index)
	return true
}
