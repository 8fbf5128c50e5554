package iam

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"

	"github.com/drover-dr/drover/statemachine/fakeaws/constraint"
	"github.com/drover-dr/drover/statemachine/fakeaws/kernel"
	"github.com/drover-dr/drover/statemachine/fakeaws/wire"
)

// Administrator is the access key of a caller with all permissions: the drill that sets up a scenario and checks it.
const Administrator = "AKIAADMINISTRATOR"

// Service knows the roles and decides what their policies allow.
type Service struct {
	k *kernel.Kernel
	// roles are found by ARN, and by the access key that the role calls with.
	roles map[string]*role
	keys  map[string]*role
}

type role struct {
	arn        string
	key        string
	statements []statement
	// trust says which services may assume it; nil is all of the account.
	trust []trustStatement
}

// New returns an IAM without roles.
func New(k *kernel.Kernel) *Service {
	return &Service{k: k, roles: map[string]*role{}, keys: map[string]*role{}}
}

// Control is what drills and tests do to IAM and see of it. Its methods take the kernel's mutex.
type Control struct{ s *Service }

// Control returns the control surface.
func (i *Service) Control() Control { return Control{i} }

// AddRole adds a role with its policy documents and returns the access key that calls as this role. An element of a
// document that the simulator cannot evaluate is an error that names it.
func (ctl Control) AddRole(arn string, policies []json.RawMessage) (accessKey string, err error) {
	ctl.s.k.Lock()
	defer ctl.s.k.Unlock()
	if ctl.s.roles[arn] != nil {
		return "", fmt.Errorf("add role %s: it exists", arn)
	}
	name := arn[strings.LastIndex(arn, "/")+1:]
	if bad := constraint.Check(roleInput{&name}, "ValidationError"); bad != nil {
		return "", fmt.Errorf("add role %s: %w", arn, bad)
	}
	r := &role{arn: arn, key: fmt.Sprintf("ASIAROLE%012d", ctl.s.k.NextID())}
	if err := r.allow(policies); err != nil {
		return "", fmt.Errorf("add role %s: %w", arn, err)
	}
	ctl.s.roles[arn] = r
	ctl.s.keys[r.key] = r
	return r.key, nil
}

// roleInput has the constraints of the API's model on CreateRole.
type roleInput struct {
	RoleName *string `model:"required length=1..64 pattern=role"`
}

// maxPolicy is the most characters that the inline policies of a role have together, without white space ("IAM and AWS STS
// quotas").
const maxPolicy = 10240

// UpdateRole replaces the policy documents of a role, as a deployment does. They are in effect at once.
func (ctl Control) UpdateRole(arn string, policies []json.RawMessage) error {
	ctl.s.k.Lock()
	defer ctl.s.k.Unlock()
	r := ctl.s.roles[arn]
	if r == nil {
		return fmt.Errorf("update role %s: it does not exist", arn)
	}
	if err := r.allow(policies); err != nil {
		return fmt.Errorf("update role %s: %w", arn, err)
	}
	return nil
}

// policies are the documents that were parsed.
var policies kernel.Memo[[]statement]

// allow replaces the statements of the role by those of the documents.
func (r *role) allow(documents []json.RawMessage) error {
	var all []statement
	for i, document := range documents {
		var compact bytes.Buffer
		if len(document) > maxPolicy && json.Compact(&compact, document) == nil && compact.Len() > maxPolicy {
			return fmt.Errorf("policy document %d: LimitExceeded: %d characters; expected up to %d", i+1, compact.Len(), maxPolicy)
		}
		statements, err := policies.Of(string(document), func() ([]statement, error) { return parsePolicy(document) })
		if err != nil {
			return fmt.Errorf("policy document %d: %w", i+1, err)
		}
		all = append(all, statements...)
	}
	r.statements = all
	return nil
}

// Allow returns nil when the owner of an access key has a permission.
func (i *Service) Allow(accessKey string, p wire.Permission) *wire.Error {
	if accessKey == Administrator {
		return nil
	}
	r := i.keys[accessKey]
	if r == nil {
		return errUnknownKey
	}
	return i.decide(r, p)
}

// allowRole is Allow for a role that AWS itself assumes, as Step Functions does to invoke a function.
func (i *Service) allowRole(roleARN string, p wire.Permission) *wire.Error {
	r := i.roles[roleARN]
	if r == nil {
		return Denied(roleARN, p, "because the role does not exist")
	}
	return i.decide(r, p)
}

// RoleOf is the ARN of the role behind an access key, empty for the administrator and for an unknown key.
func (i *Service) RoleOf(accessKey string) string {
	if r := i.keys[accessKey]; r != nil {
		return r.arn
	}
	return ""
}

// KeyOf is the access key with which AWS calls as a role; empty when there is no such role.
func (i *Service) KeyOf(roleARN string) string {
	if r := i.roles[roleARN]; r != nil {
		return r.key
	}
	return ""
}

// decide is the evaluation logic of the IAM User Guide for identity-based policies: an explicit deny wins, then any
// allow, and everything else is denied.
func (i *Service) decide(r *role, p wire.Permission) *wire.Error {
	p = asked(p)
	context := func(key string) []string {
		switch values, ok := p.Context[key]; {
		case ok:
			return values
		case key == "aws:principalarn":
			return []string{r.arn}
		case key == "aws:principalaccount":
			return []string{i.k.Account}
		}
		return nil
	}
	allowed, action := false, strings.ToLower(p.Action)
	for _, s := range r.statements {
		if !s.matches(p, action, context) {
			continue
		}
		if s.deny {
			return Denied(r.arn, p, "with an explicit deny in an identity-based policy")
		}
		allowed = true
	}
	if allowed {
		return nil
	}
	return Denied(r.arn, p, "because no identity-based policy allows the "+p.Action+" action")
}

var errUnknownKey = &wire.Error{Code: wire.CodeUnknownKey, Status: http.StatusForbidden, Message: "The security token included in the request is invalid."}

// Denied is the error of a role that lacks a permission.
func Denied(roleARN string, p wire.Permission, why string) *wire.Error {
	caller := SessionOf(roleARN)
	return &wire.Error{
		Code: wire.CodeDenied, Status: http.StatusForbidden,
		Message: fmt.Sprintf("User: %s is not authorized to perform: %s on resource: %s %s", caller, p.Action, p.Resource, why),
	}
}

// SessionOf is the ARN of a role's session, which identifies the caller.
func SessionOf(roleARN string) string {
	caller := strings.Replace(roleARN, ":iam:", ":sts:", 1)
	return strings.Replace(caller, ":role/", ":assumed-role/", 1) + "/session"
}
