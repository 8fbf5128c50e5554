package validate

import (
	"context"
	"errors"
	"maps"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/route53"
	"github.com/aws/aws-sdk-go-v2/service/route53/types"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/lambdas/internal/entry"
)

// checkRead is a health check as Route 53 has it: nil where there is none, or the reason why it could not be read.
type checkRead struct {
	found *types.HealthCheck
	err   error
}

// maxCalculated is how many health checks of users one run reads: those that are calculated of a switch's.
const maxCalculated = 20

// readHealthChecks reads the health checks of the switches that applications use, and those that users have calculated of them.
// It is the control plane that has their settings, so no failover reads them, and nothing does while it does not answer: the
// records could not be read then either, which is a finding already. One that cannot be read alone is no error but a finding.
func (l *lookup) readHealthChecks(ctx context.Context) error {
	if !l.examines() || !l.recordsRead {
		return nil
	}
	l.checksRead = map[string]checkRead{}
	for _, id := range l.checkIDs() {
		out, err := l.clients.Route53.GetHealthCheck(ctx, &route53.GetHealthCheckInput{HealthCheckId: &id})
		switch gone := (*types.NoSuchHealthCheck)(nil); {
		case errors.As(err, &gone):
			l.checksRead[id] = checkRead{}
		case err != nil:
			if l.checksRead[id] = (checkRead{err: err}); entry.ConditionOf(err).Temporary() {
				return nil // the next one would be answered the same
			}
		default:
			l.checksRead[id] = checkRead{found: out.HealthCheck}
		}
	}
	return nil
}

// checkIDs are the health checks to read, in order.
func (f *facts) checkIDs() []string {
	ids, calculated := map[string]bool{}, map[string]bool{}
	for _, s := range f.Plan.Switches {
		if len(f.usersOf(s, slices.Concat(f.apps, f.others))) == 0 {
			continue
		}
		for _, id := range f.checksOf(s) {
			ids[id] = true
		}
	}
	for _, c := range f.calculated() {
		if len(calculated) < maxCalculated {
			calculated[c.id] = true
		}
	}
	maps.Copy(ids, calculated)
	return slices.Sorted(maps.Keys(ids))
}

// calculatedCheck is a health check of a user's on a record set, which is said to be calculated of a switch's.
type calculatedCheck struct {
	app    failover.Application
	record failover.Record
	region failover.Region
	// id is its own, of that of the switch.
	id, of string
}

// calculated are those of the run's applications.
func (f *facts) calculated() []calculatedCheck {
	var all []calculatedCheck
	for _, app := range f.apps {
		for _, r := range app.Records {
			for _, region := range slices.Sorted(maps.Keys(r.Endpoints)) {
				if e := r.Endpoints[region]; e.SwitchCheck != "" {
					all = append(all, calculatedCheck{app, r, region, e.HealthCheck, e.SwitchCheck})
				}
			}
		}
	}
	return all
}
