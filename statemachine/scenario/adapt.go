package scenario

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/prose"
)

// adapt takes out what is only true of the plan or of the applications that the scenario was written with.
func (s *Scenario) adapt(w *words) {
	s.permit(w)
	reasons := s.differences(w)
	if len(reasons) == 0 {
		return
	}
	n := s.dropTexts()
	if s.own {
		n += s.dropUnknown()
		if s.Expect.OverheadAtMost != nil { // it depends on the periods of the health rules
			n, s.Expect.OverheadAtMost = n+1, nil
		}
	}
	if n > 0 {
		s.Unchecked = fmt.Sprintf("%d expected texts and counts are not checked: %s.", n, strings.Join(reasons, "; "))
	}
}

// permit gives the plan the settings without which the scenario's runs would be refused, or wait.
func (s *Scenario) permit(w *words) {
	theirs, usual := w.Plan, failover.DefaultPlan()
	settings := maps.Clone(s.Plan)
	if settings == nil {
		settings = map[string]any{}
	}
	var changed []string
	pin := func(key string, differs bool, value any) {
		if _, set := settings[key]; !set && differs {
			settings[key] = value
			changed = append(changed, fmt.Sprintf("%s: %v", key, value))
		}
	}
	pin("approval", theirs.Approval != usual.Approval, string(usual.Approval))
	for _, setting := range usual.MayLoosen {
		pin("mayLoosen", !theirs.MayBeLoosened(setting), usual.MayLoosen)
	}
	pin("allowDataLoss", theirs.AllowDataLoss, usual.AllowDataLoss)
	if len(changed) > 0 {
		s.Plan = settings
		s.Settings = "In place of the plan's own settings, for the scenario: " + strings.Join(changed, ", ") + "."
	}
}

// differences say what makes the scenario's texts and counts untrue.
func (s *Scenario) differences(w *words) []string {
	var all []string
	add := func(when bool, format string, args ...any) {
		if when {
			all = append(all, fmt.Sprintf(format, args...))
		}
	}
	usual := failover.DefaultPlan()
	add(s.own, "the applications are those of %s", s.applicationsFrom)
	add(len(w.folded) > 0, "the plan has %s", prose.Count(len(w.Zones), "hosted zone"))
	add(len(w.dropped) > 0, "the plan has %s", prose.Count(len(w.Clusters), "global cluster"))
	add(slices.ContainsFunc(s.Timeline, func(e Event) bool { return e.RegionDark == string(w.Plan.Primary) }) && s.World.ControlPlane != ControlPlaneStays &&
		w.Plan.Primary != w.Plan.Primary.Partition().GlobalRegion, "the Route 53 control plane is in %s and not in %s", w.Plan.Primary.Partition().GlobalRegion, w.Plan.Primary)
	add(!w.Default && slices.ContainsFunc(s.Timeline, func(e Event) bool { return e.APIFault != nil && e.APIFault.Share > 0 }), "which calls fail is drawn, and depends on the plan's names")
	add(len(w.Plan.Switches) == 0 && s.World.Traffic != ByWeights, "the plan has no switch")
	theirs := w.Plan
	theirs.Name, theirs.Primary, theirs.Standby, theirs.RecordNames, theirs.Switches = usual.Name, usual.Primary, usual.Standby, usual.RecordNames, usual.Switches
	theirs.MayLoosen, theirs.Approval, theirs.AllowDataLoss, theirs.ReservedConcurrency = usual.MayLoosen, usual.Approval, usual.AllowDataLoss, usual.ReservedConcurrency
	add(!reflect.DeepEqual(theirs, usual), "the plan has settings of its own")
	return all
}

// dropTexts takes out the expected texts and counts, and returns how many there were.
func (s *Scenario) dropTexts() int {
	n := 0
	texts := func(list *[]string) { n, *list = n+len(*list), nil }
	counts := func(count **int) {
		if *count != nil {
			n, *count = n+1, nil
		}
	}
	limit := func(most *int) {
		if *most > 0 {
			n, *most = n+1, 0
		}
	}
	for i := range s.Timeline {
		if call := s.Timeline[i].Call; call != nil {
			texts(&call.Says)
		}
		if start := s.Timeline[i].Start; start != nil {
			texts(&start.Says)
			limit(&start.TransitionsAtMost)
			limit(&start.PayloadAtMost)
		}
	}
	for i := range s.Refusals {
		n, s.Refusals[i].Says = n+1, ""
	}
	s.LooseWeights = true
	runs := len(s.Expect.Runs)
	s.Expect.Runs = slices.DeleteFunc(s.Expect.Runs, func(r ExpectedRun) bool { return r.Action == failover.Weights })
	n += runs - len(s.Expect.Runs)
	for i := range s.Expect.Runs {
		texts(&s.Expect.Runs[i].Says)
	}
	for _, list := range s.Expect.Notifications {
		n += len(list)
	}
	s.Expect.Notifications = nil
	counts(&s.Expect.Batches)
	counts(&s.Expect.RecordSets)
	return n
}

// dropUnknown takes out the expectations about applications that the user's file does not have.
func (s *Scenario) dropUnknown() int {
	n := len(s.Expect.Active)
	maps.DeleteFunc(s.Expect.Active, func(name, _ string) bool {
		return !slices.ContainsFunc(s.parsed, func(app failover.Application) bool { return app.Name == name })
	})
	return n - len(s.Expect.Active)
}
