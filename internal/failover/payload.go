package failover

import (
	"cmp"
	"encoding/json"
	"slices"
	"time"
)

// Run identifies one execution of the state machine in the payload of every step.
type Run struct {
	// ID is the execution's name.
	ID string `json:"id"`
	// ARN is the execution's ARN; it owns the lock.
	ARN string `json:"arn"`
	// Action, Leg, From and To say what is moved where.
	Action Action `json:"action"`
	Leg    Leg    `json:"leg"`
	From   Region `json:"from"`
	To     Region `json:"to"`
	// Epoch is the fencing token of the lock; 0 for a run that only looks.
	Epoch int64 `json:"epoch"`
	// Writes is the newest format that both Regions read, as Validate found it when the run began; 0 is [OldestFormat].
	Writes int `json:"writes,omitempty"`
	// AllowDataLoss is the consent of the input or the plan.
	AllowDataLoss bool `json:"allowDataLoss"`
	// Applications limits the run to these; empty means all.
	Applications []string `json:"applications,omitempty"`
	// Leftovers are what Validate has found of a stopped run: where users were other than the registry says.
	Leftovers []Leftover `json:"leftovers,omitempty"`
	// Order and Percents are the input's, for asking for the same again; the stages have made use of them.
	Order    Order `json:"order,omitempty"`
	Percents []int `json:"percents,omitempty"`
	// StartedAt is the execution's start time.
	StartedAt time.Time `json:"startedAt"`
	// Since is when the outage began, or StartedAt; RTO counts from it.
	Since time.Time `json:"since"`
	// TakenOverFrom is the id of the run whose lock this one has taken over, or empty.
	TakenOverFrom string `json:"takenOverFrom,omitempty"`
	// TakenOverWhy says why it could.
	TakenOverWhy TakeoverReason `json:"takenOverWhy,omitempty"`
	// Approval is where the run waits for consent, ApprovalSeconds how long.
	Approval        Approval `json:"approval"`
	ApprovalSeconds int      `json:"approvalSeconds"`
	// SoakSeconds is how long a drill stays before it goes back; 0 for every other action.
	SoakSeconds int `json:"soakSeconds"`
	// Legs are the legs that are over, in the order in which they were played; the one under way is not among them.
	Legs []LegRecord `json:"legs,omitempty"`
	// LegStartedAt is when the leg that is under way was begun: for the first the run's start, or its approval before that.
	LegStartedAt time.Time `json:"legStartedAt"`
	// StretchPercent is that of the run's stages: see [Stage].
	StretchPercent int `json:"stretchPercent,omitempty"`
	// BoundSeconds is the longest the run can take.
	BoundSeconds int `json:"boundSeconds"`
	// RegistryLagMillis is how long the registry's writes took to reach the other Region when the leg was validated; nil
	// when nobody has measured it.
	RegistryLagMillis *int64 `json:"registryLagMillis,omitempty"`
	// Reason is the operator's.
	Reason string `json:"reason,omitempty"`
	// StartedBy is the alarm or the schedule that started the run, such as "alarm other-region-lost"; empty for an operator.
	StartedBy string `json:"startedBy,omitempty"`
	// RequestedBy is what the input of an operator says of who asks: a note, which whoever starts executions can write.
	RequestedBy string `json:"requestedBy,omitempty"`
	// Starter is who has started the run, as AWS knows it; nil when that is not known here.
	Starter *Starter `json:"starter,omitempty"`
}

// LegRecord is what became of a leg that is over.
type LegRecord struct {
	Leg  Leg    `json:"leg"`
	From Region `json:"from"`
	To   Region `json:"to"`
	// StartedAt and EndedAt are its duration: from the run's start, or the end of the wait before, to the last look.
	StartedAt time.Time `json:"startedAt"`
	LegEnd
}

// LegEnd is how a leg ended. It went well if all its stages are done.
type LegEnd struct {
	EndedAt time.Time `json:"endedAt"`
	// StagesDone and Stages count the leg's verified stages and all of them.
	StagesDone int `json:"stagesDone"`
	Stages     int `json:"stages"`
	// LagMillis is the largest lag seen before promoting, -1 when nothing was measured.
	LagMillis int64 `json:"lagMillis"`
	// Reasons are those of the last look, at most [MaxReasons]; Failure is the step that failed for good, if one did.
	Reasons []string     `json:"reasons,omitempty"`
	Failure *StepFailure `json:"failure"`
}

// Passed says whether every stage of the leg was verified.
func (e LegEnd) Passed() bool { return e.Failure == nil && e.StagesDone == e.Stages }

// MaxReasons bounds the reasons in the record of a leg, which travels with the run.
const MaxReasons = 5

// Selects says whether the run is about the application of this name.
func (r Run) Selects(name string) bool {
	if len(r.Applications) == 0 {
		return true
	}
	for _, n := range r.Applications {
		if n == name {
			return true
		}
	}
	return false
}

// WayOut returns the Region that the run left at its beginning, and the one that it moved to, whatever leg it is on now.
func (r Run) WayOut() (home, away Region) {
	if len(r.Legs) > 0 {
		return r.Legs[0].From, r.Legs[0].To
	}
	return r.From, r.To
}

// Region is where the run is executed, as its ARN says: the Region that it moves to on its way out.
func (r Run) Region() Region {
	if m, ok := MachineOf(r.ARN); ok {
		return m.Region
	}
	_, away := r.WayOut()
	return away
}

// Moves says whether the run moves the application in the leg under way. A drill's way back, and what undoes that,
// concern what the way there has moved: an application that was in the other Region before the run stays there.
func (r Run) Moves(app Application) bool {
	if !r.Selects(app.Name) || r.Leg != Back && r.Leg != Retreat {
		return r.Selects(app.Name)
	}
	home := r.To
	if r.Leg == Retreat {
		home = r.From
	}
	return app.Live.Epoch == r.Epoch && app.Live.PlaceBefore(r.Epoch).Active == home
}

// Databases are the databases of the application that the leg under way promotes: all of them on the way out, and those
// that the way out has promoted on every leg after it.
func (r Run) Databases(app Application) []Database {
	if !r.Leg.Returns() {
		return app.Databases
	}
	var promoted []Database
	for _, db := range app.Databases {
		if app.Live.Epoch == r.Epoch && slices.Contains(app.Live.Promoted, db.GlobalCluster) {
			promoted = append(promoted, db)
		}
	}
	return promoted
}

// ExecutionContext is what Step Functions tells of the execution in its context object.
type ExecutionContext struct {
	ID        string    `json:"id"`
	Name      string    `json:"name"`
	StartTime time.Time `json:"startTime"`
}

// ValidateRequest asks Validate to check an input, take the lock and plan a leg.
type ValidateRequest struct {
	// Format is the payload's; see [Format].
	Format    int              `json:"format"`
	Execution ExecutionContext `json:"execution"`
	// Input is the execution's input as it was given; it is parsed, strictly, by Validate.
	Input json.RawMessage `json:"input"`
	Leg   Leg             `json:"leg"`
	// Run is the run as the leg before has left it, nil on the way out.
	Run *Run `json:"run"`
	// Played counts the stages of the run that have been begun.
	Played int `json:"played"`
	// Ended is how the leg before ended, nil on the way out, and Before are its stages, with what was seen of their
	// applications.
	Ended  *LegEnd `json:"ended"`
	Before []Stage `json:"before"`
	// Now is when the state was entered. Lambdas take the time from here and never from a clock.
	Now time.Time `json:"now"`
}

// Verdict is what a step found, for a Choice state to act on.
type Verdict string

// The verdicts of Validate.
const (
	// Proceed means the lock is taken and the stages are to be played.
	Proceed Verdict = "proceed"
	// Looked means the run was only to look, and found nothing in the way.
	Looked Verdict = "looked"
	// Early means that Validate is asked again a little later: a run to be closed has ended so recently that its last step
	// may still be running, or there is more to read than Route 53's request quota lets pass at once.
	Early Verdict = "early"
	// Refuse means that something stands in the way; nothing was or will be changed.
	Refuse Verdict = "refused"
	// Waiting means that a drill cannot return yet: a cluster that has just become secondary has no measurement of its
	// replication lag. The run in the answer is that of the request.
	Waiting Verdict = "waiting"
	// Skip means that an alarm or a schedule asked for a run that is not to be started now; nothing was or will be changed.
	Skip Verdict = "skipped"
	// NothingToMove means that all applications of the run are in the target Region already. The run takes no lock.
	NothingToMove Verdict = "nothing-to-move"
)

// The verdicts of VerifyHealth.
const (
	// Passed means everything pending is done and healthy, often enough in a row.
	Passed Verdict = "passed"
	// Pending means something is still under way, or not healthy yet, or not often enough.
	Pending Verdict = "pending"
	// Lost means Route 53 no longer knows an accepted change: it must be submitted again.
	Lost Verdict = "lost"
	// Unpromoted means that a promotion of a failover is not under way any more, and not done: it must be asked for again.
	Unpromoted Verdict = "unpromoted"
	// Failed means the stage can never pass. (Attempts are counted by the state machine.)
	Failed Verdict = "failed"
)

// ValidateAnswer is Validate's.
type ValidateAnswer struct {
	Verdict Verdict `json:"verdict"`
	Run     Run     `json:"run"`
	Stages  []Stage `json:"stages"`
	// Applications, Records and Databases count what the run is about.
	Applications int `json:"applications"`
	Records      int `json:"records"`
	Databases    int `json:"databases"`
	// Findings are at most [MaxListed], blockers first; MoreFindings counts the rest.
	Findings     []Finding `json:"findings"`
	MoreFindings int       `json:"moreFindings,omitempty"`
	// LagMillis is the largest replication lag measured, null when nothing could be measured or there is no database.
	LagMillis *int64 `json:"lagMillis"`
	// Summary is one sentence: why the run was refused, or what it is going to do.
	Summary string `json:"summary"`
	// SetAside is what the run sets aside before it begins: applications of a failover whose items break the rules.
	SetAside Aside `json:"setAside,omitempty"`
	// Configuration is the digest of what was seen of the run's applications, for the questions that the run asks: see
	// [ConfigurationOf]. Empty in a run that asks none.
	Configuration string `json:"configuration,omitempty"`
	// Close is a run whose execution has ended without closing it, which this one closes; nil for none.
	Close *Closing `json:"close,omitempty"`
	// WaitSeconds is how long the run then waits.
	WaitSeconds int `json:"waitSeconds,omitempty"`
	// Notify says that the run ends here and that a notification is due: no operator waits for its answer, or it is a
	// failover that was refused.
	Notify bool `json:"notify,omitempty"`
	// Next is what to type next after a run that was refused or skipped: one command, which clears every blocker.
	Next string `json:"next,omitempty"`
	// Calls lists, for dryRun, exactly what the run would do, as far as 32 KiB hold; MoreCalls counts the rest.
	Calls     []string `json:"calls,omitempty"`
	MoreCalls int      `json:"moreCalls,omitempty"`
}

// Closing is a run whose execution has ended without closing it, with the end that it is given.
type Closing struct {
	Run     Run      `json:"run"`
	Outcome Outcome  `json:"outcome"`
	Reasons []string `json:"reasons"`
	// Failure is the step that had failed for good, if one had.
	Failure *StepFailure `json:"failure"`
}

// MaxListed bounds every list in an answer, so that a run of 10,000 applications has the payloads of a run of one.
const MaxListed = 20

// ShiftRequest asks ShiftTraffic to move the traffic of a stage.
type ShiftRequest struct {
	// Format is the payload's; see [Format].
	Format int   `json:"format"`
	Run    Run   `json:"run"`
	Stage  Stage `json:"stage"`
	// Changes are those that earlier calls for this stage have answered with.
	Changes []Change `json:"changes"`
	// SetAside is what the run has set aside so far; it is not touched again. Only a failover sets anything aside.
	SetAside Aside `json:"setAside,omitempty"`
	// Round counts the calls for this stage from 1.
	Round int       `json:"round,omitempty"`
	Now   time.Time `json:"now"`
}

// Change is a batch of changes that Route 53 has accepted and that must become INSYNC.
type Change struct {
	// Zone is the id of the hosted zone, ID that of the change.
	Zone string `json:"zone"`
	ID   string `json:"id"`
	// Batch is the number of the last batch that is done in the zone when this change is in sync, -1 when none is.
	Batch int `json:"batch"`
}

// StageRequest asks UpdateRegistry to play its part of a stage.
type StageRequest struct {
	// Format is the payload's; see [Format].
	Format int   `json:"format"`
	Run    Run   `json:"run"`
	Stage  Stage `json:"stage"`
	// SetAside is what the run has set aside so far; it is not written as moved.
	SetAside Aside     `json:"setAside,omitempty"`
	Now      time.Time `json:"now"`
}

// PromoteRequest asks PromoteDatabase to start the promotions of a stage.
type PromoteRequest struct {
	// Format is the payload's; see [Format].
	Format int   `json:"format"`
	Run    Run   `json:"run"`
	Stage  Stage `json:"stage"`
	// SetAside is what the run has set aside so far; none of it is promoted.
	SetAside Aside     `json:"setAside,omitempty"`
	Now      time.Time `json:"now"`
}

// ShiftAnswer is ShiftTraffic's.
type ShiftAnswer struct {
	// Changes are the changes of this call, one for each batch; the state machine adds them to those of earlier calls.
	Changes []Change `json:"changes"`
	// Remaining counts the batches that Route 53 has not accepted yet; when there are any, wait and ask again.
	Remaining int `json:"remaining"`
	// Records counts the record sets written; AlreadyDone those found written by an earlier, identical call.
	Records     int `json:"records"`
	AlreadyDone int `json:"alreadyDone"`
	// SetAside is what this call has set aside: with what the request had, at most [MaxSetAside] and one for each wave.
	// Deferred is, of a failover, what remains: it is set aside when there is no other call.
	SetAside Aside `json:"setAside,omitempty"`
	Deferred Aside `json:"deferred,omitempty"`
}

// RegistryAnswer is UpdateRegistry's.
type RegistryAnswer struct {
	// Written counts the applications written; AlreadyDone those found written by an earlier, identical call.
	Written     int `json:"written"`
	AlreadyDone int `json:"alreadyDone"`
}

// PromoteAnswer is PromoteDatabase's.
type PromoteAnswer struct {
	// Started counts the promotions begun by this call, InFlight those found begun, AlreadyDone those found finished.
	Started     int `json:"started"`
	InFlight    int `json:"inFlight"`
	AlreadyDone int `json:"alreadyDone"`
	// Remaining counts the databases whose promotion could not be started yet; when there are any, wait and ask again.
	Remaining int `json:"remaining"`
	// SetAside is what this call has set aside. Deferred is what remains: it is set aside when there is no other call.
	SetAside Aside `json:"setAside,omitempty"`
	Deferred Aside `json:"deferred,omitempty"`
	// LagMillis is the largest lag seen before promoting, -1 when there was nothing to measure or no measurement.
	LagMillis int64 `json:"lagMillis"`
	// LagOf names the global cluster with that lag.
	LagOf string `json:"lagOf,omitempty"`
	// LagAt is when it was measured, nil when it was not: nobody measures what a Region that has gone accepts since.
	LagAt *time.Time `json:"lagAt"`
}

// VerifyRequest asks VerifyHealth for one check of everything that is pending in a stage.
type VerifyRequest struct {
	// Format is the payload's; see [Format].
	Format int       `json:"format"`
	Run    Run       `json:"run"`
	Stage  Stage     `json:"stage"`
	Now    time.Time `json:"now"`
	// ShiftedAt is when the stage had done all that it does: a datapoint that begins before says nothing about it.
	ShiftedAt time.Time `json:"shiftedAt"`
	// Changes are those of ShiftTraffic.
	Changes []Change `json:"changes"`
	// SetAside is what the run has set aside so far; nothing of it is verified.
	SetAside Aside `json:"setAside,omitempty"`
	// Passes counts the healthy checks in a row before this one; below 0, the unhealthy ones.
	Passes int `json:"passes"`
	// Inventory is that of the check before, nil when there is none.
	Inventory *Inventory `json:"inventory"`
	// Streak is the answer's of the check before; nil at the first one.
	Streak *Streak `json:"streak"`
}

// Streak is what VerifyHealth keeps from check to check of a stage.
type Streak struct {
	// Since is the time of the first of the checks that Passes counts.
	Since time.Time `json:"since"`
	// Seen are the newest datapoints that they have counted, one for each period that a health rule has, at most
	// [MaxListed]: the next check needs newer ones.
	Seen []Datapoint `json:"seen,omitempty"`
	// InSync is how many zones, in the order of the changes, need not be asked about any more: their changes are at the name
	// servers. It is counted where there are too many to ask about all of them in each check.
	InSync int `json:"inSync,omitempty"`
}

// Datapoint is when a datapoint of a period began.
type Datapoint struct {
	PeriodSeconds int       `json:"periodSeconds"`
	At            time.Time `json:"at"`
}

// VerifyAnswer is VerifyHealth's.
type VerifyAnswer struct {
	Verdict Verdict `json:"verdict"`
	// Passes counts the same including this one, Streak says since when.
	Passes int     `json:"passes"`
	Streak *Streak `json:"streak"`
	// Reasons say what is pending or failed, at most [MaxListed]; MoreReasons counts the rest.
	Reasons     []string `json:"reasons"`
	MoreReasons int      `json:"moreReasons,omitempty"`
	// Inventory is what is verified of the stage's records so far, nil before that has begun. It goes to the next check.
	Inventory *Inventory `json:"inventory"`
}

// AnnounceRequest asks Notify to tell people that a run begins.
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

// ApprovalRequest asks Notify to ask people whether the run may go on. The answer, an [ApprovalAnswer], is given to
// Step Functions with the token, by whoever decides.
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
	q := Question{Execution: r.Run.ARN, Leg: r.Run.Leg, Gate: r.Gate, Configuration: r.Configuration}
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
	// Approved, By, How and Comment are the answer's; By is empty when nobody has answered, and Comment says why then.
	// Of an answer to another question Comment says which one it was for.
	Approved bool   `json:"approved"`
	By       string `json:"by"`
	How      string `json:"how,omitempty"`
	Comment  string `json:"comment"`
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

// StepFailure is a step that failed for good, as the state machine's Catch saw it.
type StepFailure struct {
	// State is the state's name.
	State string `json:"state"`
	// Error is the error's name: a [Condition], or one of Lambda's or Step Functions' own.
	Error string `json:"error"`
	// Cause is the error's text: for a Lambda a JSON object with errorType and errorMessage.
	Cause string `json:"cause"`
}

// CloseRequest asks UpdateRegistry to write the run and to release the lock.
type CloseRequest struct {
	// Format is the payload's; see [Format].
	Format int `json:"format"`
	// Op is "close".
	Op      string   `json:"op"`
	Run     Run      `json:"run"`
	Outcome Outcome  `json:"outcome"`
	Reasons []string `json:"reasons"`
	// Failure is the step that failed for good, if one did.
	Failure *StepFailure `json:"failure"`
	// SetAside is what a failover has set aside.
	SetAside Aside `json:"setAside,omitempty"`
	// StagesDone and Stages count the verified stages of the run's last leg and all of them.
	StagesDone int `json:"stagesDone"`
	Stages     int `json:"stages"`
	// LagMillis is the largest lag seen before promoting in that leg, -1 when nothing was measured.
	LagMillis int64 `json:"lagMillis"`
	// ClosedBy is the run that closes this one, whose execution has ended; empty for a run that closes itself.
	ClosedBy string    `json:"closedBy,omitempty"`
	Now      time.Time `json:"now"`
}

// NotNotifiedRequest asks UpdateRegistry to say in a metric that the notification of a run is not out.
type NotNotifiedRequest struct {
	// Op is "not-notified".
	Op  string    `json:"op"`
	Run Run       `json:"run"`
	Now time.Time `json:"now"`
}

// NotifyRequest asks Notify to take stock of what moved, and to tell people.
type NotifyRequest struct {
	// Format is the payload's; see [Format].
	Format int `json:"format"`
	// ClosedBy is the run that closes this one, whose execution has ended; empty for a run that closes itself.
	ClosedBy string   `json:"closedBy,omitempty"`
	Run      Run      `json:"run"`
	Outcome  Outcome  `json:"outcome"`
	Reasons  []string `json:"reasons"`
	// Failure is the step that failed for good, if one did.
	Failure *StepFailure `json:"failure"`
	// SetAside is what a failover has set aside.
	SetAside Aside `json:"setAside,omitempty"`
	// StagesDone and Stages count the verified stages of the run's last leg and all of them.
	StagesDone int `json:"stagesDone"`
	Stages     int `json:"stages"`
	// LagMillis is the largest lag seen before promoting in that leg, -1 when nothing was measured.
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

// NotifyAnswer is Notify's, and the output of a completed execution.
type NotifyAnswer struct {
	Outcome Outcome `json:"outcome"`
	// Summary is the message's first line.
	Summary string `json:"summary"`
	// Report is the S3 URL of the report.
	Report string `json:"report"`
	// Told says that the message was published, by this call or an earlier one.
	Told bool `json:"told"`
	// RTOSeconds and RPOSeconds are those of the report; RPOSeconds is absent when it was not measured.
	RTOSeconds float64  `json:"rtoSeconds"`
	RPOSeconds *float64 `json:"rpoSeconds,omitempty"`
	// Moved counts the applications that are wholly in the target Region, NotMoved those that are not, and NotKnown those
	// of which that could not be read.
	Moved    int `json:"moved"`
	NotMoved int `json:"notMoved"`
	NotKnown int `json:"notKnown"`
}
