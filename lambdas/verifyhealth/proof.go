package verifyhealth

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/route53"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/prose"
)

// prove checks a stage that proves the run's switches. It passes when Route 53's health checkers see that users are to leave the
// source Region, or no longer are, and the name servers still answer with the endpoints of the target Region.
//
// DNS alone cannot show it: the health check of a record set with weight 0 changes no answer while the other one is healthy.
// So the health checkers are asked ("GetHealthCheckStatus", Amazon Route 53 API Reference), which is possible because a drill is
// planned, and the control plane answers. They report the status of the endpoint, before it is inverted. Health checks of a metric
// or a routing control have no health checkers; there the registry must say that the lever is written.
//
// A failed proof undoes nothing, and uses the stage's attempts.
func (h Handler) prove(ctx context.Context, req failover.VerifyRequest, apps []failover.Application) (failover.VerifyAnswer, error) {
	l := newAttempt(req.Streak)
	for _, s := range h.Registry.Plan.Switches {
		if !slices.Contains(req.Run.Proves, s.Name) {
			continue
		}
		users := slices.DeleteFunc(slices.Clone(apps), func(app failover.Application) bool {
			of, ok := h.Registry.Plan.SwitchOf(app)
			return !ok || of.Name != s.Name
		})
		if len(users) == 0 {
			l.wait("switch %s: no application of the drill has it any more", s.Name)
			continue
		}
		if err := h.seen(ctx, l, req, s, users); err != nil {
			return failover.VerifyAnswer{}, err
		}
		if err := h.askZones(ctx, l, zonesOf(users), req.Stage.To); err != nil {
			return failover.VerifyAnswer{}, err
		}
	}
	answer := failover.VerifyAnswer{Verdict: failover.Passed, Healthy: 1, Reasons: []string{}, Streak: &failover.Streak{Since: req.Now}}
	if len(l.pending) > 0 {
		answer = verdict(failover.Pending, l.pending)
	}
	answer.Inventory = req.Inventory // of the stages before, whose records it does not change
	return answer, nil
}

// seen checks that Route 53 has noticed what the stage has written, and that the name servers had time to.
func (h Handler) seen(ctx context.Context, l *attempt, req failover.VerifyRequest, s failover.Switch, users []failover.Application) error {
	if ready := req.ShiftedAt.Add(s.Delay()); req.Now.Before(ready) {
		l.wait("switch %s: name servers answer by it from %s on", s.Name, ready.UTC().Format(time.TimeOnly))
	}
	if s.Lever != failover.EndpointLever {
		return h.written(ctx, l, req, s)
	}
	id := users[0].Records[0].Endpoints[req.Stage.From].HealthCheck
	out, err := h.Route53.GetHealthCheckStatus(ctx, &route53.GetHealthCheckStatusInput{HealthCheckId: &id})
	if err != nil {
		return failover.Doing("read", "the status of health check "+id, err)
	}
	expected := "Success"
	if req.Stage.Prove == failover.ProveReset {
		expected = "Failure"
	}
	others := ""
	noticed := 0
	for _, o := range out.HealthCheckObservations {
		if o.StatusReport == nil || !aws.ToTime(o.StatusReport.CheckedTime).After(req.ShiftedAt) {
			continue
		}
		if status := aws.ToString(o.StatusReport.Status); strings.HasPrefix(status, expected) {
			noticed++
		} else {
			others = fmt.Sprintf(", others %q", status)
		}
	}
	if all := len(out.HealthCheckObservations); noticed < all || all == 0 {
		l.wait("switch %s: %d of %s of check %s on the record sets of %s report %q%s", s.Name, noticed, prose.Count(all, "health checker"), id, req.Stage.From, expected, others)
	}
	return nil
}

// written checks that the lever of a switch outside of the registry is written.
func (h Handler) written(ctx context.Context, l *attempt, req failover.VerifyRequest, s failover.Switch) error {
	state, err := h.Registry.Switch(ctx, s.Name)
	if err != nil {
		return err
	}
	var expected failover.Region
	if req.Stage.Prove == failover.ProveEvacuation {
		expected = req.Stage.From
	}
	if leaves, known := state.Leaves(s.Lever); !known || leaves != expected {
		l.wait("switch %s: its %s is not written", s.Name, s.Lever)
	}
	return nil
}
