package failover

import (
	"encoding/json"
	"time"
)

// Run identifies one execution of the state machine in the payload of every step.
type Run struct {
	// ID is the execution's name.
	ID string `json:"id"`
	// ARN is the execution's ARN; it owns the lock.
	ARN string `json:"arn"`
	// Action, Phase, From and To say what is moved where.
	Action Action `json:"action"`
	Phase  Phase  `json:"phase"`
	From   Region `json:"from"`
	To     Region `json:"to"`
	// Epoch is the fencing token of the lock; 0 for a run that only checks.
	Epoch int64 `json:"epoch"`
	// Writes is the newest format that both Regions read, as Validate found it when the run began; 0 is [OldestFormat].
	Writes int `json:"writes,omitempty"`
	// AllowDataLoss is the consent of the input or the plan.
	AllowDataLoss bool `json:"allowDataLoss"`
	// Applications limits the run to these; empty means all.
	Applications []string `json:"applications,omitempty"`
	// Unrecorded are what Validate has found of a stopped run: where users were other than the registry says.
	Unrecorded []Unrecorded `json:"unrecorded,omitempty"`
	// Order and Percents are the input's, for asking for the same again; the stages have made use of them.
	Order    Order `json:"order,omitempty"`
	Percents []int `json:"percents,omitempty"`
	// Switches are the names of the plan's switches with which the run moves traffic, of each all applications: a failover
	// those that are armed; a planned run those that it resets, because the weights of the failover before are pending.
	Switches []string `json:"switches,omitempty"`
	// Proves are the names of the plan's switches that a drill proves at its end; see [PlanProof].
	Proves []string `json:"proves,omitempty"`
	// OnlyWeights says that the run was asked for [Weights]: it writes what a failover by switch has left pending, of the
	// applications of its switches alone, and promotes nothing.
	OnlyWeights bool `json:"onlyWeights,omitempty"`
	// OverrideSafetyRules are the ARNs of the safety rules of routing controls that the run overrides.
	OverrideSafetyRules []string `json:"overrideSafetyRules,omitempty"`
	// ControlPlaneGone says that the Route 53 control plane did not answer Validate, and that no user waits for it: the weights
	// of the switches' applications are left pending.
	ControlPlaneGone bool `json:"controlPlaneGone,omitempty"`
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
	// Phases are the phases that are over, in the order in which they were played; the one under way is not among them.
	Phases []PhaseRecord `json:"phases,omitempty"`
	// PhaseStartedAt is when the phase that is under way was begun: for the first the run's start, or its approval before that.
	PhaseStartedAt time.Time `json:"phaseStartedAt"`
	// StretchPercent is that of the run's stages: see [Stage].
	StretchPercent int `json:"stretchPercent,omitempty"`
	// BoundSeconds is the longest the run can take.
	BoundSeconds int `json:"boundSeconds"`
	// RegistryLagMillis is how long the registry's writes took to reach the other Region when the phase was validated; nil
	// when it was not measured.
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

// PhaseRecord is what became of a phase that is over.
type PhaseRecord struct {
	Phase Phase  `json:"phase"`
	From  Region `json:"from"`
	To    Region `json:"to"`
	// StartedAt and EndedAt are its duration: from the run's start, or the end of the wait before, to the last check.
	StartedAt time.Time `json:"startedAt"`
	PhaseEnd
}

// PhaseEnd is how a phase ended. It went well if all its stages are done.
type PhaseEnd struct {
	EndedAt time.Time `json:"endedAt"`
	// StagesDone and Stages count the phase's verified stages and all of them.
	StagesDone int `json:"stagesDone"`
	Stages     int `json:"stages"`
	// LagMillis is the largest lag seen before promoting, -1 when nothing was measured.
	LagMillis int64 `json:"lagMillis"`
	// Failures are what has failed, at most [MaxFailures]; MoreFailures counts the others.
	Failures     []StepFailure `json:"failures,omitempty"`
	MoreFailures int           `json:"moreFailures,omitempty"`
	// Reasons and Failure are the same in a phase of a run that release 0.1.0 has started.
	Reasons []string     `json:"reasons,omitempty"`
	Failure *StepFailure `json:"failure,omitempty"`
}

// Failed are the failures of the phase, whichever release has started its run.
func (e PhaseEnd) Failed() []StepFailure { return failed(e.Failures, e.Failure, e.Reasons) }

// Bounded is the end of the phase with as many failures as a record may hold.
func (e PhaseEnd) Bounded() PhaseEnd {
	all := e.Failed()
	kept := all[:min(len(all), MaxFailures)]
	e.Failures, e.MoreFailures, e.Reasons, e.Failure = kept, e.MoreFailures+len(all)-len(kept), nil, nil
	return e
}

// Passed says whether every stage of the phase was verified.
func (e PhaseEnd) Passed() bool { return len(e.Failed()) == 0 && e.StagesDone == e.Stages }

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

// OutboundRegions returns the Region that the run left at its beginning, and the one that it moved to, whatever phase it is on now.
func (r Run) OutboundRegions() (source, target Region) {
	if len(r.Phases) > 0 {
		return r.Phases[0].From, r.Phases[0].To
	}
	return r.From, r.To
}

// Region is where the run is executed, as its ARN says: the Region that it moves to on its way out.
func (r Run) Region() Region {
	if m, ok := MachineOf(r.ARN); ok {
		return m.Region
	}
	_, target := r.OutboundRegions()
	return target
}

// Asked is the action of the run's input. A run that writes pending weights plays a failover whose users have moved already.
func (r Run) Asked() Action {
	if r.OnlyWeights {
		return Weights
	}
	return r.Action
}

// Moves says whether the run moves the application in the phase under way. A drill's way back, and what undoes that,
// concern what the way there has moved: an application that was in the other Region before the run stays there. A run that
// writes pending weights concerns the applications of its switches.
func (r Run) Moves(plan Plan, app Application) bool {
	if r.OnlyWeights && !r.Switched(plan, app) {
		return false
	}
	if !r.Selects(app.Name) || r.Phase != Return && r.Phase != ReturnRollback {
		return r.Selects(app.Name)
	}
	before := r.To
	if r.Phase == ReturnRollback {
		before = r.From
	}
	return app.Live.Epoch == r.Epoch && app.Live.PlaceBefore(r.Epoch).Active == before
}

// Databases are the databases of the application that the phase under way promotes: all of them on the way out, and those
// that the way out has promoted on every phase after it.
func (r Run) Databases(app Application) []Database {
	if !r.Phase.Returns() {
		return app.Databases
	}
	return WithClusters(app.Databases, r.Promoted([]Application{app}))
}

// Promoted are the global clusters whose writer the run has moved, as the registry says of the applications. Several applications may
// have one in common; PromoteDatabase writes it to the first of them.
func (r Run) Promoted(apps []Application) map[string]bool {
	promoted := map[string]bool{}
	for _, app := range apps {
		if app.Live.Epoch != r.Epoch {
			continue
		}
		for _, cluster := range app.Live.Promoted {
			promoted[cluster] = true
		}
	}
	return promoted
}

// WithClusters are the databases of these global clusters.
func WithClusters(databases []Database, clusters map[string]bool) []Database {
	var of []Database
	for _, db := range databases {
		if clusters[db.GlobalCluster] {
			of = append(of, db)
		}
	}
	return of
}

// ExecutionContext is what Step Functions tells of the execution in its context object.
type ExecutionContext struct {
	ID        string    `json:"id"`
	Name      string    `json:"name"`
	StartTime time.Time `json:"startTime"`
}

// ValidateRequest asks Validate to check an input, take the lock and plan a phase.
type ValidateRequest struct {
	// Format is the payload's; see [Format].
	Format    int              `json:"format"`
	Execution ExecutionContext `json:"execution"`
	// Input is the execution's input as it was given; it is parsed, strictly, by Validate.
	Input json.RawMessage `json:"input"`
	Phase Phase           `json:"phase"`
	// Run is the run as the phase before has left it, nil on the way out.
	Run *Run `json:"run"`
	// Played counts the stages of the run that have been begun.
	Played int `json:"played"`
	// Ended is how the phase before ended, nil on the way out, and Before are its stages, with what was seen of their
	// applications.
	Ended  *PhaseEnd `json:"ended"`
	Before []Stage   `json:"before"`
	// Now is when the state was entered. Lambdas take the time from here and never from a clock.
	Now time.Time `json:"now"`
}

// Verdict is what a step found, for a Choice state to act on.
type Verdict string

// The verdicts of Validate.
const (
	// Proceed means the lock is taken and the stages are to be played.
	Proceed Verdict = "proceed"
	// Checked means that the run was only to check, and found no blocker.
	Checked Verdict = "checked"
	// Early means that Validate is asked again a little later: a run to be closed has ended so recently that its last step
	// may still be running, or there is more to read than Route 53's request quota allows at once.
	Early Verdict = "early"
	// Refuse means that there is a blocker; nothing was or will be changed.
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
	Run     Run     `json:"run"`
	Outcome Outcome `json:"outcome"`
	// Failures are what has failed, at most [MaxListed]; MoreFailures counts the others.
	Failures     []StepFailure `json:"failures"`
	MoreFailures int           `json:"moreFailures"`
}

// NewClosing closes a run of which a failed step and reasons in words are known.
func NewClosing(run Run, outcome Outcome, step *StepFailure, reasons ...string) *Closing {
	all := failed(nil, step, reasons)
	kept := all[:min(len(all), MaxListed)]
	return &Closing{Run: run, Outcome: outcome, Failures: kept, MoreFailures: len(all) - len(kept)}
}

// MaxListed bounds every list in an answer, so that a run of 10,000 applications has the payloads of a run of one.
const MaxListed = 20
