package guarantee

import (
	"slices"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/statemachine/fakeaws"
)

// setIndex finds the record sets of a zone by name and type: after every batch, those of thousands of applications are read.
type setIndex map[string][]fakeaws.RecordSet

func indexOf(sets []fakeaws.RecordSet) setIndex {
	x := make(setIndex, len(sets)/2)
	for from := 0; from < len(sets); {
		to := from + 1
		for to < len(sets) && sets[to].Name == sets[from].Name && sets[to].Type == sets[from].Type {
			to++
		}
		key := sets[from].Name + " " + sets[from].Type
		x[key] = append(x[key], sets[from:to:to]...)
		from = to
	}
	return x
}

func (x setIndex) of(record failover.Record) []fakeaws.RecordSet {
	return x[record.Name+" "+record.Type]
}

// index finds what a snapshot has of a record and of an application.
type index struct {
	zones    map[string]setIndex
	registry map[string]failover.Application
}

// Indexed is the snapshot with its index.
func (s Snapshot) Indexed() Snapshot {
	s.index = &index{zones: map[string]setIndex{}, registry: map[string]failover.Application{}}
	for _, zone := range s.Zones {
		s.index.zones[zone.Zone] = indexOf(zone.Sets)
	}
	for _, app := range s.Registry {
		s.index.registry[app.Name] = app
	}
	return s
}

// readAnswer is the last answer that Validate gave to a run; ok is false when there is none.
type readAnswer struct {
	answer failover.ValidateAnswer
	ok     bool
}

// Indexed is the evidence with the answer of Validate read: most guarantees ask for it, several times.
func (r RunEvidence) Indexed() RunEvidence {
	a, ok := r.validated()
	r.read = &readAnswer{a, ok}
	return r
}

// of are the record sets of a record's zone among which its own are.
func (s Snapshot) of(record failover.Record) []fakeaws.RecordSet {
	if s.index != nil {
		return s.index.zones[record.Zone].of(record)
	}
	return s.sets(record.Zone)
}

// registered is what the registry has of an application.
func (s Snapshot) registered(name string) (failover.Application, bool) {
	if s.index != nil {
		app, ok := s.index.registry[name]
		return app, ok
	}
	i := slices.IndexFunc(s.Registry, func(app failover.Application) bool { return app.Name == name })
	if i < 0 {
		return failover.Application{}, false
	}
	return s.Registry[i], true
}
