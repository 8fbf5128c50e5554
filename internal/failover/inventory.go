package failover

import "time"

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
