package failover

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Report is what Notify writes into the report bucket, as JSON, under [ReportKey]. It is for auditors and for tools:
// what was asked, how it ended, what moved and what did not, as read from AWS at the end and not as the run believes.
type Report struct {
	// Format is the report's, see [Format]; Version is that of Drover which has written it.
	Format  int    `json:"format"`
	Version string `json:"version"`

	Run     Run      `json:"run"`
	Outcome Outcome  `json:"outcome"`
	Summary string   `json:"summary"`
	Reasons []string `json:"reasons"`
	// SetAside is what a failover could not move, each part with its cause.
	SetAside Aside `json:"setAside,omitempty"`
	// FollowUp is what is left to do about applications that have moved by a switch; nil when there is nothing.
	FollowUp *FollowUp `json:"followUp,omitempty"`
	// ClosedAt is when the inventory was taken. VerifiedAt is when the records of the applications that VerifyHealth has
	// verified were read, nil when all of them were read for the report.
	ClosedAt   time.Time  `json:"closedAt"`
	VerifiedAt *time.Time `json:"verifiedAt,omitempty"`
	// RTOSeconds is the time from the beginning of the outage, or of the run once it was approved, to its end; of several
	// phases the longest. Only a completed run has recovered anything: RTOMet says that it did, within the plan's target.
	RTOSeconds       float64 `json:"rtoSeconds"`
	TargetRTOSeconds int     `json:"targetRTOSeconds"`
	RTOMet           bool    `json:"rtoMet"`
	// ApprovalSeconds is how long the run has waited for an approval before it started.
	ApprovalSeconds float64 `json:"approvalSeconds,omitempty"`
	// RPOSeconds is how many seconds of writes are lost, 0 when nothing was promoted with data loss, and absent when that
	// was not measured. LagSeconds is the largest replication lag before this run's promotions, absent when not measured.
	RPOSeconds       *float64 `json:"rpoSeconds,omitempty"`
	TargetRPOSeconds int      `json:"targetRPOSeconds"`
	LagSeconds       *float64 `json:"lagSeconds,omitempty"`
	// RPOMeasuredAt is when that lag was measured, nil when it was not or when the phase under way at the end promoted
	// nothing. A Region that is cut off but not dead goes on accepting writes, which are lost too.
	RPOMeasuredAt *time.Time `json:"rpoMeasuredAt,omitempty"`
	// Databases are all databases of the run's applications, each with what this run has done to it.
	Databases []DatabaseResult `json:"databases,omitempty"`
	// TTLSeconds is for how long clients may still follow the DNS answers of before, after the last change was in sync: the
	// longest TTL of the run's records.
	TTLSeconds int64 `json:"ttlSeconds,omitempty"`
	// Decisions say who has answered what the run has asked.
	Decisions []Decision `json:"decisions,omitempty"`
	// Phases are what each phase achieved, in the order in which they were played.
	Phases []PhaseResult `json:"phases,omitempty"`
	// Trend are the drills before this one, the latest first; only a drill is compared.
	Trend []PastDrill `json:"trend,omitempty"`
	// Target is the Region that Moved and NotMoved are about: the one that the run moves to, or, of a drill on its way
	// back that was not undone, the one that it comes from.
	Target Region `json:"target"`
	// Moved are the applications that are wholly in the target Region: weights, registry and writer.
	Moved []string `json:"moved"`
	// NotMoved are those of which some part is elsewhere, each with that part.
	NotMoved []NotMoved `json:"notMoved"`
	// NotKnown are those of which nothing is known to be elsewhere, and not everything could be read.
	NotKnown []NotMoved `json:"notKnown,omitempty"`
	// Restored and NotRestored are, after a rollback, the applications that are as they were before the run, and those
	// that are not.
	Restored    []string   `json:"restored,omitempty"`
	NotRestored []NotMoved `json:"notRestored,omitempty"`
	// Unproven are the applications that VerifyHealth has verified without data of all of their health rules, at most [MaxListed] in
	// each Region; MoreUnproven counts the others.
	Unproven     []Unproven     `json:"unproven,omitempty"`
	MoreUnproven map[Region]int `json:"moreUnproven,omitempty"`
	// Unknown lists what could not be read when the inventory was taken.
	Unknown []string `json:"unknown,omitempty"`
	// LostWrites say, after an unplanned promotion, where to look for what was not replicated.
	LostWrites []LostWrites `json:"lostWrites,omitempty"`
	// Winner is the run that has overtaken this one, if it was overtaken and the winner could be found.
	Winner *Winner `json:"winner,omitempty"`
	// Next is the one command to type next.
	Next string `json:"next,omitempty"`
	// Notified says that the message about the run was published. A report is written before, so that there is one even
	// when the notification cannot be sent, and again after.
	Notified bool `json:"notified"`
}

// Data says in one line what was lost. A planned promotion waits until everything is replicated; an unplanned one loses
// what the lag had not let through when it was last measured, and whatever a Region that was cut off has accepted since:
// that cannot be measured, so the target is met on a condition.
func (r Report) Data() string {
	switch {
	case r.RPOSeconds == nil && r.did(DatabaseNotKnown):
		return "not known: not every database could be read"
	case r.RPOSeconds == nil:
		return "not measured: the replication lag before the promotion is not known"
	case !r.did(DatabasePromoted) && !r.did(DatabaseSwitched) && r.LagSeconds == nil:
		return "no database was promoted, no writes lost"
	case r.Run.Action.Planned() && r.LagSeconds == nil:
		return "no writes lost, the move was planned"
	case r.Run.Action.Planned():
		return fmt.Sprintf("no writes lost, the move was planned; replication lagged %.1f s before", *r.LagSeconds)
	}
	text := fmt.Sprintf("about the last %.1f s of writes lost", *r.RPOSeconds)
	if r.Outcome != Completed {
		text = fmt.Sprintf("replication lagged %.1f s before promoting; that much may be lost", *r.RPOSeconds)
	}
	text += fmt.Sprintf("; target %d s, ", r.TargetRPOSeconds)
	switch {
	case *r.RPOSeconds > float64(r.TargetRPOSeconds):
		return text + "missed"
	case r.RPOMeasuredAt == nil:
		return text + "met"
	}
	return text + fmt.Sprintf("met if %s has accepted nothing since it was measured at %s", r.Run.From, r.RPOMeasuredAt.UTC().Format("15:04:05 UTC"))
}

func (r Report) did(what DatabaseDid) bool {
	return slices.ContainsFunc(r.Databases, func(d DatabaseResult) bool { return d.Did == what })
}

// DatabaseDid is what a run has done to a database.
type DatabaseDid string

const (
	// DatabasePromoted means that this run has started its promotion, with data loss.
	DatabasePromoted DatabaseDid = "promoted-with-data-loss"
	// DatabaseSwitched means that this run has asked for its switchover, which loses nothing.
	DatabaseSwitched DatabaseDid = "switched-over"
	// DatabaseInTarget means that the target Region wrote it already, or was about to.
	DatabaseInTarget DatabaseDid = "already-there"
	// DatabaseNotPromoted means that this run has not promoted it.
	DatabaseNotPromoted DatabaseDid = "not-promoted"
	// DatabaseNotKnown means that it could not be read, or that a newer run has taken the place of what this one noted.
	DatabaseNotKnown DatabaseDid = "not-known"
)

// DatabaseResult is one database and what a run has done to it.
type DatabaseResult struct {
	Application   string      `json:"application"`
	GlobalCluster string      `json:"globalCluster"`
	Did           DatabaseDid `json:"did"`
	// LagMillis is the replication lag before the promotion, absent when it was not measured.
	LagMillis *int64 `json:"lagMillis,omitempty"`
}

// NotMoved is an application that is not wholly in the Region where it should be.
type NotMoved struct {
	Application string `json:"application"`
	// Why names each part that is elsewhere, such as "record www.example.com A: us-east-1 100, us-west-2 0".
	Why []string `json:"why"`
	// Percent is the share of its traffic that the Region has all the same, as the registry says.
	Percent int `json:"percent,omitempty"`
	// Command sets the weight of a record set to 0 that is not registered and answers users; empty when there is none.
	Command string `json:"command,omitempty"`
}

// PhaseResult is what a phase of a run achieved.
type PhaseResult struct {
	Phase Phase  `json:"phase"`
	From  Region `json:"from"`
	To    Region `json:"to"`
	// Passed says whether every stage was verified; StagesDone of Stages were.
	Passed     bool `json:"passed"`
	StagesDone int  `json:"stagesDone"`
	Stages     int  `json:"stages"`
	// RTOSeconds is how long it took: the way out from the beginning of the outage, if that is known.
	RTOSeconds float64 `json:"rtoSeconds"`
	// RPOSeconds is how many seconds of writes it lost, absent when that was not measured; LagSeconds is the replication lag
	// before its promotions, absent when it was not measured or when there were none.
	RPOSeconds *float64 `json:"rpoSeconds,omitempty"`
	LagSeconds *float64 `json:"lagSeconds,omitempty"`
}

// PastDrill is what the registry keeps of a drill, for the next one to be compared with.
type PastDrill struct {
	Run       string        `json:"run"`
	StartedAt time.Time     `json:"startedAt"`
	Outcome   Outcome       `json:"outcome"`
	Phases    []PhaseResult `json:"phases"`
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
		Find: CommandLine("aws", "rds", "describe-db-cluster-snapshots", "--region", string(region), "--db-cluster-identifier", cluster,
			"--query", "DBClusterSnapshots[?starts_with(DBClusterSnapshotIdentifier,"+jmesText(pattern)+")]"),
	}
}

// jmesText is a text as JMESPath, the language of --query, takes it: as JSON between backquotes.
func jmesText(text string) string {
	quoted, _ := json.Marshal(text) // a text is always JSON
	return "`" + strings.ReplaceAll(string(quoted), "`", "\\`") + "`"
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
	// Format is that of the announcement, see [Format].
	Format int `json:"format"`

	Run     Run    `json:"run"`
	Summary string `json:"summary"`
	// Findings are the warnings with which it was begun; MoreFindings counts those that are not listed.
	Findings     []Finding `json:"findings"`
	MoreFindings int       `json:"moreFindings,omitempty"`
	// EndsBy is the latest time at which the run is over, whatever fails.
	EndsBy time.Time `json:"endsBy"`
}

// Refusal is what Notify writes into the report bucket, as JSON, under [RefusalKey], after the notification of a run that
// ended with Validate's verdict.
type Refusal struct {
	// Format is that of the refusal, see [Format].
	Format int `json:"format"`

	Run     Run     `json:"run"`
	Verdict Verdict `json:"verdict"`
	Summary string  `json:"summary"`
	// Findings are the blockers, then the warnings; MoreFindings counts those that are not listed.
	Findings     []Finding `json:"findings"`
	MoreFindings int       `json:"moreFindings,omitempty"`
	// Next is the one command that clears every blocker.
	Next string    `json:"next,omitempty"`
	At   time.Time `json:"at"`
}

// RefusalKey is the object key of a run's refusal in the report bucket.
func RefusalKey(runID string) string { return "runs/" + runID + "/refused.json" }

// AnnouncementKey is the object key of a run's announcement in the report bucket.
func AnnouncementKey(runID string) string { return "runs/" + runID + "/begun.json" }

// MissingMetric is the metric that counts ended runs whose notification or report could not be sent or written for good.
const MissingMetric = "NotificationsMissing"

// InventoryKey is the object key under which Notify keeps what it has read of the record sets of a large run, until it has
// read the rest.
func InventoryKey(runID string) string { return "runs/" + runID + "/inventory.json" }

// ReportKey is the object key of a run's report in the report bucket.
func ReportKey(runID string) string { return "runs/" + runID + "/report.json" }
