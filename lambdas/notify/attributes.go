package notify

import (
	"encoding/json"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sns/types"
	"github.com/drover-dr/drover/internal/failover"
)

// The kinds of notifications, for the filter policies of subscriptions. The values never change.
const (
	kindStarted  = "begun"
	kindApproval = "approval"
	kindResult   = "result"
	kindRefused  = "refused"
)

// facts are the message for programs: the attribute of that name, as JSON. It counts what the report lists.
type facts struct {
	Kind          string           `json:"kind"`
	Plan          string           `json:"plan"`
	Run           string           `json:"run"`
	ARN           string           `json:"arn"`
	Action        failover.Action  `json:"action"`
	From          failover.Region  `json:"from"`
	To            failover.Region  `json:"to"`
	Summary       string           `json:"summary"`
	TakenOverFrom string           `json:"takenOverFrom,omitempty"`
	Outcome       failover.Outcome `json:"outcome,omitempty"`
	Result        *resultFacts     `json:"result,omitempty"`
	Started       *startedFacts    `json:"begun,omitempty"`
	Approval      *approvalFacts   `json:"approval,omitempty"`
	Refused       *refusedFacts    `json:"refused,omitempty"`
	Winner        *failover.Winner `json:"winner,omitempty"`
}

// startedFacts are those of a run that starts.
type startedFacts struct {
	Stages   int       `json:"stages"`
	Warnings int       `json:"warnings"`
	EndsBy   time.Time `json:"endsBy"`
}

// refusedFacts are those of a run that ended with Validate's verdict.
type refusedFacts struct {
	Verdict   failover.Verdict `json:"verdict"`
	Blockers  int              `json:"blockers"`
	StartedBy string           `json:"startedBy,omitempty"`
	Next      string           `json:"next,omitempty"`
}

// resultFacts are those of a run that has ended.
type resultFacts struct {
	Moved            int                    `json:"moved"`
	NotMoved         int                    `json:"notMoved"`
	Restored         int                    `json:"restored"`
	NotRestored      int                    `json:"notRestored"`
	NotKnown         int                    `json:"notKnown"`
	Unknown          int                    `json:"unknown"`
	RTOSeconds       float64                `json:"rtoSeconds"`
	TargetRTOSeconds int                    `json:"targetRTOSeconds"`
	RTOMet           bool                   `json:"rtoMet"`
	RPOSeconds       *float64               `json:"rpoSeconds,omitempty"`
	TargetRPOSeconds int                    `json:"targetRPOSeconds"`
	RPOMeasuredAt    *time.Time             `json:"rpoMeasuredAt,omitempty"`
	Decisions        []failover.Decision    `json:"decisions,omitempty"`
	Phases           []failover.PhaseResult `json:"phases,omitempty"`
	LostWrites       int                    `json:"lostWrites"`
	FollowUp         *followUpFacts         `json:"followUp,omitempty"`
	Next             string                 `json:"next,omitempty"`
	Report           string                 `json:"report,omitempty"`
}

// followUpFacts are those of what is left to do.
type followUpFacts struct {
	// PendingZones counts the zones whose weights are pending, -1 when they are too many to count.
	PendingZones int    `json:"pendingZones"`
	Command      string `json:"command"`
}

// approvalFacts are those of a run that waits for an approval.
type approvalFacts struct {
	Gate      failover.Approval `json:"gate"`
	Stage     *int              `json:"stage,omitempty"`
	Until     time.Time         `json:"until"`
	LagMillis *int64            `json:"lagMillis,omitempty"`
	Approve   string            `json:"approve"`
	Reject    string            `json:"reject"`
}

// attributes are the message attributes of a result.
func attributes(plan failover.Plan, r failover.Report, location string) map[string]types.MessageAttributeValue {
	f := newFacts(kindResult, plan, r.Run, r.Summary)
	f.Outcome, f.Winner = r.Outcome, r.Winner
	f.Result = &resultFacts{
		Moved: len(r.Moved), NotMoved: len(r.NotMoved), Restored: len(r.Restored), NotRestored: len(r.NotRestored),
		NotKnown: len(r.NotKnown), Unknown: len(r.Unknown), RTOSeconds: r.RTOSeconds, TargetRTOSeconds: r.TargetRTOSeconds, RTOMet: r.RTOMet, RPOSeconds: r.RPOSeconds,
		TargetRPOSeconds: r.TargetRPOSeconds, RPOMeasuredAt: r.RPOMeasuredAt, Decisions: r.Decisions, Phases: r.Phases, LostWrites: len(r.LostWrites), FollowUp: followUpOf(r), Next: r.Next, Report: location,
	}
	return f.attributes(r.Run)
}

func newFacts(kind string, plan failover.Plan, run failover.Run, summary string) facts {
	from, to := run.OutboundRegions()
	return facts{
		Kind: kind, Plan: plan.Name, Run: run.ID, ARN: run.ARN, Action: run.Asked(), From: from, To: to, Summary: summary,
		TakenOverFrom: run.TakenOverFrom,
	}
}

// attributes are the facts and, as attributes of their own, those for filter policies. A subscription with raw delivery to SQS
// takes ten at most; see "Amazon SNS message attributes" in the Amazon SNS Developer Guide.
func (f facts) attributes(run failover.Run) map[string]types.MessageAttributeValue {
	all := map[string]types.MessageAttributeValue{}
	add := func(name, value string) {
		if value != "" { // SNS rejects an empty attribute
			all[name] = types.MessageAttributeValue{DataType: aws.String("String"), StringValue: &value}
		}
	}
	add("kind", f.Kind)
	add("plan", f.Plan)
	add("run", f.Run)
	add("action", string(f.Action))
	add("outcome", string(f.Outcome))
	if text, err := json.Marshal(f); err == nil { // texts, numbers and times are always JSON
		add("facts", string(failover.Encoded(text, run.Writes)))
	}
	return all
}
