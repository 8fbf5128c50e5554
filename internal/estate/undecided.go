package estate

import "github.com/drover-dr/drover/internal/prose"

// undecided writes each name that could not be decided as a comment: what is there, why, and the choices as lines of an answers
// file.
func (w *writer) undecided(list []Decision) {
	if len(list) == 0 {
		return
	}
	w.line("")
	w.line("# %s not decided. Copy a choice for each into a file, below the key answers, and import again with --answers FILE.", prose.Count(len(list), "name"))
	for _, d := range list {
		w.line("#")
		w.line("# undecided: %s (zone %s): %s", d.Group, d.Zone, d.Undecided)
		for _, s := range d.Sets {
			w.line("#   there: %s", s)
		}
		for _, choice := range d.Choices {
			w.line("#   choice: - %s", choice)
		}
	}
}

// leftOut writes the names that do not move, each with the reason.
func (w *writer) leftOut(list []Decision) {
	if len(list) == 0 {
		return
	}
	w.line("")
	w.line("# %s left out:", prose.Count(len(list), "name"))
	for _, d := range list {
		w.line("#   %s (zone %s): %s", d.Group, d.Zone.ID, d.LeftOut)
	}
}
