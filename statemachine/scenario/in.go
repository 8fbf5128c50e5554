package scenario

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/prose"
	"github.com/drover-dr/drover/internal/registry/applicationsfile"
)

// In is the event as a plan has it.
func (e Event) In(t Terms) (Event, error) {
	w := &words{Terms: t}
	w.assign(positions{})
	in := w.copy(reflect.ValueOf(e), "", plain).Interface().(Event)
	if len(w.missing) > 0 {
		return e, errors.New(w.missing[0])
	}
	return in, nil
}

// NotApplicableError says why a scenario cannot be played with a plan, or with the user's applications.
type NotApplicableError struct{ Scenario, Reason string }

// Error is one line.
func (e *NotApplicableError) Error() string {
	return fmt.Sprintf("%s is not applicable: %s", e.Scenario, e.Reason)
}

// In is the scenario as a plan plays it: each word stands for what the plan has. A scenario that comes with Drover has fewer
// zones and databases in a plan with fewer; what of its expectations is then not checked is in [Scenario.Unchecked]. The error
// is a [NotApplicableError] where the plan lacks what the scenario is about.
func (s *Scenario) In(t Terms) (*Scenario, error) {
	w := &words{Terms: t, folded: map[int]bool{}, dropped: map[int]bool{}}
	in := *s
	in.regions = slices.Clone(s.regions)
	for i, m := range in.regions {
		in.regions[i].region = w.region(m.region)
	}
	// The stacks that are deployed may have another switch, with endpoints in other Regions: Fits is for these.
	misfits := in.about(func(m mention) bool { return t.Plan.Has(failover.Region(m.region)) || m.endpoint() }, t.Plan)
	if err := in.read(w); err != nil {
		if reason := in.lacking(w); reason != "" { // what the plan lacks may have made the mistake
			return nil, &NotApplicableError{s.Name, reason}
		}
		return nil, errors.Join(misfits, err)
	}
	if misfits != nil {
		return nil, misfits
	}
	in.Generate = nil // its applications are read
	reflect.ValueOf(&in).Elem().Set(w.copy(reflect.ValueOf(in), "", plain))
	if reason := in.inapplicable(w); reason != "" {
		return nil, &NotApplicableError{s.Name, reason}
	}
	if in.Shipped || in.own {
		in.adapt(w)
	}
	return &in, nil
}

// read reads the applications, with the words of a plan.
func (s *Scenario) read(w *words) error {
	if s.own {
		if s.Generate != nil {
			return &NotApplicableError{s.Name, "it generates its applications"}
		}
		if err := s.readOwn(w); err != nil {
			return err
		}
	}
	named := positions{zones: map[int]bool{}, clusters: map[int]bool{}}
	walk(reflect.ValueOf(*s), "", plain, func(text string, of role) {
		if of != said {
			named.add(text)
		}
	})
	w.assign(named)
	if s.own {
		return nil
	}
	w.applications = s.Shipped
	defer func() { w.applications = false }()
	if s.Generate != nil {
		generate := w.copy(reflect.ValueOf(*s.Generate), "", plain).Interface().(Generate)
		s.parsed = generate.applications(w)
	} else {
		var err error
		if s.parsed, err = applicationsfile.ParseWith(s.applicationsFrom, s.applications, w.Plan, w.fill); err != nil {
			if s.Shipped && len(named.zones) > len(w.Zones) { // names of two zones that are one zone here
				return &NotApplicableError{s.Name, w.tooFewZones()}
			}
			return err
		}
	}
	s.dropAbsent()
	return nil
}

// readOwn reads the user's applications. The zones and clusters of the plan are then those of the applications.
func (s *Scenario) readOwn(w *words) (err error) {
	if s.parsed, err = applicationsfile.ParseWith(s.applicationsFrom, s.applications, w.Plan, w.fill); err != nil {
		return err
	}
	w.Zones, w.Clusters = Estate(s.parsed)
	w.zoneNames = map[string]string{}
	for _, app := range s.parsed {
		for _, record := range app.Records {
			w.zoneNames[record.Zone] = record.ZoneName
		}
	}
	return nil
}

// Estate are the hosted zones and the global clusters of applications, each once.
func Estate(apps []failover.Application) (zones, clusters []string) {
	add := func(list *[]string, name string) {
		if !slices.Contains(*list, name) {
			*list = append(*list, name)
		}
	}
	for _, app := range apps {
		for _, record := range app.Records {
			add(&zones, record.Zone)
		}
		for _, database := range app.Databases {
			add(&clusters, database.GlobalCluster)
		}
	}
	return zones, clusters
}

// dropAbsent removes the databases that the plan has no cluster for.
func (s *Scenario) dropAbsent() {
	for i := range s.parsed {
		s.parsed[i].Databases = slices.DeleteFunc(s.parsed[i].Databases, func(d failover.Database) bool { return strings.HasPrefix(d.GlobalCluster, absent) })
	}
}

// inapplicable says in one line why a plan cannot play the scenario.
func (s *Scenario) inapplicable(w *words) string {
	if reason := s.lacking(w); reason != "" {
		return reason
	}
	switch {
	case s.Shipped && s.World.Traffic != ByWeights && s.losesControlPlane(w.Plan) && len(w.Plan.Switches) == 0:
		return fmt.Sprintf("it needs a switch, and the plan %s has none", w.Plan.Name)
	case s.own:
		return s.unknownApplication()
	}
	return ""
}

// lacking says what the scenario needs and the plan has not got.
func (s *Scenario) lacking(w *words) string {
	if len(w.missing) > 0 {
		return w.missing[0]
	}
	plan := w.Plan.Name
	switch needs := s.Needs; {
	case needs.Zones > len(w.Zones):
		return fmt.Sprintf("it needs %s, and the plan %s has %d", prose.Count(needs.Zones, "hosted zone"), plan, len(w.Zones))
	case needs.GlobalClusters > len(w.Clusters):
		return fmt.Sprintf("it needs %s, and the plan %s has %d", prose.Count(needs.GlobalClusters, "global cluster"), plan, len(w.Clusters))
	case needs.ControlPlane == primaryWord && w.Plan.Primary != w.Plan.Primary.Partition().GlobalRegion:
		return fmt.Sprintf("it needs the Route 53 control plane in the primary, and %s is not %s", w.Plan.Primary, w.Plan.Primary.Partition().GlobalRegion)
	}
	return ""
}

// losesControlPlane says whether the Route 53 control plane is lost during the scenario.
func (s *Scenario) losesControlPlane(plan failover.Plan) bool {
	return slices.ContainsFunc(s.Timeline, func(e Event) bool {
		return e.ControlPlane == ControlPlaneGone || s.World.ControlPlane != ControlPlaneStays && e.RegionDark != "" && e.RegionDark == string(plan.Primary.Partition().GlobalRegion)
	})
}

// unknownApplication says which event names an application that the user's file does not have.
func (s *Scenario) unknownApplication() string {
	has := func(name string) bool {
		return name == "" || slices.ContainsFunc(s.parsed, func(app failover.Application) bool { return app.Name == name })
	}
	for _, e := range s.Timeline {
		var names []string
		switch {
		case e.Errors != nil:
			names = []string{e.Errors.Application}
		case e.NoMetrics != nil:
			names = []string{e.NoMetrics.Application}
		case e.RegistryItem != nil:
			names = []string{e.RegistryItem.Application}
		case e.Start != nil:
			names = inputApplications(e.Start.Input)
		}
		for _, name := range names {
			if !has(name) {
				return fmt.Sprintf("its event at %s names the application %s, which %s does not have", Clock(e.At.Or(0)), name, s.applicationsFrom)
			}
		}
		if e.Drift != nil || e.RecordSet != nil {
			return fmt.Sprintf("its event at %s changes a record of its own applications", Clock(e.At.Or(0)))
		}
	}
	return ""
}

// inputApplications are the applications that an input names.
func inputApplications(input any) []string {
	object, _ := input.(map[string]any)
	list, _ := object["applications"].([]any)
	var names []string
	for _, name := range list {
		names = append(names, fmt.Sprint(name))
	}
	return names
}

// ApplicationsText is what its applications are read from; it is empty when they are generated.
func (s *Scenario) ApplicationsText() []byte { return s.applications }

// OwnApplications says whether its applications are those of a user's file, by [Scenario.Using].
func (s *Scenario) OwnApplications() bool { return s.own }

// Using is the scenario with the applications of the user's file in place of its own.
func (s *Scenario) Using(file string, text []byte) *Scenario {
	other := *s
	other.applicationsFrom, other.applications, other.own = file, text, true
	return &other
}
