package failover

import (
	"errors"
	"fmt"
	"regexp"
)

// Plan is one deployment of Drover. It is known at deploy time: the CDK app reads it from the context in cdk.json, and
// the Lambdas carry it, as JSON, in the environment variable named by [PlanVariable].
type Plan struct {
	// Name names the deployment; it is the prefix of everything that is deployed.
	Name string `json:"name"`
	// Primary is the Region where the applications live when all is well, and the one that a failback returns to.
	Primary Region `json:"primary"`
	// Standby is the other Region.
	Standby Region `json:"standby"`
	// AllowDataLoss consents, for every failover of this plan, to losing the writes that have not been replicated.
	AllowDataLoss bool `json:"allowDataLoss"`
	// Order is the default order of a run.
	Order Order `json:"order"`
	// WavesAtOnce makes a failover move all waves in one stage. Every other action moves one wave after the other.
	WavesAtOnce bool `json:"wavesAtOnce"`
	// Approval is where runs wait for consent unless their input says otherwise.
	Approval Approval `json:"approval"`
	// MayLoosen lists the settings that an input may make looser than the plan, of [Loosenable]. It may tighten all of them.
	MayLoosen []string `json:"mayLoosen"`
	// RecordNames are patterns of the names that may be moved, with * for any text; empty means any name. IAM holds the
	// function that writes to Route 53 to them, whatever the registry says.
	RecordNames []string `json:"recordNames,omitempty"`
	// Switches are the data-plane levers that failovers move traffic with; empty means by weights alone. The first is that of
	// every application which names none.
	Switches []Switch `json:"switches,omitempty"`
	// ApprovalSeconds is how long they wait; no answer is a no.
	ApprovalSeconds int `json:"approvalSeconds"`
	// SoakSeconds is how long a drill stays in the other Region before it goes back.
	SoakSeconds int `json:"soakSeconds"`
	// BakeSeconds is the bake time: how long each traffic step of a planned run must stay healthy.
	BakeSeconds int `json:"bakeSeconds"`
	// TargetRTOSeconds is the recovery time objective that the report compares with.
	TargetRTOSeconds int `json:"targetRTOSeconds"`
	// TargetRPOSeconds is the recovery point objective that the report compares with.
	TargetRPOSeconds int `json:"targetRPOSeconds"`
	// MaxLagSeconds is the replication lag above which a planned action is refused.
	MaxLagSeconds int `json:"maxLagSeconds"`
	// CooldownSeconds is how long after the end of a failover that an alarm has started no alarm starts another one, in
	// either Region.
	CooldownSeconds int `json:"cooldownSeconds"`
	// SettleSeconds is the wait before each check of VerifyHealth.
	SettleSeconds int `json:"settleSeconds"`
	// Attempts is how many checks of VerifyHealth a stage has for becoming healthy.
	Attempts int `json:"attempts"`
	// Passes is how many healthy checks in a row verify a stage.
	Passes int `json:"passes"`
	// ReservedConcurrency is how many concurrent executions each step's function reserves in its Region, so that a surge
	// of other functions cannot starve a run; the API's function reserves three times as many. 0 reserves nothing, for
	// an account whose limit leaves no room: 100 must stay unreserved.
	ReservedConcurrency int `json:"reservedConcurrency"`
}

// PlanVariable is the environment variable in which a Lambda finds its plan.
const PlanVariable = "DROVER_PLAN"

// The other environment variables of the Lambdas, each with the one thing it names.
const (
	// TableVariable names the registry's table.
	TableVariable = "DROVER_TABLE"
	// TopicVariable holds the ARN of the Region's notification topic.
	TopicVariable = "DROVER_TOPIC_ARN"
	// BucketVariable names the Region's report bucket.
	BucketVariable = "DROVER_REPORT_BUCKET"
	// MachineVariable holds the ARN of the Region's state machine.
	MachineVariable = "DROVER_STATE_MACHINE_ARN"
	// GlobalClustersVariable lists the global clusters that the plan may promote, separated by commas, for Validate: where
	// there are more than [FewClusters], IAM lets it read all of the account, and does not tell which ones these are.
	GlobalClustersVariable = "DROVER_GLOBAL_CLUSTERS"
	// NameServersVariable lists, as host:port separated by commas, the name servers to ask in place of those of the zones:
	// the AWS simulator sets it, as it sets AWS_ENDPOINT_URL.
	NameServersVariable = "DROVER_NAME_SERVERS"
	// SwitchChecksVariable holds, as NAME=ID separated by commas, the health checks of the plan's switches that the Region's
	// own stack has created: those on the record sets of the other Region.
	SwitchChecksVariable = "DROVER_SWITCH_CHECKS"
)

// DefaultPlan holds the settings of a plan that says nothing of its own.
func DefaultPlan() Plan {
	return Plan{
		Name:             "drover",
		Primary:          "us-east-1",
		Standby:          "us-west-2",
		Order:            TrafficFirst,
		Approval:         NoApproval,
		MayLoosen:        []string{ConsentSetting, TakeoverSetting},
		ApprovalSeconds:  1800,
		SoakSeconds:      120,
		BakeSeconds:      60,
		TargetRTOSeconds: 600,
		TargetRPOSeconds: 60,
		MaxLagSeconds:    10,
		CooldownSeconds:  3600,
		SettleSeconds:    5,
		Attempts:         180,
		Passes:           2,

		ReservedConcurrency: 2,
	}
}

// ParsePlan reads a plan from JSON. What the text leaves out has the value of [DefaultPlan]. Unknown keys, wrong types
// and impossible values are errors, and all of them are reported at once.
func ParsePlan(text []byte) (Plan, error) {
	plan := DefaultPlan()
	malformed := DecodeObject(text, &plan)
	if err := errors.Join(malformed, plan.Validate()); err != nil {
		return Plan{}, labelled("plan", err)
	}
	return plan, nil
}

// Other returns the Region of the plan that r is not.
func (p Plan) Other(r Region) Region {
	if r == p.Primary {
		return p.Standby
	}
	return p.Primary
}

// Has says whether r is one of the plan's two Regions.
func (p Plan) Has(r Region) bool { return r == p.Primary || r == p.Standby }

var planName = regexp.MustCompile(`^[a-z][a-z0-9-]{0,19}$`)

// Validate returns everything that is wrong with the plan as one joined error, or nil.
func (p Plan) Validate() error {
	var problems []error
	add := func(format string, args ...any) { problems = append(problems, fmt.Errorf(format, args...)) }
	if !planName.MatchString(p.Name) {
		add("name: %q; expected a lower-case letter and then up to 19 of a-z, 0-9 and -", p.Name)
	}
	for _, r := range []struct {
		key    string
		region Region
	}{{"primary", p.Primary}, {"standby", p.Standby}} {
		if _, err := ParseRegion(string(r.region)); err != nil {
			add("%s: %w", r.key, err)
		}
	}
	if p.Primary == p.Standby {
		add("standby: %q is the primary too; expected another Region", p.Standby)
	}
	if err := parseOneOf("order", p.Order, Orders); err != nil {
		problems = append(problems, err)
	}
	if err := parseOneOf("approval", p.Approval, Approvals); err != nil {
		problems = append(problems, err)
	}
	problems = append(problems, p.validateMayLoosen(), p.validateSwitches())
	for _, n := range []struct {
		key           string
		value, lo, hi int
	}{
		{"approvalSeconds", p.ApprovalSeconds, 60, 86400},
		{"soakSeconds", p.SoakSeconds, 1, 86400},
		{"bakeSeconds", p.BakeSeconds, 0, 3600},
		{"targetRTOSeconds", p.TargetRTOSeconds, 1, 86400},
		{"targetRPOSeconds", p.TargetRPOSeconds, 0, 86400},
		{"maxLagSeconds", p.MaxLagSeconds, 0, 3600},
		{"cooldownSeconds", p.CooldownSeconds, 0, 86400},
		{"settleSeconds", p.SettleSeconds, 1, 600},
		{"attempts", p.Attempts, 1, 1000},
		{"passes", p.Passes, 1, 10},
		{"reservedConcurrency", p.ReservedConcurrency, 0, 100},
	} {
		if n.value < n.lo || n.value > n.hi {
			add("%s: %d; expected %d to %d", n.key, n.value, n.lo, n.hi)
		}
	}
	if p.Passes > p.Attempts {
		add("passes: %d checks in a row can never be reached with attempts: %d", p.Passes, p.Attempts)
	}
	return errors.Join(problems...)
}
