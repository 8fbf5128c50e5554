package validate

import (
	"context"
	"errors"
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
	}{
		"reserved":                   {2, live.Concurrency{Limit: 1000, Unreserved: 982}, ""},
		"nothing reserved":           {0, live.Concurrency{Limit: 2000, Unreserved: 2000}, "reserve none of the account's 2000"},
		"a new account":              {0, live.Concurrency{Limit: 10, Unreserved: 10}, "expected a limit of at least 1000"},
		"too little left for others": {2, live.Concurrency{Limit: 110, Unreserved: 92}, "92 of the account's 110"},
	} {
		in := &inspection{Handler: Handler{
			Plan:        failover.Plan{ReservedConcurrency: c.reserved},
			Concurrency: func(context.Context, failover.Region) (live.Concurrency, error) { return c.account, nil },
		}}
		in.run.To = west
		if err := in.readConcurrency(t.Context()); err != nil {
			t.Fatal(err)
		}
		switch {
		case c.says == "" && len(in.findings) > 0, c.says != "" && len(in.findings) != 1:
			t.Errorf("%s: findings %v", name, in.findings)
		case c.says != "" && (!strings.Contains(in.findings[0].Found, c.says) || in.findings[0].Severity != failover.Warning ||
			!strings.Contains(in.findings[0].Command, "request-service-quota-increase --region us-west-2")):
			t.Errorf("%s: %+v; want a warning that says %q, with the command that raises the quota", name, in.findings[0], c.says)
		}
	}
	in := &inspection{Handler: Handler{Concurrency: func(context.Context, failover.Region) (live.Concurrency, error) {
		return live.Concurrency{}, errors.New("denied")
	}}}
	if err := in.readConcurrency(t.Context()); err == nil {
		t.Error("a limit that cannot be read passes for a good one")
	}
}
