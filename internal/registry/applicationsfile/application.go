package applicationsfile

import (
	"fmt"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/registry/rules"
)

func readFile(root value) []failover.Application {
	list := root.object("applications").need("applications", "a list of applications")
	elements := list.list("application")
	if list.isList() && len(elements) == 0 {
		list.wrong("empty; expected at least one application")
	}
	seen := newSeen()
	apps := make([]failover.Application, len(elements))
	for i, e := range elements {
		apps[i] = readApplication(e, seen)
	}
	return apps
}

func readApplication(v value, seen *seen) failover.Application {
	o := v.object("name", "wave", "records", "databases", "health", "alarms", "switch")
	app := failover.Application{Wave: 1}
	name := o.need("name", "a name that is unique in the plan")
	app.Name = name.text()
	name.hold(app.Name, rules.ApplicationName)
	seen.once(name, "application "+app.Name)
	if wave := o.may("wave"); wave.given() {
		app.Wave = wave.whole(1, rules.MaxWave)
	}
	for _, e := range atLeastOne(o, "records", "record") {
		app.Records = append(app.Records, readRecord(e, seen))
	}
	for _, e := range o.may("databases").list("database") {
		app.Databases = append(app.Databases, readDatabase(e, app, seen))
	}
	app.Health = readHealth(o)
	app.Alarms = readAlarms(o.may("alarms"))
	if name := o.may("switch"); name.given() {
		app.Switch = name.text()
		name.hold(app.Switch, func(text string) string { return rules.Switch(v.r.plan, text) })
	}
	return app
}

// atLeastOne reads a list that an application cannot do without.
func atLeastOne(o object, key, singular string) []value {
	v := o.need(key, "a list with at least one "+singular)
	elements := v.list(singular)
	if v.isList() && len(elements) == 0 {
		v.wrong("empty; expected at least one %s", singular)
	}
	return elements
}

// seen remembers what may be said only once in a file, or must be said in the same way everywhere, with its place.
type seen struct {
	at   map[string]value
	said map[string]string
}

func newSeen() *seen { return &seen{at: map[string]value{}, said: map[string]string{}} }

// once notes a mistake when the thing has been there before.
func (s *seen) once(v value, thing string) {
	if !v.given() {
		return
	}
	if before, ok := s.at[thing]; ok {
		v.wrong("%s is already in line %d; expected it once", thing, line(before))
		return
	}
	s.at[thing] = v
}

// same notes a mistake when something else was said of the thing before.
func (s *seen) same(v value, thing, said string) {
	if !v.given() {
		return
	}
	if before, ok := s.at[thing]; ok && s.said[thing] != said {
		v.wrong("%s has %s in line %d and %s here; expected the same", thing, s.said[thing], line(before), said)
		return
	}
	s.at[thing], s.said[thing] = v, said
}

func line(v value) int {
	if at := position(v.node); at != nil && at.Position != nil {
		return at.Position.Line
	}
	return 1
}

func readAlarms(list value) []string {
	var alarms []string
	own := newSeen()
	for _, v := range list.list("alarm") {
		name := v.text()
		v.hold(name, rules.Alarm)
		own.once(v, fmt.Sprintf("alarm %q", name))
		alarms = append(alarms, name)
	}
	return alarms
}
