package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"text/tabwriter"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/untrusted"
	"github.com/drover-dr/drover/statemachine/assembly"
	"github.com/drover-dr/drover/statemachine/drill"
)

// preflightCommand is what make deploy and make destroy call before they change anything.
type preflightCommand struct {
	What     string `arg:"" enum:"deploy,destroy" help:"What follows: deploy or destroy."`
	Assembly string `help:"The synthesized stacks." default:"cdk.out" placeholder:"DIR"`
	Force    bool   `help:"Show the reasons to ask, and do not ask."`
	// EndpointURL is that of the deployment.
	EndpointURL string `name:"endpoint-url" help:"Address to call instead of AWS." placeholder:"URL"`
}

const destroy = "destroy"

// Run shows what runs, where the applications are and, before a removal, what stays. It asks when there is something to
// consider, and always before a removal; without a terminal to ask at it fails.
func (c *preflightCommand) Run(env environment) error {
	synthesized, err := assembly.Read(os.DirFS(c.Assembly), assembly.Placeholder)
	if err != nil {
		return usageError{fmt.Errorf("read the assembly in %s: %w; type `make synth`", c.Assembly, err)}
	}
	plan, err := drill.PlanOf(synthesized)
	if err != nil {
		return usageError{err}
	}
	d := deployment{Table: synthesized.Tables[0].Name, StateMachine: synthesized.StateMachines[0].Name, EndpointURL: c.EndpointURL}
	fmt.Fprintf(env.stdout, "Before %s of the plan %s\n\n", c.What, plan.Name)
	var regions []regionState
	for _, region := range []failover.Region{plan.Primary, plan.Standby} {
		state := d.stateOf(env, plan, region)
		fmt.Fprintf(env.stdout, "%-12s %s\n", region, state)
		regions = append(regions, state)
	}
	concerns := c.concerns(plan, regions)
	if c.What == destroy {
		if err := writeWhatStays(env.stdout, synthesized); err != nil {
			return err
		}
	}
	return c.decide(env, concerns)
}

// concerns are the reasons to ask, each a sentence.
func (c *preflightCommand) concerns(plan failover.Plan, regions []regionState) []string {
	var all []string
	for _, r := range regions {
		if r.err != nil {
			all = append(all, fmt.Sprintf("%s cannot be read, so it is not known whether a run is in progress there: %v", r.region, r.err))
		}
		for _, run := range r.running {
			all = append(all, fmt.Sprintf("run %s is in progress in %s. %s", run, r.region, inFlight[c.What]))
		}
		if len(r.running) == 0 && r.held {
			all = append(all, fmt.Sprintf("run %s holds the lock in %s although no execution runs there: it runs in the other Region, or waits to be closed by a check", r.lock.Run, r.region))
		}
		if c.What != destroy && r.region == plan.Standby && r.active > 0 {
			all = append(all, fmt.Sprintf("%d applications are active in %s. The Region that a failover would move them to, %s, is deployed first: a version that does not work breaks it first",
				r.active, r.region, plan.Primary))
		}
		if c.What == destroy && r.deployed {
			all = append(all, fmt.Sprintf("%d applications are active in %s and stay there; without the stacks Drover can no longer move them", r.active, r.region))
		}
	}
	return all
}

// inFlight is what happens to a run in progress.
var inFlight = map[string]string{
	"deploy": "It goes on with the definition and the function versions that it was started with; changed roles and a changed table apply to it at once",
	destroy:  "Step Functions ends it at its next state: the run is not closed, and sends no notification and no report",
}

// decide asks the operator whether to continue, if there is a reason to ask and --force was not given.
func (c *preflightCommand) decide(env environment, concerns []string) error {
	for i, concern := range concerns {
		if i == 0 {
			fmt.Fprintln(env.stdout, "\nConsider:")
		}
		fmt.Fprintf(env.stdout, "  - %s.\n", untrusted.Line(concern))
	}
	switch {
	case len(concerns) == 0 && c.What != destroy:
		return nil
	case c.Force:
		fmt.Fprintf(env.stdout, "\nNot asking, because of --force.\n")
		return nil
	}
	fmt.Fprintln(env.stdout)
	return confirm(env, strings.ToUpper(c.What[:1])+c.What[1:]+" nevertheless?", "nothing was changed", fmt.Sprintf("to %s without a question, type `make %[1]s FORCE=1`", c.What))
}

// confirm asks the operator for a yes. Without one it fails and says what was left as it was; without a terminal to ask at,
// also what to do instead.
func confirm(env environment, question, unchanged, instead string) error {
	if !env.person {
		return fmt.Errorf("there is no terminal to ask at, so %s; %s", unchanged, instead)
	}
	fmt.Fprintf(env.stdout, "%s Type yes to continue: ", question)
	answer, err := bufio.NewReader(env.stdin).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return fmt.Errorf("read the answer: %w", err)
	}
	if strings.TrimSpace(answer) != "yes" {
		return errors.New("not confirmed; " + unchanged)
	}
	return nil
}

// writeWhatStays lists what CloudFormation leaves behind, as the DeletionPolicy of each resource says.
func writeWhatStays(w io.Writer, a *assembly.Assembly) error {
	fmt.Fprintln(w, "\nWhat stays, until it is deleted manually:")
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, stack := range a.Stacks {
		for _, r := range stack.Outliving() {
			fmt.Fprintf(table, "  %s\t%s\t%s\n", stack.Region, strings.TrimPrefix(r.Type, "AWS::"), r.Name)
		}
	}
	return table.Flush()
}
