package failover

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/drover-dr/drover/internal/untrusted"
)

// MaxNamedApplications bounds the list of applications in an input: the list travels in the payload of every step.
const MaxNamedApplications = 200

// maxReason and maxRequestedBy bound these texts for the same cause. IAM's longest ARN of a caller is shorter.
const (
	maxReason      = 500
	maxRequestedBy = 500
)

// ScheduleRequests and AlarmRequests begin what is said of who asks, when it is a schedule or an alarm.
const (
	ScheduleRequests = "schedule "
	AlarmRequests    = "alarm "
)

// AddedByAWS are the keys that AWS itself adds to an execution's input: a parent workflow the first, the console the
// second. They are ignored, whatever they hold.
var AddedByAWS = []string{"AWS_STEP_FUNCTIONS_STARTED_BY_EXECUTION_ID", "Comment"}

// Input is what an execution of the state machine is started with. All but Action may be left out.
type Input struct {
	// Action is what the run is asked for.
	Action Action `json:"action"`
	// Applications limits the run to these; empty means all that are registered.
	Applications []string `json:"applications,omitempty"`
	// AllowDataLoss consents to losing unreplicated writes; a failover of an application with a database needs it,
	// here or in the plan. False withdraws the plan's consent; nil leaves it to the plan.
	AllowDataLoss *bool `json:"allowDataLoss,omitempty"`
	// DryRun turns the action into the list of exactly what it would do.
	DryRun bool `json:"dryRun,omitempty"`
	// Order overrides the plan's order.
	Order Order `json:"order,omitempty"`
	// Percents are the shares of traffic, rising and ending with 100, that each wave moves through. Empty means 100.
	Percents []int `json:"percents,omitempty"`
	// Approval overrides the plan's.
	Approval Approval `json:"approval,omitempty"`
	// Takeover takes the lock from the run that holds it. That run is fenced off from what this one moves.
	Takeover bool `json:"takeover,omitempty"`
	// OverrideSafetyRules are the ARNs of safety rules of routing controls that a failover changes those controls against.
	OverrideSafetyRules []string `json:"overrideSafetyRules,omitempty"`
	// Since is when the outage began, if known; RTO counts from it instead of from the run's start.
	Since time.Time `json:"since,omitzero"`
	// RequestedBy is who asks, for the record: the API writes the ARN of its caller, a schedule [ScheduleRequests] and its
	// own name.
	RequestedBy string `json:"requestedBy,omitempty"`
	// Reason is free text for the report.
	Reason string `json:"reason,omitempty"`
	// Execution is, for the action close, the ARN of the execution that has ended.
	Execution string `json:"execution,omitempty"`
	// Trigger is the alarm event that asks for a failover. The rule of the deployment passes it on, and nothing else does.
	Trigger *Trigger `json:"trigger,omitempty"`
}

// Consents says whether the input itself consents to losing unreplicated writes.
func (in Input) Consents() bool { return in.AllowDataLoss != nil && *in.AllowDataLoss }

// ParseInput reads an execution's input. It reports everything that can be judged from the text alone: an unknown
// field, a wrong type, a value that is not known. Whether an application exists is for the registry to say.
func ParseInput(text []byte) (Input, error) {
	in, err := ReadInput(text)
	if err != nil {
		return Input{}, err
	}
	return in, nil
}

// ReadInput is ParseInput that returns, beside the error, what could be read: for a message about an input that is
// refused. What could not be read may be what narrows the run, so that nothing may be started with it.
func ReadInput(text []byte) (Input, error) {
	var in Input
	malformed := DecodeObject(text, &in, AddedByAWS...)
	invalid := in.validate()
	if malformed == nil && in.Action == "" {
		malformed = errors.New(`action is missing; expected for example {"action": "check"}`)
	}
	if err := errors.Join(malformed, invalid); err != nil {
		untrusted.Scrub(&in) // it is for a message, and for nothing else
		return in, labelled("input", err)
	}
	return in, nil
}

// validate checks what the input holds; the absence of an action is not for it to judge.
func (in Input) validate() error {
	var problems []error
	add := func(format string, args ...any) { problems = append(problems, fmt.Errorf(format, args...)) }
	switch _, isExecution := MachineOf(in.Execution); {
	case in.Action == Close && !isExecution:
		add("execution: %q; expected the ARN of the execution to close", in.Execution)
	case in.Action != Close && in.Execution != "":
		add("execution: %q; expected only with the action close", in.Execution)
	}
	if in.Action != "" && in.Action != Close && in.Action != Weights {
		problems = append(problems, parseOneOf("action", in.Action, Actions))
	}
	if in.Order != "" {
		problems = append(problems, parseOneOf("order", in.Order, Orders))
	}
	if in.Approval != "" {
		problems = append(problems, parseOneOf("approval", in.Approval, Approvals))
	}
	problems = append(problems, checkPercents(in.Percents))
	if in.Applications != nil && len(in.Applications) == 0 {
		add("applications: an empty list; expected names, or no list at all for all applications")
	}
	if len(in.Applications) > MaxNamedApplications {
		add("applications: %d names; expected at most %d, or no list at all for all applications", len(in.Applications), MaxNamedApplications)
	}
	problems = append(problems, in.checkNames(), in.checkText(), in.checkWeights(), in.checkRules())
	if n := utf8.RuneCountInString(in.Reason); n > maxReason {
		add("reason: %d characters; expected at most %d", n, maxReason)
	}
	if n := utf8.RuneCountInString(in.RequestedBy); n > maxRequestedBy {
		add("requestedBy: %d characters; expected at most %d", n, maxRequestedBy)
	}
	return errors.Join(append(problems, in.Trigger.validate())...)
}

// checkWeights finds what says nothing about pending weights: which they are, the switches say, and no user moves.
func (in Input) checkWeights() error {
	if in.Action != Weights {
		return nil
	}
	var problems []error
	for _, f := range []struct {
		name  string
		given bool
	}{
		{"applications", in.Applications != nil}, {"allowDataLoss", in.AllowDataLoss != nil}, {"order", in.Order != ""},
		{"percents", len(in.Percents) > 0}, {"approval", in.Approval != ""}, {"since", !in.Since.IsZero()}, {"trigger", in.Trigger != nil},
	} {
		if f.given {
			problems = append(problems, fmt.Errorf("%s: given; expected it with every action but %s, which writes all pending weights and moves no user", f.name, Weights))
		}
	}
	return errors.Join(problems...)
}

// checkNames finds what is named twice, in a list of the length that is allowed.
func (in Input) checkNames() error {
	names := in.Applications[:min(len(in.Applications), MaxNamedApplications)]
	var problems []error
	for i, name := range names {
		if slices.Contains(names[:i], name) {
			problems = append(problems, fmt.Errorf("applications: %q is named twice", untrusted.Short(name)))
		}
	}
	return errors.Join(problems...)
}

// maxRules is how many safety rules an input may override: the list travels in the payload of every step.
const maxRules = 10

var safetyRule = regexp.MustCompile(`^arn:aws[a-z-]*:route53-recovery-control::\d{12}:controlpanel/[a-f0-9]{1,32}/safetyrule/[a-f0-9]{1,32}$`)

// checkRules checks the safety rules to override: each is named, for an override is of what an operator has seen refuse.
func (in Input) checkRules() error {
	var problems []error
	add := func(format string, args ...any) {
		problems = append(problems, fmt.Errorf("overrideSafetyRules: "+format, args...))
	}
	rules := in.OverrideSafetyRules
	if len(rules) > 0 && in.Action != "" && in.Action != Failover {
		add("given; expected only with the action %s", Failover)
	}
	if len(rules) > maxRules {
		add("%d rules; expected at most %d", len(rules), maxRules)
	}
	for i, arn := range rules[:min(len(rules), maxRules)] {
		if !safetyRule.MatchString(arn) {
			add("%q; expected the ARN of a safety rule of Amazon Application Recovery Controller", untrusted.Short(arn))
		} else if slices.Contains(rules[:i], arn) {
			add("%q is named twice", arn)
		}
	}
	return errors.Join(problems...)
}

// checkText refuses what a terminal would obey instead of showing it.
func (in Input) checkText() error {
	texts := []struct{ field, text string }{
		{"reason", in.Reason}, {"requestedBy", in.RequestedBy}, {"execution", in.Execution},
	}
	for _, name := range in.Applications[:min(len(in.Applications), MaxNamedApplications)] {
		texts = append(texts, struct{ field, text string }{"applications", name})
	}
	if in.Trigger != nil {
		texts = append(texts, struct{ field, text string }{"trigger.detail.alarmName", in.Trigger.Detail.AlarmName})
	}
	var problems []error
	for _, t := range texts {
		if err := untrusted.CheckText(t.text); err != nil {
			problems = append(problems, fmt.Errorf("%s: %w", t.field, err))
		}
	}
	return errors.Join(problems...)
}

func checkPercents(percents []int) error {
	if len(percents) > 10 {
		return fmt.Errorf("percents: %d steps; expected at most 10", len(percents))
	}
	for i, p := range percents {
		if p < 1 || p > 100 || (i > 0 && p <= percents[i-1]) {
			return fmt.Errorf("percents: %v; expected rising shares from 1 to 100", percents)
		}
	}
	if n := len(percents); n > 0 && percents[n-1] != 100 {
		return fmt.Errorf("percents: %v; expected the last to be 100", percents)
	}
	return nil
}

// RuleRequests begins what the rule on the status of executions says of who asks.
const RuleRequests = "rule "

// ByRule says whether that rule has asked.
func (in Input) ByRule() bool { return strings.HasPrefix(in.RequestedBy, RuleRequests) }

// Scheduled says whether a schedule has asked, so that no operator waits for the answer.
func (in Input) Scheduled() bool { return strings.HasPrefix(in.RequestedBy, ScheduleRequests) }

// StartedBy names what started the run when no operator did, such as "alarm other-region-lost" or "schedule
// drover-drill"; else it is empty.
func (in Input) StartedBy() string {
	switch {
	case in.Trigger != nil:
		return in.Trigger.String()
	case in.Scheduled():
		return in.RequestedBy
	}
	return ""
}
