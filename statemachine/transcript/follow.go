package transcript

import (
	"time"

	"github.com/drover-dr/drover/internal/failover"
)

// Follower prints a run of a deployed plan, from its history, as a drill prints its own.
type Follower struct {
	narrator Narrator
	// state is the one that was entered last: the next response is its own.
	state string
	// asked is the last approval request of the run.
	asked failover.ApprovalRequest
}

// NewFollower returns a follower that writes to out.
func NewFollower(out *Printer) *Follower { return &Follower{narrator: Narrator{Out: out}} }

// State is the state that the run has entered last.
func (f *Follower) State() string { return f.state }

// Entered says that the run has entered a state.
func (f *Follower) Entered(state string, at time.Time) {
	f.state = state
	f.narrator.StateEntered("", state, at)
}

// Scheduled records the request of a step.
func (f *Follower) Scheduled(payload []byte) {
	if req := (failover.ApprovalRequest{}); f.state == "AwaitApproval" && failover.Decode(payload, &req) == nil {
		f.asked = req
	}
}

// Asked prints that the run waits for an approver, and how to answer.
func (f *Follower) Asked(how string, at time.Time) {
	f.narrator.Out.Event(at, f.state, Warn, "approval request sent; the run waits for the answer: "+how)
}

// Answered prints the response of a step, or, where the run waited for an approver, the answer.
func (f *Follower) Answered(payload []byte, at time.Time) {
	if f.state == "AwaitApproval" {
		tone, text := facts(func(a failover.ApprovalAnswer) (Tone, string) { return decisionFacts(f.asked, a) })(payload)
		f.narrator.Out.Event(at, f.state, tone, text)
		return
	}
	f.narrator.Step("", Step{State: f.state, At: at, Payload: payload})
}

// Failed prints that a step has failed; it may be retried.
func (f *Follower) Failed(errorType, cause string, at time.Time) {
	f.narrator.Step("", Step{State: f.state, At: at, ErrorType: errorType, Cause: cause})
}
