package failover

import (
	"fmt"
	"time"
)

// Report is what Notify writes into the report bucket, as JSON, under [ReportKey]. It is for auditors and for tools:
// what was asked, how it ended, what moved and what did not, as read from AWS at the end and not as the run believes.
type Report struct {
	Run     Run      `json:"run"`
	Outcome Outcome  `json:"outcome"`
	Summary string   `json:"summary"`
	Reasons []string `json:"reasons"`
	// ClosedAt is when stock was taken.
	ClosedAt time.Time `json:"closedAt"`
	// RTOSeconds and RPOSeconds are what was achieved, RPOSeconds -1 when not measured, beside the plan's targets. Of
	// several legs they are the worst.
	RTOSeconds       float64 `json:"rtoSeconds"`
	TargetRTOSeconds int     `json:"targetRTOSeconds"`
	RPOSeconds       float64 `json:"rpoSeconds"`
	TargetRPOSeconds int     `json:"targetRPOSeconds"`
	// RPOMeasuredAt is when that lag was measured, nil when it was not or when the leg under way at the end promoted
	// nothing. A Region that is cut off but not dead goes on accepting writes, which are lost too.
	RPOMeasuredAt *time.Time `json:"rpoMeasuredAt,omitempty"`
	// TTLSeconds is for how long clients may still follow the DNS answers of before, after the last change was in sync: the
	// longest TTL of the run's records.
	TTLSeconds int64 `json:"ttlSeconds,omitempty"`
	// Decisions say who has answered what the run has asked.
	Decisions []Decision `json:"decisions,omitempty"`
	// Legs are what each leg achieved, in the order in which they were played.
	Legs []LegResult `json:"legs,omitempty"`
	// Trend are the drills before this one, the latest first; only a drill is compared.
	Trend []PastDrill `json:"trend,omitempty"`
	// Target is the Region that Moved and NotMoved are about: the one that the run moves to, or, of a drill on its way
	// back that was not undone, the one that it comes from.
	Target Region `json:"target"`
	// Moved are the applications that are wholly in the target Region: weights, registry and writer.
	Moved []string `json:"moved"`
	// NotMoved are all others, each with what is still elsewhere.
	NotMoved []NotMoved `json:"notMoved"`
	// Restored and NotRestored are, after a rollback, the applications that are as they were before the run, and those
	// that are not.
	Restored    []string   `json:"restored,omitempty"`
	NotRestored []NotMoved `json:"notRestored,omitempty"`
	// Unknown lists what could not be read when stock was taken.
	Unknown []string `json:"unknown,omitempty"`
	// LostWrites say, after an unplanned promotion, where to look for what was not replicated.
	LostWrites []LostWrites `json:"lostWrites,omitempty"`
	// Winner is the run that has overtaken this one, if it was overtaken and the winner could be found.
	Winner *Winner `json:"winner,omitempty"`
	// Next is the one command to type next.
	Next string `json:"next,omitempty"`
	// Told says that the message about the run was published. A report is written before, so that there is one even
	// when nobody can be told, and again after.
	Told bool `json:"told"`
}

// Data says in one line what was lost. A planned promotion waits until everything is replicated; an unplanned one loses
// what the lag had not let through when it was last measured, and whatever a Region that was cut off has accepted since:
// that nobody could measure, so the target is met on a condition.
func (r Report) Data() string {
	switch {
	case r.RPOSeconds < 0:
		return "no replication lag was measured"
	case r.Run.Action.Planned():
		return fmt.Sprintf("nothing lost, the move was planned; replication lagged %.1f s before", r.RPOSeconds)
	}
	text := fmt.Sprintf("about the last %.1f s of writes lost", r.RPOSeconds)
	if r.Outcome != Completed {
		text = fmt.Sprintf("replication lagged %.1f s before promoting; that much may be lost", r.RPOSeconds)
	}
	text += fmt.Sprintf("; target %d s, ", r.TargetRPOSeconds)
	switch {
	case r.RPOSeconds > float64(r.TargetRPOSeconds):
		return text + "missed"
	case r.RPOMeasuredAt == nil:
		return text + "met"
	}
	return text + fmt.Sprintf("met if %s has accepted nothing since it was measured at %s", r.Run.From, r.RPOMeasuredAt.UTC().Format("15:04:05 UTC"))
}

// NotMoved is an application that is not wholly in the Region where it should be.
type NotMoved struct {
	Application string `json:"application"`
	// Why names each part that is elsewhere, such as "record www.example.com A: us-east-1 100, us-west-2 0".
	Why []string `json:"why"`
	// Percent is the share of its traffic that the Region has all the same, as the registry says.
	Percent int `json:"percent,omitempty"`
}

// LegResult is what a leg of a run achieved.
type LegResult struct {
	Leg  Leg    `json:"leg"`
	From Region `json:"from"`
	To   Region `json:"to"`
	// Passed says whether every stage was verified; StagesDone of Stages were.
	Passed     bool `json:"passed"`
	StagesDone int  `json:"stagesDone"`
	Stages     int  `json:"stages"`
	// RTOSeconds is how long it took: the way out from the beginning of the outage, if that is known.
	RTOSeconds float64 `json:"rtoSeconds"`
	// RPOSeconds is the replication lag before promoting, -1 when none was measured.
	RPOSeconds float64 `json:"rpoSeconds"`
}

// PastDrill is what the registry keeps of a drill, for the next one to be compared with.
type PastDrill struct {
	Run       string      `json:"run"`
	StartedAt time.Time   `json:"startedAt"`
	Outcome   Outcome     `json:"outcome"`
	Legs      []LegResult `json:"legs"`
}

// MaxTrend is with how many drills before it a drill is compared.
const MaxTrend = 5

// LostWrites say where to look for the writes of one database that an unplanned promotion has left behind. Once the
// old writer's Region is back, Aurora tries to take a snapshot of its volume before it makes a new one, and that
// snapshot expires as automatic ones do. See "Performing managed failovers for Aurora global databases" in the Amazon
// Aurora User Guide.
type LostWrites struct {
	GlobalCluster string `json:"globalCluster"`
	// Cluster is the identifier of the cluster that was the writer, in Region.
	Cluster string `json:"cluster"`
	Region  Region `json:"region"`
	// Snapshot is the pattern of the snapshot's name.
	Snapshot string `json:"snapshot"`
	// Events are the RDS events to look for in that Region, each with what it says.
	Events []string `json:"events"`
	// Find is the command that lists such snapshots.
	Find string `json:"find"`
}

// NewLostWrites says where to look after the cluster of this identifier has been left behind in region.
func NewLostWrites(globalCluster, cluster string, region Region) LostWrites {
	pattern := "rds:unplanned-global-failover-" + cluster
	return LostWrites{
		GlobalCluster: globalCluster, Cluster: cluster, Region: region, Snapshot: pattern + "-*",
		Events: []string{
			"RDS-EVENT-0390: writes to the old writer were blocked, so nothing was written after the promotion began",
			"RDS-EVENT-0391: blocking them timed out; writes that were accepted there since are in the snapshot alone",
		},
		Find: "aws rds describe-db-cluster-snapshots --region " + string(region) + " --db-cluster-identifier " + cluster +
			" --query \"DBClusterSnapshots[?starts_with(DBClusterSnapshotIdentifier,'" + pattern + "')]\"",
	}
}

// Winner is the run that has overtaken another one.
type Winner struct {
	Run   string `json:"run"`
	Epoch int64  `json:"epoch"`
	// ARN is the execution's, empty when only the fence knows of it.
	ARN string `json:"arn,omitempty"`
}

// Announcement is what Notify writes into the report bucket when a run begins, as JSON, under [AnnouncementKey]: what was
// known before anything was touched.
type Announcement struct {
	Run     Run    `json:"run"`
	Summary string `json:"summary"`
	// Findings are the warnings with which it was begun; MoreFindings counts those that are not listed.
	Findings     []Finding `json:"findings"`
	MoreFindings int       `json:"moreFindings,omitempty"`
	// EndsBy is the latest time at which the run is over, whatever fails.
	EndsBy time.Time `json:"endsBy"`
}

// AnnouncementKey is the object key of a run's announcement in the report bucket.
func AnnouncementKey(runID string) string { return "runs/" + runID + "/begun.json" }

// ReportKey is the object key of a run's report in the report bucket.
func ReportKey(runID string) string { return "runs/" + runID + "/report.json" }
