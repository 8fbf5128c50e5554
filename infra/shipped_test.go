package main

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/drover-dr/drover/infra/config"
	"github.com/drover-dr/drover/statemachine/assembly"
)

// examples are the keys of cdk.json that every deployment has to fill in, so that an example says more than the default; and
// switches: a new plan has one, and an older plan gets none by a new version of Drover alone.
var examples = []string{"hostedZones", "globalClusters", "trafficMetrics", "switches"}

// What users deploy without a change must be what the documents call the default: above all no alarm that starts a
// failover, and no consent to losing data.
func TestWhatIsShippedIsTheDefaultOfEveryKey(t *testing.T) {
	context, err := shippedContext()
	if err != nil {
		t.Fatal(err)
	}
	var keys map[string]json.RawMessage
	if err := json.Unmarshal(context[config.Key], &keys); err != nil {
		t.Fatal(err)
	}
	defaults := config.Defaults()
	for key, text := range keys {
		if slices.Contains(examples, key) {
			continue
		}
		var got, want any
		if err := json.Unmarshal(text, &got); err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal([]byte(defaults[key]), &want); err != nil {
			t.Fatalf("%s: the default %q: %v", key, defaults[key], err)
		}
		if diff := gocmp.Diff(want, got); diff != "" {
			t.Errorf("cdk.json: %s is not the default (-default +shipped)\n%s", key, diff)
		}
	}
}

// The drills play what users deploy, and one rule more in each Region.
func TestTheDrillsPlayWhatIsShippedAndTheRuleOfAlarms(t *testing.T) {
	golden := fresh(t)
	s := shipped()
	if s.err != nil {
		t.Fatal(s.err)
	}
	var want []string
	for _, code := range []string{"us-east-1", "us-west-2"} {
		want = append(want, "drover-"+code+" AWS::Events::Rule drover-failover", "drover-"+code+" AWS::IAM::Policy of drover-rule-"+code,
			"drover-"+code+" AWS::IAM::Role drover-rule-"+code)
	}
	var more []string
	for i, stack := range golden.assembly.Stacks {
		for _, r := range stack.Resources {
			same := func(other assembly.Resource) bool { return other.LogicalID == r.LogicalID }
			j := slices.IndexFunc(s.assembly.Stacks[i].Resources, same)
			switch {
			case j < 0:
				more = append(more, stack.Name+" "+r.Type+" "+nameOrOwner(t, r))
			case gocmp.Diff(s.assembly.Stacks[i].Resources[j], r) != "":
				t.Errorf("%s: %s is not what is shipped (-shipped +drills)\n%s", stack.Name, r.LogicalID, gocmp.Diff(s.assembly.Stacks[i].Resources[j], r))
			}
		}
		if more := len(s.assembly.Stacks[i].Resources) - len(stack.Resources); more > 0 {
			t.Errorf("%s: %d resources are shipped that no drill plays", stack.Name, more)
		}
	}
	slices.Sort(more)
	if diff := gocmp.Diff(want, more); diff != "" {
		t.Errorf("what the drills have beside what is shipped (-want +got)\n%s", diff)
	}
}

// nameOrOwner is a resource's name, or that of the role whose policy it is.
func nameOrOwner(t *testing.T, r assembly.Resource) string {
	if !strings.HasSuffix(r.Type, "::Policy") {
		return r.Name
	}
	return "of " + strings.Trim(compact(t, r.Properties["Roles"]), `[]"`)
}
