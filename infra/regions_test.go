package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/drover-dr/drover/internal/failover"
)

// exceptions lists, for a Region's stack, what may name the other Region, each with its reason.
var exceptions = []struct{ path, reason string }{
	{`.Properties.Environment.Variables.DROVER_PLAN`, "the plan says which the two Regions are"},
	{`PromoteDatabase.*Policy.*\.Statement\[\d+\]\.Resource\[\d+\]\.Fn::Sub`, "a switchover is called in the Region of the current primary, which is well"},
	{`(PromoteDatabase|ShiftTraffic).*Policy.*\.Statement\[\d+\]\.Resource\.Fn::Sub`, "a planned run asks the other Region whether it was superseded there"},
	{`(Validate|VerifyHealth|Notify).*Policy.*\.Statement\[\d+\]\.Resource\[\d+\]\.Fn::Sub`, "the clusters and alarms of the Region that a drill or a rollback goes back to, which is well"},
	{`^SwitchesCheck.*\.HealthCheckConfig\.ResourcePath`, "the health check is on the record sets of the other Region, and driven from this one"},
	{`^SwitchesCheck.*\.Properties\.HealthCheckTags\[\d+\]\.Value`, "its name says on which record sets it is"},
	{`^Dashboard\.Properties\.DashboardBody\.Fn::Sub`, "the dashboard shows the traffic of both Regions; no run reads it"},
}

func TestNothingThatARunNeedsIsOnlyInTheOtherRegion(t *testing.T) {
	s := fresh(t)
	for code, stack := range regionStacks(t) {
		other := string(s.config.Plan.Other(code))
		for _, id := range sortedKeys(s.templates[stack.Name].Resources) {
			walk(id+".Properties", s.templates[stack.Name].Resources[id].Properties, func(path, text string) {
				if strings.Contains(text, other) && !mayNameOtherRegion(path) {
					t.Errorf("%s: %s names %s: %s", code, path, other, text)
				}
			})
		}
	}
}

// resourceIn is the path of one of several resources of a statement, with the path of the list.
var resourceIn = regexp.MustCompile(`^(.*\.Resource)\[\d+\]`)

// Where a statement has several resources, each one in the other Region has its like in the stack's own.
func TestWhatAStatementGrantsInTheOtherRegionItGrantsInItsOwn(t *testing.T) {
	s := fresh(t)
	for code, stack := range regionStacks(t) {
		other, pairs := string(s.config.Plan.Other(code)), 0
		lists := map[string][]string{}
		for _, id := range sortedKeys(s.templates[stack.Name].Resources) {
			walk(id+".Properties", s.templates[stack.Name].Resources[id].Properties, func(path, text string) {
				if list := resourceIn.FindStringSubmatch(path); list != nil {
					lists[list[1]] = append(lists[list[1]], text)
				}
			})
		}
		for path, texts := range lists {
			for _, text := range texts {
				if !strings.Contains(text, other) {
					continue
				}
				pairs++
				if own := strings.ReplaceAll(text, other, string(code)); !slices.Contains(texts, own) {
					t.Errorf("%s: %s has %s, and not %s", code, path, text, own)
				}
			}
		}
		if pairs == 0 {
			t.Errorf("%s: no statement names %s; the test covers too little", code, other)
		}
	}
}

func mayNameOtherRegion(path string) bool {
	for _, e := range exceptions {
		if regexp.MustCompile(e.path + "$").MatchString(path) {
			return true
		}
	}
	return false
}

func TestNoStackReadsFromAnother(t *testing.T) {
	s := fresh(t)
	for _, stack := range s.assembly.Stacks {
		text, err := os.ReadFile(filepath.Join(s.dir, stack.Name+".template.json"))
		if err != nil {
			t.Fatal(err)
		}
		for _, tie := range []string{"Fn::ImportValue", "Fn::GetStackOutput", `"Export"`, "Custom::", "AWS::CloudFormation::", "AWS::SSM::Parameter\"", "{{resolve:"} {
			if strings.Contains(string(text), tie) {
				t.Errorf("%s has %s; names and ARNs are made from the plan", stack.Name, tie)
			}
		}
		for _, id := range sortedKeys(s.templates[stack.Name].Resources) {
			walk(id, s.templates[stack.Name].Resources[id].Properties, func(path, text string) {
				if strings.HasSuffix(path, ".Ref") && text == "BootstrapVersion" {
					t.Errorf("%s: %s reads a parameter of the CDK's bootstrap stack", stack.Name, path)
				}
			})
		}
	}
}

func TestTheStacksOfBothRegionsAreTheSameButForTheirRegion(t *testing.T) {
	s := fresh(t)
	plan := s.config.Plan
	neutral := func(code failover.Region) string {
		stack := regionStacks(t)[code]
		text, err := os.ReadFile(filepath.Join(s.dir, stack.Name+".template.json"))
		if err != nil {
			t.Fatal(err)
		}
		// The plan is the same text in both, so it must not be translated.
		out := strings.ReplaceAll(string(blank(text)), quoted(t, s.config.PlanJSON()), `"PLAN"`)
		out = strings.ReplaceAll(out, string(code), "HERE")
		return inOrder(t, strings.ReplaceAll(out, string(plan.Other(code)), "THERE"))
	}
	if diff := cmp.Diff(neutral(plan.Primary), neutral(plan.Standby)); diff != "" {
		t.Errorf("templates (-%s +%s)\n%s", plan.Primary, plan.Standby, diff)
	}
}

// inOrder sorts the resources of each statement of a template. The library sorts them by their text, in which the name of
// the Region stands; their order means nothing.
func inOrder(t *testing.T, template string) string {
	t.Helper()
	var value any
	if err := json.Unmarshal([]byte(template), &value); err != nil {
		t.Fatal(err)
	}
	sortResources(value)
	out, err := json.MarshalIndent(value, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

func sortResources(value any) {
	switch v := value.(type) {
	case []any:
		for _, element := range v {
			sortResources(element)
		}
	case map[string]any:
		for _, key := range sortedKeys(v) {
			sortResources(v[key])
		}
		if list, ok := v["Resource"].([]any); ok && v["Effect"] != nil {
			slices.SortFunc(list, func(a, b any) int { return strings.Compare(fmt.Sprint(a), fmt.Sprint(b)) })
		}
	}
}

func TestThePrimaryIsDeployedBeforeTheStandbyAndTheRegistryFirst(t *testing.T) {
	s := fresh(t)
	got := map[string][]string{}
	for _, stack := range s.assembly.Stacks {
		got[stack.Name] = stack.DependsOn
	}
	want := map[string][]string{
		"drover-registry":  nil,
		"drover-us-east-1": {"drover-registry"},
		"drover-us-west-2": {"drover-registry", "drover-us-east-1"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("what each stack waits for (-want +got)\n%s", diff)
	}
}

// quoted is text as it stands in a JSON file.
func quoted(t *testing.T, text string) string {
	t.Helper()
	out, err := json.Marshal(text)
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
