package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/drover-dr/drover/infra/config"
	"github.com/drover-dr/drover/infra/step"
	"github.com/drover-dr/drover/statemachine/assembly"
)

// versionTypes are what a run in progress goes on with.
var versionTypes = []string{"AWS::Lambda::Version", "AWS::StepFunctions::StateMachineVersion"}

func TestTheDefinitionNamesPublishedVersionsThatAreKept(t *testing.T) {
	s := fresh(t)
	for code, stack := range regionStacks(t) {
		text, err := os.ReadFile(filepath.Join(s.dir, stack.Name+".template.json"))
		if err != nil {
			t.Fatal(err)
		}
		var kept struct {
			Resources map[string]struct{ Type, DeletionPolicy, UpdateReplacePolicy string }
		}
		if err := json.Unmarshal(text, &kept); err != nil {
			t.Fatal(err)
		}
		versions := 0
		for id, r := range kept.Resources {
			if !slices.Contains(versionTypes, r.Type) {
				continue
			}
			versions++
			if r.DeletionPolicy != "Retain" || r.UpdateReplacePolicy != "Retain" {
				t.Errorf("%s: %s is deleted (%q) or replaced (%q); want it kept for the runs that were started with it", code, id, r.DeletionPolicy, r.UpdateReplacePolicy)
			}
		}
		if want := len(step.All) + 1; versions != want {
			t.Errorf("%s: %d versions; want %d, of each step and of the state machine", code, versions, want)
		}
		machine := inRegion(t, s.assembly.StateMachines, func(m assembly.StateMachine) string { return m.Region }, code, 1)[0]
		if named, versioned := strings.Count(machine.Definition, ":function:drover-"), strings.Count(machine.Definition, `:1"`); named == 0 || named != versioned {
			t.Errorf("%s: the definition names %d functions and %d versions; want versions alone", code, named, versioned)
		}
	}
}

// CloudFormation publishes a version when its logical id changes; with another code, and only then, it must.
func TestAnotherCodeIsAnotherVersion(t *testing.T) {
	before := fresh(t)
	context, err := config.Load(func(string) string { return "" }, "../cdk.json")
	if err != nil {
		t.Fatal(err)
	}
	code, outdir := t.TempDir(), t.TempDir()
	for _, name := range step.Deployed(fresh(t).config.Plan) {
		if err := os.MkdirAll(filepath.Join(code, name), 0o755); err != nil {
			t.Fatal(err)
		}
		text := name // as the placeholders have it
		if name == "validate" {
			text += ", changed"
		}
		if err := os.WriteFile(filepath.Join(code, name, "bootstrap"), []byte(text), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if err := (app{config: before.config, context: context.Values(), code: code, outdir: outdir}).synthesize(); err != nil {
		t.Fatal(err)
	}
	after, err := assembly.Read(os.DirFS(outdir), assembly.Placeholder)
	if err != nil {
		t.Fatal(err)
	}
	for i, stack := range after.Stacks {
		was := ids(before.assembly.Stacks[i], "AWS::Lambda::Version")
		for _, id := range ids(stack, "AWS::Lambda::Version") {
			if changed := !slices.Contains(was, id); changed != strings.HasPrefix(id, "Validate") {
				t.Errorf("%s: %s is another version: %t; only the code of validate has changed", stack.Name, id, changed)
			}
		}
	}
}

// ids are the logical ids of the resources of a type.
func ids(stack assembly.Stack, kind string) []string {
	var list []string
	for _, r := range ofType(stack, kind) {
		list = append(list, r.LogicalID)
	}
	return list
}
