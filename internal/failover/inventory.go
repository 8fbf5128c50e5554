package failover

import (
	"maps"
	"slices"
	"time"
)

// Position is how far the listing of a hosted zone's record sets has come. Of several zones, which are read in the order
// of their ids, it is about the last one that was begun. It is small whatever there is to read, so that it may travel
// from state to state.
type Position struct {
	// Zone is the hosted zone, Done says that all of it was read.
	Zone string `json:"zone,omitempty"`
	Done bool   `json:"done,omitempty"`
	// Name, Type and Identifier are where its next page begins.
	Name       string `json:"name,omitempty"`
	Type       string `json:"type,omitempty"`
	Identifier string `json:"identifier,omitempty"`
	// Names counts the names that were read where a zone is asked for one name after the other.
	Names int `json:"names,omitempty"`
	// Found counts the registered names that were found in the pages of the zone so far.
	Found int `json:"found,omitempty"`
}

// Inventory is what VerifyHealth has verified of the records of a stage's applications. Route 53 answers ten calls a
// second, so that the zones of a large stage are read over several checks; this goes from one to the next and at last to
// Notify, which reports what was verified instead of reading it again.
type Inventory struct {
	// Stage is the index of the stage that it is about.
	Stage int `json:"stage"`
	// At is when the reading began: what was verified was so at this time or later.
	At time.Time `json:"at"`
	// Position is how far the reading has come.
	Position Position `json:"position"`
	// Differs says that something is not as the stages have left it. It is read again until it is as expected, and then
	// everything is read once more.
	Differs bool `json:"differs,omitempty"`
	// Complete says that the records of all applications of the stage are verified; Applications counts them. Waves are
	// those of the stage, 0 stands for all.
	Complete     bool  `json:"complete,omitempty"`
	Applications int   `json:"applications,omitempty"`
	Waves        []int `json:"waves,omitempty"`
	// Unproven are the applications that were verified without the data of some or all of their health rules, in all stages up to
	// this one, at most [MaxListed] in each Region. MoreUnproven counts the others.
	Unproven     []Unproven     `json:"unproven,omitempty"`
	MoreUnproven map[Region]int `json:"moreUnproven,omitempty"`
}

// Unproven is an application that was verified without all of its health rules: none of them had data, or some were not read.
type Unproven struct {
	Application string `json:"application"`
	// Region is where it was verified.
	Region Region `json:"region"`
	// NoData says that none of its rules had data, so that nothing shows that it is healthy.
	NoData bool `json:"noData,omitempty"`
	// Why names the rules.
	Why string `json:"why"`
}

// String is the application with the rules in one line.
func (u Unproven) String() string { return u.Application + ": " + u.Why }

// noStage is the index of no stage: the records of none are verified.
const noStage = -1

// Carry is what becomes of the unproven applications after a check in a Region of the applications that checked says yes to: those
// that the check has found take the place of those that checks before it have found of the same applications.
func (i *Inventory) Carry(before *Inventory, region Region, checked func(application string) bool, found []Unproven) *Inventory {
	var kept []Unproven
	more := map[Region]int{}
	if before != nil {
		more = maps.Clone(before.MoreUnproven)
		kept = slices.DeleteFunc(slices.Clone(before.Unproven), func(u Unproven) bool { return u.Region == region && checked(u.Application) })
	}
	here := 0
	for _, u := range kept {
		if u.Region == region {
			here++
		}
	}
	listed := min(len(found), MaxListed-here)
	kept = append(kept, found[:listed]...)
	if more == nil {
		more = map[Region]int{}
	}
	switch over := len(found) - listed; {
	case here == 0 && over == 0: // the check was about all of them
		delete(more, region)
	case here == 0:
		more[region] = over
	default:
		more[region] = max(more[region], over)
	}
	if len(kept) == 0 && (i == nil || i.Stage == noStage) {
		return nil
	}
	all := Inventory{Stage: noStage}
	if i != nil {
		all = *i
	}
	all.Unproven, all.MoreUnproven = slices.Concat(kept), nil // of none it is nil
	if maps.DeleteFunc(more, func(_ Region, n int) bool { return n == 0 }); len(more) > 0 {
		all.MoreUnproven = more
	}
	return &all
}

// Covers says whether the inventory is complete and about the application.
func (i *Inventory) Covers(app Application) bool {
	if i == nil || !i.Complete {
		return false
	}
	for _, wave := range i.Waves {
		if wave == 0 || wave == app.Wave {
			return true
		}
	}
	return false
}
