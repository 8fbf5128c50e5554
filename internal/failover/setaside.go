package failover

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/drover-dr/drover/internal/prose"
)

// Kind says what kind of part a failover has set aside.
type Kind string

// The kinds of parts.
const (
	// RecordKind is one record, with the record sets of both Regions.
	RecordKind Kind = "record"
	// ApplicationKind is an application, with all of its records and databases.
	ApplicationKind Kind = "application"
	// ZoneKind is a hosted zone, with all records that the stage moves in it. One that did not answer in time is set aside
	// with its wave: it may answer when the next wave comes.
	ZoneKind Kind = "zone"
	// PendingKind is a hosted zone whose weights could not be written, while a switch has moved its users all the same. It is
	// no failed part: its weights are written by a later run.
	PendingKind Kind = "pending-weights"
	// SwitchKind is a switch whose lever could not be written, in one wave. It is no failed part: its applications move by
	// weights, and are set aside themselves where those cannot be written either.
	SwitchKind Kind = "switch"
	// DatabaseKind is a global cluster.
	DatabaseKind Kind = "database"
	// TrafficKind and DatabasesKind are all records, or all databases, of a wave.
	TrafficKind   Kind = "traffic"
	DatabasesKind Kind = "databases"
)

// AllZones is the zone of pending weights when there are more than the list has room for.
const AllZones = "*"

// MaxSetAside bounds the list that travels with the execution. Beyond, a zone or a wave is set aside as a whole, so that
// no part is missing from the list.
const MaxSetAside = 50

// SetAside is a part that a failover could not move. The run moves everything else, does not touch this part again, does
// not wait for it, and ends Held.
type SetAside struct {
	Kind Kind `json:"kind"`
	// Object is the name: "www.example.com A" of a record, the name of a zone, the identifier of a global cluster,
	// "wave 2" of all traffic or databases of a wave; empty where the state machine has set these aside, for Wave says it.
	Object string `json:"object"`
	// Zone is the id of the hosted zone of a record or zone.
	Zone string `json:"zone,omitempty"`
	// Wave is the wave of all its traffic or databases, or the only one of a zone; 0 for all waves.
	Wave int `json:"wave,omitempty"`
	// Application is the one that a record or database belongs to.
	Application string `json:"application,omitempty"`
	// Error is the condition, or the name of an error of Lambda or Step Functions; Cause says what AWS answered.
	Error Condition `json:"error"`
	Cause string    `json:"cause"`
}

// maxSetAsideCause bounds the cause of one part.
const maxSetAsideCause = 300

// SetAsideCause is the text of an error as far as a part keeps it.
func SetAsideCause(text string) string {
	return prose.Cut(prose.Line(text), maxSetAsideCause)
}

// WithCommand is a cause with what to type next, if there is room for the whole command: half of one would do something
// else.
func WithCommand(cause, command string) string {
	if command == "" || len(cause)+len(beforeCommand)+len(command) > maxSetAsideCause {
		return cause
	}
	return cause + beforeCommand + command
}

// RecordAside is a record that is set aside.
func RecordAside(app string, r Record, condition Condition, cause string) SetAside {
	return SetAside{Kind: RecordKind, Object: r.Name + " " + r.Type, Zone: r.Zone, Application: app, Error: condition, Cause: SetAsideCause(cause)}
}

// ApplicationAside is an application that is set aside as a whole.
func ApplicationAside(name string, condition Condition, cause string) SetAside {
	return SetAside{Kind: ApplicationKind, Object: name, Error: condition, Cause: SetAsideCause(cause)}
}

// WaveText names the wave of a part.
func WaveText(wave int) string {
	if wave == 0 {
		return "all waves"
	}
	return fmt.Sprintf("wave %d", wave)
}

// String is the part and its cause in one line.
func (s SetAside) String() string {
	what := string(s.Kind) + " " + s.Object
	switch s.Kind {
	case PendingKind:
		if s.Zone == AllZones {
			return fmt.Sprintf("weights of %s are pending, such as: %s: %s", s.Object, s.Error, SetAsideCause(said(s.Cause)))
		}
		return fmt.Sprintf("weights of zone %s (%s) are pending: %s: %s", s.Object, s.Zone, s.Error, SetAsideCause(said(s.Cause)))
	case SwitchKind:
		return fmt.Sprintf("switch %s could not be used, and its applications of %s moved by weights: %s: %s", s.Object, WaveText(s.Wave), s.Error, SetAsideCause(said(s.Cause)))
	case ZoneKind:
		what += " (" + s.Zone + ")"
	case TrafficKind, DatabasesKind:
		what = string(s.Kind) + " of " + cmp.Or(s.Object, WaveText(s.Wave))
	}
	if s.Application != "" {
		what += " of " + s.Application
	}
	return fmt.Sprintf("%s was set aside: %s: %s", what, s.Error, SetAsideCause(said(s.Cause)))
}

// said is what a step has said of an error that the state machine has set aside as it caught it: JSON, unless it was cut.
func said(cause string) string {
	var text struct {
		Message string `json:"errorMessage"`
	}
	if json.Unmarshal([]byte(cause), &text) == nil && text.Message != "" {
		return text.Message
	}
	return cause
}

// Aside is all that a run has set aside so far.
type Aside []SetAside

// Application says whether the application is set aside as a whole.
func (a Aside) Application(name string) bool {
	return slices.ContainsFunc(a, func(s SetAside) bool { return s.Kind == ApplicationKind && s.Object == name })
}

// Whole are the applications that are not set aside as a whole.
func (a Aside) Whole(apps []Application) []Application {
	return slices.DeleteFunc(slices.Clone(apps), func(app Application) bool { return a.Application(app.Name) })
}

// Record says whether the record of the application is set aside: alone, with its application, its zone, or its wave.
func (a Aside) Record(app Application, r Record) bool {
	return slices.ContainsFunc(a, func(s SetAside) bool {
		switch s.Kind {
		case ApplicationKind:
			return s.Object == app.Name
		case RecordKind:
			return s.Zone == r.Zone && s.Object == r.Name+" "+r.Type && s.Application == app.Name
		case ZoneKind:
			return s.Zone == r.Zone && (s.Wave == 0 || s.Wave == app.Wave)
		case TrafficKind:
			return s.Wave == 0 || s.Wave == app.Wave
		}
		return false
	})
}

// Traffic says whether any record of the application is set aside.
func (a Aside) Traffic(app Application) bool {
	return a.Application(app.Name) || slices.ContainsFunc(app.Records, func(r Record) bool { return a.Record(app, r) })
}

// Database says whether a database of the application is set aside: alone, with its application, or with its wave.
func (a Aside) Database(app Application, db Database) bool {
	return slices.ContainsFunc(a, func(s SetAside) bool {
		switch s.Kind {
		case ApplicationKind:
			return s.Object == app.Name
		case DatabaseKind:
			return s.Object == db.GlobalCluster
		case DatabasesKind:
			return s.Wave == 0 || s.Wave == app.Wave
		}
		return false
	})
}

// Rest is the application without its parts that are set aside. If there are any, its health says nothing about the rest
// of it either: it may have no traffic, or no writer.
func (a Aside) Rest(app Application) Application {
	records, databases := len(app.Records), len(app.Databases)
	full := app
	app.Records = slices.DeleteFunc(slices.Clone(full.Records), func(r Record) bool { return a.Record(full, r) })
	app.Databases = slices.DeleteFunc(slices.Clone(full.Databases), func(db Database) bool { return a.Database(full, db) })
	if len(app.Records) < records || len(app.Databases) < databases {
		app.Health = nil
	}
	return app
}

// Lines are all parts with their causes, one in each line.
func (a Aside) Lines() []string {
	lines := make([]string, 0, len(a))
	for _, s := range a {
		lines = append(lines, s.String())
	}
	return lines
}

// Failed are the parts that could not be moved, without the zones whose users a switch has moved, and without switches whose
// users weights have moved.
func (a Aside) Failed() Aside {
	return slices.DeleteFunc(slices.Clone(a), func(s SetAside) bool { return s.Kind == PendingKind || s.Kind == SwitchKind })
}

// WithoutPending are the parts that the message explains the outcome with: all but the zones of the follow-up.
func (a Aside) WithoutPending() Aside {
	return slices.DeleteFunc(slices.Clone(a), func(s SetAside) bool { return s.Kind == PendingKind })
}

// Switch says whether the switch could not be used in the wave.
func (a Aside) Switch(name string, wave int) bool {
	return slices.ContainsFunc(a, func(s SetAside) bool { return s.Kind == SwitchKind && s.Object == name && s.Wave == wave })
}

// PendingWeights are the zones whose users a switch has moved, and whose weights are still to be written.
func (a Aside) PendingWeights() Aside {
	return slices.DeleteFunc(slices.Clone(a), func(s SetAside) bool { return s.Kind != PendingKind })
}

// Pending says whether the weights of a hosted zone are still to be written.
func (a Aside) Pending(zone string) bool {
	return slices.ContainsFunc(a, func(s SetAside) bool { return s.Kind == PendingKind && (s.Zone == zone || s.Zone == AllZones) })
}

// PendingTraffic says whether the weights of any record of the application are still to be written.
func (a Aside) PendingTraffic(app Application) bool {
	return slices.ContainsFunc(app.Records, func(r Record) bool { return a.Pending(r.Zone) })
}
