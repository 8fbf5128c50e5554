package routingcontrol

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/drover-dr/drover/statemachine/fakeaws/wire"
)

// The parameters, with the limits of the API's model.
type entry struct {
	RoutingControlArn   string `limit:"required;min=1;max=255;pattern=[A-Za-z0-9:./_-]*"`
	RoutingControlState string `limit:"required;one=On|Off"`
}

type updateParams struct {
	UpdateRoutingControlStateEntries []entry  `limit:"required"`
	SafetyRulesToOverride            []string `limit:"each.min=1;each.max=255;each.pattern=[A-Za-z0-9:./_-]*"`
}

type updateOneParams struct {
	entry
	SafetyRulesToOverride []string `limit:"each.min=1;each.max=255;each.pattern=[A-Za-z0-9:./_-]*"`
}

type getParams struct {
	RoutingControlArn string `limit:"required;min=1;max=255;pattern=[A-Za-z0-9:./_-]*"`
}

type listParams struct {
	ControlPanelArn string `limit:"min=1;max=255;pattern=[A-Za-z0-9:./_-]*"`
	MaxResults      int    `limit:"min=1"`
	NextToken       string `limit:"min=1;max=8096;pattern=[\\S]*"`
}

func (p updateParams) Object() string {
	var arns []string
	for _, e := range p.UpdateRoutingControlStateEntries {
		arns = append(arns, e.RoutingControlArn)
	}
	return strings.Join(arns, " ")
}

func (p updateOneParams) Object() string { return p.RoutingControlArn }
func (p getParams) Object() string       { return p.RoutingControlArn }

var operations = map[string]wire.Operation[*Service]{
	"UpdateRoutingControlStates": wire.Handle((*Service).update),
	"UpdateRoutingControlState":  wire.Handle((*Service).updateOne),
	"GetRoutingControlState":     wire.Handle((*Service).get),
	"ListRoutingControls":        wire.Handle((*Service).list),
}

// Open reads a request.
func (s *Service) Open(req *wire.Request) *wire.Error { return wire.OpenJSON(req, operations) }

// Fail writes an error.
func (s *Service) Fail(req *wire.Request, err *wire.Error) *wire.Response {
	return wire.JSONError(req, "", err)
}

// overrides is the condition key with which a policy allows to override safety rules.
const overrides = "route53-recovery-cluster:allowsafetyrulesoverrides"

// Permissions asks for what "Actions, resources, and condition keys for Amazon Route 53 Recovery Cluster" lists.
func (s *Service) Permissions(req *wire.Request) []wire.Permission {
	one := func(arn string, overriding []string) wire.Permission {
		return wire.Permission{
			Action: "route53-recovery-cluster:" + req.Operation, Resource: arn,
			Context: map[string][]string{overrides: {fmt.Sprint(len(overriding) > 0)}},
		}
	}
	switch p := req.Params.(type) {
	case *updateParams:
		var all []wire.Permission
		for _, e := range p.UpdateRoutingControlStateEntries {
			all = append(all, one(e.RoutingControlArn, p.SafetyRulesToOverride))
		}
		return all
	case *updateOneParams:
		return []wire.Permission{one(p.RoutingControlArn, p.SafetyRulesToOverride)}
	case *getParams:
		return []wire.Permission{one(p.RoutingControlArn, nil)}
	}
	return []wire.Permission{{Action: "route53-recovery-cluster:" + req.Operation, Resource: "*"}}
}

// Serve performs a request at the endpoint of its Region.
func (s *Service) Serve(req *wire.Request) (*wire.Response, *wire.Error) {
	e := s.endpoints[req.Region]
	switch {
	case e == nil:
		return nil, wire.BadRequest("ValidationException", "There is no endpoint of a cluster in %s.", req.Region)
	case e.unavailable:
		return nil, &wire.Error{
			Code: "EndpointTemporarilyUnavailableException", Status: http.StatusServiceUnavailable,
			Message: "The cluster endpoint isn't available. Try another cluster endpoint.",
		}
	case wire.IsMutating(req.Operation) && !e.bucket.Take(1, s.k.Now()):
		return nil, &wire.Error{Code: "ThrottlingException", Status: http.StatusTooManyRequests, Message: "Rate exceeded"}
	}
	return wire.ServeJSON(s, req, operations)
}

func (s *Service) updateOne(req *wire.Request, p *updateOneParams) (any, *wire.Error) {
	return s.update(req, &updateParams{[]entry{p.entry}, p.SafetyRulesToOverride})
}

// update changes all states of a request, or none of them.
func (s *Service) update(req *wire.Request, p *updateParams) (any, *wire.Error) {
	if err := s.checkEntries(p); err != nil {
		return nil, err
	}
	after := map[string]bool{}
	for _, e := range p.UpdateRoutingControlStateEntries {
		after[e.RoutingControlArn] = e.RoutingControlState == "On"
	}
	if err := s.checkRules(after, p.SafetyRulesToOverride); err != nil {
		return nil, err
	}
	s.startWaits(after)
	for _, arn := range s.order {
		if on, named := after[arn]; named {
			s.set(req.Region, s.controls[arn], on)
		}
	}
	return nil, nil
}

func (s *Service) checkEntries(p *updateParams) *wire.Error {
	entries := p.UpdateRoutingControlStateEntries
	switch {
	case len(entries) == 0:
		return wire.BadRequest("ValidationException", "UpdateRoutingControlStateEntries is empty.")
	case len(entries) > maxEntries:
		return &wire.Error{
			Code: "ServiceLimitExceededException", Status: http.StatusPaymentRequired,
			Message: "The request can't update that many routing control states at the same time. Try again with fewer routing control states.",
		}
	}
	seen := map[string]bool{}
	for _, e := range entries {
		switch {
		case !s.Has(e.RoutingControlArn):
			return errNoControl(e.RoutingControlArn)
		case seen[e.RoutingControlArn]:
			return wire.BadRequest("ValidationException", "The routing control %s is there more than once.", e.RoutingControlArn)
		}
		seen[e.RoutingControlArn] = true
	}
	return nil
}

func errNoControl(arn string) *wire.Error {
	return wire.NotFound("ResourceNotFoundException", "The routing control %s was not found.", arn)
}

// checkRules rejects a change that leaves too few of a rule's controls on, or that comes within the rule's wait period
// (ARC-2).
func (s *Service) checkRules(after map[string]bool, override []string) *wire.Error {
	for _, r := range s.rules {
		named := slices.ContainsFunc(r.Controls, func(arn string) bool { _, ok := after[arn]; return ok })
		if !named || slices.Contains(override, r.ARN) {
			continue
		}
		if on := s.wouldBeOn(r, after); on < r.AtLeast {
			return errConflict("The request violates the safety rule %s (%s): at least %d of its routing controls must be On, and %d would be.", r.Name, r.ARN, r.AtLeast, on)
		}
		if s.k.Now().Before(r.quietUntil) {
			return errConflict("The safety rule %s (%s) is in its wait period.", r.Name, r.ARN)
		}
	}
	return nil
}

// wouldBeOn counts the controls of a rule that are on after a change.
func (s *Service) wouldBeOn(r *rule, after map[string]bool) int {
	on := 0
	for _, arn := range r.Controls {
		state, changes := after[arn]
		if !changes {
			state = s.controls[arn].On
		}
		if state {
			on++
		}
	}
	return on
}

// startWaits starts the wait period of the rules whose controls change.
func (s *Service) startWaits(after map[string]bool) {
	for _, r := range s.rules {
		for _, arn := range r.Controls {
			if state, ok := after[arn]; ok && state != s.controls[arn].On {
				r.quietUntil = s.k.Now().Add(r.Wait)
			}
		}
	}
}

func errConflict(format string, args ...any) *wire.Error {
	return &wire.Error{Code: "ConflictException", Status: http.StatusConflict, Message: fmt.Sprintf(format, args...)}
}

// set changes one state. The endpoint has the change at once, the other endpoints and Route 53 have it later.
func (s *Service) set(region string, c *control, on bool) {
	if c.On != on {
		s.k.Record("routing-control", c.Name, "is %s by the endpoint in %s", stateName(on), region)
	}
	c.On = on
	c.seen[region] = true
	c.pending++
	n := c.pending
	s.k.After(consistency, func() {
		c.reached = on
		if n == c.pending { // nothing has changed since
			clear(c.seen)
		}
		if s.Changed != nil {
			s.Changed()
		}
	})
}

func (s *Service) get(req *wire.Request, p *getParams) (any, *wire.Error) {
	c := s.controls[p.RoutingControlArn]
	if c == nil {
		return nil, errNoControl(p.RoutingControlArn)
	}
	return map[string]string{"RoutingControlArn": c.ARN, "RoutingControlName": c.Name, "RoutingControlState": c.stateAt(req.Region)}, nil
}

// maxListed is how many routing controls a page has at most.
const maxListed = 300

func (s *Service) list(req *wire.Request, p *listParams) (any, *wire.Error) {
	var found []map[string]string
	for _, arn := range s.order {
		c := s.controls[arn]
		if p.ControlPanelArn != "" && p.ControlPanelArn != c.PanelARN {
			continue
		}
		found = append(found, map[string]string{
			"RoutingControlArn": c.ARN, "RoutingControlName": c.Name, "RoutingControlState": c.stateAt(req.Region),
			"ControlPanelArn": c.PanelARN, "ControlPanelName": c.PanelName, "Owner": s.k.Account,
		})
	}
	if p.ControlPanelArn != "" && len(found) == 0 {
		return nil, wire.NotFound("ResourceNotFoundException", "The control panel %s was not found.", p.ControlPanelArn)
	}
	from, to, next, err := wire.Page(len(found), p.NextToken, p.MaxResults, maxListed)
	if err != nil {
		return nil, err
	}
	answer := map[string]any{"RoutingControls": append([]map[string]string{}, found[from:to]...)}
	if next != "" {
		answer["NextToken"] = next
	}
	return answer, nil
}
