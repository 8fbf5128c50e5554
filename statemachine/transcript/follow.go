package transcript

import (
	"time"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/statemachine/fakeaws"
)

// Follower tells a run of a deployed plan, from its history, as a drill tells its own.
type Follower struct {
	narrator Narrator
	// state is the one that was entered last, and the one that answers.
	state string
	// asked is the question that the run has asked last.
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

// Scheduled takes note of what a step is called with.
func (f *Follower) Scheduled(payload []byte) {
	if req := (failover.ApprovalRequest{}); f.state == "AwaitApproval" && failover.Decode(payload, &req) == nil {
		f.asked = req
	}
}

// Asked says that the run waits for a person, and how to answer it.
func (f *Follower) Asked(how string, at time.Time) {
	f.narrator.Out.Event(at, f.state, Warn, "people are asked, and the run waits for an answer: "+how)
}

// Answered says what a step has answered; where the run waited for a person, what that person has.
func (f *Follower) Answered(payload []byte, at time.Time) {
	if f.state == "AwaitApproval" {
		tone, text := facts(func(a failover.ApprovalAnswer) (Tone, string) { return decisionFacts(f.asked, a) })(payload)
		f.narrator.Out.Event(at, f.state, tone, text)
		return
	}
	f.narrator.Invoked("", fakeaws.Invocation{State: f.state, At: at, Result: fakeaws.InvokeResult{Payload: payload}})
}

// Failed says that a step has failed, which may not be the end of it.
func (f *Follower) Failed(errorType, cause string, at time.Time) {
	f.narrator.Invoked("", fakeaws.Invocation{State: f.state, At: at, Result: fakeaws.InvokeResult{ErrorType: errorType, Cause: cause}})
}
