package failover

import (
	"time"
)

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
	// Switched are the switches that this call has found or made to send users to the target Region.
	Switched []string `json:"switched,omitempty"`
	// Proves are the switches that a stage which proves them has written.
	Proves []string `json:"proves,omitempty"`
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
	// LagAt is when it was measured, nil when it was not: what an unreachable Region accepts since then cannot be measured.
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
	// Healthy counts the healthy checks in a row before this one, Unhealthy the unhealthy ones; one of them is 0.
	Healthy   int `json:"healthy"`
	Unhealthy int `json:"unhealthy"`
	// Passes is Healthy in the request of a run that release 0.1.0 has started; nil in any other.
	Passes *int `json:"passes,omitempty"`
	// Inventory is that of the check before, nil when there is none.
	Inventory *Inventory `json:"inventory"`
	// Streak is the answer's of the check before; nil at the first one.
	Streak *Streak `json:"streak"`
}

// Streak is what VerifyHealth keeps from check to check of a stage.
type Streak struct {
	// Since is the time of the first of the checks that Healthy, or Unhealthy, counts.
	Since time.Time `json:"since"`
	// Seen are the newest datapoints that they have counted, one for each period that a health rule has, at most
	// [MaxListed]: the next check needs newer ones.
	Seen []Datapoint `json:"seen,omitempty"`
	// InSync is how many zones, in the order of the changes, need not be asked about any more: their changes are at the name
	// servers. It is counted where there are too many to ask about all of them in each check.
	InSync int `json:"inSync,omitempty"`
	// AnsweredAt is since when, at the latest, the zones' name servers answer with the target Region for the applications of the
	// run's switches. It is nil until each of those zones was seen to do so.
	AnsweredAt *time.Time `json:"answeredAt,omitempty"`
	// InSyncAt is since when, at the latest, the name servers have all changes of the stage. It is nil until they were seen to.
	InSyncAt *time.Time `json:"inSyncAt,omitempty"`
}

// Datapoint is when a datapoint of a period began.
type Datapoint struct {
	PeriodSeconds int       `json:"periodSeconds"`
	At            time.Time `json:"at"`
}

// VerifyAnswer is VerifyHealth's.
type VerifyAnswer struct {
	Verdict Verdict `json:"verdict"`
	// Healthy and Unhealthy count the checks in a row including this one, Streak says since when.
	Healthy   int     `json:"healthy"`
	Unhealthy int     `json:"unhealthy"`
	Streak    *Streak `json:"streak"`
	// Passes is Healthy in the answer to a run that release 0.1.0 has started; nil in any other.
	Passes *int `json:"passes,omitempty"`
	// Reasons say what is pending or failed, at most [MaxListed]; MoreReasons counts the rest.
	Reasons     []string `json:"reasons"`
	MoreReasons int      `json:"moreReasons,omitempty"`
	// Inventory is what is verified of the stage's records so far, nil before the first. It goes to the next check.
	Inventory *Inventory `json:"inventory"`
	// SetAside are zones whose weights are pending from now on: Route 53 had accepted them, and its control plane stopped
	// answering before the name servers were known to have them.
	SetAside Aside `json:"setAside,omitempty"`
}
