package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/prose"
	"github.com/drover-dr/drover/internal/registry/applicationsfile"
	"github.com/drover-dr/drover/internal/registry/rules"
	"github.com/drover-dr/drover/internal/untrusted/yamltext"
	"github.com/drover-dr/drover/statemachine/assembly"
	"github.com/drover-dr/drover/statemachine/drill"
	"github.com/drover-dr/drover/statemachine/scenario"
	"github.com/goccy/go-yaml"
)

type validateCommand struct {
	Files    []string `arg:"" name:"file" help:"Applications files and scenarios."`
	Assembly string   `help:"Synthesized stacks, whose plan the files are for (default: the Regions of drover.yaml, of cdk.json, or those that the file names)." placeholder:"DIR"`
}

// Run checks files without an account. The exit code is 2 when one has a mistake.
func (c *validateCommand) Run(env environment) error {
	var problems []error
	for _, file := range c.Files {
		what, err := c.check(env, file)
		if err != nil {
			problems = append(problems, err)
			continue
		}
		fmt.Fprintf(env.stdout, "%s: %s\n", file, what)
	}
	if len(problems) > 0 {
		return usageError{errors.Join(problems...)}
	}
	return nil
}

// check says what is in a file without mistakes.
func (c *validateCommand) check(env environment, file string) (string, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return "", err
	}
	if !isScenario(text) {
		terms, err := c.terms(text)
		if err != nil {
			return "", err
		}
		apps, err := applicationsfile.Parse(file, text, terms.Plan)
		if err != nil {
			return "", err
		}
		for _, w := range rules.Warnings(terms.Plan, apps) {
			fmt.Fprintf(env.stdout, "%s: warning: %s\n", file, w)
		}
		return prose.Count(len(apps), "application") + " for " + regionsOf(terms.Plan), nil
	}
	s, err := scenario.Load(os.DirFS(filepath.Dir(file)), filepath.Base(file))
	if err != nil {
		return "", err
	}
	terms, err := c.terms(append(text, s.ApplicationsText()...))
	if err != nil {
		return "", err
	}
	in, err := s.In(terms)
	if err != nil {
		return "", fmt.Errorf("%s: %w", file, err)
	}
	return fmt.Sprintf("a scenario with %s and %s for %s", prose.Count(len(in.Events()), "event"), prose.Count(len(in.Applications()), "application"), regionsOf(terms.Plan)), nil
}

func regionsOf(plan failover.Plan) string {
	return fmt.Sprintf("%s and %s", plan.Primary, plan.Standby)
}

// isScenario says whether a file is a scenario: it has a key that no applications file has.
func isScenario(text []byte) bool {
	tree, err := yamltext.Parse(text)
	if err != nil || len(tree.Docs) == 0 || tree.Docs[0].Body == nil {
		return false
	}
	var keys map[string]any
	if yaml.NodeToValue(tree.Docs[0].Body, &keys) != nil {
		return false
	}
	for _, key := range []string{"name", "title", "timeline", "refusals", "until", "expect"} {
		if _, ok := keys[key]; ok {
			return true
		}
	}
	return false
}

// terms are those of the plan that a file is for.
func (c *validateCommand) terms(text []byte) (scenario.Terms, error) {
	if c.Assembly != "" {
		a, err := (&drillCommand{Assembly: c.Assembly}).read()
		if err != nil {
			return scenario.Terms{}, err
		}
		return drill.TermsOf(a)
	}
	plan, err := c.plan(text)
	if err != nil {
		return scenario.Terms{}, err
	}
	a, err := assembly.Default() // for the estate, which no file needs to name
	if err != nil {
		return scenario.Terms{}, err
	}
	terms, err := drill.TermsOf(a)
	terms.Plan = plan
	return terms, err
}

// plan is the plan that a file is for: that of drover.yaml, of cdk.json, or one between the two Regions that it names.
func (c *validateCommand) plan(text []byte) (failover.Plan, error) {
	plan := failover.DefaultPlan()
	file, err := readPlanFile()
	if err != nil {
		return plan, err
	}
	plan.Switches = anySwitch(text)
	if len(file.Regions) == 2 {
		plan.Primary, plan.Standby = file.Regions[0], file.Regions[1]
		return plan, nil
	}
	if context, ok := contextPlan("cdk.json"); ok {
		return context, nil
	}
	if named := namedRegions(text); len(named) == 2 && !(plan.Has(named[0]) && plan.Has(named[1])) {
		plan.Primary, plan.Standby = named[0], named[1]
	}
	return plan, nil
}

// regionKey matches a Region as a key, as in endpoints and clusters.
var regionKey = regexp.MustCompile(`(?m)(?:^|[\s{,])([a-z]{2,4}(?:-[a-z]+)+-\d):`)

// namedRegions are the Regions that a file names as keys, in its order.
func namedRegions(text []byte) []failover.Region {
	var all []failover.Region
	for _, m := range regionKey.FindAllSubmatch(text, -1) {
		if r := failover.Region(m[1]); failover.CheckRegion(r) == nil && !slices.Contains(all, r) {
			all = append(all, r)
		}
	}
	return all
}

// switchKey matches the switch that an application names.
var switchKey = regexp.MustCompile(`(?m)^\s+(?:- )?switch: *['"]?([a-z][a-z0-9-]*)`)

// anySwitch are switches of the names that a file has: without a plan, which ones there are is not known.
func anySwitch(text []byte) []failover.Switch {
	all := []failover.Switch{{Name: "default", Lever: failover.EndpointLever}}
	for _, m := range switchKey.FindAllSubmatch(text, -1) {
		name := string(m[1])
		if name != failover.NoSwitch && !slices.ContainsFunc(all, func(s failover.Switch) bool { return s.Name == name }) {
			all = append(all, failover.Switch{Name: name, Lever: failover.EndpointLever})
		}
	}
	return all
}

// exampleZone is the first hosted zone of the cdk.json that Drover ships.
const exampleZone = "Z0000000000EXAMPLE"

// contextPlan is the plan of the context in a cdk.json, as far as an applications file depends on it.
func contextPlan(file string) (plan failover.Plan, ok bool) {
	text, err := os.ReadFile(file)
	if err != nil {
		return plan, false
	}
	var cdk struct {
		Context struct {
			Drover json.RawMessage `json:"drover"`
		} `json:"context"`
	}
	if bytes.Contains(text, []byte(exampleZone)) { // it is as it was shipped
		return plan, false
	}
	plan = failover.DefaultPlan()
	if json.Unmarshal(text, &cdk) != nil || len(cdk.Context.Drover) == 0 || json.Unmarshal(cdk.Context.Drover, &plan) != nil {
		return plan, false
	}
	return plan, plan.Validate() == nil
}
