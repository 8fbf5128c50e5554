package api

import (
	"encoding/json"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/drover-dr/drover/internal/failover"
)

// payload has the fields that the API shows from the requests to the steps and from their answers in a history. They are those
// of payload_steps.go and payload_notify.go in package failover; a field that a payload lacks stays empty.
type payload struct {
	// Validate's answer has a list of stages, Notify's request their number.
	Stages       json.RawMessage    `json:"stages"`
	Findings     []failover.Finding `json:"findings"`
	MoreFindings int                `json:"moreFindings"`
	// Stage is in the request to every step of a stage.
	Stage      *failover.Stage `json:"stage"`
	StagesDone *int            `json:"stagesDone"`
	// Verdict and Reasons are VerifyHealth's answer.
	Verdict     failover.Verdict `json:"verdict"`
	Reasons     []string         `json:"reasons"`
	MoreReasons int              `json:"moreReasons"`
	SetAside    failover.Aside   `json:"setAside"`
	// Outcome, Run, Failures and Decisions are in the requests to close the run and to send its notification.
	Outcome      failover.Outcome       `json:"outcome"`
	Run          *failover.Run          `json:"run"`
	Failures     []failover.StepFailure `json:"failures"`
	MoreFailures int                    `json:"moreFailures"`
	Decisions    []failover.Decision    `json:"decisions"`
	// Failure and Reasons are the failures in such a request of a run that release 0.1.0 has started.
	Failure *failover.StepFailure `json:"failure"`
}

// concludes is the request to Notify with the fields of a request that concludes the run.
func (p payload) concludes() failover.NotifyRequest {
	req := failover.NotifyRequest{
		Outcome: p.Outcome, Failures: p.Failures, MoreFailures: p.MoreFailures, Reasons: p.Reasons, Failure: p.Failure,
		Decisions: p.Decisions, SetAside: p.SetAside,
	}
	if p.Run != nil {
		req.Run = *p.Run
	}
	return req
}

// payloadOf is the payload in a task's parameters or its output. A payload that cannot be read is empty: an answer with fewer
// fields is better than none.
func payloadOf(text *string) payload {
	var task struct {
		Payload payload
	}
	if json.Unmarshal([]byte(aws.ToString(text)), &task) != nil {
		return payload{}
	}
	return task.Payload
}

// stages is how many stages the payload has. They are counted over all phases of a run.
func (p payload) stages() int {
	var list []failover.Stage
	var count int
	switch {
	case json.Unmarshal(p.Stages, &list) == nil:
		for _, s := range list {
			count = max(count, s.Index+1)
		}
	case json.Unmarshal(p.Stages, &count) != nil:
		return 0
	}
	return count
}
