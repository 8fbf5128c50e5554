package failover

// Starter is who has started a run, as AWS knows it.
type Starter struct {
	// By is the ARN of the identity, How how it is known: [APISigner].
	By  string `json:"by"`
	How string `json:"how"`
}

// WhoStarted says who has started the run and how that is known. What an input says of it is a note: whoever may start
// executions can write it, and CloudTrail alone has who did.
func (r Run) WhoStarted() string {
	trail := "CloudTrail's StartExecution event of " + r.ARN + " has it"
	switch {
	case r.Starter != nil:
		return r.Starter.By + " (" + r.Starter.How + ")"
	case r.StartedBy != "":
		return "not known; the input says " + r.StartedBy + "; " + trail
	case r.RequestedBy != "":
		return "not known; the input says " + r.RequestedBy + "; " + trail
	}
	return "not known; " + trail
}
