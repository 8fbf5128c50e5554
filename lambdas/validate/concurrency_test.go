package validate

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/lambdas/internal/live"
)

func TestConcurrencyThatOthersCanUseUpIsAWarning(t *testing.T) {
	for name, c := range map[string]struct {
		reserved int
		account  live.Concurrency
		says     string // empty for no warning
		ask      int    // for that limit
	}{
		"reserved":                   {2, live.Concurrency{Limit: 1000, Unreserved: 982}, "", 0},
		"nothing reserved":           {0, live.Concurrency{Limit: 2000, Unreserved: 2000}, "reserve none of the account's 2000", 4000},
		"a new account":              {0, live.Concurrency{Limit: 10, Unreserved: 10}, "expected a limit of at least 1000", 1000},
		"twice is more than usual":   {0, live.Concurrency{Limit: 600, Unreserved: 600}, "account's 600", 1200},
		"just enough for others":     {2, live.Concurrency{Limit: 1000, Unreserved: 100}, "", 0},
		"one too few for others":     {2, live.Concurrency{Limit: 1000, Unreserved: 99}, "99 of the account's 1000", 2000},
		"as many as usual":           {0, live.Concurrency{Limit: 1000, Unreserved: 1000}, "in cdk.json", 2000},
		"one fewer than usual":       {0, live.Concurrency{Limit: 999, Unreserved: 999}, "expected a limit of at least 1000", 1998},
		"too little left for others": {2, live.Concurrency{Limit: 110, Unreserved: 92}, "92 of the account's 110", 1000},
	} {
		j := judgementOf(question{setting: setting{Plan: failover.Plan{ReservedConcurrency: c.reserved}}, run: failover.Run{To: west}}, facts{concurrency: &c.account})
		j.checkConcurrency()
		switch {
		case c.says == "" && len(j.findings) > 0, c.says != "" && len(j.findings) != 1:
			t.Errorf("%s: findings %v", name, j.findings)
		case c.says != "" && (!strings.Contains(j.findings[0].Found, c.says) || j.findings[0].Severity != failover.Warning ||
			!strings.Contains(j.findings[0].Command, "request-service-quota-increase --region us-west-2") ||
			!strings.HasSuffix(j.findings[0].Command, fmt.Sprintf(" --desired-value %d", c.ask))):
			t.Errorf("%s: %+v; want a warning that says %q, with the command that raises the quota to %d", name, j.findings[0], c.says, c.ask)
		}
	}
	l := lookup{clients: Handler{Concurrency: func(context.Context, failover.Region) (live.Concurrency, error) {
		return live.Concurrency{}, errors.New("denied")
	}}, facts: &facts{question: &question{}}}
	if err := l.readConcurrency(t.Context()); err == nil || l.concurrency != nil {
		t.Error("a limit that cannot be read passes for a good one")
	}
}
