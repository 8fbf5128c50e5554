package drills

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/drover-dr/drover/statemachine/assembly"
	"github.com/drover-dr/drover/statemachine/drill"
	"github.com/drover-dr/drover/statemachine/drill/drilltest"
	"github.com/drover-dr/drover/statemachine/scenario"
	"github.com/drover-dr/drover/statemachine/transcript"
)

// granting are the scenarios that must need every permission between them. They are short, for each permission is taken
// away in turn.
var granting = []string{"region-outage", "planned-switchover", "api", "alarm-starts-failover", "dead-letter", "approval-approved", "drill", "stopped-closed", "record-rejected", "switch-lever-lost"}

// notShown are the permissions that no drill can miss, because the AWS simulator has nothing that uses them.
var notShown = map[string]string{
	"logs:": "the AWS simulator has no CloudWatch Logs; the functions write to files instead",
	"drover-promotedatabase/rds:DescribeDBClusters": "it is for DescribeGlobalClusters that does not answer; TestAFailoverNeedsNoAnswerOfDescribeGlobalClusters plays it",
	"xray:": "the AWS simulator has no X-Ray; the tracing is done by Lambda and Step Functions themselves",
}

// TestEveryPermissionIsNeeded takes each action that the stacks grant away from its role, in both Regions, and plays
// drills until one fails. An action whose loss no drill notices is not needed, or not tested.
func TestEveryPermissionIsNeeded(t *testing.T) {
	deployed := defaultAssembly(t)
	lambdas := drilltest.Lambdas(t)
	for _, name := range granting {
		if fails(t, name, deployed, lambdas) {
			t.Fatalf("%s fails with every permission there, and shows nothing", name)
		}
	}
	for _, p := range grants(t, deployed) {
		t.Run(p.String(), func(t *testing.T) {
			t.Parallel()
			if why := p.notShown(); why != "" {
				t.Skip(why)
			}
			without := defaultAssembly(t)
			p.revoke(t, without)
			for _, name := range granting {
				if fails(t, name, without, lambdas) {
					return
				}
			}
			t.Errorf("%v pass without it; is it needed?", granting)
		})
	}
}

// fails plays a scenario and says whether the drill fails, or cannot be played because the plan lacks what it is about: which hosted
// zones and clusters a plan has is read from its policies.
func fails(t *testing.T, name string, deployed *assembly.Assembly, lambdas string) bool {
	t.Helper()
	result, err := drill.Play(t.Context(), mustLoad(t, name), drill.Options{Assembly: deployed, Lambdas: lambdas, Out: &transcript.Printer{W: io.Discard}})
	if lacks := (*scenario.NotApplicableError)(nil); errors.As(err, &lacks) {
		return true
	}
	if err != nil {
		t.Fatal(err)
	}
	return !result.OK()
}

// grant is one action that one statement of a role's policies allows. The roles of both Regions are one.
type grant struct {
	role              string
	policy, statement int
	action, sid       string
}

// ownRun is the Sid of the statement that lets a step read the record of its run.
const ownRun = "OwnRun"

// String names the grant, with the place of its statement, since a role may be granted an action twice.
func (g grant) String() string {
	return fmt.Sprintf("%s/%s/%d.%d", g.role, g.action, g.policy+1, g.statement+1)
}

func (g grant) notShown() string {
	if g.sid == ownRun {
		return "it is for a late step of a run whose end the lock has forgotten; TestALateStepReadsTheRecordOfItsRun plays it"
	}
	for prefix, why := range notShown {
		if strings.HasPrefix(g.action, prefix) || strings.HasPrefix(g.String(), prefix) {
			return why
		}
	}
	return ""
}

// policyDocument is as much of a policy as a mutation needs; a statement keeps everything else that it has.
type policyDocument struct {
	Version   string
	Statement []map[string]any
}

// grants are all that the assembly's roles are allowed, each once for both Regions.
func grants(t *testing.T, a *assembly.Assembly) []grant {
	t.Helper()
	var all []grant
	for _, role := range a.Roles {
		for i, text := range role.Policies {
			for j, s := range parsePolicy(t, text).Statement {
				if s["Effect"] != "Allow" {
					continue
				}
				for _, action := range actions(s) {
					sid, _ := s["Sid"].(string)
					g := grant{role: regionless(a, role.Name), policy: i, statement: j, action: action, sid: sid}
					if !slices.Contains(all, g) {
						all = append(all, g)
					}
				}
			}
		}
	}
	return all
}

// revoke takes the action away from its statement, and the statement with it when nothing is left.
func (g grant) revoke(t *testing.T, a *assembly.Assembly) {
	t.Helper()
	revoked := 0
	for i, role := range a.Roles {
		if regionless(a, role.Name) != g.role || g.policy >= len(role.Policies) {
			continue
		}
		doc := parsePolicy(t, role.Policies[g.policy])
		s := doc.Statement[g.statement]
		left := slices.DeleteFunc(actions(s), func(action string) bool { return action == g.action })
		if s["Action"] = left; len(left) == 0 {
			doc.Statement = slices.Delete(doc.Statement, g.statement, g.statement+1)
		}
		text, err := json.Marshal(doc)
		if err != nil {
			t.Fatal(err)
		}
		a.Roles[i].Policies = slices.Clone(role.Policies)
		a.Roles[i].Policies[g.policy] = text
		revoked++
	}
	if revoked == 0 {
		t.Fatalf("no role %s grants %s", g.role, g.action)
	}
}

func parsePolicy(t *testing.T, text json.RawMessage) policyDocument {
	t.Helper()
	var doc policyDocument
	if err := json.Unmarshal(text, &doc); err != nil {
		t.Fatal(err)
	}
	return doc
}

// actions are a statement's, which may be one or a list.
func actions(statement map[string]any) []string {
	if one, ok := statement["Action"].(string); ok {
		return []string{one}
	}
	var all []string
	list, _ := statement["Action"].([]any)
	for _, action := range list {
		all = append(all, fmt.Sprint(action))
	}
	return all
}

// regionless is a role's name without the Region at its end.
func regionless(a *assembly.Assembly, name string) string {
	for _, region := range a.Regions() {
		name = strings.TrimSuffix(name, "-"+region)
	}
	return name
}
