package failover

import "slices"

// Unrecorded is traffic of a wave that was not in the Region that the registry says when the run started: a run before it had shifted
// it, and was stopped before it could write that down. It travels with the run, so that every step takes for "before" what
// users had, whichever of them is the first to write the registry. It is about a wave as a whole wherever that is true,
// because no state carries a list of all applications.
type Unrecorded struct {
	// Wave is the wave, Applications those of it that are meant; none means all that the run moves.
	Wave         int      `json:"wave"`
	Applications []string `json:"applications,omitempty"`
	// Place is where their users were sent.
	Place
}

func (l Unrecorded) covers(app Application) bool {
	return l.Wave == app.Wave && (len(l.Applications) == 0 || slices.Contains(l.Applications, app.Name))
}

// AsFound is the application, as it is registered, with the place that the run has found its users in. What the run has
// written itself is not overridden: it says already what the run has found.
func (r Run) AsFound(app Application) Application {
	if place := r.Found(app); place != nil {
		app.Live.Active, app.Live.Weights = place.Active, place.Weights
	}
	return app
}

// Found is where the run has found the users of an application that it has not written yet; nil when that is where the
// registry says.
func (r Run) Found(app Application) *Place {
	if !r.Selects(app.Name) || app.Live.Epoch == r.Epoch && app.Live.Before != nil {
		return nil
	}
	for _, l := range r.Unrecorded {
		if l.covers(app) {
			return &l.Place
		}
	}
	return nil
}
