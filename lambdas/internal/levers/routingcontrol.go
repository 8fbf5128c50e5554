package levers

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"regexp"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/route53recoverycluster"
	"github.com/aws/aws-sdk-go-v2/service/route53recoverycluster/types"
	"github.com/aws/smithy-go"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/lambdas/internal/entry"
)

// Cluster is the part of the client of Route 53 Recovery Cluster that routing controls use.
type Cluster interface {
	UpdateRoutingControlStates(context.Context, *route53recoverycluster.UpdateRoutingControlStatesInput, ...func(*route53recoverycluster.Options)) (*route53recoverycluster.UpdateRoutingControlStatesOutput, error)
	GetRoutingControlState(context.Context, *route53recoverycluster.GetRoutingControlStateInput, ...func(*route53recoverycluster.Options)) (*route53recoverycluster.GetRoutingControlStateOutput, error)
}

const (
	// attemptTime bounds one attempt at one endpoint.
	attemptTime = time.Second
	// maxEntries is how many states one request changes at most ("Quotas for routing control", Amazon Application Recovery
	// Controller (ARC) Developer Guide).
	maxEntries = 10
)

// routingControls is the lever [failover.RoutingControlLever]. To leave a Region, its routing control is turned Off and that of
// the other Region On, in one request: either both change, or none. While the switch is reset both are On, because planned
// runs move users by weights, into a Region whose control must be On.
//
// Any of a cluster's five endpoints changes the states. As AWS recommends, the endpoints are in the plan, the first one is
// random, each has one attempt, and after a failure comes the next ("Best practices for routing control in ARC", in the same
// guide). The order depends on the run alone, so that a run can be played again.
type routingControls struct{ Switches }

func (r routingControls) pull(ctx context.Context, w Writer, changes []*change) map[*change]error {
	ctx, cancel := context.WithTimeout(ctx, failover.ClusterEndpoints*attemptTime)
	defer cancel()
	failed := map[*change]error{}
	for _, batch := range batches(changes) {
		err := r.update(ctx, w, batch)
		if err == nil {
			continue
		}
		for _, c := range batch {
			alone := err
			if errors.Is(err, ErrRefused) && len(batch) > 1 { // which of them the rule is about, AWS does not say
				alone = r.update(ctx, w, []*change{c})
			}
			if alone != nil {
				failed[c] = failover.Doing("change", "routing controls of switch "+c.of.Name, alone)
			}
		}
	}
	return failed
}

// batches divides changes by their cluster, and into requests of the size that AWS accepts. Both sides of a switch are in the
// same one.
func batches(changes []*change) [][]*change {
	var all [][]*change
	for _, c := range changes {
		i := slices.IndexFunc(all, func(b []*change) bool {
			return len(b) < maxEntries/2 && slices.Equal(b[0].of.RoutingControl.Endpoints, c.of.RoutingControl.Endpoints)
		})
		if i < 0 {
			all = append(all, []*change{c})
		} else {
			all[i] = append(all[i], c)
		}
	}
	return all
}

// entries are the states of both sides of each switch.
func (r routingControls) entries(batch []*change) []types.UpdateRoutingControlStateEntry {
	var all []types.UpdateRoutingControlStateEntry
	for _, c := range batch {
		for _, region := range []failover.Region{r.Plan.Primary, r.Plan.Standby} {
			state := types.RoutingControlStateOn
			if region == c.leaves {
				state = types.RoutingControlStateOff
			}
			all = append(all, types.UpdateRoutingControlStateEntry{RoutingControlArn: aws.String(c.of.RoutingControl.Controls[region]), RoutingControlState: state})
		}
	}
	return all
}

// update asks one endpoint after the other until one has made the changes of a batch, or gives an answer that no other would
// give differently. After an endpoint that did not answer, a refusal says nothing: that endpoint may have made the change, and
// safety rules refuse another one for some seconds.
func (r routingControls) update(ctx context.Context, w Writer, batch []*change) error {
	endpoints, entries := inTurn(w, batch[0].of.RoutingControl.Endpoints), r.entries(batch)
	unanswered, last := false, error(nil)
	for _, e := range endpoints {
		err := r.at(ctx, e, entries, w.Run.OverrideSafetyRules)
		switch {
		case err == nil || isConflict(err) && r.wanted(ctx, e, entries):
			return nil
		case namesRule(err) && unanswered:
			return failover.Fail(failover.Busy, failover.Doing("ask", "the endpoint in "+string(e.Region)+" after one that did not answer and may have made the change", err))
		case namesRule(err):
			return refused(err)
		case !isConflict(err) && !entry.ConditionOf(err).Temporary():
			return err
		}
		unanswered = unanswered || mayHaveChanged(err)
		last = err
	}
	if isConflict(last) && !unanswered {
		return refused(last)
	}
	return failover.Doing("ask", fmt.Sprintf("any of the %d endpoints of the cluster", len(endpoints)), last)
}

// inTurn are the endpoints in the order of a call: it starts at a random one, which is the same whenever the run is played. In a
// failover the endpoint in the Region that it leaves comes last.
func inTurn(w Writer, endpoints []failover.ClusterEndpoint) []failover.ClusterEndpoint {
	h := fnv.New32a()
	_, _ = h.Write([]byte(w.Run.ID))
	first := (int(h.Sum32()%failover.ClusterEndpoints) + max(w.Round-1, 0)) % len(endpoints)
	order := slices.Concat(endpoints[first:], endpoints[:first])
	if !w.Run.Action.Planned() {
		slices.SortStableFunc(order, func(a, b failover.ClusterEndpoint) int {
			return cmp.Compare(rank(a, w.Run.From), rank(b, w.Run.From))
		})
	}
	return order
}

func rank(e failover.ClusterEndpoint, last failover.Region) int {
	if e.Region == last {
		return 1
	}
	return 0
}

// at asks one endpoint, once.
func (r routingControls) at(ctx context.Context, e failover.ClusterEndpoint, entries []types.UpdateRoutingControlStateEntry, override []string) error {
	ctx, cancel := context.WithTimeout(ctx, attemptTime)
	defer cancel()
	_, err := r.Cluster.UpdateRoutingControlStates(ctx, &route53recoverycluster.UpdateRoutingControlStatesInput{
		UpdateRoutingControlStateEntries: entries, SafetyRulesToOverride: override,
	}, endpoint(e))
	return err
}

// wanted says whether the states are as wanted already: an earlier, identical call has changed them.
func (r routingControls) wanted(ctx context.Context, e failover.ClusterEndpoint, entries []types.UpdateRoutingControlStateEntry) bool {
	ctx, cancel := context.WithTimeout(ctx, attemptTime)
	defer cancel()
	for _, want := range entries {
		got, err := r.Cluster.GetRoutingControlState(ctx, &route53recoverycluster.GetRoutingControlStateInput{RoutingControlArn: want.RoutingControlArn}, endpoint(e))
		if err != nil || got.RoutingControlState != want.RoutingControlState {
			return false
		}
	}
	return true
}

// endpoint sends a request to an endpoint, signed for its Region, without retries. An endpoint that is set in the environment,
// as with AWS_ENDPOINT_URL, stands for all of them, as it does for every other service; the signature then says which one is
// asked.
func endpoint(e failover.ClusterEndpoint) func(*route53recoverycluster.Options) {
	return func(o *route53recoverycluster.Options) {
		o.Region, o.Retryer = string(e.Region), aws.NopRetryer{}
		if o.BaseEndpoint == nil {
			o.BaseEndpoint = aws.String(e.URL)
		}
	}
}

// mayHaveChanged says whether an endpoint may have made the change although it has not said so.
func mayHaveChanged(err error) bool {
	var maintenance *types.EndpointTemporarilyUnavailableException
	return entry.ConditionOf(err) == failover.Unreachable && !errors.As(err, &maintenance)
}

func isConflict(err error) bool {
	var conflict *types.ConflictException
	return errors.As(err, &conflict)
}

// ruleText is what an error says that a safety rule has caused. Which of the two declared errors that is, the API Reference
// leaves open.
var ruleText = regexp.MustCompile(`(?i)safety ?rule`)

func namesRule(err error) bool {
	var invalid *types.ValidationException
	return (isConflict(err) || errors.As(err, &invalid)) && ruleText.MatchString(err.Error())
}

// refused is a refusal in AWS's words, which name the rule.
func refused(err error) error {
	text := err.Error()
	var api smithy.APIError
	if errors.As(err, &api) {
		text = cmp.Or(api.ErrorMessage(), api.ErrorCode())
	}
	return failover.Fail(failover.Rejected, fmt.Errorf("%w: %s", ErrRefused, text))
}
