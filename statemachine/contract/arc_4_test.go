package contract_test

import (
	"encoding/json"

	"github.com/aws/aws-sdk-go-v2/service/route53recoverycluster"

	"github.com/drover-dr/drover/statemachine/fakeaws/fakeawstest"
)

var _ = ask("ARC-4", "lists the routing controls as a role that may do that on *", func(a *account) verdict {
	if a.world == nil {
		return cannotKnow("needs a cluster's endpoint, and a role with that policy alone")
	}
	policy := json.RawMessage(`{"Statement": {"Effect": "Allow", "Action": "route53-recovery-cluster:ListRoutingControls", "Resource": "*"}}`)
	key, err := a.world.AddRole(fakeawstest.RoleARN, []json.RawMessage{policy})
	if err != nil {
		return cannotKnow("add a role: %v", err)
	}
	cfg := fakeawstest.Served{World: a.world, URL: a.url}.Config(a.standby, key)
	out, err := route53recoverycluster.NewFromConfig(cfg).ListRoutingControls(a.ctx, &route53recoverycluster.ListRoutingControlsInput{})
	return expect(err == nil && len(out.RoutingControls) > 0, "answered with %q; assumed allowed", codeOf(err))
})
