package guarantee

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/statemachine/fakeaws"
	"github.com/drover-dr/drover/statemachine/scenario"
)

// atEnd lists what of the final state differs from what is expected.
func (e Evidence) atEnd(x scenario.Expect) []string {
	var found []string
	add := func(format string, args ...any) { found = append(found, fmt.Sprintf(format, args...)) }
	for _, name := range slices.Sorted(maps.Keys(x.Active)) {
		for _, why := range e.missingAtEnd(name, failover.Region(x.Active[name])) {
			add("expected all of %s in %s in the end: %s", name, x.Active[name], why)
		}
	}
	if limit := x.FailedBesideWriterAtMost; limit != nil {
		f := fakeaws.ImpactOf(e.besideWriter())
		if f.Requests-f.Served > *limit*f.Requests+1e-6 {
			add("expected at most %.2f %% of the requests to fail while no promotion was in progress, got %.2f %%", 100**limit, 100*(1-f.Served/f.Requests))
		}
	}
	return append(found, e.inNotifications(x)...)
}

// inNotifications says which notifications lack what they must contain.
func (e Evidence) inNotifications(x scenario.Expect) []string {
	var found []string
	for _, name := range slices.Sorted(maps.Keys(x.Notifications)) {
		i := slices.IndexFunc(e.Runs, func(run RunEvidence) bool { return run.Name == name })
		if i < 0 {
			found = append(found, fmt.Sprintf("expected notifications of %s; there was no such run", name))
			continue
		}
		sent := strings.Join(e.Runs[i].Texts, "\n")
		for _, text := range x.Notifications[name] {
			if !contains(sent, text) {
				found = append(found, fmt.Sprintf("%s: expected a notification that contains %q; got: %.600s", name, text, sent))
			}
		}
	}
	return found
}

// missingAtEnd lists what of an application is not in a Region in the end.
func (e Evidence) missingAtEnd(name string, region failover.Region) []string {
	i := slices.IndexFunc(e.Applications, func(app failover.Application) bool { return app.Name == name })
	if i < 0 {
		return []string{"there is no such application"}
	}
	return notMoved(e.Plan, region, *e.End, e.Applications[i])
}

// besideWriter is the traffic of the seconds in which no promotion was in progress: the client impact without the time
// that Aurora itself takes.
func (e Evidence) besideWriter() []fakeaws.Sample {
	return slices.DeleteFunc(slices.Clone(e.Traffic), func(s fakeaws.Sample) bool {
		return slices.ContainsFunc(e.Promotions, func(p fakeaws.Promotion) bool {
			return s.At.After(p.At) && (p.Finished.IsZero() || !s.At.After(p.Finished.Add(time.Second)))
		})
	})
}
