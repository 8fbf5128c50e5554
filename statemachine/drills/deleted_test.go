package drills

import (
	"fmt"
	"strings"
	"testing"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/statemachine/guarantee"
)

// TestARunOfWhichAFunctionIsDeletedIsClosed deletes each function in the middle of a run, and creates it again ten minutes
// later. No state ends the execution for want of a function: the run comes to an end of its own, and a notification or an
// alarm says which. What could not be written while UpdateRegistry was away, the next check writes.
func TestARunOfWhichAFunctionIsDeletedIsClosed(t *testing.T) {
	for _, c := range []struct {
		function, action string
		outcome          failover.Outcome
	}{
		{"shifttraffic", "failover, allowDataLoss: true", failover.Held},
		{"updateregistry", "failover, allowDataLoss: true", failover.Held},
		{"promotedatabase", "failover, allowDataLoss: true", failover.Held},
		{"verifyhealth", "failover, allowDataLoss: true", failover.Held},
		{"notify", "failover, allowDataLoss: true", failover.Completed},
		{"shifttraffic", "switchover", failover.RolledBack},
		{"updateregistry", "switchover", failover.Held},
		{"promotedatabase", "switchover", failover.Held},
		{"verifyhealth", "switchover", failover.Held},
		{"notify", "switchover", failover.Completed},
		{"validate", "drill", failover.Held},
	} {
		t.Run(c.function+" in a "+strings.Split(c.action, ",")[0], func(t *testing.T) {
			result := playScenario(t, fmt.Sprintf(`name: deleted
title: the function %s is deleted in the middle of a run
description: the run ends, and a check closes what it could not
applicationsFile: applications/shop.yaml
noSchedules: true
plan: {attempts: 24, soakSeconds: 60}
world:
  traffic: weighted
  clients: {requestsPerSecond: 50, writes: 0.2}
timeline:
  - at: 2m
    start: {region: us-west-2, input: {action: %s}, outcome: %s}
  - at: 2m
    invocations: {function: %s, fail: deleted, for: 15m}
  - at: 40m
    start: {region: us-west-2, input: {action: check}, outcome: Completed}
until: 45m
`, c.function, c.action, c.outcome, c.function))
			for _, line := range result.Unexpected {
				t.Error(line)
			}
			for _, v := range result.Guarantees {
				if v.Status == guarantee.Violated {
					t.Errorf("%s: %v", v.Guarantee, v.Violations)
				}
			}
			if owner := result.Evidence.End.Lock.Owner; owner != "" {
				t.Errorf("the lock is held by %s", owner)
			}
		})
	}
}
