package failover

import (
	"cmp"
	"time"
)

// AnnounceRequest asks Notify for the start notification.
type AnnounceRequest struct {
	// Format is the payload's; see [Format].
	Format int `json:"format"`
	// Op is "announce".
	Op  string `json:"op"`
	Run Run    `json:"run"`
	// Applications, Databases and Stages count what Validate has planned.
	Applications int `json:"applications"`
	Databases    int `json:"databases"`
	Stages       int `json:"stages"`
	// Findings are Validate's, all of them warnings; MoreFindings counts those that it did not list.
	Findings     []Finding `json:"findings"`
	MoreFindings int       `json:"moreFindings"`
	Now          time.Time `json:"now"`
}

// RefusedRequest asks Notify to send the notification of a run that ends with Validate's verdict.
type RefusedRequest struct {
	// Format is the payload's; see [Format].
	Format int `json:"format"`
	// Op is "refused".
	Op  string `json:"op"`
	Run Run    `json:"run"`
	// Verdict, Summary, Findings, MoreFindings and Next are Validate's.
	Verdict      Verdict   `json:"verdict"`
	Summary      string    `json:"summary"`
	Findings     []Finding `json:"findings"`
	MoreFindings int       `json:"moreFindings"`
	Next         string    `json:"next"`
	Now          time.Time `json:"now"`
}

// ApprovalRequest asks Notify to request an approval. The approver gives the answer, an [ApprovalAnswer], to Step Functions
// with the token.
type ApprovalRequest struct {
	// Format is the payload's; see [Format].
	Format int `json:"format"`
	// Op is "approve".
	Op string `json:"op"`
	// Token is the task token that the answer must come with. Try counts the tries to ask this question from 0; each has a
	// token of its own, and an earlier one that comes late is not to be asked any more.
	Token string `json:"token"`
	Try   int    `json:"try"`
	Run   Run    `json:"run"`
	// Gate is [BeforeStart] or [BeforePromotion].
	Gate Approval `json:"gate"`
	// Stage is the stage whose databases come next, nil before the start.
	Stage *Stage `json:"stage"`
	// StagesDone and Stages count the verified stages and all of them.
	StagesDone int `json:"stagesDone"`
	Stages     int `json:"stages"`
	// Digest is that of the [Question]; the answer must give it back. Empty in a run that an earlier version has started.
	Digest string `json:"digest"`
	// Configuration is what Validate has answered.
	Configuration string `json:"configuration"`
	// LagMillis is the largest lag that validation has measured, nil when it measured none.
	LagMillis *int64 `json:"lagMillis"`
	// Until is when no answer becomes a no.
	Until time.Time `json:"until"`
	Now   time.Time `json:"now"`
}

// Question is what the request asks.
func (r ApprovalRequest) Question() Question {
	q := Question{Execution: r.Run.ARN, Phase: r.Run.Phase, Gate: r.Gate, Configuration: r.Configuration}
	if r.Stage != nil && r.Gate != BeforeStart {
		q.Stage = r.Stage.Index
	}
	return q
}

// ApprovalAnswer is an approver's. Anything else that comes with the token, and nothing at all, is a no.
type ApprovalAnswer struct {
	Approved bool `json:"approved"`
	// By is who answers, and How how that is known: [APISigner] or [CallerIdentity]. An answer without How was sent with
	// the token alone, and By is what its sender has written.
	By      string `json:"by"`
	How     string `json:"how,omitempty"`
	Comment string `json:"comment"`
	// Run is the execution ARN of the run that the approver means, Digest that of its question. A yes for another run or
	// another question is none: a token alone does not say which run the approver has seen.
	Run    string `json:"run,omitempty"`
	Digest string `json:"digest,omitempty"`
}

// Answers says whether the answer is one to this question. A run that an earlier version has started asks without a digest.
func (a ApprovalAnswer) Answers(asked ApprovalRequest) bool {
	return asked.Digest == "" || a.Run == asked.Run.ARN && a.Digest == asked.Digest
}

// Decision is how a question at a gate was answered, for the record.
type Decision struct {
	// Gate is [BeforeStart] or [BeforePromotion], AskedAt when the run began to wait there.
	Gate    Approval  `json:"gate"`
	AskedAt time.Time `json:"askedAt"`
	// Approved, By, How and Comment are the answer's. In a report, Comment also says why no approver has decided.
	Approved bool   `json:"approved"`
	By       string `json:"by"`
	How      string `json:"how,omitempty"`
	Comment  string `json:"comment"`
	// Error and Cause are those of the task, when no answer came: the request could not be sent, its time was over, or an
	// approver has failed the task. Answer is of an answer that was not for this question. A report has neither Cause nor
	// Answer: Comment words them.
	Error  string       `json:"error,omitempty"`
	Cause  string       `json:"cause,omitempty"`
	Answer *OtherAnswer `json:"answer,omitempty"`
}

// String is the decision in one line, such as "before-promotion: approved by ARN (API signer): go".
func (d Decision) String() string {
	line := string(d.Gate) + ": approved"
	if !d.Approved {
		line = string(d.Gate) + ": not approved"
	}
	if d.By != "" {
		line += " by " + d.By + " (" + cmp.Or(d.How, "as the sender of the answer writes") + ")"
	}
	if d.Comment != "" {
		line += ": " + d.Comment
	}
	return line
}

// CloseRequest asks UpdateRegistry to write the run and to release the lock.
type CloseRequest struct {
	// Format is the payload's; see [Format].
	Format int `json:"format"`
	// Op is "close".
	Op      string  `json:"op"`
	Run     Run     `json:"run"`
	Outcome Outcome `json:"outcome"`
	// Failures are what has failed, at most [MaxListed]; MoreFailures counts the others.
	Failures     []StepFailure `json:"failures"`
	MoreFailures int           `json:"moreFailures"`
	// Reasons and Failure are the same in the request of a run that release 0.1.0 has started.
	Reasons []string     `json:"reasons,omitempty"`
	Failure *StepFailure `json:"failure,omitempty"`
	// Decisions are the answers to the run's questions.
	Decisions []Decision `json:"decisions"`
	// SetAside is what a failover has set aside.
	SetAside Aside `json:"setAside,omitempty"`
	// StagesDone and Stages count the verified stages of the run's last phase and all of them.
	StagesDone int `json:"stagesDone"`
	Stages     int `json:"stages"`
	// LagMillis is the largest lag seen before promoting in that phase, -1 when nothing was measured.
	LagMillis int64 `json:"lagMillis"`
	// ClosedBy is the run that closes this one, whose execution has ended; empty for a run that closes itself.
	ClosedBy string    `json:"closedBy,omitempty"`
	Now      time.Time `json:"now"`
}

// Failed are the failures of the run, whichever release has started it.
func (r CloseRequest) Failed() []StepFailure { return failed(r.Failures, r.Failure, r.Reasons) }

// NotNotifiedRequest asks UpdateRegistry to count in a metric a run whose notification could not be sent.
type NotNotifiedRequest struct {
	// Format is the payload's; see [Format].
	Format int `json:"format"`
	// Op is "not-notified".
	Op      string  `json:"op"`
	Run     Run     `json:"run"`
	Outcome Outcome `json:"outcome"`
	// Summary is Validate's, of a run that it has refused or skipped; empty for any other.
	Summary string `json:"summary"`
	// Failure is why the notification could not be sent.
	Failure *StepFailure `json:"failure"`
	Now     time.Time    `json:"now"`
}

// NotifyRequest asks Notify to take the inventory of what moved, and to send the notification.
type NotifyRequest struct {
	// Format is the payload's; see [Format].
	Format int `json:"format"`
	// ClosedBy is the run that closes this one, whose execution has ended; empty for a run that closes itself.
	ClosedBy string  `json:"closedBy,omitempty"`
	Run      Run     `json:"run"`
	Outcome  Outcome `json:"outcome"`
	// Failures are what has failed, at most [MaxListed]; MoreFailures counts the others.
	Failures     []StepFailure `json:"failures"`
	MoreFailures int           `json:"moreFailures"`
	// Reasons and Failure are the same in the request of a run that release 0.1.0 has started.
	Reasons []string     `json:"reasons,omitempty"`
	Failure *StepFailure `json:"failure,omitempty"`
	// SetAside is what a failover has set aside.
	SetAside Aside `json:"setAside,omitempty"`
	// StagesDone and Stages count the verified stages of the run's last phase and all of them.
	StagesDone int `json:"stagesDone"`
	Stages     int `json:"stages"`
	// LagMillis is the largest lag seen before promoting in that phase, -1 when nothing was measured.
	LagMillis int64 `json:"lagMillis"`
	// LagAt is when that lag was measured, nil when it was not.
	LagAt *time.Time `json:"lagAt"`
	// Decisions are the answers to what the run has asked, in the order in which they were given.
	Decisions []Decision `json:"decisions"`
	// Inventory is what VerifyHealth has verified last, nil when there is nothing.
	Inventory *Inventory `json:"inventory"`
	// Try counts the tries of this step from 0.
	Try int       `json:"try"`
	Now time.Time `json:"now"`
}

// Failed are the failures of the run, whichever release has started it.
func (r NotifyRequest) Failed() []StepFailure { return failed(r.Failures, r.Failure, r.Reasons) }

// NotifyAnswer is Notify's, and the output of a completed execution.
type NotifyAnswer struct {
	Outcome Outcome `json:"outcome"`
	// Summary is the message's first line.
	Summary string `json:"summary"`
	// Report is the S3 URL of the report.
	Report string `json:"report"`
	// Notified says that the message was published, by this call or an earlier one.
	Notified bool `json:"notified"`
	// RTOSeconds and RPOSeconds are those of the report; RPOSeconds is absent when it was not measured.
	RTOSeconds float64  `json:"rtoSeconds"`
	RPOSeconds *float64 `json:"rpoSeconds,omitempty"`
	// Moved counts the applications that are wholly in the target Region, NotMoved those that are not, and NotKnown those
	// of which that could not be read.
	Moved    int `json:"moved"`
	NotMoved int `json:"notMoved"`
	NotKnown int `json:"notKnown"`
	// FollowUp is that of the report.
	FollowUp *FollowUp `json:"followUp,omitempty"`
}
