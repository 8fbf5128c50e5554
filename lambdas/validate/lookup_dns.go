package validate

import (
	"context"
	"errors"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/route53"
	"github.com/aws/aws-sdk-go-v2/service/route53/types"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/lambdas/internal/entry"
	"github.com/drover-dr/drover/lambdas/internal/live"
)

// readZones reads each hosted zone of the records: whether it exists, whether the plan may use it, and its name.
func (l *lookup) readZones(ctx context.Context) error {
	l.closed, l.zoneNames, l.zoneKinds = map[string]error{}, map[string]string{}, map[string]zoneKind{}
	if !l.examines() {
		return nil
	}
	for _, r := range l.zones() {
		out, err := l.clients.Route53.GetHostedZone(ctx, &route53.GetHostedZoneInput{Id: &r.Zone})
		switch {
		case isClosed(err):
			l.closed[r.Zone] = err
		case err != nil:
			return failover.Doing("get", "hosted zone "+r.Zone, err)
		default:
			l.zoneNames[r.Zone] = live.CanonicalName(aws.ToString(out.HostedZone.Name))
			l.zoneKinds[r.Zone] = kindOf(out.HostedZone)
		}
	}
	return nil
}

func kindOf(z *types.HostedZone) zoneKind {
	kind := zoneKind{private: z.Config != nil && z.Config.PrivateZone}
	if z.Features != nil {
		kind.accelerated = z.Features.AcceleratedRecoveryStatus == types.AcceleratedRecoveryStatusEnabled
	}
	return kind
}

// isClosed says whether an error means that the plan cannot use a hosted zone. Then nothing in the zone is read.
func isClosed(err error) bool {
	missing := (*types.NoSuchHostedZone)(nil)
	return errors.As(err, &missing) || err != nil && entry.ConditionOf(err) == failover.Denied
}

// readRecords reads the record sets and the fences and, if needed, the latest runs and the executions that have written a
// fence. A failover that moves all users by switches first asks the control plane with one call, and gives up on it if there is
// no answer; later calls are not repeated either if the control plane does not answer them.
func (l *lookup) readRecords(ctx context.Context) error {
	if zones := l.zones(); len(zones) > 0 && l.leavesBySwitch() {
		_, err := live.ReadFence(ctx, live.OnceLister{Client: l.clients.Route53}, zones[0].Zone, live.FenceNamesOf(l.Plan.Name, zones[0].ZoneName))
		if l.run.ControlPlaneGone = err != nil && entry.ConditionOf(err) == failover.Unreachable; l.run.ControlPlaneGone {
			return err
		}
	}
	sets, err := live.Records(ctx, l.dns(), l.toRead())
	if err != nil {
		return err
	}
	l.sets, l.recordsRead = sets, true
	unread := l.readFences(ctx)
	if l.needsRuns() {
		if err := l.readRuns(ctx); err != nil {
			return err
		}
	}
	l.readOwners(ctx)
	return unread
}

// dns lists record sets: if users do not need the control plane, they do not wait for it.
func (l *lookup) dns() live.Lister {
	if l.leavesBySwitch() {
		return live.Unrepeated{Client: l.clients.Route53}
	}
	return l.clients.Route53
}

// readFences reads the fence record of each zone. A record that Drover has not written is an error. A fence can be newer than
// the lock: this replica of the registry may not have the runs of the other Region yet.
func (l *lookup) readFences(ctx context.Context) error {
	l.fences = map[string]live.FenceRecord{}
	for _, r := range l.zones() {
		if l.closed[r.Zone] != nil {
			continue
		}
		fence, err := live.ReadFence(ctx, l.dns(), r.Zone, live.FenceNamesOf(l.Plan.Name, r.ZoneName))
		if err != nil {
			return err
		}
		l.fences[r.Zone], l.fenced, l.floor = fence, append(l.fenced, r), max(l.floor, fence.Fence.Epoch)
	}
	return nil
}

// readOwners reads the executions that have written a fence, if neither the lock nor the latest runs have them.
func (l *lookup) readOwners(ctx context.Context) {
	l.ended = map[string]*execution{}
	for _, r := range l.fenced {
		found := l.fences[r.Zone]
		if !l.ownerUnknown(found) || l.isOver(found.Fence) {
			continue
		}
		arn := failover.ExecutionOf(l.run, found.Fence)
		if _, asked := l.ended[arn]; !asked {
			l.ended[arn] = l.endOf(ctx, arn)
		}
	}
	l.ownersRead = true
}
