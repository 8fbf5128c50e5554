package failover

// StepFailure is one thing that has failed for good in a phase: a step, as the Catch of its state saw it, or what a step
// has found. The state machine keeps a list of them; package wording makes sentences of it.
type StepFailure struct {
	// State is the state's name.
	State string `json:"state"`
	// Phase is the phase that PlanPhase could not plan; empty for other states.
	Phase Phase `json:"phase,omitempty"`
	// Wave is that of the stage; 0 for all waves, and outside of a stage.
	Wave int `json:"wave,omitempty"`
	// Error is the error's name: a [Condition], or one of Lambda's or Step Functions' own. It is empty when the step has
	// answered; Cause is then a sentence of the step.
	Error string `json:"error"`
	// Cause is the error's text: for a Lambda a JSON object with errorType and errorMessage.
	Cause string `json:"cause"`
}

// The states that have a meaning of their own in a list of failures.
const (
	// AwaitApproval waits for an approver: its failure is a question that was not approved, and the decision says why.
	AwaitApproval = "AwaitApproval"
	// CloseRun writes the run and releases its lock.
	CloseRun = "CloseRun"
	// VerifyHealth checks a stage: its failures are those of the last check.
	VerifyHealth = "VerifyHealth"
)

// MaxFailures bounds the failures in the record of a phase, which travels with the run; those of the phase in progress are
// at most [MaxListed]. What is cut is counted.
const MaxFailures = 5

// failed are the failures of a request or a record. One of release 0.1.0 has a failed step and reasons in words.
func failed(failures []StepFailure, step *StepFailure, reasons []string) []StepFailure {
	if step != nil {
		failures = append(failures[:len(failures):len(failures)], *step)
	}
	for _, reason := range reasons {
		failures = append(failures[:len(failures):len(failures)], StepFailure{Cause: reason})
	}
	return failures
}

// FailedStep is the first step that has failed, nil if none has. A check that found a stage unhealthy, and a question that
// was not approved, are no failed steps.
func FailedStep(failures []StepFailure) *StepFailure {
	for _, f := range failures {
		if f.Error != "" && f.State != VerifyHealth && f.State != AwaitApproval {
			return &f
		}
	}
	return nil
}

// OtherAnswer is what an answer has approved or rejected that was not for the question that was asked.
type OtherAnswer struct {
	Approved bool `json:"approved"`
	// Run is the execution ARN that the answer names; empty when it names none.
	Run string `json:"run"`
}
