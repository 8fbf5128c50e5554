package main

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/prose"
	"github.com/drover-dr/drover/internal/untrusted"
)

// preview shows what registering would change, and asks an operator at a terminal. It returns the names of the applications that
// are to be deregistered. A script is not asked: registering changes configuration, never where traffic is. Deregistering is another
// matter, and needs --yes there.
func (c *registerCommand) preview(env environment, s *switches, apps, inFile []failover.Application) (stale []string, err error) {
	changes := differences(s.apps, s.checks.Keep(s.apps, apps))
	if c.Prune {
		var gone []string
		stale, gone = staleIn(s.apps, inFile)
		changes = append(changes, gone...)
	}
	writeDifferences(env.stdout, changes)
	switch {
	case len(changes) == 0 || c.Yes:
		return stale, nil
	case !env.person && len(stale) > 0:
		return nil, usageError{fmt.Errorf("--prune deregisters %s; without a terminal to ask at, add --yes. Nothing was changed", prose.Count(len(stale), "application"))}
	case !env.person:
		return stale, nil
	}
	return stale, confirm(env, "Register?", "nothing was changed", "add --yes")
}

// prune deregisters applications.
func (c *registerCommand) prune(env environment, s *switches, stale []string) error {
	if len(stale) == 0 {
		return nil
	}
	removed, err := s.store.Deregister(env.ctx, stale, now())
	if len(removed) > 0 {
		fmt.Fprintf(env.stdout, "removed: %s\n", strings.Join(removed, ", "))
	}
	if err != nil {
		return err
	}
	s.apps, err = s.store.Applications(env.ctx)
	return err
}

// staleIn are the registered applications that are not in the file, with a line about each.
func staleIn(registered, apps []failover.Application) (names, lines []string) {
	for _, app := range registered {
		if slices.ContainsFunc(apps, func(other failover.Application) bool { return other.Name == app.Name }) || slices.Contains(names, app.Name) {
			continue
		}
		names = append(names, app.Name)
		var records []string
		for _, record := range app.Records {
			records = append(records, record.Name+" "+record.Type)
		}
		where := ""
		if app.Live.Active != "" {
			where = ", active in " + string(app.Live.Active)
		}
		lines = append(lines, fmt.Sprintf("remove %s%s: no run moves it any more; its record sets stay as they are (%s)", app.Name, where, prose.Some(records, 5, ", ")))
	}
	return names, lines
}

// differences are lines about what registering changes, in the order of the file.
func differences(registered, apps []failover.Application) []string {
	var lines []string
	for _, app := range apps {
		i := slices.IndexFunc(registered, func(old failover.Application) bool { return old.Name == app.Name })
		if i < 0 {
			lines = append(lines, fmt.Sprintf("add %s: wave %d, %s, %s", app.Name, app.Wave, prose.Count(len(app.Records), "record"), prose.Count(len(app.Databases), "database")))
			continue
		}
		if registered[i].Broken != "" {
			lines = append(lines, fmt.Sprintf("change %s: its item in the registry breaks the rules, and is replaced", app.Name))
			continue
		}
		for _, field := range changedFields(registered[i], app) {
			lines = append(lines, "change "+app.Name+": "+field)
		}
	}
	return lines
}

// changedFields compares two configurations of an application, field by field.
func changedFields(old, wanted failover.Application) []string {
	before, after := flatten(old), flatten(wanted)
	all := maps.Clone(before)
	maps.Copy(all, after)
	var lines []string
	for _, path := range slices.Sorted(maps.Keys(all)) {
		from, was := before[path]
		to, is := after[path]
		switch {
		case !was:
			lines = append(lines, fmt.Sprintf("%s: added, %s", path, to))
		case !is:
			lines = append(lines, fmt.Sprintf("%s: removed, it was %s", path, from))
		case from != to:
			lines = append(lines, fmt.Sprintf("%s: %s becomes %s", path, from, to))
		}
	}
	return lines
}

// flatten is an application's configuration as paths and JSON values, such as records[0].ttl.
func flatten(app failover.Application) map[string]string {
	app.Live = failover.Live{}
	text, err := json.Marshal(app)
	var tree map[string]any
	if err != nil || json.Unmarshal(text, &tree) != nil {
		return nil
	}
	delete(tree, "live")
	flat := map[string]string{}
	var walk func(path string, v any)
	walk = func(path string, v any) {
		switch v := v.(type) {
		case map[string]any:
			for key, value := range v {
				walk(strings.TrimPrefix(path+"."+key, "."), value)
			}
		case []any:
			for i, value := range v {
				walk(fmt.Sprintf("%s[%d]", path, i), value)
			}
		default:
			text, _ := json.Marshal(v) // it was JSON
			flat[path] = string(text)
		}
	}
	walk("", tree)
	return flat
}

// shownDifferences is how many lines are shown.
const shownDifferences = 40

func writeDifferences(w io.Writer, lines []string) {
	shown, more := prose.Limit(lines, shownDifferences)
	for _, line := range shown {
		fmt.Fprintln(w, untrusted.Line(line))
	}
	if more > 0 {
		fmt.Fprintln(w, prose.More(more))
	}
}
