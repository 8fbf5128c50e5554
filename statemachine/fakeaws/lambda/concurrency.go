package lambda

import (
	"fmt"
	"net/http"

	"github.com/drover-dr/drover/statemachine/fakeaws/kernel"
	"github.com/drover-dr/drover/statemachine/fakeaws/wire"
)

// defaultConcurrency is the account's limit of concurrent executions in a Region, unless a scenario sets another.
const defaultConcurrency = 1000

// Why Lambda rejects an invocation, from "TooManyRequestsException" in the API Reference.
const (
	overReserved = "ReservedFunctionConcurrentInvocationLimitExceeded"
	overAccount  = "ConcurrentInvocationLimitExceeded"
)

// concurrency counts what runs in one Region at the same time, for Lambda's limits (LAM-6).
type concurrency struct {
	// limit is the account's limit; others is what the account's other functions use.
	limit, others int
	// running counts the invocations by the names of functions; all versions of a function count as one.
	running map[string]int
}

func (l *Service) concurrencyIn(region string) *concurrency {
	c := l.concurrent[region]
	if c == nil {
		c = &concurrency{limit: defaultConcurrency, running: map[string]int{}}
		l.concurrent[region] = c
	}
	return c
}

// SetConcurrencyLimit sets the account's limit of concurrent executions in a Region.
func (ctl Control) SetConcurrencyLimit(region string, limit int) error {
	return ctl.setConcurrency(region, limit, func(c *concurrency) { c.limit = limit })
}

// SetOtherConcurrency sets how many concurrent executions the account's other functions request in a Region. They get
// what is not reserved.
func (ctl Control) SetOtherConcurrency(region string, executions int) error {
	return ctl.setConcurrency(region, executions, func(c *concurrency) { c.others = executions })
}

func (ctl Control) setConcurrency(region string, n int, set func(*concurrency)) error {
	l := ctl.s
	l.k.Lock()
	defer l.k.Unlock()
	if !l.k.HasRegion(region) || n < 0 {
		return fmt.Errorf("%d concurrent executions in Region %q; expected 0 or more, and one of the Regions %v", n, region, l.k.RegionNames())
	}
	set(l.concurrencyIn(region))
	return nil
}

// reserved is the sum of all reservations in a Region.
func (l *Service) reserved(region string) int {
	sum := 0
	for _, fn := range l.functions {
		if fn.Region == region && fn.Version == "" && fn.Reserved != nil {
			sum += *fn.Reserved
		}
	}
	return sum
}

// reservation is the reserved concurrency of a function, whichever version is invoked; nil for none.
func (l *Service) reservation(fn *Function) *int {
	for _, f := range l.functions {
		if f.Region == fn.Region && f.Name == fn.Name && f.Version == "" {
			return f.Reserved
		}
	}
	return fn.Reserved
}

// admit counts an invocation as running, or returns why Lambda rejects it.
func (l *Service) admit(fn *Function) (rejected string) {
	c := l.concurrencyIn(fn.Region)
	if own := l.reservation(fn); own != nil {
		if c.running[fn.Name] >= *own {
			return overReserved
		}
		c.running[fn.Name]++
		return ""
	}
	used := c.others
	for _, f := range l.functions {
		if f.Region == fn.Region && f.Version == "" && f.Reserved == nil {
			used += c.running[f.Name]
		}
	}
	if used >= c.limit-l.reserved(fn.Region) {
		return overAccount
	}
	c.running[fn.Name]++
	return ""
}

// leave counts an invocation as ended.
func (l *Service) leave(fn *Function) { l.concurrencyIn(fn.Region).running[fn.Name]-- }

// tooManyInvocations is the result of an invocation over a limit.
func tooManyInvocations(reason string) kernel.InvokeResult {
	return kernel.InvokeResult{
		ErrorType: codeTooManyInvocations, Reason: reason,
		Cause: "Rate Exceeded. (Service: Lambda, Status Code: 429, Reason: " + reason + ")",
	}
}

const codeTooManyInvocations = "Lambda.TooManyRequestsException"

// accountSettings answers GetAccountSettings.
func (l *Service) accountSettings(req *wire.Request) *wire.Response {
	limit := l.concurrencyIn(req.Region).limit
	count := 0
	for _, fn := range l.functions {
		if fn.Region == req.Region && fn.Version == "" {
			count++
		}
	}
	return wire.JSON(req, http.StatusOK, map[string]any{
		"AccountLimit": map[string]any{
			"ConcurrentExecutions": limit, "UnreservedConcurrentExecutions": limit - l.reserved(req.Region),
			"TotalCodeSize": 80_530_636_800, "CodeSizeUnzipped": 262_144_000, "CodeSizeZipped": 52_428_800,
		},
		"AccountUsage": map[string]any{"FunctionCount": count, "TotalCodeSize": 0},
	})
}
