package validate

import (
	"context"
	"fmt"

	"github.com/drover-dr/drover/internal/failover"
)

// mustStayUnreserved is how much of the account's limit Lambda lets no function reserve (Lambda Developer Guide,
// "Configuring reserved concurrency"); usualConcurrency is the limit that AWS gives by default.
const (
	mustStayUnreserved = 100
	usualConcurrency   = 1000
)

// readConcurrency warns when the functions of a run share the account's concurrency with everything else: after an
// outage the traffic of all applications arrives here, and their functions may use up what is not reserved.
func (in *inspection) readConcurrency(ctx context.Context) error {
	if in.Handler.Concurrency == nil {
		return nil
	}
	region := in.run.To
	c, err := in.Handler.Concurrency(ctx, region)
	if err != nil {
		return err
	}
	var found string
	switch reserved := in.Handler.Plan.ReservedConcurrency; {
	case reserved == 0 && c.Limit < usualConcurrency:
		found = fmt.Sprintf("the functions reserve none of the account's %d concurrent executions, so a surge of other functions can stop a run; expected a limit of at least %d, and reservedConcurrency in cdk.json",
			c.Limit, usualConcurrency)
	case reserved == 0:
		found = fmt.Sprintf("the functions reserve none of the account's %d concurrent executions, so a surge of other functions can stop a run; expected reservedConcurrency of at least 1 in cdk.json", c.Limit)
	case c.Unreserved < mustStayUnreserved:
		found = fmt.Sprintf("%d of the account's %d concurrent executions are unreserved; expected at least %d, or Lambda refuses the next deployment",
			c.Unreserved, c.Limit, mustStayUnreserved)
	default:
		return nil
	}
	in.add(failover.Warning, failover.CodeConcurrency, "Lambda in "+string(region), found, "raise the quota").Command = fmt.Sprintf(
		"aws service-quotas request-service-quota-increase --region %s --service-code lambda --quota-code L-B99A9384 --desired-value %d",
		region, max(usualConcurrency, 2*c.Limit))
	return nil
}
