package fakeaws

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"

	"github.com/drover-dr/drover/statemachine/fakeaws/wire"
)

// Administrator is the access key of the one who may do everything: who sets up a World, and who looks at it.
const Administrator = "AKIAADMINISTRATOR"

// iam knows the roles and decides what their policies allow. There are no users, no resource-based policies, no
// permission boundaries and no session policies (IAM-1).
type iam struct {
	w *World
	// roles are found by ARN, and by the access key that the role calls with.
	roles map[string]*role
	keys  map[string]*role
}

type role struct {
	arn        string
	key        string
	statements []statement
	// trust says who may assume it; nil says nothing.
	trust []trustStatement
}

func newIAM(w *World) *iam { return &iam{w: w, roles: map[string]*role{}, keys: map[string]*role{}} }

// AddRole adds a role with its policy documents and returns the access key that calls as this role. What a document
// holds that the embedded AWS cannot evaluate is an error that names it: to ignore it would be to allow or deny
// something else than AWS.
func (w *World) AddRole(arn string, policies []json.RawMessage) (accessKey string, err error) {
	w.k.Lock()
	defer w.k.Unlock()
	if w.iam.roles[arn] != nil {
		return "", fmt.Errorf("add role %s: it exists", arn)
	}
	r := &role{arn: arn, key: fmt.Sprintf("ASIAROLE%012d", w.k.NextID())}
	if err := r.allow(policies); err != nil {
		return "", fmt.Errorf("add role %s: %w", arn, err)
	}
	w.iam.roles[arn] = r
	w.iam.keys[r.key] = r
	return r.key, nil
}

// UpdateRole replaces the policy documents of a role, as a deployment does. They are in effect at once.
func (w *World) UpdateRole(arn string, policies []json.RawMessage) error {
	w.k.Lock()
	defer w.k.Unlock()
	r := w.iam.roles[arn]
	if r == nil {
		return fmt.Errorf("update role %s: it does not exist", arn)
	}
	if err := r.allow(policies); err != nil {
		return fmt.Errorf("update role %s: %w", arn, err)
	}
	return nil
}

// allow makes the statements of the role those of the documents.
func (r *role) allow(policies []json.RawMessage) error {
	var all []statement
	for i, document := range policies {
		statements, err := parsePolicy(document)
		if err != nil {
			return fmt.Errorf("policy document %d: %w", i+1, err)
		}
		all = append(all, statements...)
	}
	r.statements = all
	return nil
}

// allow asks whether the owner of an access key may do something; nil means yes.
func (i *iam) allow(accessKey string, p wire.Permission) *wire.Error {
	if accessKey == Administrator {
		return nil
	}
	r := i.keys[accessKey]
	if r == nil {
		return errUnknownKey
	}
	return i.decide(r, p)
}

// allowRole asks the same for a role that AWS itself assumes, as Step Functions does to invoke a function.
func (i *iam) allowRole(roleARN string, p wire.Permission) *wire.Error {
	r := i.roles[roleARN]
	if r == nil {
		return denied(roleARN, p, "because the role does not exist")
	}
	return i.decide(r, p)
}

// roleOf is the ARN of the role behind an access key, empty for the administrator and for a key that is not known.
func (i *iam) roleOf(accessKey string) string {
	if r := i.keys[accessKey]; r != nil {
		return r.arn
	}
	return ""
}

// keyOf is the access key with which AWS calls in a role's name; empty when there is no such role.
func (i *iam) keyOf(roleARN string) string {
	if r := i.roles[roleARN]; r != nil {
		return r.key
	}
	return ""
}

// decide is the evaluation logic of the IAM User Guide for identity-based policies: an explicit deny wins, then any
// allow, and everything else is denied.
func (i *iam) decide(r *role, p wire.Permission) *wire.Error {
	p = asked(p)
	context := map[string][]string{"aws:principalarn": {r.arn}, "aws:principalaccount": {i.w.k.Account}}
	for k, v := range p.Context {
		context[strings.ToLower(k)] = v
	}
	allowed := false
	for _, s := range r.statements {
		if !s.matches(p, context) {
			continue
		}
		if s.deny {
			return denied(r.arn, p, "with an explicit deny in an identity-based policy")
		}
		allowed = true
	}
	if allowed {
		return nil
	}
	return denied(r.arn, p, "because no identity-based policy allows the "+p.Action+" action")
}

var errUnknownKey = &wire.Error{Code: wire.CodeUnknownKey, Status: http.StatusForbidden, Message: "The security token included in the request is invalid."}

func denied(roleARN string, p wire.Permission, why string) *wire.Error {
	caller := sessionOf(roleARN)
	return &wire.Error{
		Code: wire.CodeDenied, Status: http.StatusForbidden,
		Message: fmt.Sprintf("User: %s is not authorized to perform: %s on resource: %s %s", caller, p.Action, p.Resource, why),
	}
}

// sessionOf is the ARN of a role's session, which is who a caller is.
func sessionOf(roleARN string) string {
	caller := strings.Replace(roleARN, ":iam:", ":sts:", 1)
	return strings.Replace(caller, ":role/", ":assumed-role/", 1) + "/session"
}
