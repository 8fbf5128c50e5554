package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/drover-dr/drover/infra/config"
)

// deploying is the page that operators deploy by.
func deploying(t *testing.T) string { return document(t, "deploying.md") }

// document is a page of docs.
func document(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile("../docs/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// rows are the first two cells of a table's rows whose first cell matches.
func rows(text, first string) map[string]string {
	found := map[string]string{}
	for _, m := range regexp.MustCompile("(?m)^\\| ("+first+") \\| ([^|]*) \\|").FindAllStringSubmatch(text, -1) {
		found[strings.Trim(m[1], "`")] = m[2]
	}
	return found
}

func TestThePageHasEveryKeyOfTheContextWithItsDefault(t *testing.T) {
	want := map[string]string{}
	for key, value := range config.Defaults() {
		want[key] = "`" + value + "`"
	}
	want["account"], want["hostedZones"] = "where the credentials belong", "none; required"
	for _, key := range []string{"witness", "replica", "pipeline"} {
		want[key] = "none"
	}
	keys, _, _ := strings.Cut(deploying(t), "\n## What is deployed")
	if diff := cmp.Diff(want, rows(keys, "`[a-zA-Z]+`")); diff != "" {
		t.Errorf("keys with defaults (-want +got)\n%s", diff)
	}
}

func TestThePageSaysOfEveryKindOfResourceWhatItIsForAndWhatItCosts(t *testing.T) {
	text := deploying(t)
	for _, s := range []synthesis{fresh(t), complete(t)} {
		for _, stack := range s.assembly.Stacks {
			for _, r := range stack.Resources {
				if !strings.Contains(text, "`"+r.Type+"`") {
					t.Errorf("%s: %s, a %s, is not in the table of resources", stack.Name, r.LogicalID, r.Type)
				}
			}
		}
	}
}

func TestThePageHasEveryOutput(t *testing.T) {
	for code, stack := range regionStacks(t) {
		_, outputs, _ := strings.Cut(deploying(t), "\n## Outputs of the stacks")
		var got []string
		for name := range rows(outputs, "`[a-zA-Z]+`") {
			got = append(got, name)
		}
		var want []string
		for _, o := range stack.Outputs {
			want = append(want, o.Name)
		}
		slices.Sort(got)
		slices.Sort(want)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: outputs (-want +got)\n%s", code, diff)
		}
	}
}

func TestThePoliciesOnThePageAreJSONAndNameWhatIsDeployed(t *testing.T) {
	policies := regexp.MustCompile("(?s)```json\n(.*?)```").FindAllStringSubmatch(document(t, "permissions.md"), -1)
	if len(policies) < 5 {
		t.Fatalf("%d policies; want those of a deployer, an operator, a registrar, a caller of the API and an approver", len(policies))
	}
	deployed := map[string]bool{}
	for _, stack := range fresh(t).assembly.Stacks {
		for _, r := range stack.Resources {
			deployed[r.ARN] = r.ARN != ""
		}
	}
	for _, m := range policies {
		var document struct{ Statement []statement }
		if err := json.Unmarshal([]byte(m[1]), &document); err != nil {
			t.Errorf("%v in %s", err, m[1])
		}
		for _, s := range document.Statement {
			for _, resource := range s.Resource {
				arn := strings.ReplaceAll(resource, "ACCOUNT", fresh(t).assembly.Account)
				arn = strings.TrimSuffix(strings.Replace(arn, ":execution:drover:*", ":stateMachine:drover", 1), "/*")
				other := arn == "*" || strings.Contains(arn, ":role/cdk-") || strings.Contains(arn, ":execute-api:") || strings.HasPrefix(arn, "arn:aws:route53:::")
				if !other && !deployed[arn] && !strings.Contains(arn, ":table/drover-registry") {
					t.Errorf("%s: %s is not deployed", s.Sid, resource)
				}
			}
		}
	}
}

// TestTheAlarmsOfARegionAreCountedAndDescribed: how many there are and what they cost, and in docs/messages.md what to do
// about each.
func TestTheAlarmsOfARegionAreCountedAndDescribed(t *testing.T) {
	_, table, _ := strings.Cut(document(t, "messages.md"), "\n## alarms\n")
	described := map[string]bool{}
	for _, m := range regexp.MustCompile("`PLAN-([a-z-]+)`((?:, `-[a-z]+`)*)").FindAllStringSubmatch(table, -1) {
		described[m[1]] = true
		for _, more := range regexp.MustCompile("`(-[a-z]+)`").FindAllStringSubmatch(m[2], -1) {
			described[m[1][:strings.LastIndex(m[1], "-")]+more[1]] = true
		}
	}
	const dollars = 0.10 // a month, for an alarm of the standard resolution
	deployed := map[string]map[string]bool{}
	for _, a := range fresh(t).assembly.Alarms {
		if deployed[a.Region] == nil {
			deployed[a.Region] = map[string]bool{}
		}
		deployed[a.Region][strings.TrimPrefix(a.Name, "drover-")] = true
	}
	for code, deployed := range deployed {
		if diff := cmp.Diff(deployed, described); diff != "" {
			t.Errorf("%s: alarms in docs/messages.md (-deployed +described)\n%s", code, diff)
		}
		n := len(deployed)
		if want := fmt.Sprintf("| `AWS::CloudWatch::Alarm` | %d in each Region", n); !strings.Contains(deploying(t), want) {
			t.Errorf("%s: the table of resources has no %q", code, want)
		}
		if cost := fmt.Sprintf("readiness | %.2f |", float64(2*n)*dollars); !strings.Contains(deploying(t), cost) {
			t.Errorf("%s: the table of resources has no %q", code, cost)
		}
	}
}

// TestTheIdleCostIsTheSumOfItsRows rounds it to whole dollars.
func TestTheIdleCostIsTheSumOfItsRows(t *testing.T) {
	sum := 0.0
	for _, m := range regexp.MustCompile(`(?m)^\| .* \| (\d+\.\d\d)(?:: [^|]*)? \|$`).FindAllStringSubmatch(deploying(t), -1) {
		cost, err := strconv.ParseFloat(m[1], 64)
		if err != nil {
			t.Fatal(err)
		}
		sum += cost
	}
	if want := fmt.Sprintf("\nAbout %.0f dollars a month", sum); !strings.Contains(deploying(t), want) {
		t.Errorf("the rows come to %.2f; want %q", sum, want)
	}
}

// TestNoParagraphStandsTwice in README.md and docs, but for what commands print.
func TestNoParagraphStandsTwice(t *testing.T) {
	files, err := filepath.Glob("../docs/*.md")
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]string{}
	console := regexp.MustCompile("(?s)```console\n.*?```")
	for _, file := range append(files, "../README.md") {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, paragraph := range strings.Split(console.ReplaceAllString(string(text), ""), "\n\n") {
			if where := seen[paragraph]; where != "" && len(paragraph) > 150 {
				t.Errorf("%s and %s have the same paragraph: %.60s…", where, file, paragraph)
			}
			seen[paragraph] = file
		}
	}
}
