package iam

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws/arn"
	"github.com/drover-dr/drover/statemachine/fakeaws/kernel"
	"github.com/drover-dr/drover/statemachine/fakeaws/wire"
)

// Deputy is a service that assumes a role for one of its resources.
type Deputy struct {
	// service is the principal, such as lambda.amazonaws.com.
	service string
	// account is the account of the resource, source its ARN; empty where the service does not name it (IAM-7).
	account, source string
}

// DeputyFor is a service that acts for the resource with this ARN, in the account of the resource.
func DeputyFor(service, source string) Deputy {
	d := Deputy{service: service + ".amazonaws.com", source: source}
	if parsed, err := arn.Parse(source); err == nil {
		d.account = parsed.AccountID
	}
	return d
}

// WithoutSource is the Deputy of a service that names the account and not the resource.
func (d Deputy) WithoutSource() Deputy { d.source = ""; return d }

// trustStatement says which services may assume a role.
type trustStatement struct {
	services   []string
	conditions []policyCondition
}

// TrustRole sets who may assume a role: the document of its trust policy, which can name services and no accounts. A role
// without one is assumed by every service of this account.
func (ctl Control) TrustRole(arn string, document json.RawMessage) error {
	ctl.s.k.Lock()
	defer ctl.s.k.Unlock()
	r := ctl.s.roles[arn]
	if r == nil {
		return fmt.Errorf("trust policy of role %s: there is no such role", arn)
	}
	statements, err := trusts.Of(string(document), func() ([]trustStatement, error) { return parseTrust(document) })
	if err != nil {
		return fmt.Errorf("trust policy of role %s: %w", arn, err)
	}
	r.trust = statements
	return nil
}

// trusts are the trust policies that were parsed.
var trusts kernel.Memo[[]trustStatement]

func parseTrust(document json.RawMessage) ([]trustStatement, error) {
	var policy struct {
		Version, ID string
		Statement   oneOrMany[struct {
			Sid, Effect string
			Principal   struct{ Service oneOrMany[string] }
			Action      oneOrMany[string]
			Condition   map[string]map[string]oneOrMany[any]
		}]
	}
	if err := strictly(document, &policy); err != nil {
		return nil, err
	}
	out := []trustStatement{}
	for i, wire := range policy.Statement {
		if wire.Effect != "Allow" || !slices.Equal(wire.Action, []string{"sts:AssumeRole"}) || len(wire.Principal.Service) == 0 {
			return nil, fmt.Errorf("statement %d: expected Allow, services and sts:AssumeRole", i+1)
		}
		conditions, err := parseConditions(wire.Condition)
		if err != nil {
			return nil, fmt.Errorf("statement %d: %w", i+1, err)
		}
		out = append(out, trustStatement{services: wire.Principal.Service, conditions: conditions})
	}
	return out, nil
}

// Assume returns nil when a service may assume a role. For a role that does not exist it returns nil: the caller
// rejects it.
func (i *Service) Assume(d Deputy, roleARN string) *wire.Error {
	r := i.roles[roleARN]
	if r == nil || r.trust == nil && d.account == i.k.Account {
		return nil
	}
	context := map[string][]string{"aws:sourceaccount": {d.account}}
	if d.source != "" {
		context["aws:sourcearn"] = []string{d.source}
	}
	for _, s := range r.trust {
		if slices.Contains(s.services, d.service) && !slices.ContainsFunc(s.conditions, func(c policyCondition) bool { return !c.holds(context[c.key]) }) {
			return nil
		}
	}
	return &wire.Error{Code: wire.CodeDenied, Status: http.StatusForbidden, Message: fmt.Sprintf(
		"%s, for a resource of account %s, is not authorized to perform: sts:AssumeRole on resource: %s", d.service, d.account, roleARN)}
}

// AllowService returns nil when a service may assume a role and the role has a permission.
func (i *Service) AllowService(d Deputy, roleARN string, p wire.Permission) *wire.Error {
	if denied := i.Assume(d, roleARN); denied != nil {
		return denied
	}
	return i.allowRole(roleARN, p)
}
