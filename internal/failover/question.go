package failover

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
)

// Question is what identifies a question that a run asks: of which run it is, and what a yes lets it do. The state
// machine asks a run no question twice with the same identity: a stage that is played again is not asked about again.
type Question struct {
	// Execution is the run's execution ARN.
	Execution string
	// Phase and Gate are where the run waits.
	Phase Phase
	Gate  Approval
	// Stage is the index of the stage whose databases come next; 0 before the start.
	Stage int
	// Configuration is that of the run: a yes is one to what was validated. Empty in a run of an earlier release.
	Configuration string
}

// Digest is what an answer must give besides the run. The state machine computes the same, from the same text, and
// accepts an answer with no other one.
func (q Question) Digest() string {
	text := fmt.Appendf(nil, "%s %s %s %d", q.Execution, q.Phase, q.Gate, q.Stage)
	if q.Configuration != "" {
		text = fmt.Appendf(text, " %s", q.Configuration)
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}

// ShortDigest is as much of a digest as an approver can compare by eye.
func ShortDigest(digest string) string { return digest[:min(12, len(digest))] }

// How the identity in an answer is known, and that of who has started a run.
const (
	// APISigner is the signer of a request to the HTTP API, as IAM has authenticated it.
	APISigner = "API signer"
	// CallerIdentity is what GetCallerIdentity has answered to the credentials of drover.
	CallerIdentity = "caller identity"
)

// ParseMachine reads the ARN of a state machine.
func ParseMachine(arn string) (Machine, bool) {
	parts := strings.Split(arn, ":")
	if len(parts) != 7 || parts[5] != "stateMachine" {
		return Machine{}, false
	}
	return Machine{Partition: parts[1], Region: Region(parts[3]), Account: parts[4], Name: parts[6]}, true
}
