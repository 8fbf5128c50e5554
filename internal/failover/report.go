package failover

import "time"

// Report is what Notify writes into the report bucket, as JSON, under [ReportKey]. It is for auditors and for tools:
// what was asked, how it ended, what moved and what did not, as read from AWS at the end and not as the run believes.
type Report struct {
	Run     Run      `json:"run"`
	Outcome Outcome  `json:"outcome"`
	Summary string   `json:"summary"`
	Reasons []string `json:"reasons"`
	// ClosedAt is when stock was taken.
	ClosedAt time.Time `json:"closedAt"`
	// RTOSeconds and RPOSeconds are what was achieved, RPOSeconds -1 when not measured, beside the plan's targets.
	RTOSeconds       float64 `json:"rtoSeconds"`
	TargetRTOSeconds int     `json:"targetRTOSeconds"`
	RPOSeconds       float64 `json:"rpoSeconds"`
	TargetRPOSeconds int     `json:"targetRPOSeconds"`
	// Moved are the applications that are wholly in the target Region: weights, registry and writer.
	Moved []string `json:"moved"`
	// NotMoved are all others, each with what is still elsewhere.
	NotMoved []NotMoved `json:"notMoved"`
	// Unknown lists what could not be read when stock was taken.
	Unknown []string `json:"unknown,omitempty"`
	// Next is the one command to type next.
	Next string `json:"next,omitempty"`
	// Told says that the message about the run was published. A report is written before, so that there is one even
	// when nobody can be told, and again after.
	Told bool `json:"told"`
}

// NotMoved is an application that is not wholly in the target Region.
type NotMoved struct {
	Application string `json:"application"`
	// Why names each part that is elsewhere, such as "record www.example.com: us-east-1 100, us-west-2 0".
	Why []string `json:"why"`
}

// ReportKey is the object key of a run's report in the report bucket.
func ReportKey(runID string) string { return "runs/" + runID + "/report.json" }
