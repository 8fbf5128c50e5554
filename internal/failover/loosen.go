package failover

import (
	"errors"
	"fmt"
	"slices"

	"github.com/drover-dr/drover/internal/prose"
)

// The settings of a plan that an input can loosen, each by the name that it has in the plan and in the input. An input may
// always tighten them.
const (
	ApprovalSetting = "approval"
	ConsentSetting  = "allowDataLoss"
	OrderSetting    = "order"
	TakeoverSetting = "takeover"
	SafetySetting   = "overrideSafetyRules"
)

// Loosenable are all of them, in the order in which help and errors list them.
var Loosenable = []string{ApprovalSetting, ConsentSetting, OrderSetting, TakeoverSetting, SafetySetting}

// MayBeLoosened says whether the plan leaves a setting to whoever starts a run.
func (p Plan) MayBeLoosened(setting string) bool { return slices.Contains(p.MayLoosen, setting) }

// Loosening is a setting that an input makes looser than the plan, which does not leave that to it.
type Loosening struct {
	// Setting is the field of the input, Asked what it says, Plan what the plan says.
	Setting, Asked, Plan string
}

// Found says what was asked, and what was expected.
func (l Loosening) Found() string {
	return fmt.Sprintf("%s: %s is looser than the plan, which has %s and does not leave it to the input", l.Setting, l.Asked, l.Plan)
}

// Next says what to do about it.
func (l Loosening) Next() string {
	return fmt.Sprintf("leave %s out of the input, or list %q under mayLoosen of the context key drover in cdk.json, then deploy", l.Setting, l.Setting)
}

// Loosened are the settings that the input makes looser than the plan allows. To ask before the start is stricter than to
// ask before the promotion, because nothing has moved then; database-first is stricter than traffic-first, because users
// move to a writer. Percents and applications can only make a run smaller or slower.
func (p Plan) Loosened(in Input) []Loosening {
	var all []Loosening
	add := func(loosens bool, setting, asked, plan string) {
		if loosens && !p.MayBeLoosened(setting) {
			all = append(all, Loosening{setting, asked, plan})
		}
	}
	add(in.Approval != "" && strictness(in.Approval) < strictness(p.Approval), ApprovalSetting, string(in.Approval), string(p.Approval))
	add(in.Consents() && !p.AllowDataLoss, ConsentSetting, "true", "false")
	add(in.Order == TrafficFirst && p.Order == DatabaseFirst, OrderSetting, string(in.Order), string(p.Order))
	add(in.Takeover, TakeoverSetting, "true", "no takeover")
	add(len(in.OverrideSafetyRules) > 0, SafetySetting, prose.Count(len(in.OverrideSafetyRules), "rule"), "no override")
	return all
}

// Tighten takes out of an input what [Plan.Loosened] finds in it.
func (p Plan) Tighten(in Input) Input {
	for _, l := range p.Loosened(in) {
		switch l.Setting {
		case ApprovalSetting:
			in.Approval = ""
		case ConsentSetting:
			in.AllowDataLoss = nil
		case OrderSetting:
			in.Order = ""
		case TakeoverSetting:
			in.Takeover = false
		case SafetySetting:
			in.OverrideSafetyRules = nil
		}
	}
	return in
}

// strictness orders the gates: each asks no later than those before it.
func strictness(a Approval) int {
	return slices.Index([]Approval{NoApproval, BeforePromotion, BeforeStart}, a)
}

// Consent is that to losing what is not replicated: the input's, if it says either, or else the plan's.
func (p Plan) Consent(in Input) bool {
	if in.AllowDataLoss != nil {
		return *in.AllowDataLoss
	}
	return p.AllowDataLoss
}

// validateMayLoosen checks the list.
func (p Plan) validateMayLoosen() error {
	var problems []error
	for i, setting := range p.MayLoosen {
		if err := parseOneOf("mayLoosen", setting, Loosenable); err != nil {
			problems = append(problems, err)
		} else if slices.Contains(p.MayLoosen[:i], setting) {
			problems = append(problems, fmt.Errorf("mayLoosen: %q is listed twice", setting))
		}
	}
	return errors.Join(problems...)
}
