package drill

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/drover-dr/drover/internal/prose"
	"github.com/drover-dr/drover/statemachine/assembly"
	"github.com/drover-dr/drover/statemachine/fakeaws"
	"github.com/drover-dr/drover/statemachine/scenario"
	"github.com/drover-dr/drover/statemachine/transcript"
)

// Previous is what the release before deploys.
type Previous struct {
	Assembly *assembly.Assembly
	// Lambdas is the folder with one folder for each step, which holds its bootstrap.
	Lambdas string
}

// brokenDefinition is that of the broken release.
const brokenDefinition = `{"QueryLanguage": "JSONata", "StartAt": "Broken", "States": {"Broken": {"Type": "Fail", "Error": "Broken", "Cause": "this release is broken"}}}`

// deployRelease replaces what is deployed in a Region.
func (p *performance) deployRelease(ctx context.Context, d scenario.Deploy) error {
	declared, lambdas := p.assembly, p.lambdas
	if d.Release == scenario.ReleasePrevious {
		if p.previous == nil {
			return errors.New("the previous release is not available here; only the tests can deploy it")
		}
		declared, lambdas = p.previous.Assembly, p.previous.Lambdas
	}
	if err := p.updateRoles(declared, d.Region); err != nil {
		return err
	}
	for _, s := range p.assembly.Schedules {
		has := slices.ContainsFunc(declared.Schedules, func(other assembly.Schedule) bool { return other.ARN == s.ARN })
		if s.Region == d.Region {
			p.world.KeepSchedule(s.ARN, has)
		}
	}
	definitions := []string{} // old and new, as strings.NewReplacer takes them
	versions := 0
	for _, f := range declared.Functions {
		if f.Region != d.Region {
			continue
		}
		function, err := p.releaseOf(ctx, lambdas, f, d.Release)
		if err != nil {
			return err
		}
		if err := p.world.UpdateFunction(function); err != nil {
			return err
		}
		if f.VersionARN == "" {
			continue
		}
		arn, err := p.world.PublishVersion(f.ARN)
		if err != nil {
			return err
		}
		versions++
		definitions = append(definitions, quoted(f.VersionARN), quoted(arn))
	}
	return p.redefine(declared, d, versions, strings.NewReplacer(definitions...))
}

// updateRoles gives the roles of a Region's stacks the policies of a release. The release before also gets those of the
// current one: since then the simulator has learnt to reject more of what AWS rejects, and it is known what that release
// lacked.
func (p *performance) updateRoles(declared *assembly.Assembly, region string) error {
	var errs []error
	for _, stack := range declared.Stacks {
		for _, resource := range stack.Resources {
			for _, role := range declared.Roles {
				if stack.Region != region || role.ARN != resource.ARN {
					continue
				}
				policies := role.Policies
				for _, current := range p.assembly.Roles {
					if declared != p.assembly && current.ARN == role.ARN {
						policies = slices.Concat(policies, current.Policies)
					}
				}
				errs = append(errs, p.world.UpdateRole(role.ARN, policies))
			}
		}
	}
	return errors.Join(errs...)
}

// redefine replaces the definition with one that names the new versions. The release before has not published any.
func (p *performance) redefine(declared *assembly.Assembly, d scenario.Deploy, versions int, renamed *strings.Replacer) error {
	for _, m := range declared.StateMachines {
		if m.Region != d.Region {
			continue
		}
		next := machineOf(m)
		if next.Definition = renamed.Replace(m.Definition); d.Release == scenario.ReleaseBroken {
			next.Definition = brokenDefinition
		}
		if err := p.world.UpdateStateMachine(next); err != nil {
			return err
		}
		if m.VersionARN == "" {
			p.say("deploy", transcript.Plain, "the %s release is deployed in %s", d.Release, d.Region)
			continue
		}
		arn, err := p.world.PublishStateMachineVersion(m.ARN)
		if err != nil {
			return err
		}
		p.say("deploy", transcript.Plain, "the %s release is deployed in %s: %s, and %s", d.Release, d.Region,
			prose.Count(versions, "function version"), arn[strings.LastIndex(arn, "stateMachine:"):])
	}
	return nil
}

// releaseOf is a function as a release has it.
func (p *performance) releaseOf(ctx context.Context, lambdas string, f assembly.Function, release string) (fakeaws.Function, error) {
	function, running, err := p.functionIn(ctx, lambdas, f)
	if release == scenario.ReleaseBroken {
		function.Kill = nil
		function.Invoke = func([]byte) fakeaws.InvokeResult {
			return fakeaws.InvokeResult{ErrorType: "Broken", Cause: `{"errorType": "Broken", "errorMessage": "this release is broken"}`}
		}
	}
	if err == nil {
		p.functions[f.ARN] = running
	}
	return function, err
}

// machineOf is a state machine of the assembly as the simulator has it.
func machineOf(m assembly.StateMachine) fakeaws.StateMachine {
	return fakeaws.StateMachine{ARN: m.ARN, Name: m.Name, Region: m.Region, Role: m.RoleARN, Definition: m.Definition, LogGroup: m.LogGroup, LogData: m.LogData}
}

// publish publishes what a stack publishes, and checks that it is named as the stack's templates name it.
func publish(declared, arn string, version func(string) (string, error)) error {
	if declared == "" {
		return nil
	}
	got, err := version(arn)
	if err == nil && got != declared {
		err = fmt.Errorf("published %s; the templates name %s", got, declared)
	}
	return err
}

// quoted is a text as it stands in JSON.
func quoted(text string) string {
	out, err := json.Marshal(text)
	if err != nil {
		panic(err) // text is always JSON
	}
	return string(out)
}
