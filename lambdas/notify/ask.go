package notify

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/registry"
	"github.com/drover-dr/drover/lambdas/internal/wording"
)

// AskAnswer says that people were asked. Step Functions does not wait for it but for the answer of a person.
type AskAnswer struct {
	Notified bool `json:"notified"`
}

// Ask keeps the task token with the run in the registry, where drover and the aws command line find it, and then
// publishes the question: what is asked, what has been done, what could be lost, until when, and the commands to
// answer with. The message does not have the token: not everybody who may read it may answer.
//
// A second identical call finds the token and that people were told, or a later question of the same run, and changes
// nothing and tells nobody. After one that died in between it publishes again: people rather hear twice than not at all.
//
// Errors: those of the DynamoDB calls and of Publish as the entry package names them: Throttled, Unreachable, Busy,
// Denied, Rejected.
//
// It relies on "Wait for a Callback with Task Token" in the AWS Step Functions Developer Guide: the token is good in
// the Region of the execution, until the state's time is over.
func (h Handler) Ask(ctx context.Context, req failover.ApprovalRequest) (AskAnswer, error) {
	old, err := h.Registry.Approval(ctx, req.Run.ID, req.Run.Region())
	switch {
	case err == nil && isOld(req, old):
		return AskAnswer{Notified: true}, nil
	case err != nil && !errors.Is(err, registry.ErrNotAsked):
		return AskAnswer{}, err
	}
	m, ok := failover.MachineOf(req.Run.ARN)
	if !ok {
		return AskAnswer{}, failover.Fail(failover.Rejected, fmt.Errorf("run %s: %q is no execution's ARN", req.Run.ID, req.Run.ARN))
	}
	h.Registry.RenewLock(ctx, req.Run, req.Now, failover.LeaseUntil(req.Until, 0))
	asked := registry.Approval{
		Run: req.Run.ID, Token: req.Token, Region: req.Run.Region(), Gate: string(req.Gate), Asked: req.Now, Until: req.Until,
		Try: int64(req.Try), Execution: req.Run.ARN, Phase: req.Run.Phase, Stage: req.Question().Stage, Digest: req.Digest, Configuration: req.Configuration,
	}
	if err := h.Registry.PutApproval(ctx, asked); err != nil {
		return AskAnswer{}, err
	}
	q := h.question(req, m)
	if err := h.publish(ctx, subject(h.Plan, q.summary), q.text, q.facts.attributes(req.Run)); err != nil {
		return AskAnswer{}, err
	}
	asked.Notified = true
	// If this fails, a repetition asks again; the question is out all the same.
	_ = h.Registry.PutApproval(ctx, asked)
	return AskAnswer{Notified: true}, nil
}

// isOld says whether people have been asked this already, or something later: by a later try, whose token alone can be
// answered, or by a later question. Of a run that is over nothing is asked any more.
func isOld(req failover.ApprovalRequest, last registry.Approval) bool {
	switch order := req.Now.Compare(last.Asked); {
	case order < 0:
		return true
	case order > 0:
		return false
	}
	return last.Over || int64(req.Try) < last.Try || last.Token == req.Token && last.Notified
}

// question is a message that waits for an answer.
type question struct {
	summary, text string
	facts         facts
}

func (h Handler) question(req failover.ApprovalRequest, m failover.Machine) question {
	until := req.Until.UTC().Format("15:04:05 UTC")
	var q question
	q.summary = wording.Clip(fmt.Sprintf("Approve until %s? %s waits %s", until, journey(req.Run), where(req)), maxSummary)
	approve, reject := h.Plan.Drover(failover.CommandLine("approve", req.Run.ID), m.Region), h.Plan.Drover(failover.CommandLine("reject", req.Run.ID), m.Region)
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n\n", q.summary)
	fmt.Fprintf(&b, "Asked: %s\nDone: %s\nData: %s\n", wanted(req), done(req), atStake(req))
	if bound := time.Duration(req.Run.BoundSeconds) * time.Second; bound > time.Duration(h.Plan.TargetRTOSeconds)*time.Second {
		fmt.Fprintf(&b, "Time: at worst the run takes %s, more than the target RTO of %s\n", bound, seconds(float64(h.Plan.TargetRTOSeconds)))
	}
	fmt.Fprintf(&b, "\nTo approve:\n  %s\nTo reject (%s):\n  %s\nNo answer until %s is a no.\n", approve, consequence(req), reject, until)
	fmt.Fprintf(&b, "\nWithout drover; for a no, false instead of true:\n  %s\n", h.awsCommand(req, m))
	if req.Digest != "" {
		fmt.Fprintf(&b, "This is question %s: drover approve and reject print the same.\n", failover.ShortDigest(req.Digest))
	}
	b.WriteByte('\n')
	about(&b, h.Plan, req.Run, nil)
	q.text = b.String()
	q.facts = newFacts(kindApproval, h.Plan, req.Run, q.summary)
	q.facts.Approval = &approvalFacts{Gate: req.Gate, Until: req.Until, LagMillis: req.LagMillis, Approve: approve, Reject: reject}
	if req.Stage != nil {
		q.facts.Approval.Stage = &req.Stage.Index
	}
	return q
}

// where says at which gate the run waits.
func where(req failover.ApprovalRequest) string {
	if req.Gate == failover.BeforeStart {
		return "to begin"
	}
	return "to promote databases"
}

// wanted says what a yes sets going.
func wanted(req failover.ApprovalRequest) string {
	what := "all applications"
	if n := len(req.Run.Applications); n > 0 {
		what = names(req.Run.Applications)
	}
	if req.Gate == failover.BeforeStart || req.Stage == nil {
		return fmt.Sprintf("to move %s, in %s", what, count(req.Stages, "stage"))
	}
	return fmt.Sprintf("to promote the databases of %s in %s (stage %d of %d); this is the one-way door",
		wave(*req.Stage), req.Stage.To, req.StagesDone+1, req.Stages)
}

// done says what a no would have to undo.
func done(req failover.ApprovalRequest) string {
	if req.Gate == failover.BeforeStart || req.Stage == nil {
		return "nothing; nothing was touched"
	}
	var parts []string
	if req.StagesDone > 0 {
		parts = append(parts, count(req.StagesDone, "stage")+" verified")
	}
	if req.Stage.Percent != nil {
		parts = append(parts, fmt.Sprintf("%d %% of the traffic of %s goes to %s", *req.Stage.Percent, wave(*req.Stage), req.Stage.To))
	} else {
		parts = append(parts, fmt.Sprintf("the traffic of %s has not been touched", wave(*req.Stage)))
	}
	return strings.Join(parts, "; ")
}

func wave(s failover.Stage) string {
	if s.Wave == 0 {
		return "all waves"
	}
	return fmt.Sprintf("wave %d", s.Wave)
}

// atStake says what a yes may cost.
func atStake(req failover.ApprovalRequest) string {
	lag := "no replication lag was measured"
	if req.LagMillis != nil {
		lag = fmt.Sprintf("replication lags %.1f s", float64(*req.LagMillis)/1000)
	}
	switch {
	case req.Run.Action.Planned():
		return lag + "; a planned promotion waits for it, nothing would be lost"
	case req.LagMillis == nil:
		return lag + "; what is not replicated would be lost"
	}
	return lag + "; about that much of the last writes would be lost"
}

// consequence says what a no, or no answer, makes of the run.
func consequence(req failover.ApprovalRequest) string {
	switch {
	case req.Gate == failover.BeforeStart:
		return "nothing will be touched"
	case req.Run.Action.Planned():
		return "everything goes back as it was"
	}
	return "what has moved stays, and the run is held"
}

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// awsCommand reads the token from the registry and gives it back with a yes.
func (h Handler) awsCommand(req failover.ApprovalRequest, m failover.Machine) string {
	sort, _ := json.Marshal(registry.ApprovalSortKey(req.Run.ID, req.Run.Region())) // a text is always JSON
	token := failover.CommandLine("aws", "dynamodb", "get-item", "--region", string(m.Region), "--table-name", h.Registry.Table,
		"--key", `{"pk":{"S":"approvals"},"sk":{"S":`+string(sort)+`}}`, "--query", "Item.token.S", "--output", "text")
	output, _ := json.Marshal(failover.ApprovalAnswer{Approved: true, By: "me", Run: req.Run.ARN, Digest: req.Digest}) // texts always are JSON
	answer := failover.CommandLine("aws", "stepfunctions", "send-task-success", "--region", string(m.Region),
		"--task-output", string(output))
	return answer + ` --task-token "$(` + token + `)"`
}
