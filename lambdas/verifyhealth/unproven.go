package verifyhealth

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/prose"
	"github.com/drover-dr/drover/lambdas/internal/live"
)

// noteUnproven notes the applications none of whose rules had a datapoint, and those with rules that the run does not read. Nothing
// of that keeps a stage from passing: the file says that no data is healthy, and a failover depends on no other Region. The report
// says it.
func (l *attempt) noteUnproven(apps []failover.Application, readings []live.Reading, region failover.Region, reads func(failover.HealthRule) bool) {
	of := map[string][]live.Reading{}
	for _, r := range readings {
		of[r.Application] = append(of[r.Application], r)
	}
	l.checked = map[string]bool{}
	defer func() { // the list has room for few
		slices.SortStableFunc(l.unproven, func(a, b failover.Unproven) int { return cmp.Compare(order(a), order(b)) })
	}()
	for _, app := range apps {
		l.checked[app.Name] = true
		var why []string
		silent := func(r live.Reading) bool { return r.Silent }
		noData := len(of[app.Name]) > 0 && !slices.ContainsFunc(of[app.Name], func(r live.Reading) bool { return !silent(r) })
		if noData {
			why = append(why, fmt.Sprintf("no health rule had data, such as %s", of[app.Name][0]))
		}
		for _, rule := range app.Health {
			if !reads(rule) {
				why = append(why, fmt.Sprintf("%s was not read: its metric is in %s, and a failover reads in %s alone", rule.Title(), rule.ReadIn, region))
			}
		}
		if len(why) > 0 {
			l.unproven = append(l.unproven, failover.Unproven{
				Application: app.Name, Region: region, NoData: noData, Why: prose.Cut(prose.Line(strings.Join(why, "; ")), maxReason),
			})
		}
	}
}

// order puts those without any data first.
func order(u failover.Unproven) int {
	if u.NoData {
		return 0
	}
	return 1
}

// carry adds the unproven applications to what goes on to the next check. A check that is not healthy proves nothing, so those of the
// checks before it stay.
func (l *attempt) carry(req failover.VerifyRequest) *failover.Inventory {
	checked, found := func(name string) bool { return l.checked[name] }, l.unproven
	if !l.healthy() {
		checked, found = func(string) bool { return false }, nil
	}
	return l.inventory.Carry(req.Inventory, req.Stage.To, checked, found)
}
