package failover

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestAnInputMayTightenThePlanAndLoosensOnlyWhatThePlanLeavesToIt(t *testing.T) {
	strict := Plan{Approval: BeforePromotion, Order: DatabaseFirst}
	lax := Plan{Approval: NoApproval, Order: TrafficFirst, AllowDataLoss: true}
	for _, tt := range []struct {
		name    string
		plan    Plan
		input   Input
		loosens []string
	}{
		{"nothing said", strict, Input{}, nil},
		{"the same said", strict, Input{Approval: BeforePromotion, Order: DatabaseFirst, AllowDataLoss: new(false)}, nil},
		{"asked earlier", strict, Input{Approval: BeforeStart}, nil},
		{"not asked", strict, Input{Approval: NoApproval}, []string{ApprovalSetting}},
		{"asked later", Plan{Approval: BeforeStart}, Input{Approval: BeforePromotion}, []string{ApprovalSetting}},
		{"consent", strict, Input{AllowDataLoss: new(true)}, []string{ConsentSetting}},
		{"users before their writer", strict, Input{Order: TrafficFirst}, []string{OrderSetting}},
		{"another run's lock", strict, Input{Takeover: true}, []string{TakeoverSetting}},
		{"a safety rule", strict, Input{OverrideSafetyRules: []string{"arn"}}, []string{SafetySetting}},
		{"less, and slower", strict, Input{Applications: []string{"a"}, Percents: []int{10, 100}}, nil},
		{"all of it tightened", lax, Input{Approval: BeforePromotion, Order: DatabaseFirst, AllowDataLoss: new(false)}, nil},
		{"the plan's own consent", lax, Input{AllowDataLoss: new(true)}, nil},
	} {
		var got []string
		for _, l := range tt.plan.Loosened(tt.input) {
			got = append(got, l.Setting)
		}
		if diff := cmp.Diff(tt.loosens, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
		if again := tt.plan.Loosened(tt.plan.Tighten(tt.input)); len(again) > 0 {
			t.Errorf("%s: tightened, it still loosens %v", tt.name, again)
		}
		if tt.plan.MayLoosen = tt.loosens; len(tt.plan.Loosened(tt.input)) > 0 {
			t.Errorf("%s: the plan leaves %v to it; want nothing found", tt.name, tt.loosens)
		}
	}
}

func TestTheInputsConsentGoesBeforeThePlans(t *testing.T) {
	for _, tt := range []struct {
		plan  bool
		input *bool
		want  bool
	}{{false, nil, false}, {true, nil, true}, {true, new(false), false}, {false, new(true), true}} {
		if got := (Plan{AllowDataLoss: tt.plan}).Consent(Input{AllowDataLoss: tt.input}); got != tt.want {
			t.Errorf("plan %v, input %v: got %v", tt.plan, tt.input, got)
		}
	}
}
