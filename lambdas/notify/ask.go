package notify

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/prose"
	"github.com/drover-dr/drover/internal/registry"
)

// AskAnswer says that the request for approval is out. Step Functions waits for the approver's answer, not for this one.
type AskAnswer struct {
	Notified bool `json:"notified"`
}

// Ask writes the task token into the registry, where drover and the aws command line find it, and then publishes the request
// for approval: what is requested, what is done, what could be lost, until when, and the commands to answer with. The message
// does not have the token, because not everyone who reads it may approve.
//
// A second identical call finds the token marked as notified, or a later question of the same run, and does nothing. If the
// first call crashed in between, the second publishes again: twice is better than never.
//
// Errors: those of the DynamoDB calls and of Publish as the entry package names them: Throttled, Unreachable, Busy,
// Denied, Rejected.
//
// It relies on "Wait for a Callback with Task Token" in the AWS Step Functions Developer Guide: the token is valid in the
// Region of the execution until the state times out.
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
	_ = h.Registry.RenewLock(ctx, req.Run, req.Now, failover.LeaseUntil(req.Until, 0))
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
	// If this fails, a repetition sends the request again; this one is out all the same.
	_ = h.Registry.PutApproval(ctx, asked)
	return AskAnswer{Notified: true}, nil
}

// isOld says whether this request is out already, or a later one: of a later attempt, whose token is the only valid one, or
// of a later question. Nothing is asked for a run that has ended.
func isOld(req failover.ApprovalRequest, last registry.Approval) bool {
	switch order := req.Now.Compare(last.Asked); {
	case order < 0:
		return true
	case order > 0:
		return false
	}
	return last.Over || int64(req.Try) < last.Try || last.Token == req.Token && last.Notified
}

// question is a request for approval.
type question struct {
	summary, text string
	facts         facts
}

func (h Handler) question(req failover.ApprovalRequest, m failover.Machine) question {
	until := req.Until.UTC().Format("15:04:05 UTC")
	var q question
	q.summary = prose.Cut(fmt.Sprintf("Approval needed by %s: %s waits %s", until, journey(req.Run), where(req)), maxSummary)
	approve, reject := h.Plan.Drover(failover.CommandLine("approve", req.Run.ID), m.Region), h.Plan.Drover(failover.CommandLine("reject", req.Run.ID), m.Region)
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n\n", q.summary)
	fmt.Fprintf(&b, "Requested: %s\nDone: %s\nData: %s\n", wanted(req), done(req), atStake(req))
	if rules := req.Run.OverrideSafetyRules; len(rules) > 0 {
		fmt.Fprintf(&b, "Overrides: %s\n", prose.Some(rules, maxLines, ", "))
	}
	if bound := time.Duration(req.Run.BoundSeconds) * time.Second; bound > time.Duration(h.Plan.TargetRTOSeconds)*time.Second {
		fmt.Fprintf(&b, "Time: the run can take up to %s, more than the target RTO of %s\n", bound, seconds(float64(h.Plan.TargetRTOSeconds)))
	}
	fmt.Fprintf(&b, "\nTo approve:\n  %s\nTo reject (%s):\n  %s\nWithout an answer by %s the request is rejected.\n", approve, consequence(req), reject, until)
	fmt.Fprintf(&b, "\nWithout drover (to reject, write false instead of true):\n  %s\n", h.awsCommand(req, m))
	if req.Digest != "" {
		fmt.Fprintf(&b, "The digest of this request is %s: drover approve and drover reject print the same one.\n", failover.ShortDigest(req.Digest))
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

// where says for what the run waits.
func where(req failover.ApprovalRequest) string {
	if req.Gate == failover.BeforeStart {
		return "to start"
	}
	return "to promote databases"
}

// wanted says what an approval starts.
func wanted(req failover.ApprovalRequest) string {
	what := "all applications"
	if n := len(req.Run.Applications); n > 0 {
		what = prose.Some(req.Run.Applications, maxLines, ", ")
	}
	if req.Gate == failover.BeforeStart || req.Stage == nil {
		return fmt.Sprintf("to move %s, in %s", what, prose.Count(req.Stages, "stage"))
	}
	return fmt.Sprintf("to promote the databases of %s in %s (stage %d of %d); after that, only another promotion moves them back",
		wave(*req.Stage), req.Stage.To, req.StagesDone+1, req.Stages)
}

// done says what has moved so far.
func done(req failover.ApprovalRequest) string {
	if req.Gate == failover.BeforeStart || req.Stage == nil {
		return "nothing; nothing was changed"
	}
	var parts []string
	if req.StagesDone > 0 {
		parts = append(parts, prose.Count(req.StagesDone, "stage")+" verified")
	}
	if req.Stage.Percent != nil {
		parts = append(parts, fmt.Sprintf("%d %% of the traffic of %s goes to %s", *req.Stage.Percent, wave(*req.Stage), req.Stage.To))
	} else {
		parts = append(parts, fmt.Sprintf("the traffic of %s has not moved", wave(*req.Stage)))
	}
	return strings.Join(parts, "; ")
}

func wave(s failover.Stage) string {
	if s.Wave == 0 {
		return "all waves"
	}
	return fmt.Sprintf("wave %d", s.Wave)
}

// atStake says which writes an approval may lose.
func atStake(req failover.ApprovalRequest) string {
	lag := "no replication lag was measured"
	if req.LagMillis != nil {
		lag = fmt.Sprintf("replication lag %.1f s", float64(*req.LagMillis)/1000)
	}
	switch {
	case req.Run.Action.Planned():
		return lag + "; a planned promotion waits until it is 0, so no writes are lost"
	case req.LagMillis == nil:
		return lag + "; writes that are not replicated are lost"
	}
	return lag + "; about as many seconds of the last writes are lost"
}

// consequence says how the run ends without an approval.
func consequence(req failover.ApprovalRequest) string {
	switch {
	case req.Gate == failover.BeforeStart:
		return "nothing is changed"
	case req.Run.Action.Planned():
		return "the run is rolled back"
	}
	return "moved applications stay, and the run ends Held"
}

// awsCommand reads the token from the registry and approves with it.
func (h Handler) awsCommand(req failover.ApprovalRequest, m failover.Machine) string {
	sort, _ := json.Marshal(registry.ApprovalSortKey(req.Run.ID, req.Run.Region())) // a text is always JSON
	token := failover.CommandLine("aws", "dynamodb", "get-item", "--consistent-read", "--region", string(m.Region), "--table-name", h.Registry.Table,
		"--key", `{"pk":{"S":"approvals"},"sk":{"S":`+string(sort)+`}}`, "--query", "Item.token.S", "--output", "text")
	output, _ := json.Marshal(failover.ApprovalAnswer{Approved: true, By: "me", Run: req.Run.ARN, Digest: req.Digest}) // texts always are JSON
	answer := failover.CommandLine("aws", "stepfunctions", "send-task-success", "--region", string(m.Region),
		"--task-output", string(output))
	return answer + ` --task-token "$(` + token + `)"`
}
