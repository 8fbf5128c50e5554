package failover

import (
	"encoding/json"
	"fmt"
	"strings"
)

// Machine is the state machine that a run is an execution of. It has the same name in both Regions.
type Machine struct {
	Partition string
	Region    Region
	Account   string
	Name      string
}

// MachineOf reads the ARN of an execution, arn:aws:states:REGION:ACCOUNT:execution:MACHINE:NAME.
func MachineOf(execution string) (Machine, bool) {
	parts := strings.Split(execution, ":")
	if len(parts) != 8 || parts[5] != "execution" {
		return Machine{}, false
	}
	return Machine{Partition: parts[1], Region: Region(parts[3]), Account: parts[4], Name: parts[6]}, true
}

// ARN is that of the state machine in a Region.
func (m Machine) ARN(region Region) string {
	return fmt.Sprintf("arn:%s:states:%s:%s:stateMachine:%s", m.Partition, region, m.Account, m.Name)
}

// Execution is the ARN of a run in a Region.
func (m Machine) Execution(region Region, run string) string {
	return fmt.Sprintf("arn:%s:states:%s:%s:execution:%s:%s", m.Partition, region, m.Account, m.Name, run)
}

// ExecutionOf is the ARN of the execution that has written a fence: one of the same state machine as the run, in the
// fence's Region. It is empty when the run's own ARN cannot be read.
func ExecutionOf(run Run, fence Fence) string {
	m, ok := MachineOf(run.ARN)
	if !ok {
		return ""
	}
	return m.Execution(fence.Region, fence.Run)
}

// Start is the command that starts a run in a Region. Who asks for it, and why, is not in it: whoever types it knows
// better, and a free text would make the command longer than a message has room for.
func (m Machine) Start(region Region, in Input) string {
	in.Reason, in.RequestedBy, in.Trigger = "", "", nil
	input, err := json.Marshal(in)
	if err != nil { // an Input of text, numbers and times that AWS has already passed on
		return ""
	}
	return CommandLine("aws", "stepfunctions", "start-execution", "--region", string(region), "--state-machine-arn", m.ARN(region), "--input", string(input))
}

// Describe is the command that shows a run, in the Region that its ARN names.
func Describe(execution string) string {
	m, ok := MachineOf(execution)
	if !ok {
		return ""
	}
	return CommandLine("aws", "stepfunctions", "describe-execution", "--region", string(m.Region), "--execution-arn", execution)
}

// Again is an input that asks for what the run was asked for, by whatever the plan says nothing of. A failover's outage
// goes on, so that its RTO still counts from the beginning.
func (r Run) Again(plan Plan) Input {
	in := Input{Action: r.Action, Applications: r.Applications, Order: r.Order, Percents: r.Percents}
	if r.OnlyWeights {
		return Input{Action: Weights}
	}
	if !r.Action.Planned() {
		if in.Since = r.Since; r.AllowDataLoss {
			in.AllowDataLoss = new(true)
		}
		in.OverrideSafetyRules = r.OverrideSafetyRules
	}
	if r.Approval != plan.Approval {
		in.Approval = r.Approval
	}
	return in
}

// Drover is a command of Drover's own, such as "status", in a Region, with the plan's name where it is not the default one; the
// command reads everything else from the registry. The arguments after the command's name are a line of words, see [CommandLine].
func (p Plan) Drover(what string, region Region) string {
	line := "drover " + what + " " + CommandLine("--region", string(region))
	if p.Name != DefaultPlan().Name {
		line += " " + CommandLine("--plan", p.Name)
	}
	return line
}

// CommandLine is a command to type, of words each of which a shell takes for one, whatever is in it. Every command that
// Drover prints is made of it: a value of the registry, of an input or of AWS never becomes a command of its own.
func CommandLine(words ...string) string {
	quoted := make([]string, len(words))
	for i, word := range words {
		quoted[i] = Quote(word)
	}
	return strings.Join(quoted, " ")
}

// Quote makes one word of a text for a shell. A text of nothing but letters, digits and what no shell takes for
// anything else is one already.
func Quote(text string) string {
	const plain = "-_./:"
	special := func(c rune) bool {
		return !('a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || strings.ContainsRune(plain, c))
	}
	if text != "" && strings.IndexFunc(text, special) < 0 {
		return text
	}
	return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'"
}
